// The status room: a press tries a connection, another copies a name.
cc.checks = {
  start: (server) => { cc.checks.server = server; },
  words: () => document.querySelector("#cc-settings-head [data-copied]").dataset,
  run: async (button) => {
    const place = button.closest("[data-connection]").querySelector(".cc-result");
    const spinner = document.createElement("span");
    spinner.className = "cc-spinner";
    place.replaceChildren(spinner);
    button.disabled = true;
    try {
      const key = cc.key || document.getElementById("cc-status-key")?.value || "";
      const told = await cc.checks.server.check({name: button.dataset.check, key});
      place.innerHTML = told.html; // the server escapes what it quotes
    } catch (error) {
      place.replaceChildren();
      cc.say(cc.checks.words().lost);
    }
    button.disabled = false;
  },
};
document.addEventListener("click", async (event) => {
  const check = event.target.closest("[data-check]");
  if (check) cc.checks.run(check);
  if (event.target.closest("[data-status=refresh]")) cc.press("cc-settings-refresh");
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    cc.say(cc.checks.words().copied.replace("{name}", copy.dataset.copy));
  }
});

// The evaluation: the run and the case of the address, and the way from case to case.
(() => {
  const e = { wanted: cc.get("case") };
  cc.evaluation = e;
  const cases = () => [...document.querySelectorAll("#cc-eval-cases [data-pick]")];
  const room = () => document.getElementById("cc-eval");

  // The run that is shown: the first one replaces the address, each other one adds to it.
  e.at = (run) => {
    if (run === (cc.get("run") || "")) return;
    if (e.shown) cc.put("case", "");
    if (e.shown) cc.go("run", run);
    else cc.put("run", run);
    e.shown = true;
  };
  cc.follow("run", (run) => {
    const box = document.querySelector("#cc-eval-run textarea, #cc-eval-run input");
    if (!box) return;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set.call(box, run || "");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  cc.follow("case", (name) => e.open(name));
  e.open = (name) => {
    const found = cases().find((one) => one.dataset.pick === name);
    if (found && found.getAttribute("aria-pressed") !== "true") found.click();
    return Boolean(found);
  };

  function step(by) {
    const all = cases(), at = all.findIndex((one) => one.getAttribute("aria-pressed") === "true");
    const next = all[at < 0 ? 0 : at + by];
    next?.click();
    next?.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("click", (event) => {
    const walk = event.target.closest?.("#cc-eval [data-step]");
    if (walk) step(Number(walk.dataset.step));
    const picked = event.target.closest?.("#cc-eval-cases [data-pick]");
    if (picked) cc.go("case", picked.dataset.pick);
  });
  document.addEventListener("keydown", (event) => {
    const by = { j: 1, k: -1 }[event.key];
    const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!by || writes || event.ctrlKey || event.metaKey || event.altKey || !room()?.offsetParent) return;
    step(by);
  });
  // The case of the address is opened once its list is there.
  const seen = new MutationObserver(() => {
    if (!e.wanted) return seen.disconnect();
    if (cases().length) {
      if (e.open(e.wanted)) arrive();
      e.wanted = null;
    }
  });
  // The page grows while its charts come: the case is brought back into view until the visitor scrolls.
  function arrive() {
    const again = setInterval(() => document.getElementById("cc-eval-one")?.scrollIntoView({ block: "start" }), 400);
    const stop = () => clearInterval(again);
    for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(name, stop, { once: true });
    setTimeout(stop, 6000);
  }
  seen.observe(document.documentElement, { childList: true, subtree: true });
})();

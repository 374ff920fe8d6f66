// The chat room: the address keeps the dialog; news of it are waited for while somebody looks.
(() => {
  const page = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const SHORT = 300, LONG = 10000;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let server = null, turn = 0;
  const looks = () => {
    const room = document.getElementById("cc-chat-room");
    return server && !document.hidden && room && room.offsetParent !== null && Boolean(cc.get("dialog"));
  };
  const shown = () => document.querySelector("#cc-serving [data-mark]")?.dataset.mark || "";
  const box = () => document.querySelector("#cc-message textarea");
  // An event that was under way when the server ended never ends for Gradio's client, which then hears of no other;
  // and a server that came back may have other pages. So the page is loaded again, with what was being typed.
  const renew = () => {
    sessionStorage.setItem("cc-draft", box()?.value || "");
    location.reload();
  };
  const restoreDraft = () => {
    const draft = sessionStorage.getItem("cc-draft"), place = box();
    sessionStorage.removeItem("cc-draft");
    if (!draft || !place || place.value) return;
    place.value = draft;
    place.dispatchEvent(new Event("input", {bubbles: true}));
  };
  cc.chat = (given) => {
    server = given;
    cc.looked();
    cc.listen();
  };
  // A dialog is a step of the history; the customer only goes with it.
  cc.opened = (name, value) => {
    if (name !== "dialog") return cc.put(name, value);
    cc.opening(Boolean(value));
    if (walking === null) cc.go(name, value);
    cc.listen();
  };
  // Back and Forward: one step at a time is asked for, until what is shown is what the address names.
  let walking = null;
  const here = () => (cc.get("dialog") || "").slice(0, 200);
  const walk = () => {
    const step = document.querySelector("#cc-view [data-step]");
    walking = step.dataset.pick = here();
    step.click();
  };
  cc.follow("dialog", () => walking === null && walk());
  cc.walked = () => {
    const there = walking;
    walking = null;
    if (there !== here()) walk();
  };
  cc.listen = async () => {
    const mine = ++turn;
    let wait = SHORT, fetched = "", lost = 0;
    while (mine === turn && looks()) {
      const had = shown();
      if (!had) {  // nothing is shown yet: there can be no news of it
        await pause(SHORT);
        continue;
      }
      restoreDraft();  // not before: what the page shows first empties the box
      const told = await server.hear({ page, dialog: cc.get("dialog").slice(0, 200), mark: had }).catch(() => null);
      if (mine !== turn) return;
      const there = typeof told?.mark === "string";
      if (there && lost > 1) return renew();
      const news = there && (lost || (told.mark !== had && told.mark !== fetched));
      if (!there && !lost) cc.say(ccFrame.offline);
      if (news) {
        fetched = told.mark;
        cc.press("cc-news");
      }
      wait = there && (news || told.mark === had) ? SHORT : Math.min(2 * wait, LONG);
      lost = there ? 0 : lost + 1;
      await pause(wait);
    }
  };
  document.addEventListener("visibilitychange", () => document.hidden || cc.listen());
})();

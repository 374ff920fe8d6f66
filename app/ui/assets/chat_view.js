// The chat room as one sees it: whose view, drawers, the height that is left, where the conversation is scrolled to.
(() => {
  const tab = () => document.getElementById("cc-tab-chat");
  const state = (name, value) => value ? tab()?.setAttribute(`data-${name}`, value) : tab()?.removeAttribute(`data-${name}`);

  // Whose view: the address says it, else what was chosen last; a link to a dialog shows what its sender saw.
  const VIEWS = ["customer", "analyst"];
  const show = (view) => {
    state("view", view);
    for (const button of document.querySelectorAll("button[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
    settle();
  };
  const viewed = () => {
    const named = cc.get("view"), kept = cc.get("dialog") ? null : localStorage.getItem("cc-view");
    return [named, kept, "analyst"].find((view) => VIEWS.includes(view));
  };
  const choose = (view) => {
    localStorage.setItem("cc-view", view);
    cc.put("view", view === "customer" ? view : null);
    show(view);
  };
  cc.follow("view", () => show(viewed()));

  // Drawers: one is open at most; a click beside it or Escape closes it, and the focus returns.
  const DRAWERS = {saved: "cc-saved-column", path: "cc-path-column", tools: "cc-turn"};
  let opener = null;
  const draw = (name) => {
    state("drawer", name);
    for (const button of document.querySelectorAll("button[data-drawer]:not([data-drawer=''])")) {
      button.setAttribute("aria-expanded", String(button.dataset.drawer === name));
    }
    if (name) document.querySelector(`#${DRAWERS[name]} :is(button, input, textarea):not(:disabled)`)?.focus();
    else if (opener?.isConnected) opener.focus();
    if (!name) opener = null;
  };
  const drawn = () => tab()?.dataset.drawer || "";

  document.addEventListener("click", (event) => {
    const view = event.target.closest("button[data-view]"), button = event.target.closest("button[data-drawer]");
    if (view) choose(view.dataset.view);
    const open = drawn();
    if (button) {
      const name = button.dataset.drawer === open ? "" : button.dataset.drawer;
      if (name) opener = button;
      draw(name);
    } else if (open && (view || event.target.closest(`#${DRAWERS[open]} button:not([data-view])`)
      ? open !== "path" : !event.target.closest(`#${DRAWERS[open]}`))) draw("");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawn()) draw("");
    const item = event.target.closest?.("#cc-saved .cc-item");
    const step = {ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6}[event.key];
    if (!item || !step) return;
    const items = [...document.querySelectorAll("#cc-saved .cc-item")];
    items[Math.max(0, Math.min(items.length - 1, items.indexOf(item) + step))].focus();
    event.preventDefault();
  });

  // The height below header and tabs.
  const measure = () => {
    const place = document.getElementById("cc-chat-room");
    if (!place?.offsetParent) return;
    const top = Math.round(place.getBoundingClientRect().top + scrollY);
    place.style.setProperty("--cc-rest", `calc(100dvh - ${top}px)`);
  };

  // The question and the start of its answer stay in view, of a proposal its end: nobody agrees to what they do not
  // see. Whoever scrolls is left alone until they write again.
  let lines = 0, left = false;
  const scroller = () => {
    const log = document.querySelector("#cc-chat .bubble-wrap");
    return log && getComputedStyle(log).overflowY === "auto" ? log : document.scrollingElement;
  };
  const settle = () => {
    const rows = document.querySelectorAll("#cc-chat .message-row");
    if (rows.length !== lines) left = false;
    lines = rows.length;
    if (!lines || left) return;
    const box = scroller(), page = box === document.scrollingElement;
    const asked = [...document.querySelectorAll("#cc-chat .user-row")].at(-1) || rows[0];
    const head = page ? document.getElementById("cc-head").offsetHeight : 0;
    const end = page ? document.getElementById("cc-talk-column").getBoundingClientRect().bottom + scrollY - innerHeight
      : box.scrollHeight - box.clientHeight;
    const start = asked.getBoundingClientRect().top - (page ? 0 : box.getBoundingClientRect().top)
      + box.scrollTop - head - 8;
    const proposed = document.querySelector("#cc-consent button");
    box.scrollTop = Math.max(0, proposed ? end : Math.min(start, end));
  };
  for (const kind of ["wheel", "touchmove"]) {
    document.addEventListener(kind, (event) => event.target.closest?.("#cc-chat") && (left = true), {passive: true});
  }

  // What Gradio says in English only is said in the page's language; a bubble is read by what stands in it.
  const translate = () => {
    const names = JSON.parse(document.querySelector("[data-names]")?.dataset.names || "{}");
    for (const part of document.querySelectorAll("#cc-chat [aria-label]")) {
      if (part.dataset.testid === "user" || part.dataset.testid === "bot") part.removeAttribute("aria-label");
      const name = names[part.getAttribute("aria-label")];
      if (!name) continue;
      part.setAttribute("aria-label", name);
      if (part.title) part.title = name;
    }
  };
  let due = 0;
  const refresh = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      measure();
      translate();
      settle();
    });
  };
  cc.opening = (on) => state("opening", on ? "true" : "");
  cc.looked = () => {
    show(viewed());
    cc.opening(Boolean(cc.get("dialog")));
    const seen = new MutationObserver(refresh);
    seen.observe(document.getElementById("cc-chat-room"), {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label"],
    });
    if (matchMedia("(max-width:640px)").matches) document.activeElement?.blur();  // no keyboard before it is asked for
    addEventListener("resize", refresh);
    new ResizeObserver(refresh).observe(document.getElementById("cc-header"));
    refresh();
  };
})();

// The monitor: asks for news while it is seen, and never while the browser's tab or the room is hidden.
(() => {
  const random = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
  const page = random();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  // `dialog` is the one that was chosen, `open` what is shown of it: deeds are done to what is shown.
  const m = { version: 0, turn: 0, shown: false, marks: {}, root: null, server: null, dialog: "", open: null };
  const drafts = new Map();
  window.cc = window.cc || {};
  window.cc.monitor = m;

  m.seen = () => m.shown && document.visibilityState === "visible";
  const one = (selector) => m.root.querySelector(selector);
  const say = (sentence) => { one(".mon-said").textContent = sentence || ""; };
  const person = () => {
    const form = one(".mon-person");
    return { operator: form.operator.value.trim(), key: form.key ? form.key.value : "" };
  };
  const filters = () => {
    const form = one(".mon-filters");
    const given = Object.fromEntries(["agent", "status", "lang", "customer", "text"].map((n) => [n, form[n].value]));
    return { ...given, waiting: form.waiting.checked };
  };

  async function watch() {
    const turn = ++m.turn;
    while (turn === m.turn && m.seen()) {
      let told = null;
      try {
        const asked = { ...person(), ...filters(), dialog: m.dialog, page, version: m.version, have: m.marks };
        told = await m.server.watch(asked);
      } catch (error) { told = null; }
      if (turn !== m.turn) return;
      if (!told || (!told.parts && !told.locked)) {
        say(m.root.dataset.lost);
        m.lost = true;
        await pause(5000);
        continue;
      }
      if (m.lost) { say(""); m.lost = false; }
      show(told);
      await pause(told.pause);
    }
  }
  m.again = () => { m.version = 0; m.turn++; if (m.seen()) watch(); };
  const stop = () => { m.turn++; };

  function show(told) {
    const locked = one(".mon-locked");
    locked.hidden = !told.locked;
    if (told.locked) {
      if (locked.textContent !== told.locked) locked.textContent = told.locked;
      one(".mon-room").hidden = true;
      return;
    }
    one(".mon-room").hidden = false;
    m.version = told.version;
    m.open = told.dialog ? { dialog: told.dialog, customer: told.customer } : null;
    m.root.dataset.state = told.state;
    for (const [name, part] of Object.entries(told.parts)) {
      m.marks[name] = part.mark;
      fill(one(`[data-part="${name}"]`), part.html);
    }
    mark();
    tick();
    if (m.came && matchMedia("(max-width: 760px)").matches) one(".mon-right").scrollIntoView({ block: "start" });
    m.came = false;
  }

  // Only what differs is replaced, so that focus, scroll and a reader's voice stay where they are.
  function fill(box, html) {
    const grows = box.classList.contains("mon-lines");
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    const held = box.contains(document.activeElement) ? document.activeElement.dataset.dialog : null;
    const made = document.createElement("template");
    made.innerHTML = html;
    const fresh = [...made.content.children];
    fresh.forEach((node, at) => {
      const old = box.children[at];
      if (!old) box.append(node);
      else if (!old.isEqualNode(node)) old.replaceWith(node);
    });
    while (box.children.length > fresh.length) box.lastElementChild.remove();
    if (held) box.querySelector(`[data-dialog="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    if (grows && atEnd) box.scrollTop = box.scrollHeight;
  }

  function mark() {
    for (const row of m.root.querySelectorAll(".mon-row")) {
      row.setAttribute("aria-current", row.dataset.dialog === m.dialog ? "true" : "false");
    }
  }

  function age(seconds) {
    const two = (n) => String(n).padStart(2, "0");
    const [h, s] = [Math.floor(seconds / 3600), seconds % 60];
    return (h ? `${h}:${two(Math.floor(seconds / 60) % 60)}` : two(Math.floor(seconds / 60))) + `:${two(s)}`;
  }
  function tick() {
    for (const node of m.root.querySelectorAll("[data-since]")) {
      const text = age(Math.max(0, Math.floor((Date.now() - new Date(node.dataset.since)) / 1000)));
      if (node.textContent !== text) node.textContent = text;
    }
  }

  function open(dialog) {
    say("");
    if (dialog !== m.dialog) change(dialog);
    m.came = true;
    m.again();
  }

  // Nothing of the one before stays: neither its words nor its buttons, nor what was typed for it.
  function change(dialog) {
    const typed = one('form[data-do="reply"] textarea');
    drafts.set(m.dialog, typed.value);
    m.dialog = dialog;
    m.open = null;
    cc.put("watch", dialog);
    m.root.dataset.state = "none";
    one('[data-part="about"]').innerHTML = `<p class="cc-empty">${m.root.dataset.loading}</p>`;
    one('[data-part="lines"]').replaceChildren();
    delete m.marks.about;
    delete m.marks.lines;
    m.root.querySelectorAll(".mon-acts form").forEach((form) => form.reset());
    m.root.querySelectorAll(".mon-acts details").forEach((folded) => { folded.open = false; });
    typed.value = drafts.get(dialog) || "";
    mark();
  }

  function ask(question, withNote) {
    const box = one(".mon-ask");
    box.querySelector("p").textContent = question;
    box.querySelector(".mon-field").hidden = !withNote;
    box.querySelector("textarea").value = "";
    box.returnValue = "no";
    box.showModal();
    return new Promise((done) => box.addEventListener("close", () => {
      done(box.returnValue === "yes" ? { note: box.querySelector("textarea").value.trim() } : null);
    }, { once: true }));
  }

  // To `target`, which was shown when the person pressed. Whether it has happened is unknown where no answer comes.
  async function act(what, target, more) {
    const name = one(".mon-person").operator;
    name.required = true;
    if (!name.reportValidity()) return false;
    let told = null;
    try {
      told = await m.server.act({ ...person(), what, dialog: target?.dialog || "", ...more });
    } catch (error) { told = null; }
    say(told?.said || m.root.dataset.unsure);
    m.again();
    return Boolean(told?.done);
  }

  async function busy(button, deed) {
    if (button.disabled) return false;
    button.disabled = true;
    try {
      return await deed();
    } finally { button.disabled = false; }
  }

  async function press(button) {
    const { do: what, number, ask: question } = button.dataset;
    const target = m.open;
    const answer = question ? await ask(question.replace("{customer}", () => target?.customer), "note" in button.dataset) : {};
    if (answer) await busy(button, () => act(what, target, { text: answer.note || "", ...(number ? { number } : {}) }));
  }

  // One key a text: sent again after a lost answer, the line is written once.
  function keyOf(dialog, text) {
    if (m.sent?.dialog !== dialog || m.sent.text !== text) m.sent = { dialog, text, key: random() };
    return m.sent.key;
  }

  async function send(form) {
    const [button, area, target] = [form.querySelector("button"), form.querySelector("textarea"), m.open];
    const [what, text] = [form.dataset.do, area.value];
    const more = { text, ...(form.agent ? { agent: form.agent.value } : {}) };
    if (what === "reply") more.request = keyOf(target?.dialog, text);
    if (!await busy(button, () => act(what, target, more))) return;
    if (what === "reply") {
      m.sent = null;
      drafts.delete(target.dialog);
    }
    if (m.dialog !== target?.dialog) return;
    form.reset();
    const folded = form.closest("details");
    if (folded) folded.open = false;
    else area.focus();
  }

  function listen() {
    m.root.addEventListener("click", (event) => {
      const row = event.target.closest("[data-dialog]");
      const button = event.target.closest("button[data-do]");
      if (event.target.closest("[data-back]")) m.root.scrollIntoView({ block: "start" });
      else if (button) press(button);
      else if (row) open(row.dataset.dialog);
    });
    m.root.addEventListener("submit", (event) => {
      if (event.target.matches(".mon-ask form")) return;
      event.preventDefault();
      if (event.target.dataset.do) send(event.target);
      else m.again();
    });
    m.root.addEventListener("keydown", (event) => {
      const writes = event.target.closest('form[data-do="reply"]') && event.key === "Enter" && !event.shiftKey;
      if (!writes || event.isComposing) return;
      event.preventDefault();
      event.target.form.requestSubmit();
    });
    let soon = null;
    m.root.addEventListener("input", (event) => {
      if (!event.target.closest(".mon-filters, .mon-person")) return;
      if (event.target.name === "operator") localStorage.setItem("cc-operator", event.target.value);
      clearTimeout(soon);
      soon = setTimeout(m.again, 300);
    });
  }

  m.start = (element, server) => {
    m.root = element.querySelector(".mon");
    m.server = server;
    m.marks = {};
    m.dialog = (cc.get("watch") || "").slice(0, 100);
    one(".mon-person").operator.value = localStorage.getItem("cc-operator") || "";
    listen();
    new IntersectionObserver((entries) => {
      const shown = entries.at(-1).isIntersecting;
      if (shown === m.shown) return;
      m.shown = shown;
      if (shown) m.again();
      else stop();
    }, { rootMargin: "100000px" }).observe(m.root);
  };
  addEventListener("online", () => { if (m.root) m.again(); });
  document.addEventListener("visibilitychange", () => { if (m.root) m.seen() ? m.again() : stop(); });
  setInterval(() => { if (m.root && m.seen()) tick(); }, 1000);
})();

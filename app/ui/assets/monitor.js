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
  const narrow = () => matchMedia("(max-width: 760px)").matches;
  // Beside the buttons of the open dialog; what was done elsewhere is told by the toast of the page.
  const say = (sentence, done = true) => {
    const box = one(".mon-said");
    box.textContent = sentence || "";
    box.toggleAttribute("data-bad", !done);
    clearTimeout(m.saying);
    if (done) m.saying = setTimeout(() => { box.textContent = ""; }, 9000);
  };
  const lose = (lost) => { one(".mon-lost").hidden = !lost; };
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
        lose(true);
        await pause(5000);
        continue;
      }
      lose(false);
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
      title(0);
      return;
    }
    one(".mon-room").hidden = false;
    m.root.removeAttribute("data-fresh");
    title(told.waiting);
    m.version = told.version;
    m.open = told.dialog ? { dialog: told.dialog, customer: told.customer } : null;
    m.root.dataset.state = told.state;
    const low = atEnd();
    for (const [name, part] of Object.entries(told.parts)) {
      m.marks[name] = part.mark;
      fill(one(`[data-part="${name}"]`), part.html);
    }
    fit();
    if (told.parts.lines && (low || m.wrote)) toEnd();
    if (m.came && told.dialog === m.dialog) arrive(told.state);
    if (m.took && told.dialog === m.dialog && told.state === "mine") write();
  }

  // What was said last is in view: the lines scroll on a desk, the page on a phone, where the summary comes first.
  function arrive(state) {
    m.came = false;
    const lines = one(".mon-lines");
    lines.scrollTop = lines.scrollHeight;
    if (!narrow()) return;
    if (state === "mine" && m.dialog !== m.taken) lines.lastElementChild?.scrollIntoView({ block: "center" });
    else one(".mon-right").scrollIntoView({ block: "start" });
  }
  // On a phone the page stays at the summary, and no keyboard covers it.
  function write() {
    m.took = false;
    if (!narrow()) one('form[data-do="reply"] textarea').focus();
  }
  // A phone shows the dialog at its end: what is written next is followed.
  function atEnd() {
    const whole = document.documentElement.scrollHeight;
    return narrow() && pane() === "dialog" && scrollY > 0 && innerHeight + scrollY > whole - 60;
  }
  function toEnd() {
    if (m.wrote) one(".mon-lines").scrollTop = one(".mon-lines").scrollHeight;
    m.wrote = false;
    if (narrow() && pane() === "dialog") scrollTo(0, document.documentElement.scrollHeight);
  }

  // The browser's tab says how many wait.
  function title(waiting) {
    const plain = document.title.replace(/^\(\d+\) /, "");
    document.title = waiting ? `(${waiting}) ${plain}` : plain;
  }
  // The room ends where the window does.
  function fit() {
    const top = one(".mon-room").getBoundingClientRect().top + scrollY;
    if (top > 0) m.root.style.setProperty("--mon-top", `${Math.ceil(top) + 16}px`);
  }

  // Only what differs is replaced, so that focus, scroll and a reader's voice stay where they are.
  function fill(box, html) {
    const grows = box.classList.contains("mon-lines");
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    const held = box.contains(document.activeElement) ? document.activeElement.dataset.dialog : null;
    const made = document.createElement("template");
    made.innerHTML = html;
    tick(made.content);
    mark(made.content);
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

  function mark(within = m.root) {
    for (const row of within.querySelectorAll(".mon-row")) {
      if (row.dataset.dialog === m.dialog) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  // In words: "12 min". Somebody who waits longer than LIMITS (minutes) is marked.
  const LIMITS = { "cc-warn": 5, "cc-bad": 15 };
  const said = {};
  const inWords = (n, unit) => {
    said[unit] = said[unit] || new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" });
    return said[unit].format(n);
  };
  function age(minutes) {
    if (minutes < 1) return `< ${inWords(1, "minute")}`;
    if (minutes < 120) return inWords(minutes, "minute");
    return minutes < 2880 ? inWords(Math.floor(minutes / 60), "hour") : inWords(Math.floor(minutes / 1440), "day");
  }
  function tick(within = m.root) {
    for (const node of within.querySelectorAll("[data-since]")) {
      const minutes = Math.max(0, Math.floor((Date.now() - new Date(node.dataset.since)) / 60000));
      const text = age(minutes);
      if (node.textContent !== text) node.textContent = text;
      if (!node.classList.contains("cc-tag")) continue;
      node.classList.toggle("cc-bad", minutes >= LIMITS["cc-bad"]);
      node.classList.toggle("cc-warn", minutes >= LIMITS["cc-warn"] && minutes < LIMITS["cc-bad"]);
    }
    for (const node of within.querySelectorAll("time[data-short]")) {
      const at = new Date(node.dateTime);
      if (at.toDateString() === new Date().toDateString()) node.textContent = node.title.slice(-5);
    }
  }

  function open(dialog) {
    say("");
    m.taken = "";
    if (dialog !== m.dialog || pane() === "list") {
      cc.go("watch", dialog);
      m.steps += 1;
    }
    if (dialog !== m.dialog) change(dialog);
    pane(dialog ? "dialog" : "list");
    m.came = true;
    m.again();
  }
  // Of list and dialog a phone shows one.
  function pane(name) {
    if (name) m.root.dataset.pane = name;
    return m.root.dataset.pane;
  }
  // Back and Forward have changed the address.
  function follow(dialog) {
    if (!m.root) return;
    m.steps = Math.max(0, m.steps - 1);
    if (dialog && dialog !== m.dialog) change(dialog.slice(0, 100));
    pane(dialog ? "dialog" : "list");
    m.came = Boolean(dialog);
    if (!dialog && narrow()) one(`.mon-list [data-dialog="${CSS.escape(m.dialog)}"]`)?.scrollIntoView({ block: "nearest" });
    m.again();
  }
  function leave() {
    if (m.steps) return history.back();
    cc.put("watch", "");
    pane("list");
  }

  // Nothing of the one before stays: neither its words nor its buttons, nor what was typed for it.
  function change(dialog) {
    const typed = one('form[data-do="reply"] textarea');
    drafts.set(m.dialog, typed.value);
    m.dialog = dialog;
    m.open = null;
    m.took = false;
    m.root.dataset.state = "none";
    one('[data-part="about"]').innerHTML = `<p class="cc-empty">${m.root.dataset.loading}</p>`;
    one('[data-part="lines"]').replaceChildren();
    delete m.marks.about;
    delete m.marks.lines;
    m.root.querySelectorAll(".mon-acts form").forEach((form) => form.reset());
    unfold("");
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

  // Whoever acts has typed a name, on a phone in the list.
  function named() {
    const name = one(".mon-person").operator;
    name.required = true;
    if (!name.checkValidity()) pane("list");
    return name.reportValidity();
  }

  // To `target`, which was shown when the person pressed. Whether it has happened is unknown where no answer comes.
  async function act(what, target, more) {
    if (!named()) return false;
    let told = null;
    try {
      told = await m.server.act({ ...person(), what, dialog: target?.dialog || "", ...more });
    } catch (error) { told = null; }
    const done = Boolean(told?.done);
    if (target && target.dialog === m.dialog) say(told?.said || m.root.dataset.unsure, done);
    else cc.say(told?.said || m.root.dataset.unsure);
    m.took = done && (what === "take_over" || what === "force");
    m.again();
    return done;
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
    const target = button.closest(".mon-left") ? null : m.open;
    const answer = question ? await ask(question.replace("{customer}", () => target?.customer), "note" in button.dataset) : {};
    if (answer) await busy(button, () => act(what, target, { text: answer.note || "", ...(number ? { number } : {}) }));
  }

  // From the queue: taken and opened at once.
  async function take(button) {
    const dialog = button.dataset.take;
    if (!named()) return;
    open(dialog);
    m.taken = dialog;
    await busy(button, () => act("take_over", { dialog }, { text: "" }));
  }

  // The form of one act, or none.
  function unfold(name) {
    for (const form of m.root.querySelectorAll("[data-form]")) form.hidden = form.dataset.form !== name;
    for (const button of m.root.querySelectorAll("[data-more]")) button.setAttribute("aria-expanded", button.dataset.more === name);
    one(`[data-form="${name}"] textarea`)?.focus();
    if (!name) menu(false);
  }
  // On a phone all but the line to write is behind one button.
  function menu(open) {
    one(".mon-acts").classList.toggle("mon-on", open);
    one("[data-menu]").setAttribute("aria-expanded", String(open));
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
      m.wrote = true;
      drafts.delete(target.dialog);
    }
    if (m.dialog !== target?.dialog) return;
    form.reset();
    if (form.dataset.form) unfold("");
    else area.focus();
  }

  function listen() {
    m.root.addEventListener("click", (event) => {
      const row = event.target.closest("[data-dialog]");
      const button = event.target.closest("button[data-do]");
      const more = event.target.closest("[data-more]");
      const taken = event.target.closest("[data-take]");
      const sift = event.target.closest("[data-sift]");
      const folded = event.target.closest("[data-menu]");
      if (event.target.closest("[data-back]")) leave();
      else if (folded) menu(folded.getAttribute("aria-expanded") !== "true");
      else if (event.target.closest("[data-fold]")) unfold("");
      else if (sift) sift.setAttribute("aria-expanded", one(".mon-filters").classList.toggle("mon-on"));
      else if (more) unfold(more.getAttribute("aria-expanded") === "true" ? "" : more.dataset.more);
      else if (taken) take(taken);
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
    m.steps = 0;
    m.came = Boolean(m.dialog);
    pane(m.dialog ? "dialog" : "list");
    cc.follow("watch", follow);
    one(".mon-person").operator.value = ccFrame.person || localStorage.getItem("cc-operator") || "";
    one(".mon-person").operator.closest("label").hidden = Boolean(ccFrame.person);
    listen();
    new IntersectionObserver((entries) => {
      const shown = entries.at(-1).isIntersecting;
      if (shown === m.shown) return;
      m.shown = shown;
      if (shown) m.again();
      else stop();
    }, { rootMargin: "100000px" }).observe(m.root);
  };
  addEventListener("resize", () => { if (m.root && m.seen()) fit(); });
  addEventListener("online", () => { if (m.root) m.again(); });
  document.addEventListener("visibilitychange", () => { if (m.root) m.seen() ? m.again() : stop(); });
  setInterval(() => { if (m.root && m.seen()) tick(); }, 1000);
})();

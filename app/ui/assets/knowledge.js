// The knowledge room. Question, filters and what is open stand in the address; the server is asked by unseen buttons.
cc.kb = {
  files: [],
  narrow: () => matchMedia("(max-width: 760px)").matches,
  room: () => document.getElementById("cc-tab-knowledge"),
  one: (selector) => cc.kb.room()?.querySelector(selector),
  // What the unseen buttons send.
  asked: () => {
    const form = cc.kb.one("[data-kb-ask]");
    if (form) form.ask.value = cc.get("ask") || "";
    return cc.get("ask") || "";
  },
  open: (key) => [cc.get("article") || "", cc.key || key || ""],
  wanted: (key) => [cc.get("article") || "", cc.get("ask") || "", cc.key || key || ""],
  chosen: (key) => [cc.kb.files, cc.key || key || ""],
  answered: (key) => [...(cc.kb.form || ["", "", "", "", ""]), cc.key || key || ""],
  // Shows what the address names.
  go: (place) => {
    if ((cc.get("article") || "") !== place) cc.kb.came = true;
    cc.go("article", place);
    cc.kb.show();
  },
  show: () => {
    cc.kb.files = [];
    cc.press("cc-kb-open");
    cc.kb.mark();
    if (cc.get("article") && cc.kb.narrow()) scrollTo(0, 0);
  },
  ask: (question) => {
    cc.go("ask", question);
    cc.put("article", "");
    cc.press("cc-kb-find");
    cc.kb.show();
  },
  after: () => {
    const told = cc.kb.one("#cc-kb-said [data-opens]");
    if (!told) return cc.kb.refuse();
    cc.say(told.textContent);
    cc.put("article", told.dataset.opens);
    cc.press("cc-kb-find");
    cc.kb.show();
  },
  // Beside the field of the form that was sent.
  refuse: () => {
    const told = cc.kb.one("#cc-kb-said [data-field]"), field = told && cc.kb.one("[data-kb-answer]")?.elements[told.dataset.field];
    if (!field) return;
    cc.kb.settle();
    const line = told.cloneNode(true);
    line.className = "cc-kb-wrong";
    line.id = "cc-kb-wrong";
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
    field.closest("label").after(line);
    told.hidden = true;
    field.focus();
  },
  settle: () => {
    cc.kb.one(".cc-kb-wrong")?.remove();
    cc.kb.one("[data-kb-answer] [aria-invalid]")?.removeAttribute("aria-invalid");
  },
  mark: () => {
    const place = cc.get("article") || "";
    cc.kb.one("#cc-kb-both")?.classList.toggle("cc-open", Boolean(place));
    cc.kb.room()?.querySelectorAll("#cc-kb-found a[data-article]").forEach((link) => {
      if (link.dataset.article === place) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    cc.kb.room()?.querySelectorAll("[data-kb-answer] [name=by]").forEach((field) => {
      if (!field.value) field.value = localStorage.getItem("cc-operator") || "";
    });
    cc.kb.filter();
    const first = cc.kb.one("#cc-kb-found a[data-first]:not([data-seen])");
    if (first && !place && !cc.kb.narrow()) {
      first.dataset.seen = "yes";
      cc.put("article", first.dataset.article);
      cc.kb.show();
    }
    cc.kb.watching?.takeRecords(); // of what was just written here
  },
  filter: () => {
    const box = cc.kb.one(".cc-kb-filters");
    if (!box) return;
    const text = (cc.get("filter") || "").toLocaleLowerCase().trim(), kind = cc.get("kind") || "all";
    const field = box.querySelector("[name=filter]"), spoken = box.querySelector("[name=spoken]");
    if (document.activeElement !== field) field.value = cc.get("filter") || "";
    spoken.value = cc.get("spoken") || document.documentElement.lang;
    const counts = {all: 0}, place = cc.get("article") || "";
    let shown = 0;
    if (kind !== "all" && !cc.kb.room().querySelector(`.cc-kb-group[data-kind="${CSS.escape(kind)}"]`)) {
      cc.put("kind", "");
      return cc.kb.filter();
    }
    cc.kb.room().querySelectorAll(".cc-kb-group").forEach((group) => {
      let here = 0;
      for (const row of group.querySelectorAll("li")) {
        const speaks = spoken.value === "all" || row.dataset.langs.split(" ").includes(spoken.value);
        const fits = speaks && row.dataset.words.includes(text);
        counts[group.dataset.kind] = (counts[group.dataset.kind] || 0) + fits;
        counts.all += fits;
        row.hidden = !(fits && ["all", group.dataset.kind].includes(kind));
        here += !row.hidden;
      }
      group.hidden = !here;
      shown += here;
      group.querySelector("[data-count]").textContent = here;
      const now = `${text}|${kind}|${place}`;
      const holds = [...group.querySelectorAll("a[aria-current]")].length;
      if (group.dataset.now !== now && (text || holds || kind === group.dataset.kind && kind !== "article")) group.open = true;
      group.dataset.now = now;
    });
    box.querySelectorAll("[data-kb-kind]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.kbKind === kind));
      button.querySelector("span").textContent = counts[button.dataset.kbKind] || 0;
    });
    cc.kb.one(".cc-kb-nothing").hidden = Boolean(shown);
  },
  take: async (files) => {
    if (!files.length) return;
    cc.kb.one(".cc-kb-names").textContent = files.map((file) => file.name).join(", ");
    const form = new FormData();
    files.forEach((file) => form.append("files", file, file.name));
    const answer = await fetch(new URL("gradio_api/upload", location.href), {method: "POST", body: form});
    if (!answer.ok) return cc.say(await answer.text());
    const paths = await answer.json();
    cc.kb.files = paths.map((path, at) => ({path, orig_name: files[at].name, size: files[at].size, meta: {_type: "gradio.FileData"}}));
    cc.press("cc-kb-check");
  },
  // The list is there once its tab is open; it is marked anew whenever it is written.
  watch: () => {
    const list = document.getElementById("cc-kb-found");
    if (!list || list === cc.kb.watched) return;
    cc.kb.watched = list;
    cc.kb.watching = new MutationObserver(cc.kb.mark);
    cc.kb.watching.observe(list, {childList: true, subtree: true});
    cc.kb.mark();
  },
  acts: {
    back: () => (cc.kb.came ? history.back() : cc.kb.go("")),
    all: () => cc.kb.ask(""),
    sure: (button) => {
      const sure = button.parentElement.querySelector(".cc-kb-sure");
      sure.hidden = false;
      sure.querySelector("button").focus();
    },
    unsure: (button) => { button.closest(".cc-kb-sure").hidden = true; },
    cancel: () => cc.kb.go(""),
    put: () => cc.press("cc-kb-put"),
    stop: () => cc.press("cc-kb-stop"),
    drop: () => cc.press("cc-kb-drop"),
    withdraw: () => cc.press("cc-kb-withdraw"),
  },
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("#cc-tab-knowledge a[data-article]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    cc.kb.go(link.dataset.article);
  }
  const probe = event.target.closest("#cc-tab-knowledge a[data-probe]");
  if (probe && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    cc.kb.ask(probe.dataset.probe);
  }
  const kind = event.target.closest("[data-kb-kind]");
  if (kind) {
    cc.go("kind", kind.dataset.kbKind === "all" ? "" : kind.dataset.kbKind);
    cc.kb.filter();
  }
  const button = event.target.closest("[data-kb]");
  if (button) cc.kb.acts[button.dataset.kb](button);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-kb-ask]")) {
    event.preventDefault();
    cc.kb.ask(form.ask.value.trim());
  }
  if (form.matches("[data-kb-answer]")) {
    event.preventDefault();
    cc.kb.settle();
    cc.kb.form = [form.question, form.title, form.text, form.by].map((field) => field.value).concat(form.dataset.kbAnswer);
    cc.press("cc-kb-approve");
  }
});
document.addEventListener("input", (event) => {
  if (event.target.matches(".cc-kb-filters [name=filter]")) {
    cc.put("filter", event.target.value);
    cc.kb.filter();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".cc-kb-filters [name=spoken]")) {
    cc.go("spoken", event.target.value === document.documentElement.lang ? "" : event.target.value);
    cc.kb.filter();
  }
  if (event.target.matches("#cc-kb-file input")) cc.kb.take([...event.target.files]);
});
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const zone = event.target.closest?.("#cc-kb-file");
  if (!zone) return;
  event.preventDefault();
  zone.classList.toggle("cc-over", kind === "dragover");
  if (kind === "drop") cc.kb.take([...event.dataTransfer.files]);
});
cc.follow("article", () => { cc.kb.came = false; cc.kb.show(); });
cc.follow("ask", () => { cc.press("cc-kb-find"); cc.kb.show(); });
for (const name of ["kind", "spoken", "filter"]) cc.follow(name, () => cc.kb.filter());

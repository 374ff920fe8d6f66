// The knowledge room: which article is open stands in the address and is marked in the list.
cc.kb = {
  chosen: (name) => {
    cc.put("article", name);
    cc.kb.mark();
    if (matchMedia("(max-width: 760px)").matches) {
      document.getElementById("cc-kb-article")?.scrollIntoView({block: "start", behavior: "smooth"});
    }
    const id = document.querySelector("#cc-kb-answer-id textarea, #cc-kb-answer-id input");
    if (id && !id.value) {
      id.value = name;
      id.dispatchEvent(new Event("input", {bubbles: true}));
    }
  },
  mark: () => {
    const name = cc.get("article");
    document.querySelectorAll("#cc-kb-found a[data-article]").forEach((link) => {
      if (link.dataset.article === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  },
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("#cc-tab-knowledge a[data-article]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  cc.kb.wanted = `${link.dataset.lang}/${link.dataset.article}`;
  cc.kb.chosen(link.dataset.article);
  cc.press("cc-kb-open");
});
// The list is there once its tab is open; it is marked anew whenever it is written.
cc.kb.watch = () => {
  const list = document.getElementById("cc-kb-found");
  if (!list || list === cc.kb.watched) return;
  cc.kb.watched = list;
  new MutationObserver(cc.kb.mark).observe(list, {childList: true, subtree: true});
  cc.kb.mark();
};

// The list of customers: to open it, to search it and to leave it changes nothing; a choice does.
(() => {
  const parts = () => {
    const place = document.querySelector(".cc-picker");
    return place && {
      place, open: place.querySelector(".cc-picker-open"), list: place.querySelector(".cc-picker-list"),
      box: place.querySelector("input"), items: [...place.querySelectorAll("[role=option]")],
      own: place.querySelector("[data-own]"),
    };
  };
  const shown = (p) => p.items.filter((item) => !item.parentElement.hidden);
  const toggle = (on, back) => {
    const p = parts();
    if (!p || p.list.hidden === !on) return;
    p.list.hidden = !on;
    p.open.setAttribute("aria-expanded", String(on));
    if (on) {
      p.box.value = "";
      sift(p);
      p.box.focus();
      p.items.find((item) => item.ariaSelected === "true")?.scrollIntoView({block: "nearest"});
    } else if (back) p.open.focus();
  };
  const sift = (p) => {
    const typed = p.box.value.trim(), wanted = typed.toLowerCase();
    let exact = false;
    for (const item of p.items) {
      if (item === p.own) continue;
      item.parentElement.hidden = !`${item.textContent} ${item.dataset.pick}`.toLowerCase().includes(wanted);
      exact ||= item.dataset.pick === typed;
    }
    p.own.parentElement.hidden = !typed || exact;
    p.own.dataset.pick = typed;
    p.own.querySelector("b").textContent = typed;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest(".cc-picker-open")) toggle(document.querySelector(".cc-picker-list").hidden, true);
    else if (event.target.closest(".cc-picker [data-pick]")) toggle(false, true);
    else if (!event.target.closest(".cc-picker")) toggle(false, false);
  });
  document.addEventListener("input", (event) => event.target.closest(".cc-picker") && sift(parts()));
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.(".cc-picker")) return;
    const p = parts(), items = shown(p), at = items.indexOf(document.activeElement);
    if (event.key === "Escape") toggle(false, true);
    else if (event.key === "Enter" && event.target === p.box) {
      const typed = p.box.value.trim();
      (items.find((item) => item.dataset.pick === typed) || (typed && items[0]) || p.open).click();
    } else if (event.key === "ArrowDown" && event.target === p.open) toggle(true);
    else if (event.key === "ArrowDown") items[Math.min(at + 1, items.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && at > 0) items[at - 1].focus();
    else if (event.key === "ArrowUp") p.box.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
})();

// Tables marked data-tools: sorted by a press on a heading, filtered by words, copied whole, walked by arrow keys.
const ccCell = (row, index) => {
  const cell = row.cells[index];
  const text = (cell?.dataset.value ?? cell?.textContent ?? "").trim();
  const number = Number(text.replace(/[\s\u00a0\u202f%]/g, "").replace(",", "."));
  return text !== "" && !Number.isNaN(number) ? number : text.toLocaleLowerCase();
};
const ccCompare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang);
const ccSort = (heading) => {
  const table = heading.closest("table"), index = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  for (const body of table.tBodies) {
    const rows = [...body.rows].sort((a, b) => ccCompare(ccCell(a, index), ccCell(b, index)));
    body.append(...(down ? rows.reverse() : rows));
  }
};
const ccCopy = async (table) => {
  const shown = [...table.rows].filter((row) => !row.hidden);
  const text = shown.map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join("\t")).join("\n");
  await navigator.clipboard.writeText(text);
  cc.say(ccFrame.copied);
};
const ccTools = (table) => {
  const box = document.createElement("div");
  box.className = "cc-table-tools";
  const filter = Object.assign(document.createElement("input"), {type: "search", placeholder: ccFrame.filter});
  filter.setAttribute("aria-label", ccFrame.filter);
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLocaleLowerCase();
    for (const body of table.tBodies) for (const row of body.rows)
      row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  });
  const copy = Object.assign(document.createElement("button"), {type: "button", className: "cc-button cc-quiet", textContent: ccFrame.copy});
  copy.addEventListener("click", () => ccCopy(table));
  box.append(filter, copy);
  (table.closest(".cc-scroll") || table).before(box);
};
const ccFurnish = (table) => {
  table.dataset.furnished = "yes";
  for (const heading of table.tHead?.rows[0]?.cells || []) {
    if (!heading.textContent.trim() || heading.querySelector("button")) continue;
    const press = Object.assign(document.createElement("button"), {type: "button", className: "cc-sort"});
    press.append(...heading.childNodes);
    press.addEventListener("click", () => ccSort(heading));
    heading.append(press);
  }
  for (const body of table.tBodies) for (const row of body.rows) row.tabIndex = -1;
  if (table.tBodies[0]?.rows[0]) table.tBodies[0].rows[0].tabIndex = 0;
  if (table.tBodies[0]?.rows.length > 7) ccTools(table);
};
document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("table[data-tools] tbody tr");
  if (!row || row !== event.target || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  let next = row;
  do next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling; while (next?.hidden);
  if (!next) return;
  event.preventDefault();
  row.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
const ccFurnishAll = () => document.querySelectorAll("table[data-tools]:not([data-furnished])").forEach(ccFurnish);
new MutationObserver(ccFurnishAll).observe(document.documentElement, {childList: true, subtree: true});
ccFurnishAll();

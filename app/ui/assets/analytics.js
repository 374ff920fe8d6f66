// The analytics room: its toolbar shows what the address asks for, and changes it.
const anUsual = "7";
const anNames = ["period", "from", "to", "desk", "speech"];
const anValue = (name) => (cc.get(name) || "").slice(0, 64);
const anZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const anRoom = () => document.getElementById("an-room");

// On a phone the filters are folded, unless they leave something out.
const anSift = (open) => {
  anRoom()?.querySelector(".an-bar")?.classList.toggle("an-on", open);
  anRoom()?.querySelector("[data-an-sift]")?.setAttribute("aria-expanded", String(open));
};
const anToolbar = () => {
  const period = anValue("period") || anUsual;
  anRoom()?.querySelectorAll("[data-an-period]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.anPeriod === period)));
  anRoom()?.querySelectorAll("[data-an-name]").forEach((field) => { field.value = anValue(field.dataset.anName); });
  if (anValue("desk") || anValue("speech")) anSift(true);
  anRoom()?.querySelectorAll("[data-an-dates]").forEach((dates) => { dates.hidden = period !== "custom"; });
};
// The values of an event: period, days, zone, agent, language, key; what follows stays as the components have it.
window.anGiven = (given) => {
  const [period, first, last, agent, language] = anNames.map(anValue);
  return [period || anUsual, first, last, anZone(), agent, language, cc.key || given[6] || "", ...given.slice(7)];
};
window.anAsk = (given) => {
  anToolbar();
  anRoom()?.setAttribute("aria-busy", "true");
  return anGiven(given);
};
window.anShown = () => {
  anRoom()?.removeAttribute("aria-busy");
  anToolbar();
};
// A text that the page was handed becomes a file of the visitor's; nothing is asked of the server again.
window.anSave = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};

let anWaiting = 0;
const anAgain = () => {
  anToolbar();
  clearTimeout(anWaiting);
  if (anRoom()?.offsetParent) anWaiting = setTimeout(() => cc.press("an-show"));
};
// Own dates begin with those that are shown.
const anPeriod = (period) => {
  const shown = document.getElementById("an-span")?.dataset;
  cc.go("period", period);
  cc.put("from", period === "custom" ? shown?.first : null);
  cc.put("to", period === "custom" ? shown?.last : null);
  cc.seen = new URLSearchParams(location.search);
  anAgain();
};
document.addEventListener("click", (event) => {
  document.querySelectorAll(".an-help[open]").forEach((help) => { help.open = help.contains(event.target); });
  const button = event.target.closest?.("#an-room button");
  if (button?.dataset.anPeriod) anPeriod(button.dataset.anPeriod);
  if (button?.matches("[data-an-sift]")) anSift(button.getAttribute("aria-expanded") !== "true");
  if (button?.dataset.anPress) cc.press(button.dataset.anPress);
});
document.addEventListener("keydown", (event) => {
  const help = event.key === "Escape" && document.querySelector(".an-help[open]");
  if (!help) return;
  help.open = false;
  help.querySelector("summary").focus();
});
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.anName;
  if (!name || (event.target.type === "date" && event.target.value < "1971")) return;
  cc.go(name, event.target.value);
  anAgain();
});
for (const name of anNames) cc.follow(name, anAgain);

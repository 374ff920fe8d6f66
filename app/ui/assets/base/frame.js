// The frame: the room of the address, the theme, the language, tabs by keyboard.
Object.assign(cc, {
  dark: (on) => {
    ccTheme.put(on);
    document.body.classList.toggle("dark", on);
  },
  isDark: () => ccTheme.isDark(),
  tab: (name) => {
    const button = document.getElementById(`cc-tab-${name}-button`);
    if (button) button.click();
    else location.href = `?tab=${encodeURIComponent(name)}`;
  },
  press: (id) => (document.querySelector(`button#${id}`) || document.querySelector(`#${id} button`))?.click(),
});
// The operator key is typed once: every room's box gets it. It is kept by this page only, as long as it is open.
cc.lend = () => document.querySelectorAll("#cc-tabs input[type=password]").forEach((box) => {
  if (!cc.key || box.value === cc.key) return;
  box.value = cc.key;
  ["input", "change"].forEach((kind) => box.dispatchEvent(new Event(kind, {bubbles: true})));
});
// What a tab holds is made when it is opened for the first time, and then it takes a moment.
cc.entered = (room) => {
  cc.go("tab", room);
  if (!cc.key) return;
  const seen = new MutationObserver(cc.lend);
  seen.observe(document.getElementById("cc-tabs"), {childList: true, subtree: true});
  setTimeout(() => seen.disconnect(), 5000);
  cc.lend();
};
cc.follow("tab", (room) => cc.tab(room || "chat"));
document.addEventListener("input", (event) => {
  if (event.target.type === "password" && event.isTrusted) cc.key = event.target.value;
}, true);
document.addEventListener("change", (event) => event.target.type === "password" && event.isTrusted && cc.lend());
document.addEventListener("click", (event) => {
  const open = document.querySelector("#cc-model[open]");
  if (open && !open.contains(event.target)) open.open = false;
  if (event.target.closest("[data-skip]")) {
    event.preventDefault();
    document.querySelector("#cc-tabs > .tab-wrapper [role=tab].selected")?.focus();
  }
  if (event.target.closest("[data-theme-switch]")) cc.dark(!cc.isDark());
  const tab = event.target.closest("a[data-tab]");
  if (tab && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (open) open.open = false;
    cc.tab(tab.dataset.tab);
  }
  const language = event.target.closest(".cc-switch a[data-lang]");
  if (language) {
    event.preventDefault();
    document.cookie = `cc_lang=${language.dataset.lang};path=/;max-age=31536000;samesite=lax`;
    location.href = new URL(location.search, language.href);
  }
});
// Between one's own data and the example the room stays.
document.addEventListener("click", (event) => {
  const way = event.target.closest(".cc-week a");
  if (!way || !cc.get("tab")) return;
  const there = new URL(way.href);
  there.searchParams.set("tab", cc.get("tab"));
  way.href = there;
});
// A field left empty is named in the page's language; the browser would speak its own.
document.addEventListener("invalid", (event) => {
  const field = event.target;
  if (!field.validity.valueMissing) return;
  event.preventDefault();
  if (field.form && field.form.querySelector(":invalid") !== field) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
  cc.say(field.dataset.needed || ccFrame.needed);
}, true);
document.addEventListener("input", ({target}) => {
  if (!target.hasAttribute?.("aria-invalid")) return;
  target.removeAttribute("aria-invalid");
  document.getElementById("cc-said")?.classList.remove("cc-on");
});
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("#cc-model[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
  const tab = event.target.closest?.("[role=tablist] [role=tab]");
  const step = {ArrowRight: 1, ArrowLeft: -1, Home: "first", End: "last"}[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")].filter((t) => t.offsetParent);
  const to = step === "first" ? 0 : step === "last" ? tabs.length - 1 : tabs.indexOf(tab) + step;
  tabs[(to + tabs.length) % tabs.length].focus();
  event.preventDefault();
});
// The tab of the address is open from the first moment: Gradio is told before it builds the page.
cc.begin = (config) => {
  if (cc.get("tab") === "status") cc.put("tab", "settings"); // as the tab is named
  const tabs = config?.components?.find((part) => part.props?.elem_id === "cc-tabs");
  const rooms = (config?.components || []).map((part) => part.props?.elem_id).filter((id) => id?.startsWith("cc-tab-"));
  const open = rooms.filter((id) => !ccFrame.closed_rooms.includes(id));
  (config?.components || []).forEach((part) => {
    if (ccFrame.closed_rooms.includes(part.props?.elem_id)) part.props.visible = false;
  });
  if (config) config.dependencies = config.dependencies.filter((one) => !ccFrame.closed_events.includes(one.id));
  if (tabs && open.length && open.length < rooms.length) tabs.props.selected = open[0].slice("cc-tab-".length);
  if (tabs && open.includes(`cc-tab-${cc.get("tab")}`)) tabs.props.selected = cc.get("tab");
};
cc.begin(window.gradio_config);
// What is larger than the server takes, one file or all together, is refused before it travels.
const ccTooLarge = (event) => {
  const files = [...(event.dataTransfer?.files || event.target.files || [])];
  const limit = ccFrame.largest;
  const large = files.find((file) => file.size > limit * 2 ** 20);
  const sum = files.reduce((bytes, file) => bytes + file.size, 0);
  if (sum <= limit * 2 ** 20) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.target.value !== undefined) event.target.value = "";
  cc.say((large ? ccFrame.too_large : ccFrame.too_many).replace("{file}", large?.name).replace("{limit}", limit));
};
document.addEventListener("change", (event) => event.target.type === "file" && ccTooLarge(event), true);
document.addEventListener("drop", ccTooLarge, true);
cc.say = (sentence) => {
  let place = document.getElementById("cc-said");
  if (!place) {
    place = document.createElement("div");
    place.id = "cc-said";
    place.setAttribute("role", "alert");
    document.body.append(place);
  }
  place.textContent = sentence;
  place.classList.add("cc-on");
  clearTimeout(cc.saying);
  cc.saying = setTimeout(() => place.classList.remove("cc-on"), 9000);
};
// Health is asked again once a minute, but not by a tab that nobody sees.
setInterval(() => document.hidden || document.querySelector("#cc-model[open]") || cc.press("cc-ask-health"), 60000);

// The frame: what the address says (tab, dialog, run), the theme, the language.
window.cc = {
  get: (name) => new URLSearchParams(location.search).get(name),
  put: (name, value) => {
    const now = new URL(location.href);
    if (value === null || value === undefined || value === "") now.searchParams.delete(name);
    else now.searchParams.set(name, value);
    history.replaceState(history.state, "", now);
  },
  dark: (on) => {
    document.body.classList.toggle("dark", on);
    localStorage.setItem("cc-theme", on ? "dark" : "light");
  },
};
document.addEventListener("DOMContentLoaded", () => {
  const kept = localStorage.getItem("cc-theme");
  const asked = new URLSearchParams(location.search).get("__theme");
  if (asked) localStorage.setItem("cc-theme", asked);
  else if (kept) document.body.classList.toggle("dark", kept === "dark");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) cc.dark(!document.body.classList.contains("dark"));
  const language = event.target.closest("[data-lang]");
  if (language) {
    event.preventDefault();
    document.cookie = `cc_lang=${language.dataset.lang};path=/ui;max-age=31536000;samesite=lax`;
    location.href = new URL(`../${language.dataset.lang}/${location.search}`, location.href);
  }
});

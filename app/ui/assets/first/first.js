// Runs before anything is painted. Gradio asks the browser for language and theme: it is told what was chosen here.
(() => {
  // Times are written in the zone of this browser.
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  document.cookie = `cc_zone=${zone};path=/;max-age=31536000;samesite=lax`;
  const root = document.documentElement;
  const known = {ru: "ru-RU", en: "en-GB"};
  const spoken = known[ccFrame.language] || ccFrame.language;
  Object.defineProperty(navigator, "language", {get: () => spoken, configurable: true});
  Object.defineProperty(navigator, "languages", {get: () => [spoken], configurable: true});

  const query = "(prefers-color-scheme: dark)";
  const ask = window.matchMedia.bind(window);
  const system = ask(query);
  const listeners = new Set();
  const kept = () => {
    try { return localStorage.getItem("cc-theme"); } catch { return null; }
  };
  const isDark = () => {
    const asked = new URLSearchParams(location.search).get("__theme") || kept();
    return asked === "dark" || (asked !== "light" && system.matches);
  };
  const scheme = {
    get matches() { return isDark(); },
    media: query,
    onchange: null,
    addEventListener: (_, told) => listeners.add(told),
    removeEventListener: (_, told) => listeners.delete(told),
    addListener: (told) => listeners.add(told),
    removeListener: (told) => listeners.delete(told),
    dispatchEvent: () => true,
  };
  window.matchMedia = (asked) => (asked.replaceAll(" ", "") === query.replaceAll(" ", "") ? scheme : ask(asked));
  const tell = () => {
    root.style.colorScheme = isDark() ? "dark" : "light";
    root.classList.toggle("cc-dark", isDark());
    listeners.forEach((told) => (told.handleEvent || told).call(scheme, {matches: isDark(), media: query}));
    document.dispatchEvent(new CustomEvent("cc-theme", {detail: {dark: isDark()}}));
  };
  system.addEventListener("change", tell);
  window.ccTheme = {
    isDark,
    put: (dark) => {
      try { localStorage.setItem("cc-theme", dark ? "dark" : "light"); } catch { /* private window */ }
      const now = new URL(location.href);
      if (now.searchParams.has("__theme")) {
        now.searchParams.delete("__theme");
        history.replaceState(history.state, "", now);
      }
      tell();
    },
  };
  tell();
})();

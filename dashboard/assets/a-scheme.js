// Dark or light before the first paint. Belongs in <head>; also keeps the choice (the key is Mantine's own).
(function () {
  "use strict";
  const KEY = "mantine-color-scheme-value";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const changed = new Set();

  function choice() {
    try {
      const kept = window.localStorage.getItem(KEY);
      return kept === "dark" || kept === "light" ? kept : "auto";
    } catch (refused) {
      return "auto"; // storage may be switched off; the system decides then
    }
  }

  function resolved() {
    const kept = choice();
    return kept === "auto" ? (system.matches ? "dark" : "light") : kept;
  }

  function apply() {
    document.documentElement.setAttribute("data-mantine-color-scheme", resolved());
    changed.forEach((listener) => listener(resolved()));
  }

  function choose(value) {
    try {
      window.localStorage.setItem(KEY, value);
    } catch (refused) {
      // the choice then lasts as long as the page
    }
    apply();
  }

  system.addEventListener("change", apply);
  window.vigieScheme = { choice, resolved, choose, onChange: (listener) => changed.add(listener) };
  apply();
})();

// What a press or a key does outside of Dash's own components: one listener each, on the document.
(function () {
  "use strict";
  const props = (name, values) => window.dash_clientside.set_props(name, values);

  function navigate(link) {
    const target = new URL(link.href, window.location.href);
    const path = window.location.pathname;
    if (target.origin !== window.location.origin) return false;
    if (!target.searchParams.has("range") && !target.searchParams.has("from")) {
      const now = new URLSearchParams(window.vigieView.search());
      for (const name of ["range", "from", "to"]) if (now.has(name)) target.searchParams.set(name, now.get(name));
    }
    window.history.pushState(null, "", target.pathname + target.search + target.hash);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (target.pathname !== path) window.scrollTo(0, 0);
    return true;
  }

  function signOut() {
    document.getElementById("sign-out-form").submit();
  }

  function absolute() {
    const from = new Date(document.getElementById("range-from").value);
    const to = new Date(document.getElementById("range-to").value);
    const wrong = Number.isNaN(+from) || Number.isNaN(+to) ? "Give both times."
      : to <= from ? "The second time must be after the first."
      : to - from > 400 * 86400e3 ? "A window is at most 400 days long."
      : to > Date.now() + 86400e3 ? "The window ends in the future." : "";
    document.getElementById("range-error").textContent = wrong;
    if (wrong) return;
    props("range-popover", { opened: false });
    window.vigieView.change({ range: null, from: from.toISOString(), to: to.toISOString() });
  }

  // A page adds its own: window.vigieActs = Object.assign(window.vigieActs || {}, { name: (element) => … });
  const ACTS = window.vigieActs = Object.assign(window.vigieActs || {}, {
    range: (element) => {
      props("range-popover", { opened: false });
      window.vigieView.change({ range: element.dataset.value, from: null, to: null });
    },
    "range-absolute": absolute,
    live: () => window.vigieView.toggleLive(),
    scheme: (element) => window.vigieScheme.choose(element.dataset.value),
    retry: () => window.vigieView.retry(),
    keys: () => props("keys-dialog", { opened: true }),
    "close-notice": () => window.vigieView.closeNotice(),
    "sign-out": signOut,
    "clear-filter": () => window.vigieView.clearFilter(),
    filter: (element) => window.vigieView.change({ [element.dataset.field]: element.dataset.value || null }),
  });

  // Mantine first focuses an empty element inside its menu, which a menu may not hold: the first item is meant.
  function enterMenu() {
    document.querySelectorAll("[role='menu'] > [data-autofocus]").forEach((placeholder) => {
      placeholder.hidden = true;
      const item = placeholder.parentElement.querySelector("[role='menuitem']");
      if (item) item.focus();
    });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[aria-haspopup='menu']")) window.setTimeout(enterMenu, 60);
    if (event.target.closest(".range-target")) window.setTimeout(window.vigieView.openRange, 30);
    const element = event.target.closest("[data-act], a[data-nav]");
    if (!element || event.defaultPrevented) return;
    const act = ACTS[element.dataset.act];
    if (act) act(element);
    else if (!event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0 && navigate(element)) event.preventDefault();
  });

  // ---- keys ----
  let goes = 0;
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable], [role='dialog'], [role='menu']");

  function move(step) {
    if ((window.vigieMoves || []).some((own) => own(step))) return; // a page that moves by itself
    if (window.vigieDrawer && window.vigieDrawer.move(step)) return;
    if (window.vigieGrid && window.vigieGrid.move(step)) return;
    const rows = Array.from(document.querySelectorAll("#page [data-row]")).filter((row) => row.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement.closest("[data-row]"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function open(element) {
    const row = element.closest("[data-row]");
    const link = row && row === element ? row.querySelector("a") : null;
    if (link) link.click();
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    l: ACTS.live,
    "?": ACTS.keys,
    "/": () => { const filter = document.querySelector("#page [data-search], #page [data-filter]"); if (filter) filter.focus(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "Enter") { open(event.target); return; }
    if (event.key === "g") { goes = Date.now(); return; }
    const link = Date.now() - goes < 1500 && document.querySelector('#rail a[data-key="' + CSS.escape(event.key) + '"]');
    goes = 0;
    if (link) { event.preventDefault(); link.click(); return; }
    const own = Object.hasOwn(window.vigieKeys || {}, event.key) && window.vigieKeys[event.key]; // a page's own: whether it was taken
    if (own && own()) { event.preventDefault(); return; }
    if (!Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
})();

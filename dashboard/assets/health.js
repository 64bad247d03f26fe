// The API page: metrics come without an event, so it asks again as time goes on; and routes are sorted by their heads.
(function () {
  "use strict";
  const SORTS = new Set(["requests", "failed", "refused", "p50", "p95", "p99"]);
  const TICK_MS = 1000;
  const OFTEN_MS = 5000, SELDOM_MS = 30e3; // windows of days cost more and move less
  const LONG_H = 25;
  window.vigieFields = Object.assign(window.vigieFields || {}, {
    sort: { read: (text) => (SORTS.has(text) ? text : null), word: "the order of routes", instead: "the busiest route first" },
  });

  let askedAt = 0;
  let asked = "";
  const isHere = () => document.querySelector(".health") !== null;
  const isLong = (view) => ["7d", "30d"].includes(view.range) || (view.from && Date.parse(view.to) - Date.parse(view.from) > LONG_H * 3600e3);

  function ask() {
    const of = window.vigieView;
    const { wrong, ...view } = of.current();
    const now = new Date().toISOString();
    askedAt = Date.now();
    asked = JSON.stringify([of.search(), of.again(), of.pulse.store]);
    window.dash_clientside.set_props("health-view", { data: { ...view, zone: of.zone, at: now, store: of.pulse.store, again: of.again() } });
  }

  // Another view, another try, a database that came or went: at once. What is merely new waits for the next round.
  window.addEventListener("vigie:view", () => {
    if (!isHere()) { asked = ""; return; }
    const of = window.vigieView;
    if (asked !== JSON.stringify([of.search(), of.again(), of.pulse.store])) ask();
  });

  window.setInterval(() => {
    if (document.hidden || !window.vigieView || !isHere() || asked === "") return;
    const view = window.vigieView.current();
    if (!window.vigieView.isLive() || view.to) return;
    if (Date.now() - askedAt >= (isLong(view) ? SELDOM_MS : OFTEN_MS)) ask();
  }, TICK_MS);

  document.addEventListener("click", (event) => {
    const head = event.target.closest("[data-health-sort]");
    if (head) window.vigieView.change({ sort: head.dataset.healthSort }, true);
  });
})();

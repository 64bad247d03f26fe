// Situation: passes the view on, asks again where metrics go by the clock, and makes a window of what is brushed.
(function () {
  "use strict";
  const TICK_MS = 1000;
  const OFTEN_MS = 5000, SELDOM_MS = 30e3; // windows of days cost more and move less
  const LONG_H = 25;
  const LEAST_MS = 60e3; // a shorter brush is a slip of the hand
  const page = () => document.querySelector(".situation");
  const isLong = (view) => ["7d", "30d"].includes(view.range) || (view.from && Date.parse(view.to) - Date.parse(view.from) > LONG_H * 3600e3);

  let askedAt = 0;
  let told = "";

  function tell(at) {
    const of = window.vigieView;
    const { wrong, ...view } = of.current();
    const asked = { ...view, zone: of.zone, at, mark: of.pulse.mark, store: of.pulse.store, again: of.again() };
    const said = JSON.stringify([of.key(), asked]);
    if (said === told) return;
    told = said;
    askedAt = Date.now();
    window.dash_clientside.set_props("situation-view", { data: asked });
  }

  window.addEventListener("vigie:view", () => {
    if (page()) tell(window.vigieView.pulse.now);
    else told = "";
  });

  // Logins and alerts do not rest on the source that was lost or is back: only what does is asked for.
  window.addEventListener("vigie:beat", (event) => {
    if (!page()) return;
    event.preventDefault();
    tell(new Date().toISOString());
  });

  window.setInterval(() => {
    if (document.hidden || !window.vigieView || !page() || !page().dataset.byTheClock || told === "") return;
    const view = window.vigieView.current();
    if (!window.vigieView.isLive() || view.to) return;
    if (Date.now() - askedAt >= (isLong(view) ? SELDOM_MS : OFTEN_MS)) tell(new Date().toISOString());
  }, TICK_MS);

  // Plotly draws the reader's time without zone, which is how the browser reads it.
  function brush(selected) {
    if (!selected || !selected.range) return window.dash_clientside.no_update;
    const at = Object.entries(selected.range).find(([axis]) => axis.startsWith("x"));
    const [from, to] = at ? at[1].map((each) => Date.parse(String(each).replace(" ", "T"))).sort((a, b) => a - b) : [NaN, NaN];
    const until = Math.min(to, Date.now());
    if (until - from >= LEAST_MS) {
      window.vigieView.change({ range: null, from: new Date(from).toISOString(), to: new Date(until).toISOString() });
    }
    return window.dash_clientside.no_update;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { situation_brush: brush });
})();

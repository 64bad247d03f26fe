// Security events: what its address holds, what is brushed, the filters on a phone.
(function () {
  "use strict";
  const DIMENSIONS = ["severity", "source", "outcome", "category", "action", "rule", "container_name", "http_status"];
  const EVENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_[0-9a-f]{64}$/;
  const nothing = () => window.dash_clientside.no_update;

  window.vigieFields = Object.assign(window.vigieFields || {}, {
    q: { read: (text) => (text.length <= 2000 ? text : null), word: "the query", instead: "all events", narrows: true },
    tick: {
      read: (text) => (text.length <= 440 && DIMENSIONS.includes(text.split(":")[0]) && text.includes(":") ? text : null),
      many: true, word: "the filter", instead: "all events", narrows: true,
    },
    event: { read: (text) => (EVENT.test(text) ? text : null), word: "the event", instead: "the list", quiet: true },
  });

  const plot = () => document.querySelector("[data-panel='events-histogram'] .js-plotly-plot");
  const meta = () => (plot() && plot().layout && plot().layout.meta) || { starts: [], step_ms: 0 };

  // The bars from `first` to `last` become the window.
  function choose(first, last) {
    const { starts, step_ms: step } = meta();
    if (!starts[first] || !starts[last]) return;
    const from = Date.parse(starts[first]), to = Math.min(Date.parse(starts[last]) + step, Date.now() + 3600e3);
    if (to > from) window.vigieView.change({ range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  }

  // Plotly draws the reader's time without zone: its positions are compared with those of the bars.
  function brush(selected, clicked) {
    const what = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id).join();
    if (what.includes("clickData") && clicked && clicked.points.length) {
      choose(clicked.points[0].pointNumber, clicked.points[0].pointNumber);
    } else if (what.includes("selectedData") && selected && selected.range && plot()) {
      const [from, to] = selected.range.x.map((each) => Date.parse(each.replace(" ", "T") + "Z"));
      const half = meta().step_ms / 2;
      const hit = plot().data[0].x.map((each) => Date.parse(each + "Z")).map((at, bar) => (at + half > from && at - half < to ? bar : -1)).filter((bar) => bar >= 0);
      if (hit.length) choose(hit[0], hit[hit.length - 1]);
    }
    return nothing();
  }

  // Three times as wide, around the middle; what lies ahead of now is left out.
  function wider() {
    const view = window.vigieView.current();
    if (view.range) {
      const names = ["1h", "12h", "24h", "7d", "30d"];
      window.vigieView.change({ range: names[Math.min(names.indexOf(view.range) + 1, names.length - 1)] });
      return;
    }
    const from = Date.parse(view.from), to = Date.parse(view.to), length = Math.min(to - from, 133 * 86400e3);
    window.vigieView.change({
      from: new Date(from - length).toISOString(), to: new Date(Math.min(to + length, Math.max(to, Date.now()))).toISOString(),
    });
  }

  function filters() {
    const page = document.getElementById("events-page");
    const open = page.toggleAttribute("data-filters");
    const target = document.querySelector(open ? "#facets input" : ".query-line [data-act='filters']");
    if (target) target.focus();
  }

  window.vigieActs = Object.assign(window.vigieActs || {}, { wider, filters });
  window.vigieEvents = {
    choose,
    total: () => meta().total,
    say: (words) => { const said = document.getElementById("events-said"); if (said) said.textContent = words; },
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { events_brush: brush });
})();

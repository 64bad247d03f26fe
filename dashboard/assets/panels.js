// Spreads an answer over its panel, draws figures in the colours of the reader's scheme, and lets ages tick.
(function () {
  "use strict";
  const shown = {}; // panel -> key of the view whose data stand on the screen
  const readAt = {}; // panel -> when those data were true
  const drawn = {}; // panel -> the figure as the server sent it, with colours by role
  const unchanged = () => window.dash_clientside.no_update;
  const HOLDS_NONE = new Set(["empty", "unknown", "unmatched"]); // it was read, and there is nothing to draw
  const SEES_NOTHING = new Set(["error", "loading"]);

  function spread(answer, name) {
    const key = window.vigieView.key();
    let state = answer.state;
    if (state === "error" && shown[name] === key) state = "stale";
    if (SEES_NOTHING.has(state) || HOLDS_NONE.has(state)) delete shown[name]; // nothing stands there that could be kept
    else shown[name] = key;
    if (answer.state !== "error") readAt[name] = answer.as_of;
    const kept = state === "stale" && answer.state === "error";
    const badge = kept ? "Stale since " + window.vigieView.clock(Math.max(Date.parse(readAt[name]), window.vigieView.pulse.whole)) : answer.badge || "Stale";
    const foot = answer.foot + (answer.note ? " · " + answer.note : "");
    return [state, kept ? unchanged() : answer.words, state === "stale" ? badge : "", answer.sentence, answer.advice, foot,
      kept ? unchanged() : answer.as_of];
  }

  // ---- colours by role: "@failure" or "@critical/15" ----
  function colourOf(role) {
    const [name, percent] = role.slice(1).split("/");
    const value = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
    if (!percent || !/^#[0-9a-f]{6}$/i.test(value)) return value;
    const part = (at) => parseInt(value.slice(at, at + 2), 16);
    return "rgba(" + [part(1), part(3), part(5), Number(percent) / 100].join(",") + ")";
  }

  const HOLDS_COLOUR = /color/i;
  function recolour(value, inColour) {
    if (typeof value === "string") return inColour && value.startsWith("@") ? colourOf(value) : value;
    if (Array.isArray(value)) return inColour || value.some((each) => each && typeof each === "object") ? value.map((each) => recolour(each, inColour)) : value;
    if (!value || typeof value !== "object") return value;
    const made = {};
    for (const name of Object.keys(value)) {
      const below = value[name];
      const holds = HOLDS_COLOUR.test(name) && (typeof below === "string" || Array.isArray(below));
      made[name] = name === "customdata" || name === "text" ? below : recolour(below, holds);
    }
    return made;
  }

  function template() {
    const axis = {
      color: "@faint", gridcolor: "@hairline", linecolor: "@border", tickcolor: "@border", zeroline: false,
      tickfont: { size: 11, color: "@faint" }, automargin: false, fixedrange: true,
    };
    return {
      layout: {
        font: { family: "Inter, system-ui, sans-serif", size: 12, color: "@dimmed" },
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, bargap: 0.2, hovermode: "x unified",
        margin: { l: 44, r: 8, t: 8, b: 24 },
        xaxis: { ...axis, showspikes: false, showgrid: false, ticks: "outside", ticklen: 4, showline: true },
        yaxis: { ...axis, showgrid: true, nticks: 4, rangemode: "tozero", ticks: "", zeroline: true, zerolinecolor: "@border", zerolinewidth: 1, tickformat: ",d" },
        hoverlabel: { bgcolor: "@raised", bordercolor: "@border", font: { size: 12, color: "@text", family: "Inter" }, align: "left" },
        annotationdefaults: { showarrow: false, font: { size: 11.5 } },
      },
    };
  }

  function narrowed(layout, element) {
    const narrow = (element ? element.clientWidth : 800) < 560;
    if (!narrow) return layout;
    if (layout.dragmode === "select") layout = { ...layout, dragmode: false }; // a finger scrolls the page
    const x = layout.xaxis || {};
    const few = x.tickvals && x.tickvals.length > 8 && { tickangle: 0,
      tickvals: x.tickvals.filter((_, at) => (x.tickvals.length - 1 - at) % 4 === 0), ticktext: x.ticktext.filter((_, at) => (x.ticktext.length - 1 - at) % 4 === 0) };
    if (!layout.meta || !layout.meta.gutter) return { ...layout, xaxis: { ...x, ...few } };
    const worst = (layout.annotations || []).find((each) => each.name === "tag"); // there is room for one
    const places = layout.meta.narrow; // where the rows stand on a narrow screen, by the name of their axis
    const LEFT_OUT = new Set(["row-unit", "label", "moment"]);
    const annotations = (layout.annotations || []).filter((each) => !LEFT_OUT.has(each.name) && (each.name !== "tag" || each === worst)).map((each) => {
      const row = String(each.name).startsWith("row ") && places[each.name.slice(4)];
      if (row) return { ...each, y: row[1], xshift: -32, yanchor: "bottom", yshift: 2 };
      if (each.name === "mark") return { ...each, xref: "paper", x: 1, xanchor: "right", xshift: 0, yref: "paper", y: places.yaxis2[1], yanchor: "bottom", yshift: 2 };
      return each.name === "tag" ? { ...each, yanchor: "bottom" } : each;
    });
    const rows = Object.fromEntries(Object.entries(places).map(([axis, domain]) => [axis, { ...layout[axis], domain }]));
    return { ...layout, margin: { ...layout.margin, l: 40, t: 26 }, annotations, ...rows };
  }

  function draw(figure, name) {
    const element = document.querySelector('[data-panel="' + CSS.escape(name) + '"] .panel-content');
    const layout = narrowed(figure.layout || {}, element);
    return recolour({ data: figure.data, layout: { ...layout, template: template(), datarevision: undefined } }, false);
  }

  function showFigure(answer, scheme, name) {
    const onlyScheme = window.dash_clientside.callback_context.triggered.every((each) => each.prop_id === "scheme.data");
    if (onlyScheme || !answer) {
      return Array(7).fill(unchanged()).concat([drawn[name] && shown[name] ? draw(drawn[name], name) : unchanged()]);
    }
    const parts = spread(answer, name);
    if (!answer.content) return parts.concat([unchanged()]);
    drawn[name] = answer.content;
    return parts.concat([draw(answer.content, name)]);
  }

  function showList(answer, scheme, name) {
    const onlyScheme = window.dash_clientside.callback_context.triggered.every((each) => each.prop_id === "scheme.data");
    if (onlyScheme || !answer) return Array(8).fill(unchanged());
    const parts = spread(answer, name);
    const own = (window.vigiePanels || {})[name]; // a panel that fills itself: function (answer, whether it was read)
    if (own) {
      own(answer, !SEES_NOTHING.has(answer.state));
      return parts.concat([unchanged()]);
    }
    const kept = parts[0] === "stale" && answer.state === "error";
    return parts.concat([kept || answer.content === undefined ? unchanged() : answer.content]);
  }

  window.vigieScheme.onChange((scheme) => {
    if (!window.dash_clientside.set_props || !document.getElementById("page")) return;
    window.dash_clientside.set_props("scheme", { data: scheme });
    window.dash_clientside.set_props("mantine", { forceColorScheme: scheme });
  });

  // ---- ages: while nothing has changed, what was read stays true until the last poll that said so ----
  function span(seconds) {
    if (seconds < 90) return Math.floor(seconds) + " s";
    if (seconds < 5400) return Math.floor(seconds / 60) + " min";
    return seconds < 172800 ? Math.floor(seconds / 3600) + " h" : Math.floor(seconds / 86400) + " days";
  }

  function tick() {
    if (document.hidden) return;
    const pulse = window.vigieView.pulse;
    const confirmed = window.vigieView.isLive() && pulse.store === "ok" ? pulse.heard : 0;
    document.querySelectorAll("[data-as-of]").forEach((element) => {
      const read = Date.parse(element.dataset.asOf);
      if (!Number.isFinite(read)) return;
      const frame = element.closest("[data-state]");
      const state = frame ? frame.dataset.state : "ok";
      const cut = pulse.store !== "ok" || pulse.failed > 0;
      const since = state === "ok" || HOLDS_NONE.has(state) ? Math.max(read, confirmed) : state === "stale" && cut ? Math.max(read, pulse.whole) : read;
      const age = span(Math.max(0, (Date.now() - since) / 1000));
      const words = state === "error" ? "tried " + age + " ago" : state === "stale" ? age + " old" : age + " ago";
      if (element.textContent !== words) element.textContent = words;
    });
  }
  window.setInterval(tick, 1000);

  // ---- a question that the console itself could not take: say so in its panel, keep the others ----
  const plainFetch = window.fetch.bind(window);
  window.fetch = async function (what, options) {
    const isCallback = String(what && what.url ? what.url : what).includes("/_dash-update-component");
    try {
      const answer = await plainFetch(what, options);
      if (isCallback && answer.status === 401) window.location.assign("/login?next=" + encodeURIComponent(window.location.pathname + window.location.search));
      else if (isCallback && !answer.ok) unanswered(options);
      return answer;
    } catch (failure) {
      if (isCallback) unanswered(options);
      throw failure;
    }
  };

  function unanswered(options) {
    let asked;
    try {
      asked = JSON.parse(options.body).outputs;
    } catch (unreadable) {
      return;
    }
    for (const output of Array.isArray(asked) ? asked : [asked]) {
      if (!output || !output.id || !output.id.panel) continue;
      window.dash_clientside.set_props(output.id, { data: {
        state: "error", foot: "Console", words: "", badge: "Stale", as_of: new Date().toISOString(),
        sentence: "The console did not answer", advice: "It may be starting again. Try again in a moment.", tried: Date.now(),
      } });
    }
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { show_figure: showFigure, show_list: showList });
})();

// The list of events. Each part is asked for by the row that stands before it, so that no new event moves what was read.
// New events come in only while the reader is at the top and not in the list; else a button says how many there are.
(function () {
  "use strict";
  const GRID = "events-grid";
  const BLOCK = 60;
  const make = (...parts) => window.React.createElement(...parts);
  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const ends = {}; // number of a row -> the place in the list of the one before it
  let first = null; // the newest rows that were read, and how to ask for what follows them
  let shown = null; // those that stand on the screen
  let waiting = null; // what the grid has asked for and is still to get
  let asked = 0;
  let short = null; // the last part, where it ends before the window does
  let further = null; // the same part after more was looked for
  let lastKey = "";
  let made = null;

  const icon = (name) => make("span", { className: "icon icon-" + name, "aria-hidden": "true" });
  renderers.VigieSeverity = (props) => props.data
    ? make("span", { className: "severity is-" + props.data.severity }, icon(props.data.severity), props.data.severity_word) : null;
  const OUTCOMES = { success: ["check", "OK"], failure: ["cross", "Failed"], unknown: ["minus", "Outcome not known"] };
  renderers.VigieEvent = (props) => {
    if (!props.data) return null;
    const [sign, word] = OUTCOMES[props.data.outcome];
    return make("span", { className: "event-what", title: props.data.what + (props.data.detail ? ", " + props.data.detail : "") + " (" + props.data.action + ")" },
      make("span", { className: "icon icon-" + sign + " outcome-" + props.data.outcome, role: "img", "aria-label": word }), make("span", null, props.data.what),
      props.data.detail ? make("span", { className: "is-faint" }, props.data.detail) : null);
  };
  const NAMES = { user: "user_name", ip: "source_ip" };
  const quoted = (value) => '"' + value.replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"';
  function entity(data, field) {
    if (!data || !data[field]) return make("span", { className: "is-faint" }, "–");
    const query = NAMES[field] + ":" + (field === "ip" ? data.ip_value : quoted(data[field + "_value"]));
    return make("a", { className: "pivot", href: "/events?" + new URLSearchParams({ q: query }), "data-nav": "1", title: data[field], tabIndex: -1 }, data[field]);
  }
  renderers.VigieEntity = (props) => entity(props.data, props.colDef.field);
  renderers.VigieEventCard = (props) => props.data ? make("div", { className: "login-card" },
    make("div", { className: "login-who" }, make("div", { className: "event-what" }, icon(props.data.severity + " is-" + props.data.severity), make("strong", null, props.data.what)),
      make("div", null, props.data.detail || props.data.source), make("div", null, [props.data.user, props.data.ip].filter(Boolean).join(" · ") || "–")),
    make("div", { className: "login-when" }, renderers.VigieTime(props), make("span", null, props.data.severity_word), make("span", null, OUTCOMES[props.data.outcome][1]))) : null;

  // A part of the list for the grid: the first one is there, the others are asked for by the row before them.
  function getRows(params) {
    waiting = null;
    if (!first) { waiting = { params }; return; }
    if (params.startRow === 0 && !(further && further.start === 0)) shown = first;
    if (params.startRow === 0) { deliver(params, shown); return; }
    if (further && further.start === params.startRow) { deliver(params, further.part); return; }
    const after = ends[params.startRow];
    if (!after) { params.failCallback(); return; }
    ask({ params }, after);
  }

  function ask(whom, after) {
    asked += 1;
    waiting = { ...whom, n: asked };
    put("events-after", { data: { n: asked, after, view: shown.view } });
  }

  // A part that is short although there may be more: the time to look had ended. Whoever wants to goes on looking.
  function deliver(params, part) {
    const end = params.startRow + part.rows.length;
    const isShort = part.rows.length < BLOCK && part.next;
    if (part.next && !isShort) ends[end] = part.next;
    short = isShort ? { start: params.startRow, part } : short && short.start > params.startRow ? null : short;
    if (short && short.start === params.startRow && !isShort) short = null;
    const isOpen = Boolean(part.next) && !isShort;
    const api = grid().api();
    if (isOpen && api.isLastRowIndexKnown()) api.setRowCount(end + 1, false); // what was the end is not any more
    params.successCallback(part.rows, isOpen ? undefined : end);
    mark();
    makeRoom(Boolean(window.vigieView.current().event));
    button();
  }

  function more(part) {
    if (!waiting || !waiting.n || !part || part.n !== waiting.n) return window.dash_clientside.no_update;
    const { params, on } = waiting;
    waiting = null;
    if (on) longer(on, part);
    else if (part.rows) deliver(params, part);
    else params.failCallback();
    return window.dash_clientside.no_update;
  }

  function searchOn() {
    if (!short || waiting) return;
    ask({ on: short }, short.part.next);
    button();
  }

  function longer(on, part) {
    if (!part.rows) { button(); return; }
    const rows = on.part.rows.concat(part.rows);
    const next = rows.length > BLOCK ? rows[BLOCK - 1].key : part.next;
    further = { start: on.start, part: { ...on.part, rows: rows.slice(0, BLOCK), next } };
    if (on.start === 0) shown = { ...shown, ...further.part };
    short = null;
    grid().api().refreshInfiniteCache();
  }

  function grid() {
    made = made || window.vigieGrid.follow({
      id: GRID, panel: "events", wide: ["time", "severity", "source", "what", "user", "ip"], tall: 76, focus: "what",
      taken: (api) => {
        lastKey = "";
        api.addEventListener("bodyScrollEnd", () => { if (made.atTop()) button(); });
        api.addEventListener("rowClicked", (event) => { if (event.data && !event.event.target.closest("a")) window.vigieDrawer.open(event.data.key); });
        api.setGridOption("datasource", { getRows });
      },
    });
    return made;
  }

  // The newest rows have been read: at once where nobody reads, else behind the button.
  async function read(answer, isRead) {
    first = answer.content || (isRead ? { rows: [], next: null, view: null } : first);
    const api = await grid().take();
    if (!api || !first) return;
    const key = window.vigieView.key();
    if (key !== lastKey) {
      lastKey = key;
      for (const end of Object.keys(ends)) delete ends[end];
      short = further = null;
      api.ensureIndexVisible(0);
      api.purgeInfiniteCache();
    } else if (waiting && !waiting.n) getRows(waiting.params);
    else if (grid().atTop() && !grid().isReading() && !further) refresh();
    else button();
  }

  function refresh() {
    if (first === shown) return;
    grid().api().refreshInfiniteCache();
  }

  function when(place) {
    const options = { timeZone: window.vigieView.zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat("en-GB", options).format(Date.parse(place.split("_")[0])).replace(",", "");
  }

  function button() {
    const element = document.getElementById("new-events");
    if (!element) return;
    const top = shown && shown.rows.length ? shown.rows[0].key : "";
    const news = first && shown && first !== shown ? first.rows.filter((row) => row.key > top).length : 0;
    element.hidden = !news;
    element.textContent = (news === BLOCK ? news + " or more" : news) + " new";
    const on = document.getElementById("search-on");
    on.hidden = !short && !(waiting && waiting.on);
    if (short) on.textContent = "Searched back to " + when(short.part.next) + ". Search on";
    if (waiting && waiting.on) on.textContent = "Searching…";
  }

  // ---- which row is open, and what stands beside it ----
  function nodes() {
    const found = [];
    if (made && made.usable()) made.api().forEachNode((node) => { if (node.data) found.push(node); });
    return found.sort((one, other) => one.rowIndex - other.rowIndex);
  }

  function mark() {
    const open = window.vigieView.current().event;
    for (const node of nodes()) if (node.isSelected() !== (node.data.key === open)) node.setSelected(node.data.key === open);
    window.dispatchEvent(new CustomEvent("vigie:row"));
  }

  // Beside an open event the list is narrow; that event says its source.
  function makeRoom(isOpen) {
    const hides = isOpen || window.matchMedia("(max-width: 767px)").matches;
    if (made && made.usable() && made.api().getColumn("source").isVisible() === hides) made.api().setColumnsVisible(["source"], !hides);
  }

  function place(key) {
    const node = nodes().find((each) => each.data.key === key);
    return node ? node.rowIndex : -1;
  }

  // The key of the row `step` further, or nothing; a part that is not there yet is fetched by showing it.
  function beside(key, step) {
    const at = place(key);
    const next = at < 0 ? null : nodes().find((each) => each.rowIndex === at + step);
    if (next) made.api().ensureIndexVisible(next.rowIndex);
    return next ? next.data.key : null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("#" + GRID) || !made || !made.usable()) return;
    const cell = made.api().getFocusedCell();
    const node = cell && made.api().getDisplayedRowAtIndex(cell.rowIndex);
    if (node && node.data) { event.preventDefault(); window.vigieDrawer.open(node.data.key); }
  });

  window.vigiePanels = Object.assign(window.vigiePanels || {}, { events: read });
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "new-events": () => { further = null; grid().api().ensureIndexVisible(0); refresh(); },
    "search-on": searchOn,
  });
  window.vigieList = { mark, place, beside, makeRoom };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { events_more: more });
})();

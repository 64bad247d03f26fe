// The list of events. Each part is asked for by the row that stands before it, so that no new event moves what was read.
// New events come in only while the reader is at the top and not in the list; else a button says how many there are.
(function () {
  "use strict";
  const GRID = "events-grid";
  const BLOCK = 60;
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const held = new Map(); // first row of a part -> what the grid wants to be told of it
  const ends = new Map(); // first row of a part -> the place in the list of the row before it
  let first = null; // the newest rows that were read, and how to ask for what follows them
  let shown = null; // those that stand on the screen
  let asking = null; // the one question that is under way: {n, start} or {n, on}
  let n = 0;
  let short = null; // the last part, where it ends before the window does
  let further = null; // the same part after more was looked for
  let failed = false;
  let lastKey = "";
  let made = null;

  // A part is told when the one before it is known: the first one is there, the others are asked for one by one.
  function getRows(params) {
    held.set(params.startRow, params);
    serve();
  }

  function serve() {
    if (!first || asking) return;
    for (const [start, params] of [...held].sort(([one], [other]) => one - other)) {
      const isFurther = further && further.start === start;
      if (start === 0 && !isFurther) shown = first;
      if (start === 0 || isFurther) deliver(params, isFurther ? further.part : shown);
      else if (ends.has(start)) { ask({ start }, ends.get(start)); return; }
    }
  }

  function ask(what, after) {
    n += 1;
    asking = { n, ...what };
    put("events-after", { data: { n, after, view: shown.view } });
  }

  // A part that is short although there may be more: the time to look had ended. Whoever wants to goes on looking.
  function deliver(params, part) {
    const end = params.startRow + part.rows.length;
    const isShort = part.rows.length < BLOCK && Boolean(part.next);
    const isOpen = Boolean(part.next) && !isShort;
    held.delete(params.startRow);
    if (isOpen) ends.set(end, part.next);
    if (isShort) short = { start: params.startRow, part };
    else if (short && short.start >= params.startRow) short = null;
    const api = grid().api();
    if (isOpen && api.isLastRowIndexKnown()) api.setRowCount(end + 1, false); // what was the end is not any more
    params.successCallback(part.rows, isOpen ? undefined : end);
    mark();
    makeRoom(Boolean(window.vigieView.current().event));
    button();
  }

  function more(part) {
    if (!asking || !part || part.n !== asking.n) return window.dash_clientside.no_update;
    const { start, on } = asking;
    asking = null;
    if (on) longer(on, part);
    else if (part.rows && held.has(start)) deliver(held.get(start), part);
    else if (held.has(start)) fail(start);
    serve();
    return window.dash_clientside.no_update;
  }

  function fail(start) {
    failed = true;
    held.get(start).failCallback();
    held.delete(start);
  }

  function searchOn() {
    if (!short || asking) return;
    ask({ on: short }, short.part.next);
    button();
  }

  function longer(on, part) {
    if (!part.rows) { button(); return; }
    const rows = on.part.rows.concat(part.rows);
    const next = rows.length > BLOCK ? rows[BLOCK - 1].key : part.next;
    further = { start: on.start, part: { ...on.part, rows: rows.slice(0, BLOCK), next } };
    if (on.start === 0) shown = { ...shown, ...further.part };
    again();
  }

  // Everything is told anew, from the first part on, while what stands on the screen stays until then.
  function again() {
    short = null;
    failed = false;
    asking = null;
    ends.clear();
    held.clear();
    grid().api().refreshInfiniteCache();
  }

  function grid() {
    made = made || window.vigieGrid.follow({
      id: GRID, panel: "events", wide: ["time", "severity", "source", "what", "user", "ip"], tall: 76, focus: "what",
      taken: (api) => {
        held.clear();
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
      further = short = asking = null;
      failed = false;
      ends.clear();
      held.clear();
      toTop();
      api.purgeInfiniteCache();
    } else if (held.size && !asking) serve();
    else if (failed && isRead) again();
    else if (grid().atTop() && !grid().isReading() && !further) refresh();
    else button();
  }

  function toTop() {
    if (grid().api().getDisplayedRowCount()) grid().api().ensureIndexVisible(0);
  }

  function refresh() {
    if (first !== shown) again();
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
    const isSearching = Boolean(asking && asking.on);
    on.hidden = !short && !isSearching;
    if (short) on.textContent = "Searched back to " + when(short.part.next) + ". Search on";
    if (isSearching) on.textContent = "Searching…";
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
    if (!next) return null;
    const focused = document.activeElement.closest("#" + GRID) && made.api().getFocusedCell();
    made.api().ensureIndexVisible(next.rowIndex);
    if (focused) made.api().setFocusedCell(next.rowIndex, focused.column);
    return next.data.key;
  }

  // Where the window begins, for an event that is older than every row that was read, and can still stand in the list.
  function readsOnTo(key) {
    const last = nodes().pop();
    const view = shown && shown.view;
    if (!last || !view || key >= last.data.key || Date.parse(key.split("_")[0]) < Date.parse(view.from)) return null;
    return made.api().isLastRowIndexKnown() && !short ? null : view.from;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("#" + GRID) || !made || !made.usable()) return;
    const cell = made.api().getFocusedCell();
    const node = cell && made.api().getDisplayedRowAtIndex(cell.rowIndex);
    if (node && node.data) { event.preventDefault(); window.vigieDrawer.open(node.data.key); }
  });

  window.vigiePanels = Object.assign(window.vigiePanels || {}, { events: read });
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "new-events": () => { further = null; toTop(); refresh(); },
    "search-on": searchOn,
  });
  window.vigieList = { mark, place, beside, readsOnTo, makeRoom };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { events_more: more });
})();

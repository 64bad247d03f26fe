// The list of alerts. While somebody reads nothing moves: rows change in place, what is new waits behind a button.
(function () {
  "use strict";
  const byId = (name) => document.getElementById(name);
  const view = () => window.vigieView.current();
  const A = () => window.vigieAlerts;
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const STEP = 100;
  let rows = []; // as they stand on the screen
  let latest = null; // what was read last
  let shownKey = "";
  let at = 0; // where the reader is in the list
  const chosen = new Set();
  const folded = new Set();
  const gone = new Set(); // those on the screen that are no more in this list
  const nodes = new Map(); // id -> [what it shows, its row]

  const rowNode = (id) => { const found = nodes.get(id); return found && found[1].isConnected ? found[1] : null; };
  const find = (id) => rows.find((row) => row.id === id);
  const isReading = () => Boolean(chosen.size || view().alert || byId("alerts-form").open || document.querySelector("#alerts-list:hover, #alerts-list :focus"));

  // ---- one row ----
  function chip(entity) {
    const { make, sign } = A();
    return make("span", { class: "chip", title: entity.field }, entity.kind ? sign(entity.kind) : null,
      make("span", { class: "value" }, entity.kind ? entity.value : entity.field + ": " + entity.value));
  }

  function assignee(row) {
    const { make } = A();
    if (!row.assignee_name) return make("span", { class: "alert-nobody" }, make("span", { class: "alert-ring", "aria-hidden": "true" }, "+"), "Nobody");
    const initials = row.assignee_name.replaceAll(".", " ").split(/\s+/).slice(0, 2).map((part) => part[0] || "").join("").toUpperCase();
    return make("span", { class: "alert-somebody" }, make("span", { class: "initials", "aria-hidden": "true" }, initials), row.assignee_name);
  }

  function what(row) {
    const { make, sign } = A();
    const link = make("a", { class: "alert-link", href: "/alerts?" + new URLSearchParams({ alert: row.id }) }, row.title);
    const notes = [make("span", { class: "alert-history" }, sign("clock"), row.history)];
    for (const mark of row.marks) notes.push(make("span", { class: "alert-mark" + (row.has_regressed && mark === row.marks[0] ? " is-critical" : "") }, mark));
    if (gone.has(row.id)) notes.push(make("span", { class: "alert-mark is-blind" }, "Not in this list any more"));
    return make("td", { class: "alert-what" }, link, make("div", { class: "alert-notes" }, ...notes));
  }

  function cells(row) {
    const { make, sign, around } = A();
    const box = make("input", { type: "checkbox", "aria-label": "Select " + row.about });
    box.checked = chosen.has(row.id);
    const verdict = row.verdict ? make("span", { class: "alert-closed-as" }, row.verdict) : null;
    return [
      around().may_act ? make("td", { class: "alert-box" }, box) : make("td", { class: "alert-box" }),
      make("td", { class: "alert-severity" }, make("span", { class: "severity is-" + row.severity }, sign(row.severity), row.severity_word), verdict),
      what(row),
      make("td", { class: "alert-entity" }, ...row.entities.map(chip)),
      make("td", { class: "alert-count", "data-label": "Count" }, row.count.toLocaleString("en-GB")),
      make("td", { class: "alert-first", "data-label": "First" }, make("time", {}, row.first)),
      make("td", { class: "alert-last", "data-label": "Last" }, make("time", {}, row.last)),
      make("td", { class: "alert-assignee" }, assignee(row)),
    ];
  }

  function nodeOf(row) {
    const now = JSON.stringify([row, gone.has(row.id), A().around().may_act]);
    let [was, node] = nodes.get(row.id) || [];
    if (!node) {
      node = A().make("tr", { tabindex: "0", class: "alert-row", "data-row": "1", "data-alert": row.id });
      node.addEventListener("click", (event) => clicked(event, row.id));
      node.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === node) { event.preventDefault(); event.stopPropagation(); open(row.id); } });
      node.addEventListener("focusin", () => { at = rows.findIndex((each) => each.id === row.id); });
    }
    if (was !== now) {
      const focused = node.contains(document.activeElement) && document.activeElement !== node ? document.activeElement.tagName : null;
      node.replaceChildren(...cells(row));
      if (focused) (node.querySelector(focused.toLowerCase()) || node).focus({ preventScroll: true });
      nodes.set(row.id, [now, node]);
    }
    node.className = "alert-row" + (String(row.id) === view().alert ? " is-open" : "") + (chosen.has(row.id) ? " is-chosen" : "") + (gone.has(row.id) ? " is-gone" : "");
    const box = node.querySelector("input");
    if (box) box.checked = chosen.has(row.id);
    return node;
  }

  function clicked(event, id) {
    const isBox = event.target.closest(".alert-box");
    if (isBox) {
      if (event.target.tagName !== "INPUT") event.preventDefault();
      select(id, !chosen.has(id));
      rowNode(id).focus({ preventScroll: true }); // so that keys go on
      return;
    }
    if (event.target.closest("a") && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    if (!String(window.getSelection())) open(id);
  }

  // ---- groups ----
  const groupOf = { rule: (row) => row.rule, entity: (row) => row.entity };
  function grouped() {
    const by = groupOf[view().group];
    if (!by) return null;
    const found = new Map();
    for (const row of rows) found.set(by(row), [...(found.get(by(row)) || []), row]);
    return found;
  }

  function groupNode(name, members) {
    const { make, sign, around } = A();
    const title = view().group === "rule" ? (around().rules.find(([rule]) => rule === name) || [name, name])[1] : name;
    const isOpen = !folded.has(name);
    const box = make("input", { type: "checkbox", "aria-label": "Select the group " + title });
    box.checked = members.every((row) => chosen.has(row.id));
    box.addEventListener("change", () => { for (const row of members) mark(row.id, box.checked); draw(); });
    const fold = make("button", { type: "button", class: "plain alert-fold", "aria-expanded": String(isOpen) }, sign("chevron"), make("strong", {}, title),
      make("span", { class: "is-dimmed" }, members.length === 1 ? "1 alert" : members.length.toLocaleString("en-GB") + " alerts"));
    fold.addEventListener("click", () => { if (isOpen) folded.add(name); else folded.delete(name); draw(); });
    return make("tr", { class: "alert-group" }, make("td", { class: "alert-box" }, around().may_act ? box : null), make("td", { colspan: "7" }, fold));
  }

  // ---- the whole list ----
  function table() {
    const holder = byId("alerts-list");
    const { make } = A();
    if (!holder.querySelector("table")) {
      const all = make("input", { type: "checkbox", id: "alerts-all", "aria-label": "Select all that are shown" });
      all.addEventListener("change", () => { for (const row of rows) mark(row.id, all.checked); draw(); });
      const names = ["Severity", "Rule", "Entity", "Count", "First", "Last", "Assignee"];
      const head = make("tr", {}, make("td", { class: "alert-box" }, all), ...names.map((name) => make("th", { scope: "col", class: "head-" + name.toLowerCase() }, name)));
      holder.replaceChildren(make("table", { class: "alerts-table" }, make("thead", {}, head), make("tbody")), make("div", { class: "alerts-end", id: "alerts-end" }));
    }
    return holder.querySelector("tbody");
  }

  function draw() {
    if (!byId("alerts-list")) return;
    const body = table();
    const focused = document.activeElement && document.activeElement.closest && document.activeElement.closest("#alerts-list tr[data-alert]");
    const groups = grouped();
    const parts = [];
    if (groups) for (const [name, members] of groups) parts.push(groupNode(name, members), ...(folded.has(name) ? [] : members.map(nodeOf)));
    else parts.push(...rows.map(nodeOf));
    const active = document.activeElement;
    // A row that stands where it stood is not touched, so it keeps focus and pointer.
    parts.forEach((node, place) => { if (body.children[place] !== node) body.insertBefore(node, body.children[place] || null); });
    while (body.children.length > parts.length) body.lastElementChild.remove();
    if (focused && focused.isConnected && document.activeElement !== active) active.focus({ preventScroll: true });
    byId("alerts-all").checked = rows.length > 0 && rows.every((row) => chosen.has(row.id));
    byId("alerts-all").hidden = !A().around().may_act;
    end();
    news();
    window.dispatchEvent(new CustomEvent("vigie:alerts"));
  }

  function end() {
    const { make, button, around } = A();
    const status = view().status || "open";
    const place = byId("alerts-end");
    const parts = [];
    if (latest && latest.rows.length < latest.total && rows.length < latest.most) {
      parts.push(button("Show " + STEP + " more", () => window.vigieView.change({ upto: String(Math.min(latest.most, rows.length + STEP)) }, true), "button small"));
    } else if (latest && latest.rows.length < latest.total) {
      parts.push(make("span", {}, "These are the first " + latest.most.toLocaleString("en-GB") + ". Narrow the list to see the others."));
    } else if (status !== "closed") {
      const n = around().counts.closed || 0;
      parts.push(make("span", {}, "That is all. " + (n === 1 ? "1 alert was" : n.toLocaleString("en-GB") + " alerts were") + " closed in the last 30 days."));
      if (around().first_look) parts.push(make("span", {}, around().first_look + "."));
      if (n) parts.push(button("See closed alerts", () => window.vigieView.change({ status: "closed", upto: null }), "plain panel-link"));
    }
    const keys = [["j", ""], ["k", "move"], ["x", "select"], ["a", "acknowledge"], ["c", "close"], ["?", "all keys"]];
    const hint = make("span", { class: "alerts-keys" }, ...keys.flatMap(([key, words]) => [make("kbd", {}, key), words ? " " + words + " " : " "]));
    place.replaceChildren(...parts, around().may_act ? hint : "");
  }

  function news() {
    const element = byId("new-alerts");
    if (!element) return;
    const known = new Set(rows.map((row) => row.id));
    const n = latest ? latest.rows.filter((row) => !known.has(row.id)).length : 0;
    element.hidden = !n;
    element.textContent = n.toLocaleString("en-GB") + " new";
  }

  function showAll() {
    rows = latest ? latest.rows : [];
    gone.clear();
    for (const id of [...nodes.keys()]) if (!find(id)) nodes.delete(id);
    for (const id of [...chosen]) if (!find(id)) chosen.delete(id);
    draw();
  }

  // Rows that stand on the screen take what is new of them; none comes, goes or moves.
  function inPlace() {
    const now = new Map(latest.rows.map((row) => [row.id, row]));
    rows = rows.map((row) => now.get(row.id) || row);
    gone.clear();
    const isWhole = latest.rows.length >= latest.total;
    for (const row of rows) if (!now.has(row.id) && isWhole) gone.add(row.id);
    draw();
  }

  function read(answer, isRead) {
    if (!byId("alerts-list")) return;
    A().know(answer.around);
    if (!answer.content && !isRead) { draw(); return; }
    latest = answer.content || { rows: [], total: 0, most: 1000 };
    const key = window.vigieView.key() + (view().order || "") + (view().upto || "");
    if (key !== shownKey) {
      const isLonger = shownKey && key.split(/\d*$/)[0] === shownKey.split(/\d*$/)[0];
      if (!isLonger) { chosen.clear(); at = 0; }
      shownKey = key;
      showAll();
    } else if (!rows.length || !isReading()) showAll();
    else inPlace();
  }

  // ---- selection and where one is ----
  function mark(id, isChosen) {
    if (isChosen && !gone.has(id)) chosen.add(id);
    else chosen.delete(id);
  }

  function select(id, isChosen) { mark(id, isChosen); draw(); }
  function clear() { chosen.clear(); draw(); }
  const visible = () => rows.filter((row) => rowNode(row.id) && rowNode(row.id).offsetParent);

  function focusedId() {
    const row = document.activeElement && document.activeElement.closest && document.activeElement.closest("#alerts-list tr[data-alert]");
    return row ? Number(row.dataset.alert) : null;
  }

  function focus(id) {
    const node = rowNode(id);
    if (!node) return;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
  }

  function open(id) {
    const isOpen = Boolean(view().alert);
    window.vigieView.change({ alert: String(id) }, isOpen);
    focus(id);
  }

  function move(step) {
    if (!A() || !A().onPage() || byId("alerts-form").open) return false;
    const listed = visible();
    if (!listed.length) return true;
    const now = focusedId() || (view().alert ? Number(view().alert) : null);
    let place = listed.findIndex((row) => row.id === now);
    if (place < 0) place = Math.min(at, listed.length) - (step > 0 ? 1 : 0);
    const next = listed[Math.max(0, Math.min(listed.length - 1, place + step))];
    at = rows.findIndex((row) => row.id === next.id);
    if (view().alert) open(next.id);
    else focus(next.id);
    return true;
  }

  // What was done takes rows out of the list at once; the reader stays at the same place.
  function done(ids, isGone) {
    for (const id of ids) chosen.delete(id);
    if (isGone) {
      const had = focusedId();
      rows = rows.filter((row) => !ids.includes(row.id));
      for (const id of ids) nodes.delete(id);
      draw();
      const next = rows[Math.min(at, rows.length - 1)];
      if (next && (had === null || ids.includes(had)) && !view().alert) focus(next.id);
      if (!rows.length) showAll();
    } else draw();
  }

  function changed() {
    if (!byId("alerts-list")) { rows = []; nodes.clear(); chosen.clear(); folded.clear(); gone.clear(); latest = null; shownKey = ""; at = 0; return; }
    if (latest) draw();
  }

  window.addEventListener("vigie:view", changed);
  window.vigieMoves = (window.vigieMoves || []).concat(move);
  window.vigiePanels = Object.assign(window.vigiePanels || {}, { alerts: read });
  window.vigieActs = Object.assign(window.vigieActs || {}, { "new-alerts": showAll });
  window.vigieQueue = {
    open, move, select, clear, done, focus, find, focusedId,
    chosen: () => [...chosen].map(find).filter(Boolean),
    isChosen: (id) => chosen.has(id),
    place: (id) => visible().findIndex((row) => row.id === id),
    total: () => (latest ? latest.total : 0),
    length: () => visible().length,
  };
})();

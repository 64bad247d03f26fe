// The Logs page: lines newest first, older ones on demand, the live tail, and one line among its neighbours.
// Every text of a line is put in as text; what cannot be seen was made visible by the console.
(function () {
  "use strict";
  const TAIL_MS = 2000;
  const MOST_ROWS = 4000;
  const EACH_WAY = 10;
  const PLACE = /^\d{1,19}\.[0-9a-f]{0,64}$/;
  const short = (text) => (text.length <= 200 ? text : null);
  window.vigieFields = Object.assign({ q: { read: (text) => (text.length <= 2000 ? text : null), word: "the query", instead: "everything", narrows: true } },
    window.vigieFields, {
      stream: { read: short, word: "the stream", instead: "all streams", narrows: true },
      level: { read: short, word: "the level", instead: "all levels", narrows: true },
      preset: { read: short, word: "the preset", instead: "all lines", narrows: true },
      line: { read: (text) => (PLACE.test(text) ? text : null), word: "the line", instead: "no single line", quiet: true },
      tail: { read: (text) => (text === "1" ? text : null), word: "the live tail", instead: "lines that stand still", quiet: true },
    });

  let rows = []; // newest first, as they stand on the screen
  let waiting = []; // newer than those, not yet shown
  let older = null; // where the next page goes on
  let shownKey = ""; // the view that the rows are of
  let choicesFor = "";
  let openId = null;
  let busy = false; // older lines are on their way
  let asking = false; // the tail has asked
  let polled = false; // nobody but the supplier itself tells of new lines
  let lost = false; // the supplier did not answer when it was asked last
  let linked = ""; // the line of the link that was gone to
  const nodes = new Map();
  let titles = new Map(); // of the streams

  const byId = (name) => document.getElementById(name);
  const onPage = () => Boolean(byId("log-list"));
  const view = () => window.vigieView.current();
  const id = (line) => line.at + "." + line.key;
  const change = (parts, inPlace) => window.vigieView.change(parts, inPlace);

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  function button(words, does, look) {
    const element = make("button", { type: "button", class: look || "button small" }, words);
    element.addEventListener("click", (event) => { event.stopPropagation(); does(element); });
    return element;
  }

  async function fetchJson(path, more) {
    const asked = new URLSearchParams(window.vigieView.search());
    asked.set("zone", window.vigieView.zone);
    for (const [name, value] of Object.entries(more || {})) asked.set(name, value);
    let answer;
    try {
      answer = await fetch("/logs/" + path + "?" + asked, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (answer.status === 401) window.location.assign("/login?next=" + encodeURIComponent(window.location.pathname + window.location.search));
      return await answer.json();
    } catch (failure) {
      return { error: "The console did not answer.", advice: "It may be starting again. Try again in a moment." };
    }
  }

  // ---- one row ----
  function level(line) {
    if (!line.level) return make("span", { class: "log-level is-faint" }, "–");
    const sign = line.tone ? make("span", { class: "icon icon-" + line.tone, "aria-hidden": "true" }) : null;
    return make("span", { class: "log-level " + (line.tone ? "is-" + line.tone : "is-dimmed") }, sign, line.level);
  }

  function time(line) {
    const parts = make("span", { class: "log-time" });
    if (line.day) parts.append(make("span", { class: "is-faint" }, line.day + " "));
    parts.append(line.time, make("span", { class: "is-faint" }, "." + line.milli));
    return parts;
  }

  const text = (line) => make("code", { class: "log-text", dir: "ltr" }, line.text || "(an empty line)", line.is_cut
    ? make("span", { class: "log-cut" }, " … " + line.length.toLocaleString("en-US") + " characters, open to see all") : "");

  // By its title, as it is chosen by; its name is in the tip.
  function streamOf(line) {
    return make("span", { class: "log-stream", title: line.stream_words, "data-stream": line.stream }, titles.get(line.stream) || line.stream_words);
  }

  function rowOf(line) {
    const head = make("div", { class: "log-head", role: "button", tabindex: "0", "data-row": "1", "data-line": id(line), "aria-expanded": "false" },
      time(line), level(line), streamOf(line), text(line));
    head.addEventListener("click", () => { if (!String(window.getSelection())) toggle(line); });
    return make("div", { class: "log-row-line" + (line.whole ? "" : " is-partial"), role: "listitem" }, head);
  }

  // ---- the list ----
  function replace(content) {
    rows = [];
    waiting = [];
    nodes.clear();
    openId = null;
    byId("log-list").replaceChildren();
    older = content.older;
    append(content.lines);
    byId("log-scroll").scrollTop = 0;
    end(content.note);
    news();
  }

  function append(lines) {
    const fresh = lines.filter((line) => !nodes.has(id(line)));
    for (const line of fresh) nodes.set(id(line), rowOf(line));
    rows = rows.concat(fresh);
    byId("log-list").append(...fresh.map((line) => nodes.get(id(line))));
    return fresh.length;
  }

  const isNewer = (a, b) => a.at.length > b.at.length || (a.at.length === b.at.length && a.at > b.at);

  // Newer lines go where their time puts them: one that came late does not go to the top.
  function insert(lines) {
    const list = byId("log-list");
    for (const line of [...lines].reverse()) {
      if (nodes.has(id(line))) continue;
      let place = rows.findIndex((each) => !isNewer(each, line));
      if (place < 0) place = rows.length;
      nodes.set(id(line), rowOf(line));
      list.insertBefore(nodes.get(id(line)), place < rows.length ? nodes.get(id(rows[place])) : null);
      rows.splice(place, 0, line);
    }
    for (const line of rows.splice(MOST_ROWS)) {
      nodes.get(id(line)).remove();
      nodes.delete(id(line));
      older = String(BigInt(rows[rows.length - 1].at) + 1000n) + "."; // what is read twice is known by its id
    }
    end();
  }

  function news() {
    const element = byId("log-news");
    if (!element) return;
    element.hidden = waiting.length === 0;
    element.textContent = waiting.gap ? "Over " + waiting.length + " new" : waiting.length + " new";
  }

  function showNews() {
    const lines = waiting;
    waiting = [];
    if (lines.gap) replace({ lines, older: lines.gap });
    else insert(lines);
    byId("log-scroll").scrollTop = 0;
    news();
  }

  // Lines that are not on the screen yet. Where there are more than were sent, the list begins anew with them: the
  // lines between are then the older ones.
  function arrived(content) {
    const fresh = content.lines.filter((line) => !nodes.has(id(line)));
    if (!fresh.length) return;
    if (!rows.length) { replace(content); return; }
    if (fresh.length === content.lines.length && content.older && content.lines.length >= 100) {
      waiting = content.lines;
      waiting.gap = content.older;
    } else {
      const known = new Set(waiting.map(id));
      const gap = waiting.gap;
      waiting = fresh.filter((line) => !known.has(id(line))).concat(waiting);
      waiting.sort((a, b) => (isNewer(a, b) ? -1 : isNewer(b, a) ? 1 : 0));
      if (gap) waiting.gap = gap;
    }
    if (view().tail && openId === null && byId("log-scroll").scrollTop < 4) showNews();
    else news();
  }

  function end(note) {
    const place = byId("log-end");
    if (!place) return;
    const words = make("span", { role: "status" }, note || "");
    if (older) place.replaceChildren(words, button(rows.length ? "Older lines" : "Search further back", loadOlder));
    else place.replaceChildren(words, make("span", { class: "is-faint" }, rows.length ? "The window begins here." : ""));
  }

  async function loadOlder() {
    if (busy || !older) return;
    busy = true;
    const key = shownKey;
    byId("log-end").replaceChildren(make("span", { role: "status", class: "is-dimmed" }, "Reading…"));
    const told = await fetchJson("older", { place: older });
    busy = false;
    if (key !== shownKey || !onPage()) return;
    if (told.error) { end(told.error + " " + told.advice); return; }
    older = told.older;
    append(told.lines);
    end(told.note);
  }

  function fill(answer, isRead) {
    const key = window.vigieView.key();
    lost = answer.state === "error";
    if (!answer.content) {
      if (isRead || key !== shownKey) { shownKey = key; replace({ lines: [], older: null }); }
      return;
    }
    const content = { ...answer.content, note: answer.note };
    if (key !== shownKey) { shownKey = key; replace(content); } else arrived(content);
    goToLinked();
  }

  // ---- one line, opened ----
  function toggle(line) {
    const opens = openId !== id(line);
    close();
    if (opens) open(line);
    linked = opens ? id(line) : ""; // it is open already when the address tells of it
    change({ line: linked || null }, true);
  }

  function expanded(row, is) {
    row.classList.toggle("is-open", is);
    row.firstChild.setAttribute("aria-expanded", String(is));
  }

  function close() {
    const row = openId === null ? null : nodes.get(openId);
    openId = null;
    if (!row) return;
    expanded(row, false);
    row.querySelectorAll(".log-open").forEach((each) => each.remove());
  }

  async function open(line) {
    const row = nodes.get(id(line));
    openId = id(line);
    expanded(row, true);
    const box = make("div", { class: "log-open" }, make("span", { class: "is-dimmed", role: "status" }, "Reading…"));
    row.append(box);
    await details(id(line), box);
  }

  async function details(place, box) {
    const told = await fetchJson("context", { place, before: 0, after: 0 });
    if (!box.isConnected) return;
    if (told.error || told.gone) { box.replaceChildren(sentence(told)); return; }
    const line = told.line;
    const around = make("div", { class: "log-around" });
    const acts = make("div", { class: "log-acts" },
      button("Context", (pressed) => { pressed.remove(); neighbours(place, around, EACH_WAY, EACH_WAY); }),
      button("Copy link", (pressed) => copy(link(line), pressed)),
      line.stream && view().stream !== line.stream ? button("Only this stream", () => change({ stream: line.stream, line: null })) : null,
      line.event ? make("a", { class: "button small", "data-nav": "1", href: "/events?" + new URLSearchParams({ event: line.event }) }, "Open as event") : null);
    const parts = [acts, around];
    if (!line.whole) parts.push(make("p", { class: "hint" }, "The line itself is no longer kept. This is what the event made of it still says."));
    if (line.json) parts.push(make("pre", { class: "log-json", tabindex: "0", "aria-label": "The line's JSON" }, line.json));
    else if (line.is_long) parts.push(make("pre", { class: "log-json", tabindex: "0", "aria-label": "The whole line" }, line.text));
    if (line.labels.length) {
      parts.push(make("dl", { class: "log-labels" }, ...line.labels.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
    }
    box.replaceChildren(...parts);
  }

  const sentence = (told) => make("p", { class: "hint" }, told.error ? told.error + " " + told.advice
    : "This line is not there any more. What held it has dropped it, or it was never there.");

  async function neighbours(place, box, before, after) {
    if (!box.firstChild) box.replaceChildren(make("span", { class: "is-dimmed", role: "status" }, "Reading…"));
    const told = await fetchJson("context", { place, before, after });
    if (!box.isConnected) return;
    if (told.error || told.gone) { box.replaceChildren(sentence(told)); return; }
    const row = (line, own) => make("div", { class: "log-head" + (own ? " is-this" : ""), role: "listitem", ...(own ? { "aria-current": "true" } : {}) }, time(line), level(line), text(line));
    const more = (words, isThere, does, none) => (isThere ? button(words, does) : make("span", { class: "is-faint" }, none));
    const held = box.querySelector(".log-neighbours");
    const from = held ? held.scrollHeight - held.scrollTop : null;
    const list = make("div", { class: "log-neighbours", role: "list", tabindex: "0", "aria-label": "Lines of the same stream, oldest first" },
      ...told.before.map((line) => row(line)), row(told.line, true), ...told.after.map((line) => row(line)));
    box.replaceChildren(
      more(EACH_WAY + " earlier", told.more_before, () => neighbours(place, box, before + EACH_WAY, after), "Nothing earlier within a day."),
      list,
      more(EACH_WAY + " later", told.more_after, () => neighbours(place, box, before, after + EACH_WAY), "Nothing later within a day."));
    const current = list.querySelector(".is-this");
    list.scrollTop = from === null ? current.offsetTop + (current.offsetHeight - list.clientHeight) / 2 : list.scrollHeight - from;
    if (from === null) box.scrollIntoView({ block: "nearest" });
  }

  function link(line) {
    const at = Date.parse(line.moment);
    const near = (ms) => new Date(at + ms).toISOString();
    const parts = { from: near(-300e3), to: near(300e3), ...(line.stream ? { stream: line.stream } : {}), line: id(line) };
    return window.location.origin + "/logs?" + new URLSearchParams(parts);
  }

  async function copy(address, pressed) {
    try {
      await navigator.clipboard.writeText(address);
      pressed.textContent = "Copied";
    } catch (refused) { // without HTTPS a browser lets nobody do that but the reader
      const field = make("input", { class: "log-link", readonly: "", "aria-label": "Link to this line" });
      field.value = address;
      pressed.replaceWith(field);
      field.select();
    }
  }

  // A link to a line opens it: in the list where it is there, above it where it is not.
  function goToLinked() {
    const place = view().line;
    const box = byId("log-linked");
    if (!place || place === linked) { if (!place) { box.hidden = true; linked = ""; } return; }
    linked = place;
    const row = nodes.get(place);
    box.hidden = Boolean(row);
    if (row) {
      close();
      open(rows.find((line) => id(line) === place));
      row.scrollIntoView({ block: "center" });
      return;
    }
    const inner = make("div", { class: "log-open" }, make("span", { role: "status", class: "is-dimmed" }, "Reading…"));
    box.replaceChildren(make("div", { class: "log-linked-head" }, make("strong", {}, "The line of this link"),
      button("Close", () => { box.hidden = true; change({ line: null }, true); })), inner);
    details(place, inner).then(() => {
      const around = inner.querySelector(".log-around");
      if (!around) return;
      inner.querySelector(".log-acts button").remove();
      neighbours(place, around, EACH_WAY, EACH_WAY);
    });
  }

  // ---- what can be chosen ----
  async function choices() {
    const window_ = [view().range, view().from, view().to].join();
    if (choicesFor === window_ && byId("log-streams").firstChild) { pressed(); return; }
    choicesFor = window_;
    const told = await fetchJson("choices");
    if (!onPage()) return;
    if ("polled" in told) polled = told.polled;
    if (told.error) {
      choicesFor = "";
      byId("log-about").textContent = "What can be chosen is not known: " + told.error;
      if (!byId("log-streams").firstChild && view().stream) draw({ streams: [], levels: [], presets: [] });
      return;
    }
    byId("log-about").textContent = told.about + (told.note ? " " + told.note : "");
    titles = new Map(told.streams);
    document.querySelectorAll(".log-stream").forEach((each) => { each.textContent = titles.get(each.dataset.stream) || each.title; });
    draw(told);
  }

  function draw(told) {
    const select = make("select", { "aria-label": "Stream", class: "log-select" });
    const names = told.streams.some(([value]) => value === view().stream) || !view().stream ? told.streams : [...told.streams, [view().stream, view().stream]];
    for (const [value, words] of [["", "All streams"], ...names]) select.append(make("option", { value }, words));
    select.addEventListener("change", () => change({ stream: select.value || null, line: null }));
    byId("log-streams").replaceChildren(select);
    const one = (field, [value, words]) => {
      const element = button(words, () => change({ [field]: field === "preset" && view().preset === value ? null : value || null, line: null }), field === "preset" ? "button small" : "segment");
      element.dataset.choice = field;
      element.dataset.value = value;
      return element;
    };
    const levels = make("div", { class: "segments", role: "group", "aria-label": "Level" }, ...[["", "All levels"], ...told.levels].map((each) => one("level", each)));
    byId("log-levels").replaceChildren(...(told.levels.length ? [levels] : []));
    byId("log-presets").replaceChildren(...told.presets.map((each) => one("preset", each)));
    pressed();
  }

  function pressed() {
    const now = view();
    const select = document.querySelector("#log-streams select");
    if (select) {
      if (now.stream && ![...select.options].some((each) => each.value === now.stream)) select.append(make("option", { value: now.stream }, now.stream));
      select.value = now.stream || "";
    }
    document.querySelectorAll("[data-choice]").forEach((each) => each.setAttribute("aria-pressed", String((now[each.dataset.choice] || "") === each.dataset.value)));
    const tail = byId("log-tail");
    tail.setAttribute("aria-pressed", String(Boolean(now.tail)));
  }

  // ---- the histogram: what is brushed, or a bar that is pressed, becomes the window ----
  function brush(selected, clicked) {
    const what = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id).join();
    const plot = document.querySelector("[data-panel='log-volume'] .js-plotly-plot");
    const { starts, step_ms: step } = (plot && plot.layout && plot.layout.meta) || {};
    let hit = [];
    if (starts && what.includes("clickData") && clicked && clicked.points.length) hit = [clicked.points[0].pointNumber];
    else if (starts && what.includes("selectedData") && selected && selected.range) {
      // Plotly draws the reader's time without zone: its positions are compared with those of the bars.
      const [from, to] = selected.range.x.map((each) => Date.parse(each.replace(" ", "T") + "Z"));
      hit = plot.data[0].x.map((each) => Date.parse(each + "Z")).map((at, bar) => (at + step / 2 > from && at - step / 2 < to ? bar : -1)).filter((bar) => bar >= 0);
    }
    if (hit.length) {
      const from = Date.parse(starts[hit[0]]), to = Math.min(Date.parse(starts[hit[hit.length - 1]]) + step, Date.now() + 3600e3);
      if (to > from) change({ range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString(), tail: null, line: null });
    }
    return window.dash_clientside.no_update;
  }

  // ---- the live tail ----
  // Where the console's own change mark tells nothing of new lines, they are looked for without a tail too: they wait
  // then. That also shows when the supplier goes away, and when it is back.
  async function follow() {
    const looks = view().tail || polled;
    const still = document.hidden || !onPage() || !window.vigieView.isLive() || !((looks && !view().to) || (lost && polled));
    if (still || asking || !shownKey) return;
    asking = true;
    const key = shownKey;
    const top = waiting[0] && !waiting.gap ? waiting[0] : rows[0];
    const told = await fetchJson("newer", top ? { place: id(top) } : {});
    asking = false;
    if (!onPage() || key !== shownKey) return;
    byId("log-tail").classList.toggle("is-lost", Boolean(told.error));
    byId("log-tail").title = told.error ? told.error + " It is asked again." : "";
    if (Boolean(told.error) !== lost && polled) { lost = Boolean(told.error); window.vigieView.retry(); }
    if (!told.error && !view().to) arrived(told);
  }
  window.setInterval(follow, TAIL_MS);

  window.addEventListener("vigie:view", () => {
    if (!onPage()) { shownKey = ""; choicesFor = ""; return; }
    choices();
    if (shownKey === window.vigieView.key()) goToLinked();
  });

  // Escape closes the line that is open, unless something stands above it.
  function escaped(event) {
    const row = nodes.get(openId);
    const isElsewhere = event.target.closest("input, textarea, select, [role='dialog'], [role='menu']");
    if (!row || !onPage() || isElsewhere || event.defaultPrevented || document.querySelector("[role='dialog'], [role='menu']")) return;
    event.preventDefault();
    close();
    linked = "";
    row.firstChild.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    change({ line: null }, true);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { escaped(event); return; }
    const presses = event.key === "Enter" || event.key === " ";
    const place = presses && event.target.dataset ? event.target.dataset.line : "";
    const line = place && rows.find((each) => id(each) === place);
    if (!line) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    toggle(line);
  }, true);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { logs_brush: brush });
  window.vigiePanels = Object.assign(window.vigiePanels || {}, { "log-lines": fill });
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "log-tail": () => change({ tail: view().tail ? null : "1", ...(view().to ? { range: "1h", from: null, to: null } : {}) }),
    "log-news": showNews,
  });
})();

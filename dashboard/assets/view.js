// The view: window, zone and filters live in the address bar; a small poll says when there is something new.
// Everything here ends in one place, publish(), which gives the panels a new view. Nothing else makes them ask.
(function () {
  "use strict";
  const PRESETS = { "1h": "Last hour", "12h": "Last 12 h", "24h": "Last 24 h", "7d": "Last 7 days", "30d": "Last 30 days" };
  const LENGTH_H = { "1h": 1, "12h": 12, "24h": 24, "7d": 168, "30d": 720 };
  const DEFAULT = "24h";
  const LONGEST_MS = 400 * 86400e3;
  const POLL_MS = 1750; // with what follows a change it keeps login to screen below 2.3 s (docs/adr/0006-live-screen.md)
  const SLOW_MS = 60e3;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const pulse = { mark: null, now: null, store: "ok", since: null, demonstration: false, heard: Date.now(), failed: 0, whole: 0 };
  // Beside window and range the address bar holds the fields of this table. A page adds its own, in a file of its own:
  //   window.vigieFields = Object.assign(window.vigieFields || {}, { name: { … } });
  // read(text): the value, or null where it makes no sense; word, instead: what is then said of it.
  // many: given several times, the value is a list. narrows: it chooses what panels show, and "Clear the filter" ends it.
  // identifies: it chooses what panels show too, and stays when the filter is cleared.
  // quiet: panels are not told, a page's own code acts on it.
  const short = (text) => (text.length <= 320 ? text : null);
  window.vigieFields = Object.assign({
    user: { read: short, word: "the user", instead: "all users", narrows: true },
    ip: { read: short, word: "the IP address", instead: "all IP addresses", narrows: true },
    outcome: { read: (text) => (text === "success" || text === "failure" ? text : null), word: "the outcome", instead: "all outcomes", narrows: true },
    by: { read: (text) => (text === "user" ? text : null), word: "the order", instead: "the order by address" },
  }, window.vigieFields);
  const fields = () => Object.entries(window.vigieFields);

  let view = read();
  let live = true;
  let again = 0;
  let slowAt = 0;
  let mounted = 0;
  let touched = false;
  let pointer = "";

  const byId = (name) => document.getElementById(name);
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  function text(name, value) {
    const element = byId(name);
    if (element && element.textContent !== value) element.textContent = value;
  }
  function show(name, visible) {
    const element = byId(name);
    if (element) element.hidden = !visible;
  }

  // ---- the address bar ----
  function instant(value) {
    const time = value ? Date.parse(value) : NaN;
    return Number.isFinite(time) && /[zZ]|[+-]\d\d:?\d\d$/.test(value) ? time : NaN;
  }

  // Text of a link as it may stand in a sentence: no control or direction marks, and not long.
  function quoted(value) {
    const plain = value.replace(/\p{C}/gu, " ").trim();
    return "“" + (plain.length > 24 ? plain.slice(0, 23) + "…" : plain) + "”";
  }

  function read() {
    const given = new URLSearchParams(window.location.search);
    const seen = { wrong: [] };
    const from = instant(given.get("from")), to = instant(given.get("to"));
    if (given.has("from") || given.has("to")) {
      if (to > from && to - from <= LONGEST_MS && to <= Date.now() + 86400e3) {
        seen.from = new Date(from).toISOString();
        seen.to = new Date(to).toISOString();
      } else seen.wrong.push({ what: "the window" });
    }
    const range = given.get("range");
    if (!seen.from) {
      seen.range = Object.hasOwn(PRESETS, range || "") ? range : DEFAULT;
      if (range && seen.range !== range) seen.wrong.push({ what: "the range " + quoted(range) });
      for (const each of seen.wrong) each.instead = "the " + PRESETS[seen.range].toLowerCase();
    }
    for (const [name, field] of fields()) readField(name, field, given, seen);
    return seen;
  }

  function readField(name, field, given, seen) {
    const texts = (field.many ? given.getAll(name) : [given.get(name)]).filter(Boolean);
    const values = texts.map((text) => field.read(text));
    texts.forEach((text, at) => {
      if (values[at] === null) seen.wrong.push({ what: field.word + " " + quoted(text), instead: field.instead });
    });
    const understood = values.filter((value) => value !== null);
    if (understood.length) seen[name] = field.many ? understood : understood[0];
  }

  function search(of) {
    const parts = new URLSearchParams();
    if (of.from) { parts.set("from", of.from); parts.set("to", of.to); } else parts.set("range", of.range);
    for (const [name] of fields()) for (const value of [of[name] || []].flat()) parts.append(name, value);
    return "?" + parts.toString();
  }

  // `parts`: what is changed, null for what ends. `inPlace`: the way back does not lead over what was before.
  function change(parts, inPlace) {
    const next = Object.assign({}, view, parts, { wrong: [] });
    const isNone = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);
    for (const name of Object.keys(next)) if (isNone(next[name]) && name !== "wrong") delete next[name];
    view = next;
    const address = window.location.pathname + search(view);
    if (inPlace) window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
    publish();
  }

  function clearFilter() {
    change(Object.fromEntries(fields().filter(([, field]) => field.narrows).map(([name]) => [name, null])));
  }

  // ---- the view that the panels ask with ----
  function data() {
    const { wrong, ...asked } = view;
    for (const [name, field] of fields()) if (field.quiet) delete asked[name];
    return { ...asked, zone, at: pulse.now, mark: pulse.mark, store: pulse.store, again };
  }

  function key() {
    const narrowing = fields().filter(([, field]) => field.narrows || field.identifies).map(([name]) => view[name]);
    return JSON.stringify([mounted, view.range, view.from, view.to, ...narrowing]);
  }

  let lastKey = "";
  let told = "";
  function tell() {
    const asked = data();
    told = JSON.stringify(asked);
    return asked;
  }

  function publish() {
    words();
    if (!mounted) return;
    if (JSON.stringify(data()) !== told) put("view", { data: tell() });
    const now = key() + pulse.store;
    if (now !== lastKey || Date.now() - slowAt > SLOW_MS) slow();
    lastKey = now;
    window.dispatchEvent(new CustomEvent("vigie:view"));
  }

  function slow() {
    slowAt = Date.now();
    put("view-slow", { data: data() });
  }

  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
  const dayTime = format({ weekday: "short", hour: "2-digit", minute: "2-digit" });
  const dateTime = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const dateYearTime = format({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const date = format({ weekday: "short", day: "numeric", month: "short" });
  const dateYear = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const dayOf = format({ year: "numeric", month: "2-digit", day: "2-digit" });
  const yearOf = format({ year: "numeric" });
  const time = format({ hour: "2-digit", minute: "2-digit" });
  const tidy = (made) => made.replaceAll(",", "");

  // A weekday says enough from yesterday on; before that a date does, with its year unless it is this one.
  function span(since, until) {
    const now = Date.now();
    const near = [dayOf.format(now), dayOf.format(now - 86400e3)];
    const isThisYear = (at) => yearOf.format(at) === yearOf.format(now);
    if (dayOf.format(since) === dayOf.format(until)) {
      return tidy((isThisYear(since) ? date : dateYear).format(since)) + " " + time.format(since) + " – " + time.format(until);
    }
    const isNear = near.includes(dayOf.format(since)) && near.includes(dayOf.format(until));
    const shape = isNear ? dayTime : isThisYear(since) && isThisYear(until) ? dateTime : dateYearTime;
    return tidy(shape.format(since)) + " – " + tidy(shape.format(until));
  }

  function words() {
    const until = view.to ? Date.parse(view.to) : Date.parse(pulse.now || "") || Date.now();
    const since = view.from ? Date.parse(view.from) : until - LENGTH_H[view.range] * 3600e3;
    const place = zone.split("/").pop().replace(/_/g, " ");
    text("range-words", view.range ? PRESETS[view.range] : span(since, until));
    text("range-span", (view.range ? span(since, until) + ", " : "") + place);
    text("zone-words", "Times are " + place + " time.");
    text("range-zone", "Times are " + place + " time.");
    const wrong = view.wrong.length > 0;
    show("banner-notice", wrong);
    if (wrong) {
      const instead = [...new Set(view.wrong.map((each) => each.instead))];
      text("banner-notice-what", "Not understood in this link: " + view.wrong.map((each) => each.what).join(" and ") + ".");
      text("banner-notice-then", "You see " + instead.join(" and ") + " instead.");
    }
    liveChip();
    document.querySelectorAll("[data-act='range']").forEach((preset) => {
      preset.setAttribute("aria-pressed", String(preset.dataset.value === view.range));
    });
  }

  // While nothing can be read the screen is not live, whatever was chosen; what was chosen comes back by itself.
  function liveChip() {
    const button = byId("live");
    const stopped = live && (pulse.store !== "ok" || pulse.failed > 1);
    const now = stopped ? "stopped" : view.to ? "fixed" : live ? "on" : "off";
    if (!button || button.dataset.live === now) return;
    button.dataset.live = now;
    button.setAttribute("aria-label", { on: "Live, press to pause", off: "Paused, press to go live", stopped: "Stopped, press to pause", fixed: "Fixed window, press for the last 24 h, live" }[now]);
    text("live-word", { on: "Live", off: "Paused", stopped: "Stopped", fixed: "Fixed window" }[now]);
  }

  // The sheet of the time range has just been opened: it starts from what is shown.
  function openRange() {
    const until = view.to ? Date.parse(view.to) : Date.parse(pulse.now || "") || Date.now();
    const since = view.from ? Date.parse(view.from) : until - LENGTH_H[view.range] * 3600e3;
    const typed = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
    put("range-from", { value: typed(since) });
    put("range-to", { value: typed(until) });
    text("range-error", "");
    words();
  }

  // ---- the poll ----
  // What a person does keeps them signed in; a screen that merely changes does not. Scripts' own events do not count.
  function noteInput(event) {
    const here = event.type === "pointermove" ? event.screenX + " " + event.screenY : null;
    if (event.isTrusted && (here === null || here !== pointer)) touched = true; // what moves below it is not a move
    if (here !== null) pointer = here;
  }
  ["pointermove", "pointerdown", "click", "keydown", "input", "wheel", "touchstart", "touchmove"].forEach((kind) => {
    window.addEventListener(kind, noteInput, { capture: true, passive: true });
  });

  async function ask() {
    const address = touched ? "/_vigie/seq?active=1" : "/_vigie/seq";
    touched = false;
    const answer = await fetch(address, {
      headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(8000),
    });
    if (answer.status === 401) {
      window.location.assign("/login?next=" + encodeURIComponent(window.location.pathname + window.location.search));
      return new Promise(() => {}); // the page is being left
    }
    if (!answer.ok) throw new Error("status " + answer.status);
    return answer.json();
  }

  async function poll() {
    const before = { mark: pulse.mark, store: pulse.store, failed: pulse.failed };
    try {
      const said = await ask();
      const fresh = live || !mounted || said.store !== pulse.store;
      pulse.heard = Date.now();
      pulse.failed = 0;
      if (said.store === "ok" && live) pulse.whole = pulse.heard; // until then all that stands on the screen was true
      pulse.store = said.store;
      pulse.since = said.since;
      pulse.demonstration = said.demonstration === true;
      if (fresh && said.mark !== pulse.mark) { pulse.mark = said.mark; pulse.now = said.now; }
      if (said.store !== before.store || before.failed > 1) pulse.now = said.now;
    } catch (failure) {
      pulse.failed += 1;
    }
    signs();
    const news = pulse.mark !== before.mark || pulse.store !== before.store || (before.failed > 1 && !pulse.failed);
    if (mounted && news) publish();
  }

  function signs() {
    liveChip();
    show("banner-lost", pulse.failed > 1);
    document.documentElement.toggleAttribute("data-lost", pulse.failed > 1);
    if (pulse.failed > 1) text("banner-lost-what", "No answer from the console since " + time.format(pulse.heard) + ".");
    const down = pulse.store !== "ok" && pulse.failed < 2;
    show("banner-database", down);
    if (down) {
      const since = pulse.since ? Date.parse(pulse.since) : pulse.heard;
      text("banner-database-what", "PostgreSQL has not answered since " + time.format(since) + ".");
    }
    show("demonstration-chip", pulse.demonstration);
    show("demonstration-words", pulse.demonstration);
  }

  const first = poll();
  window.setInterval(() => {
    const due = touched && Date.now() - pulse.heard > SLOW_MS; // a paused screen only tells that somebody is there
    const idle = document.hidden || (!live && pulse.failed === 0 && pulse.store === "ok" && !due);
    if (mounted && !idle) poll();
  }, POLL_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && mounted && live) poll(); });
  window.addEventListener("popstate", () => { view = read(); if (mounted) publish(); });

  // ---- a page has been put in the middle ----
  async function mount() {
    await first;
    mounted += 1;
    view = read();
    if (!window.location.search) window.history.replaceState(null, "", window.location.pathname + search(view));
    const path = window.location.pathname;
    document.querySelectorAll("#rail a").forEach((link) => {
      if (link.getAttribute("href") === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    document.title = (byId("page-title").textContent || "Vigie") + " · Vigie";
    window.setTimeout(() => { document.title = (byId("page-title").textContent || "") + " · Vigie"; words(); signs(); }, 0);
    slowAt = Date.now();
    lastKey = key() + pulse.store;
    words();
    window.setTimeout(() => window.dispatchEvent(new CustomEvent("vigie:view")), 0);
    return [tell(), data(), window.vigieScheme.resolved()];
  }

  window.vigieView = {
    change, clearFilter, publish, key, pulse, zone,
    current: () => view,
    again: () => again,
    isLive: () => live,
    retry: () => { again += 1; poll(); slowAt = 0; publish(); },
    toggleLive: () => {
      live = !live || Boolean(view.to);
      if (view.to) change({ range: DEFAULT, from: null, to: null });
      else words();
      if (live) poll();
    },
    openRange,
    clock: (at) => time.format(at),
    closeNotice: () => { view.wrong = []; words(); },
    search: () => search(view),
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { mount });
})();

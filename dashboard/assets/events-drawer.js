// One event beside the list: opened by the address, so that a link opens it too.
(function () {
  "use strict";
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const byId = (name) => document.getElementById(name);
  const FRAME = { part: "list-frame", panel: "event" };
  let asked = "";
  let link = "";
  let opener = null;
  const SIGNS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

  function text(name, words) { const element = byId(name); if (element) element.textContent = words; }

  function open(key) {
    if (!window.vigieView.current().event) opener = document.activeElement;
    window.vigieView.change({ event: key }, Boolean(window.vigieView.current().event));
  }

  function close() {
    window.vigieView.change({ event: null }, true);
    if (opener && opener.isConnected) opener.focus();
  }

  function changed() {
    const drawer = byId("event-drawer");
    if (!drawer) { asked = ""; return; }
    const view = window.vigieView.current();
    drawer.hidden = !view.event;
    byId("events-page").toggleAttribute("data-open", Boolean(view.event));
    window.vigieList.makeRoom(Boolean(view.event));
    if (!view.event && asked !== "closed") put(FRAME, { "data-state": "ok" }); // nothing is being read
    const now = view.event ? JSON.stringify([view.event, window.vigieView.pulse.store, window.vigieView.again()]) : "closed";
    if (view.event && now !== asked) {
      if (!asked.includes(view.event)) document.querySelector("[data-panel='event']").dataset.busy = "1";
      put("event-asked", { data: { event: view.event, zone: window.vigieView.zone, range: view.range, from: view.from, to: view.to, again: window.vigieView.again() } });
    }
    asked = now;
    window.vigieList.mark();
  }

  // JSON with its names told from its values. Text nodes only: nothing of it is ever markup.
  function raw(words) {
    const holder = byId("event-raw");
    const parts = [];
    let end = 0;
    for (const found of words.slice(0, 20000).matchAll(SIGNS)) {
      parts.push(words.slice(end, found.index));
      const sign = document.createElement("span");
      sign.className = found[2] ? "json-name" : "json-value";
      sign.textContent = found[1] || found[0];
      parts.push(sign);
      end = found.index + sign.textContent.length;
    }
    holder.replaceChildren(...parts, words.slice(end));
    holder.hidden = !words;
  }

  function show(answer) {
    const panel = document.querySelector("[data-panel='event']");
    if (panel) delete panel.dataset.busy;
    const content = answer.content;
    const isThere = Boolean(content) || (answer.state !== "unknown" && link.includes(encodeURIComponent(window.vigieView.current().event)));
    if (byId("event-copy")) { byId("event-copy").disabled = !isThere; byId("event-logs").hidden = !isThere; }
    if (!content || !byId("event-title")) return;
    put("event-badge", { children: content.badge });
    text("event-title", content.title);
    text("event-sentence", content.sentence);
    text("event-raw-words", content.raw_words);
    raw(content.raw);
    for (const part of ["fields", "around", "same"]) put("event-" + part, { children: content[part] });
    put("event-logs", { href: content.logs });
    link = content.link;
    place();
    if (window.matchMedia("(max-width: 1199px)").matches) byId("event-title").focus({ preventScroll: true });
    window.vigieEvents.say(content.sentence);
  }

  function place() {
    const key = window.vigieView.current().event;
    if (!key || !byId("event-place")) return;
    const at = window.vigieList.place(key), total = window.vigieEvents.total();
    const from = at < 0 ? window.vigieList.readsOnTo(key) : null;
    if (from) further(key);
    else text("event-place", at < 0 ? "Not in the list beside it" : (at + 1).toLocaleString("en-GB") + (total ? " of " + total.toLocaleString("en-GB") : ""));
    for (const [name, step] of [["event-previous", -1], ["event-next", 1]]) byId(name).disabled = at < 0 || at + step < 0;
  }

  // The list is read from its newest row on: one that ends with the event begins with it.
  function further(key) {
    const go = document.createElement("button");
    go.type = "button";
    go.className = "plain underlined";
    go.dataset.act = "event-list-to";
    go.textContent = "Show the list from there";
    const { q, tick } = window.vigieView.current();
    byId("event-place").replaceChildren(q || (tick && tick.length) ? "Not in the list so far. " : "Further down the list. ", go);
  }

  function listTo() {
    const key = window.vigieView.current().event, from = key && window.vigieList.readsOnTo(key);
    const at = key && Date.parse(key.split("_")[0]);
    if (from) window.vigieView.change({ range: null, from: new Date(from).toISOString(), to: new Date(at + 1).toISOString() });
  }

  // j and k: the next or previous event while one is open. Whether it was taken.
  function move(by) {
    const key = byId("event-drawer") && window.vigieView.current().event;
    if (!key || window.vigieList.place(key) < 0) return false;
    step(by);
    return true;
  }

  function step(by) {
    const next = window.vigieList.beside(window.vigieView.current().event, by);
    if (next) open(next);
    else window.vigieEvents.say(by > 0 ? "This is the last event of the list." : "This is the first event of the list.");
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(window.location.origin + link);
      window.vigieEvents.say("The link is copied.");
      text("event-place", "Link copied");
    } catch (refused) {
      window.history.replaceState(null, "", link);
      text("event-place", "The link is in the address bar");
    }
  }

  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "event-open": (element) => open(element.dataset.event),
    "event-close": close,
    "event-previous": () => step(-1),
    "event-next": () => step(1),
    "event-copy": copy,
    "event-list-to": listTo,
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && byId("event-drawer") && window.vigieView.current().event) close();
  });
  window.vigiePanels = Object.assign(window.vigiePanels || {}, { event: show });
  window.vigieDrawer = { open, move };
  window.addEventListener("vigie:view", changed);
  window.addEventListener("vigie:row", place);
})();

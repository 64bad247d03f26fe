// The query bar: its signs coloured as they are typed, what could stand at the cursor, and an error under its word.
(function () {
  "use strict";
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const SIGNS = /([A-Za-z@][\w.@-]*:)("(?:\\.|[^"\\])*"?|[^\s()"]*)|("(?:\\.|[^"\\])*"?)|\b(AND|OR|NOT)\b/g;
  let input = null, mirror = null, list = null, wrong = null;
  let n = 0; // of the last question
  let told = null; // its answer
  let running = 0; // the question after whose answer the query is to run
  let checking = 0; // the question whether the query of the address is one
  let active = -1;
  let fault = null;
  let timer = 0;

  function element(tag, className, more) {
    const made = document.createElement(tag);
    made.className = className;
    for (const [name, value] of Object.entries(more || {})) made.setAttribute(name, value);
    return made;
  }

  function build(holder) {
    const bar = element("div", "query", { role: "search" });
    const field = element("div", "query-field");
    mirror = element("div", "query-mirror", { "aria-hidden": "true" });
    input = element("input", "query-input", {
      id: "query", type: "text", role: "combobox", "aria-label": holder.dataset.label, "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": "query-choices", "aria-describedby": "query-wrong", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "2000",
      placeholder: holder.dataset.hint, "data-search": "1",
    });
    list = element("ul", "query-choices", { id: "query-choices", role: "listbox", "aria-label": "What can stand here" });
    wrong = element("p", "query-wrong", { id: "query-wrong", role: "alert" });
    list.hidden = wrong.hidden = true;
    const help = button("help", "How to search", "query-help-open");
    const saved = document.getElementById("saved-sheet") ? [button("saved", "Saved searches", "saved-open")] : [];
    const run = element("button", "button primary small", { type: "button", "data-act": "query-run" });
    run.textContent = "Run";
    field.append(mirror, input);
    bar.append(element("span", "icon icon-search", { "aria-hidden": "true" }), field, help, ...saved, run);
    holder.replaceChildren(bar, wrong, list);
    input.addEventListener("input", () => { fault = null; paint(); soon(); });
    input.addEventListener("scroll", () => { mirror.scrollLeft = input.scrollLeft; });
    input.addEventListener("keydown", key);
    input.addEventListener("click", () => soon());
    input.addEventListener("blur", () => window.setTimeout(shut, 150));
  }

  function button(sign, label, act) {
    const made = element("button", "plain icon-button", { type: "button", "data-act": act, "aria-label": label, title: label });
    made.append(element("span", "icon icon-" + sign, { "aria-hidden": "true" }));
    return made;
  }

  // ---- colours ----
  function kinds(text) {
    const of = Array(text.length).fill("");
    for (const found of text.matchAll(SIGNS)) {
      const [all, name, value, , operator] = found;
      const kind = (at) => (name ? (at < name.length ? "is-name" : value ? "is-value" : "") : operator ? "is-operator" : "");
      for (let at = 0; at < all.length; at += 1) of[found.index + at] = kind(at);
    }
    const start = fault ? Math.min(fault.position, Math.max(0, text.length - 1)) : -1;
    for (let at = start; fault && at < Math.min(text.length, start + Math.max(1, fault.length)); at += 1) of[at] += " is-wrong";
    return of;
  }

  function paint() {
    const text = input.value, of = kinds(text), parts = [];
    for (let at = 0; at < text.length;) {
      let end = at;
      while (end < text.length && of[end] === of[at]) end += 1;
      const part = element("span", of[at]);
      part.textContent = text.slice(at, end);
      parts.push(part);
      at = end;
    }
    mirror.replaceChildren(...parts);
    mirror.scrollLeft = input.scrollLeft;
    wrong.hidden = !fault;
    input.setAttribute("aria-invalid", String(Boolean(fault)));
    wrong.replaceChildren();
    const page = document.querySelector("#events-page, .logs"), { q, tick } = window.vigieView.current();
    const stands = Boolean(fault) && (q || "") !== text; // what is shown is the answer to another query
    if (page) page.toggleAttribute("data-wrong", stands);
    if (!fault) return;
    wrong.append(fault.sentence + " ", fault.advice || "");
    for (const each of fault.suggestions.slice(0, 3)) {
      const offer = element("button", "plain underlined", { type: "button" });
      offer.textContent = each;
      offer.addEventListener("click", () => {
        const now = fault;
        input.value = input.value.slice(0, now.position) + each + input.value.slice(now.position + now.length);
        fault = null;
        input.focus();
        input.setSelectionRange(now.position + each.length, now.position + each.length);
        paint();
        send({});
      });
      wrong.append(" ", offer);
    }
    const still = element("span", "query-still");
    still.textContent = "Still showing: " + (q || (tick && tick.length ? "what is ticked" : page && page.id ? "all events" : "all lines"));
    if (stands) wrong.append(" ", still);
    const under = mirror.querySelector(".is-wrong"); // the sentence begins under the word that it is about
    wrong.style.setProperty("--under", Math.max(0, Math.min(under ? under.offsetLeft - mirror.scrollLeft : 0, input.clientWidth - 220)) + "px");
  }

  // ---- asking ----
  function soon() { window.clearTimeout(timer); timer = window.setTimeout(() => send({ cursor: input.selectionStart }), 120); }

  function send(more) {
    window.clearTimeout(timer);
    n += 1;
    const view = window.vigieView.current();
    put("events-typed", { data: { n, text: input.value, view: { range: view.range, from: view.from, to: view.to, zone: window.vigieView.zone }, ...more } });
    return n;
  }

  function answered(answer) {
    if (!answer || answer.n !== n || !input) return window.dash_clientside.no_update;
    told = answer;
    if (running === n) {
      running = 0;
      shut();
      fault = answer.error;
      paint();
      if (fault) input.focus();
      else apply(answer.canonical);
    } else if (checking === n) {
      checking = 0;
      fault = answer.error;
      paint();
    } else choices();
    return window.dash_clientside.no_update;
  }

  function apply(text) {
    input.value = text;
    paint();
    window.vigieView.change({ q: text, event: null, line: null });
  }

  const run = () => { running = send({}); };

  // ---- what could stand at the cursor ----
  function choices() {
    const offered = document.activeElement === input && told && told.choices.length && input.value !== "" ? told.choices : [];
    active = -1;
    list.replaceChildren(...offered.map((each, at) => {
      const made = element("li", "query-choice", { role: "option", id: "query-choice-" + at, "aria-selected": "false" });
      const code = element("code", "");
      code.textContent = each.shown;
      made.append(code, each.words ? " " + each.words : "");
      made.addEventListener("mousedown", (event) => { event.preventDefault(); take(at); });
      return made;
    }));
    list.hidden = !offered.length;
    input.setAttribute("aria-expanded", String(Boolean(offered.length)));
    input.removeAttribute("aria-activedescendant");
  }

  function shut() { if (list) { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); } }

  function point(step) {
    const items = Array.from(list.children);
    active = (active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length;
    items.forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
    items[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", "query-choice-" + active);
  }

  function take(at) {
    const choice = told.choices[at].text + (told.kind === "value" || told.kind === "operator" ? " " : "");
    input.value = input.value.slice(0, told.start) + choice + input.value.slice(told.end);
    input.setSelectionRange(told.start + choice.length, told.start + choice.length);
    input.focus();
    fault = null;
    paint();
    shut();
    send({ cursor: input.selectionStart });
  }

  function key(event) {
    const isOpen = !list.hidden && list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) point(event.key === "ArrowDown" ? 1 : -1);
      else send({ cursor: input.selectionStart });
    } else if ((event.key === "Enter" || event.key === "Tab") && isOpen && active >= 0) {
      event.preventDefault();
      take(active);
    } else if (event.key === "Enter") { event.preventDefault(); run(); }
    else if (event.key === "Escape") { event.preventDefault(); if (isOpen) shut(); else input.blur(); }
  }

  // ---- the address has changed, or the page has come ----
  function changed() {
    const holder = document.getElementById("query-bar");
    if (!holder) { input = null; return; }
    const fresh = !holder.firstChild;
    if (fresh) build(holder);
    const text = window.vigieView.current().q || "";
    if (fresh || (input.value !== text && document.activeElement !== input)) {
      input.value = text;
      fault = null;
      paint();
      if (fresh) running = 0;
      if (text) checking = send({});
    }
  }

  function narrow(element) {
    const { field, value, without } = element.dataset;
    input.value = window.vigieView.current().q || "";
    running = send({ narrow: { field, value, without: Boolean(without) } });
  }

  function help(open) {
    const sheet = document.getElementById("query-help");
    sheet.hidden = open === undefined ? !sheet.hidden : !open;
    if (!sheet.hidden) sheet.querySelector("button").focus();
  }
  document.addEventListener("keydown", (event) => {
    const sheet = document.getElementById("query-help");
    if (event.key === "Escape" && sheet && !sheet.hidden) { event.preventDefault(); help(false); input.focus(); }
  }, true);

  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "query-run": run,
    "query-help-open": () => help(),
    "query-example": (element) => { help(false); input.value = element.dataset.value; fault = null; paint(); input.focus(); run(); },
    "event-narrow": narrow,
  });
  window.addEventListener("vigie:view", changed);
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { events_told: answered });
})();

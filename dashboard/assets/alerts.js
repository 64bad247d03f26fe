// Alerts: what its address holds, the bar above the list, and what is said after an act.
(function () {
  "use strict";
  const STATUSES = ["open", "acknowledged", "closed"];
  const SEVERITIES = ["critical", "high", "medium", "low", "informational"];
  const among = (list) => (text) => (list.includes(text) ? text : null);
  const short = (text) => (text.length <= 200 ? text : null);
  window.vigieFields = Object.assign(window.vigieFields || {}, {
    status: { read: among(STATUSES), word: "the status", instead: "open alerts", identifies: true },
    severity: { read: among(SEVERITIES), word: "the severity", instead: "every severity", narrows: true },
    rule: { read: (text) => (text.length <= 400 ? text : null), word: "the rule", instead: "all rules", narrows: true },
    assignee: { read: (text) => (/^(me|nobody|\d{1,18})$/.test(text) ? text : null), word: "the assignee", instead: "everybody's", narrows: true },
    find: { read: short, word: "the words", instead: "all alerts", narrows: true },
    order: { read: among(["newest"]), word: "the order", instead: "the worst first" },
    upto: { read: (text) => (/^\d{1,4}$/.test(text) ? text : null), word: "the length", instead: "the first 100", quiet: false },
    group: { read: among(["rule", "entity"]), word: "the grouping", instead: "no groups", quiet: true },
    alert: { read: (text) => (/^[1-9]\d{0,17}$/.test(text) ? text : null), word: "the alert", instead: "the list", quiet: true },
  });

  const byId = (name) => document.getElementById(name);
  const view = () => window.vigieView.current();
  const onPage = () => Boolean(byId("alerts-page"));
  let around = { counts: {}, rules: [], people: [], me: null, may_act: false, first_look: "" };

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const sign = (name, look) => make("span", { class: "icon icon-" + name + (look ? " " + look : ""), "aria-hidden": "true" });

  function button(words, does, look, icon) {
    const element = make("button", { type: "button", class: look || "button" }, icon ? sign(icon) : null, words);
    element.addEventListener("click", does);
    return element;
  }

  // ---- the bar ----
  function choice(name, label, choices) {
    const box = make("select", { id: "alerts-" + name, "aria-label": label, class: "alerts-choice" });
    const now = String(view()[name] || "");
    if (now && !choices.some(([value]) => value === now)) choices = [...choices, [now, label + ": " + now]];
    for (const [value, words] of choices) box.append(make("option", { value, selected: value === now ? "" : null }, words));
    box.addEventListener("change", () => window.vigieView.change({ [name]: box.value || null, upto: null }));
    return box;
  }

  function choices() {
    const people = around.people.filter(([id]) => id !== around.me).map(([id, name]) => [String(id), "Assignee: " + name]);
    return [
      choice("severity", "Severity", [["", "Severity: all"], ["critical", "Severity: critical"], ["high", "High and above"], ["medium", "Medium and above"], ["low", "Low and above"]]),
      choice("rule", "Rule", [["", "Rule: all"], ...around.rules.map(([name, title, n]) => [name, title + " (" + n.toLocaleString("en-GB") + ")"])]),
      choice("assignee", "Assignee", [["", "Assignee: anybody"], ...(around.may_act ? [["me", "Assignee: me"]] : []), ["nobody", "Assignee: nobody"], ...people]),
      choice("group", "Group", [["", "Group: none"], ["rule", "Group: rule"], ["entity", "Group: entity"]]),
      ...(view().status === "closed" ? [] : [choice("order", "Order", [["", "Worst first"], ["newest", "Newest first"]])]),
    ];
  }

  function tabs() {
    const now = view().status || "open";
    const words = { open: "Open", acknowledged: "Acknowledged", closed: "Closed" };
    const made = STATUSES.map((status) => {
      const n = around.counts[status];
      const tab = button(words[status] + " ", () => window.vigieView.change({ status: status === "open" ? null : status, upto: null, alert: null }), "alerts-tab");
      tab.append(make("span", { class: "alerts-tab-count" }, n === undefined ? "–" : n.toLocaleString("en-GB")));
      tab.setAttribute("aria-pressed", String(status === now));
      tab.dataset.status = status;
      return tab;
    });
    return make("div", { class: "segments alerts-tabs", role: "group", "aria-label": "Status" }, ...made);
  }

  function search() {
    const field = make("input", { id: "alerts-find", type: "search", "data-search": "1", "aria-label": "Find in title, rule and entity", placeholder: "Find", maxlength: "200", autocomplete: "off" });
    let due = 0;
    field.addEventListener("input", () => {
      window.clearTimeout(due);
      due = window.setTimeout(() => window.vigieView.change({ find: field.value.trim() || null, upto: null }, true), 300);
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); field.blur(); } });
    return field;
  }

  // What has the focus keeps it: only what differs is put in again.
  let drawn = "";
  function bar() {
    const holder = byId("alerts-bar");
    if (!holder) { drawn = ""; return; }
    if (!holder.firstChild) {
      const filters = make("button", { type: "button", class: "button on-phone", "aria-expanded": "false" }, sign("filter"), "Filter");
      filters.addEventListener("click", () => filters.setAttribute("aria-expanded", String(byId("alerts-page").toggleAttribute("data-filters"))));
      holder.append(make("div", { class: "alerts-parts" }), filters, make("div", { class: "alerts-parts alerts-choices" }), search());
      drawn = "";
    }
    const field = byId("alerts-find");
    if (document.activeElement !== field) field.value = view().find || "";
    const { status, severity, rule, assignee, group, order } = view();
    byId("alerts-page").dataset.status = status || "open";
    const now = JSON.stringify([around, status, severity, rule, assignee, group, order]);
    if (now === drawn) return;
    drawn = now;
    const focused = document.activeElement && holder.contains(document.activeElement) ? document.activeElement : null;
    const was = focused && (focused.id || focused.dataset.status);
    holder.querySelector(".alerts-parts").replaceChildren(tabs());
    holder.querySelector(".alerts-choices").replaceChildren(...choices());
    const again = was && (byId(was) || holder.querySelector('[data-status="' + was + '"]'));
    if (again) again.focus();
  }

  function know(told) {
    if (told) around = told;
    bar();
  }

  // ---- what is said ----
  function say(words) { const said = byId("alerts-said"); if (said) said.textContent = words; }

  // `lines`: of those that were left; `undo`: what takes it back.
  function notice(words, lines, undo) {
    const place = byId("alerts-notice");
    if (!place) return;
    place.hidden = !words && !lines.length;
    const parts = [make("strong", {}, words)];
    if (undo) parts.push(button("Undo", () => { hush(); undo(); }, "plain underlined"));
    for (const line of lines) parts.push(make("p", {}, line));
    parts.push(button("Close", hush, "plain"));
    place.replaceChildren(...parts);
    place.toggleAttribute("data-left", lines.length > 0);
  }

  function hush() { const place = byId("alerts-notice"); if (place) { place.hidden = true; place.replaceChildren(); } }

  // The window of time is none of this page's: a link that comes with one is taken for now.
  function changed() {
    if (!onPage()) return;
    if (view().to) { window.vigieView.change({ range: "24h", from: null, to: null }, true); return; }
    bar();
  }

  window.addEventListener("vigie:view", changed);
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "alerts-closed": () => window.vigieView.change({ status: "closed", upto: null }),
  });
  window.vigieAlerts = Object.assign(window.vigieAlerts || {}, { make, sign, button, know, say, notice, hush, onPage, around: () => around });
})();

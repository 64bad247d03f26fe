// The Rules page: its filter and order live in the address; what has not changed is not drawn anew, so that what is unfolded stays.
(function () {
  "use strict";
  const SHOWS = ["troubled", "off", "unfed", "fired", "silent"];
  const SORTS = ["state", "rule", "severity", "events", "alerts", "fired", "open", "verdicts", "times"];
  const NAME = /^[^\p{Cc}]{1,300}$/u;
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const fields = (window.vigieFields = window.vigieFields || {});
  Object.assign(fields, {
    rules_find: { read: (text) => (text.length <= 100 ? text : null), word: "the words", instead: "all rules", narrows: true },
    rules_show: { read: (text) => (SHOWS.includes(text) ? text : null), word: "the choice of rules", instead: "all rules", narrows: true },
    rules_sort: { read: (text) => (SORTS.includes(text.replace(/^-/, "")) ? text : null), word: "the order of rules", instead: "the usual order" },
  });
  if (!fields.rule) fields.rule = { read: (text) => (NAME.test(text) ? text : null), word: "the rule", instead: "all rules" };

  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "rules-sort": (element) => window.vigieView.change({ rules_sort: element.dataset.value }, true),
    "rules-close": () => window.vigieView.change({ rule: null }),
  });

  // ---- a panel is drawn anew only when what it says has changed ----
  const drawn = new Map(); // panel -> [its frame, what it shows]
  function draw(name, answer) {
    if (answer.content === undefined) return;
    const frame = document.querySelector('[data-panel="' + name + '"]');
    const content = JSON.stringify(answer.content);
    const before = drawn.get(name);
    if (before && before[0] === frame && before[1] === content) return;
    drawn.set(name, [frame, content]);
    put({ part: "list-content", panel: name }, { children: answer.content });
  }
  window.vigiePanels = window.vigiePanels || {};
  for (const name of ["rule-texts", "rule-alerts", "rule-detail", "rules-board"]) {
    window.vigiePanels[name] = (answer) => draw(name, answer);
  }

  // ---- the filter shows what the address says; the end of a switch has a usual day ----
  function controls() {
    if (!document.getElementById("rules-page")) return;
    const view = window.vigieView.current();
    put("rules-find", { value: view.rules_find || "" });
    document.querySelectorAll("[data-field='rules_show']").forEach((each) => {
      each.setAttribute("aria-pressed", String(each.dataset.value === (view.rules_show || "")));
    });
    const until = document.getElementById("rule-until");
    if (!until || until.min) return;
    const day = (after) => new Date(Date.now() + after * 86400e3 - new Date().getTimezoneOffset() * 60e3).toISOString().slice(0, 10);
    until.min = day(0);
    until.max = day(90);
  }
  window.addEventListener("vigie:view", controls);

  // ---- what was said of one rule is not said of the next; after an act the page is read again ----
  let open = null;
  let said = "";
  window.addEventListener("vigie:view", () => {
    const now = window.vigieView.current().rule || null;
    if (now === open) return;
    open = now;
    if (document.getElementById("rule-said")) put("rule-said", { children: "" });
    if (document.getElementById("rule-reason")) put("rule-reason", { value: "" });
  });
  new MutationObserver(() => {
    const element = document.getElementById("rule-said");
    const now = element ? element.textContent : "";
    if (now === said) return;
    said = now;
    if (now) window.vigieView.retry();
  }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });
})();

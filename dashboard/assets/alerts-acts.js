// What is done with alerts: by key, by button, one or many. Whoever decides has seen the earlier verdicts first.
(function () {
  "use strict";
  const byId = (name) => document.getElementById(name);
  const view = () => window.vigieView.current();
  const A = () => window.vigieAlerts;
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const GONE = { acknowledge: ["open"], close: ["open", "acknowledged"], reopen: ["acknowledged", "closed"] };
  let n = 0;
  let waiting = null; // what was sent and is not answered
  let form = null; // what the form is for: {act, targets}
  let opener = null;

  // ---- on which alerts ----
  const ofRow = (row) => ({ id: row.id, version: row.version, about: row.about, status: row.status, verdicts: row.verdicts });
  function ofDrawer() {
    const content = window.vigieAlert.content();
    return content && { id: content.id, version: content.version, about: content.about, status: content.status, isRead: true };
  }

  function targets(isDrawers) {
    const chosen = window.vigieQueue.chosen();
    if (chosen.length && !isDrawers) return chosen.map(ofRow);
    const open = ofDrawer(), focused = isDrawers ? null : window.vigieQueue.focusedId();
    if (open && (focused === null || focused === open.id)) return [open];
    const row = focused !== null && window.vigieQueue.find(focused);
    return row ? [ofRow(row)] : [];
  }

  function send(act, on, more) {
    if (waiting) return;
    n += 1;
    waiting = { n, act, on: on.map((each) => ({ ...each })) };
    busy(true);
    put("alerts-asked", { data: { n, act, alerts: on.map((each) => [each.id, each.version]), zone: window.vigieView.zone, ...more } });
    window.setTimeout(() => { if (waiting && waiting.n === n) unanswered(); }, 15000);
  }

  function unanswered() {
    waiting = null;
    busy(false);
    fail("The console did not answer. Look at the alert before you do it again.");
    window.vigieView.retry();
  }

  function busy(isBusy) { const button = byId("alerts-form-send"); if (button) button.disabled = isBusy; }

  function fail(words) {
    if (byId("alerts-form").open) {
      byId("alerts-form-error").textContent = words;
      byId("alerts-form-error").hidden = false;
    } else A().notice("", [words]);
    A().say(words);
  }

  function told(answer) {
    if (!waiting || !answer || answer.n !== waiting.n) return window.dash_clientside.no_update;
    const { act, on } = waiting;
    waiting = null;
    busy(false);
    if (!byId("alerts-page")) return window.dash_clientside.no_update;
    if (answer.error) { fail(answer.error); return window.dash_clientside.no_update; }
    for (const each of on) if (answer.changed.includes(each.id)) own(each);
    const status = view().status || "open";
    const isGone = (GONE[act] || []).includes(status);
    if (on.length === 1 && answer.left.length) second(answer.left[0]);
    else {
      shut();
      const lines = answer.left.map((each) => (each.title ? "“" + each.title + "”: " : "") + each.sentence);
      const undo = ["acknowledge", "close"].includes(act) && answer.changed.length ? () => send("reopen", on.filter((each) => answer.changed.includes(each.id)).map((each) => ({ ...each, version: each.version + 1 }))) : null;
      A().notice([answer.said, lines.length ? "Left as they are:" : ""].filter(Boolean).join(" "), lines, undo);
      A().say(answer.said);
    }
    window.vigieQueue.done(answer.changed, isGone);
    window.vigieView.retry(); // versions and lists as they are now
    return window.dash_clientside.no_update;
  }

  // Whoever did something has seen it: it does not stand against what they do next.
  function own(sent) {
    const seen = [window.vigieQueue.find(sent.id), window.vigieAlert.content(), ...(form ? form.targets : [])];
    for (const each of seen) if (each && each.id === sent.id && each.version === sent.version) each.version += 1;
  }

  // Somebody was faster: what they did is said, what was typed stays, and one may decide again.
  function second(left) {
    if (!form) { A().notice("", [left.sentence]); A().say(left.sentence); return; }
    fail(left.sentence + " Look again, then decide.");
    form.isOld = true;
    if (view().alert !== String(left.id)) window.vigieView.change({ alert: String(left.id) }, Boolean(view().alert));
  }

  // ---- the form ----
  function area(label, hint) {
    const { make } = A();
    const field = make("textarea", { id: "alerts-note", rows: "3", maxlength: byId("alerts-form").dataset.longest });
    return make("label", { class: "alerts-field" }, make("span", {}, make("strong", {}, label), " ", make("span", { class: "is-dimmed" }, hint)), field);
  }

  function cards(name, legend, choices) {
    const { make } = A();
    const made = choices.map(([value, title, gloss], at) => make("label", { class: "alerts-card" }, make("input", { type: "radio", name, value, "data-key": String(at + 1) }),
      make("span", {}, make("strong", {}, title), gloss ? make("small", {}, gloss) : null)));
    return make("fieldset", { class: "alerts-cards" }, make("legend", {}, legend), ...made);
  }

  const capital = (words) => words[0].toUpperCase() + words.slice(1);
  const verdicts = () => byId("alerts-form").dataset.verdicts.split(";").map((each) => each.split("=")).map(([value, gloss]) => [value, capital(value), gloss]);
  const UNTIL = [["", "Without an end", "until somebody closes it"], ["1", "1 hour", ""], ["4", "4 hours", ""], ["12", "12 hours", ""], ["24", "1 day", ""], ["168", "1 week", ""]];

  function people() {
    const { make, around } = A();
    const box = make("select", { id: "alerts-who" });
    const others = around().people.filter(([id]) => id !== around().me);
    for (const [value, name] of [["me", "Me"], ...others, ["", "Nobody"]]) box.append(make("option", { value }, name));
    return make("label", { class: "alerts-field" }, make("strong", {}, "Who looks after it"), box);
  }

  const FORMS = {
    close: { title: "Close", send: (n) => (n === 1 ? "Close alert" : "Close " + n + " alerts"), fields: () => [cards("verdict", "Your verdict", verdicts()), area("Note", "why you are sure")],
      read: () => ({ verdict: picked("verdict"), note: byId("alerts-note").value }), lacks: () => (picked("verdict") ? "" : "Choose a verdict: what did it turn out to be?"), judges: true },
    until: { title: "Acknowledge", send: () => "Acknowledge", fields: () => [cards("until", "Open again after", UNTIL), area("Note", "what you will do")],
      read: () => ({ until: picked("until") ? new Date(Date.now() + Number(picked("until")) * 3600e3).toISOString() : null, note: byId("alerts-note").value }), lacks: () => "" },
    assign: { title: "Assign", send: () => "Assign", fields: () => [people()], read: () => ({ assignee: byId("alerts-who").value === "me" ? "me" : Number(byId("alerts-who").value) || null }), lacks: () => "" },
    note: { title: "Note on", send: () => "Add the note", fields: () => [area("Note", "stays with this alert for good")], read: () => ({ note: byId("alerts-note").value }), lacks: () => (byId("alerts-note").value.trim() ? "" : "The note is empty.") },
  };
  const picked = (name) => { const found = document.querySelector("#alerts-form input[name='" + name + "']:checked"); return found ? found.value : ""; };

  function ask(act, on) {
    if (!on.length) { A().say("Choose an alert first: j and k move."); return; }
    const spec = FORMS[act];
    const { make } = A();
    form = { act, targets: on, isOld: false };
    opener = document.activeElement;
    byId("alerts-form-title").textContent = spec.title + " " + (on.length === 1 ? "“" + on[0].about + "”" : on.length.toLocaleString("en-GB") + " alerts");
    byId("alerts-form-error").hidden = true;
    byId("alerts-form-send").textContent = spec.send(on.length);
    byId("alerts-form-fields").replaceChildren(...spec.fields());
    byId("alerts-form-earlier").hidden = !spec.judges;
    byId("alerts-form-earlier").replaceChildren(make("p", {}, "Reading earlier verdicts…"));
    const first = document.querySelector("#alerts-form input[value='']");
    if (first) first.checked = true;
    byId("alerts-form").showModal();
    if (spec.judges && on.length === 1 && !on[0].isRead) window.vigieView.change({ alert: String(on[0].id) }, Boolean(view().alert));
    earlier();
    const field = byId("alerts-form-fields").querySelector("input, select, textarea");
    if (field) field.focus();
  }

  // What was decided before stands above the form; until it is read nothing can be sent.
  function earlier() {
    if (!form || !byId("alerts-form") || !byId("alerts-form").open) return;
    const { make } = A();
    const isOne = form.targets.length === 1;
    const content = window.vigieAlert.content();
    const isRead = isOne && content && content.id === form.targets[0].id;
    if (form.isOld && isRead) { form.targets[0].version = content.version; form.targets[0].status = content.status; }
    if (!FORMS[form.act].judges) return;
    byId("alerts-form-send").disabled = Boolean(waiting) || (isOne && !isRead);
    const place = byId("alerts-form-earlier");
    if (isRead) {
      const copy = byId("alert-earlier").cloneNode(true);
      copy.removeAttribute("id");
      place.replaceChildren(make("h4", {}, "Earlier verdicts, same fingerprint"), copy);
    } else if (!isOne) place.replaceChildren(make("h4", {}, "Earlier verdicts, same fingerprints"), ...many());
  }

  function many() {
    const { make } = A();
    const sums = new Map();
    const judged = form.targets.filter((each) => Object.keys(each.verdicts || {}).length);
    for (const each of judged) for (const [verdict, count] of Object.entries(each.verdicts)) sums.set(verdict, (sums.get(verdict) || 0) + count);
    const listed = [...sums].map(([verdict, count]) => count + " × " + verdict).join(", ");
    const parts = [make("p", {}, judged.length ? judged.length + " of " + form.targets.length + " were closed before: " + listed + "." : "None of them was closed before.")];
    const attacks = judged.filter((each) => each.verdicts["true positive"]).map((each) => each.about);
    if (attacks.length) parts.push(make("p", { class: "alert-differ" }, "An attack before: " + attacks.slice(0, 5).join("; ") + (attacks.length > 5 ? " and " + (attacks.length - 5) + " more" : "") + "."));
    return parts;
  }

  function shut() {
    const dialog = byId("alerts-form");
    form = null;
    if (!dialog || !dialog.open) return;
    dialog.close();
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
  }

  function submit() {
    if (!form || waiting || byId("alerts-form-send").disabled) return;
    const spec = FORMS[form.act];
    const lacks = spec.lacks();
    if (lacks) { fail(lacks); return; }
    byId("alerts-form-error").hidden = true;
    send(form.act === "until" ? "acknowledge" : form.act, form.targets, spec.read());
  }

  // ---- many at once ----
  function bulk() {
    const bar = byId("alerts-bulk");
    if (!bar) return;
    const { make, button } = A();
    const chosen = window.vigieQueue.chosen();
    bar.hidden = !chosen.length;
    const now = chosen.length + (view().status || "open");
    if (bar.dataset.now === now || !chosen.length) { if (!chosen.length) delete bar.dataset.now; return; }
    bar.dataset.now = now;
    const status = view().status || "open";
    const parts = [make("strong", {}, chosen.length.toLocaleString("en-GB") + " selected")];
    if (status === "open") parts.push(button("Acknowledge", () => act("acknowledge"), "button small"));
    parts.push(button(status === "closed" ? "Change the verdict" : "Close", () => act("close"), "button small"));
    if (status !== "open") parts.push(button("Open again", () => act("reopen"), "button small"));
    parts.push(button("Assign", () => act("assign"), "button small"), button("Note", () => act("note"), "button small"));
    parts.push(button("Clear", () => window.vigieQueue.clear(), "plain"));
    bar.replaceChildren(...parts);
  }

  function act(name, isDrawers) {
    const on = targets(isDrawers);
    if (!on.length) { A().say("Choose an alert first: j and k move."); return; }
    A().hush();
    if (FORMS[name]) ask(name, on);
    else if (name === "mine") send("assign", on, { assignee: "me" });
    else send(name, on, {});
  }

  // ---- keys: whether each was taken ----
  const key = (does) => () => {
    if (!A() || !A().onPage() || !A().around().may_act) return false;
    does();
    return true;
  };
  function toggle() {
    const id = window.vigieQueue.focusedId() || Number(view().alert);
    if (id && window.vigieQueue.find(id)) window.vigieQueue.select(id, !window.vigieQueue.isChosen(id));
  }

  window.vigieKeys = Object.assign(window.vigieKeys || {}, {
    x: key(toggle), a: key(() => act("acknowledge")), A: key(() => act("until")), c: key(() => act("close")), r: key(() => act("reopen")),
    m: key(() => act("mine")), s: key(() => act("assign")), n: key(() => act("note")),
  });

  document.addEventListener("keydown", (event) => {
    const dialog = byId("alerts-form");
    if (!dialog || !dialog.open) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("input[type='radio'], select"))) { event.preventDefault(); submit(); return; }
    if (/^[1-6]$/.test(event.key) && !event.target.matches("textarea, select")) {
      const card = dialog.querySelector("input[data-key='" + event.key + "']");
      if (card) { card.checked = true; card.focus(); }
    }
  });
  document.addEventListener("cancel", (event) => { if (event.target.id === "alerts-form") { event.preventDefault(); shut(); } }, true);
  window.addEventListener("vigie:alert", earlier);
  window.addEventListener("vigie:alerts", bulk);
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "alert-act": (element) => act(element.dataset.value, true),
    "alerts-form-shut": shut,
    "alerts-form-send": submit,
  });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { alerts_told: told });
})();

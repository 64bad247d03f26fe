// Saved searches: the list below the query bar, what is kept of the present one, and who may change it.
(function () {
  "use strict";
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const sheet = () => document.getElementById("saved-sheet");
  let n = 0;
  let told = null;
  let renaming = 0;
  let deleting = 0;
  let asked = ""; // what was asked for last

  function element(tag, className, text, more) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    for (const [name, value] of Object.entries(more || {})) made.setAttribute(name, value);
    return made;
  }

  function button(text, label, press) {
    const made = element("button", "plain underlined", text, { type: "button", "aria-label": label });
    made.addEventListener("click", press);
    return made;
  }

  function ask(more) {
    n += 1;
    asked = more.act;
    put("saved-asked", { data: { n, ...more } });
  }

  function apply(each) {
    shut();
    const range = each.range ? { range: each.range, from: null, to: null } : {};
    window.vigieView.change({ q: each.q, tick: each.tick, event: null, ...range });
  }

  function row(each) {
    const made = element("li", "saved-row");
    if (renaming === each.id) {
      const name = element("input", "saved-name", "", { type: "text", maxlength: "80", "aria-label": "New name of " + each.name, "data-focus": "1" });
      name.value = each.name;
      name.addEventListener("keydown", (event) => { if (event.key === "Enter") ask({ act: "rename", id: each.id, name: name.value }); });
      made.append(name, button("Rename", "Rename " + each.name, () => ask({ act: "rename", id: each.id, name: name.value })));
      return made;
    }
    const open = element("button", "plain saved-open", each.name, { type: "button" });
    open.addEventListener("click", () => apply(each));
    const whose = each.owner ? "shared by " + each.owner : each.shared ? "shared" : "";
    made.append(open, element("code", "", each.words), element("span", "saved-whose", whose));
    if (each.may_rename) made.append(button("Rename", "Rename " + each.name, () => { renaming = each.id; draw(); }));
    if (each.may_delete) {
      const sure = deleting === each.id;
      made.append(button(sure ? "Delete “" + each.name + "”" : "Delete", "Delete " + each.name + (sure ? " for good" : ""), () => {
        if (sure) ask({ act: "delete", id: each.id });
        else { deleting = each.id; draw(); }
      }));
    }
    return made;
  }

  function form() {
    const view = window.vigieView.current();
    const made = element("form", "saved-form");
    const name = element("input", "saved-name", "", { type: "text", maxlength: "80", placeholder: "Name for this search", "aria-label": "Name for this search", "data-focus": "2" });
    const choice = (id, text, off) => {
      const label = element("label", "saved-choice");
      const box = element("input", "", "", { type: "checkbox", id });
      box.disabled = off;
      label.append(box, " " + text);
      return label;
    };
    const save = element("button", "button small primary", "Save", { type: "submit" });
    made.append(name, choice("saved-range", "with the time range", !view.range), choice("saved-shared", "for everyone", !told || !told.may_share), save);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      ask({ act: "save", name: name.value, q: view.q || "", tick: view.tick || [],
        range: made.querySelector("#saved-range").checked ? view.range : null, shared: made.querySelector("#saved-shared").checked });
    });
    return made;
  }

  // What somebody has begun to write stays when an answer comes meanwhile.
  function keep(before, made) {
    const name = made.querySelector(".saved-name");
    name.value = before.querySelector(".saved-name").value;
    for (const id of ["saved-range", "saved-shared"]) made.querySelector("#" + id).checked = before.querySelector("#" + id).checked;
    return before.contains(document.activeElement) && document.activeElement.type === "text" ? name : null;
  }

  function draw(isSaved) {
    const holder = sheet();
    if (!holder) return;
    const before = holder.querySelector(".saved-form");
    const entry = form();
    const writing = before && !isSaved ? keep(before, entry) : null;
    const listed = told && told.searches ? told.searches : [];
    const list = element("ul", "");
    list.append(...listed.map(row));
    const none = told && told.searches && !listed.length ? [element("p", "hint", "No search is saved yet.")] : [];
    const said = element("p", told && told.error ? "hint wrong" : "hint", told ? told.error || told.said : "Reading…", { role: "status" });
    holder.replaceChildren(element("h3", "", "Saved searches"), list, ...none, entry, said);
    const focus = writing || holder.querySelector("[data-focus='1']") || holder.querySelector(".saved-open") || holder.querySelector("[data-focus='2']");
    focus.focus();
  }

  function answered(answer) {
    if (!answer || answer.n !== n || !sheet() || sheet().hidden) return window.dash_clientside.no_update;
    told = answer.searches ? answer : { ...told, error: answer.error, said: "" };
    if (!answer.error) renaming = 0;
    deleting = 0;
    draw(asked === "save" && !answer.error);
    return window.dash_clientside.no_update;
  }

  function shut() { if (sheet()) sheet().hidden = true; }

  function open() {
    const holder = sheet();
    holder.hidden = !holder.hidden;
    if (holder.hidden) return;
    document.getElementById("query-help").hidden = true;
    renaming = deleting = 0;
    told = null;
    draw(true);
    ask({ act: "list" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !sheet() || sheet().hidden) return;
    event.preventDefault();
    shut();
    document.querySelector("[data-act='saved-open']").focus();
  }, true);
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".query-line")) { shut(); const help = document.getElementById("query-help"); if (help) help.hidden = true; }
  });
  window.vigieActs = Object.assign(window.vigieActs || {}, { "saved-open": open });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigie = Object.assign(window.dash_clientside.vigie || {}, { events_saved: answered });
})();

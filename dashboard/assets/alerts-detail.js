// One alert beside the list: opened by the address, so that a link opens it too. It is read again when anything changed.
(function () {
  "use strict";
  const byId = (name) => document.getElementById(name);
  const view = () => window.vigieView.current();
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const FRAME = { part: "list-frame", panel: "alert" };
  const PARTS = ["badge", "marks", "earlier", "happened", "where", "rule", "life"];
  let asked = "";
  let content = null; // of the alert that stands there
  let drawn = {};

  const text = (name, words) => { const element = byId(name); if (element && element.textContent !== words) element.textContent = words; };

  function changed() {
    const drawer = byId("alert-drawer");
    if (!drawer) { asked = ""; content = null; drawn = {}; return; }
    const number = view().alert;
    drawer.hidden = !number;
    byId("alerts-page").toggleAttribute("data-open", Boolean(number));
    if (!number && asked !== "closed") put(FRAME, { "data-state": "ok" }); // nothing is being read
    const { store, mark } = window.vigieView.pulse;
    const now = number ? JSON.stringify([number, store, mark, window.vigieView.again()]) : "closed";
    if (number && now !== asked) {
      if (!content || String(content.id) !== number) document.querySelector("[data-panel='alert']").dataset.busy = "1";
      put("alert-asked", { data: { alert: number, zone: window.vigieView.zone, mark, again: window.vigieView.again() } });
    }
    if (!number) content = null;
    asked = now;
    place();
  }

  function show(answer) {
    const panel = document.querySelector("[data-panel='alert']");
    if (!panel || !byId("alert-title")) return;
    delete panel.dataset.busy;
    const isRead = answer.content && String(answer.content.id) === view().alert;
    if (!isRead) {
      if (answer.state !== "error") content = null;
      acts();
      return;
    }
    const isNew = !content || content.id !== answer.content.id;
    content = answer.content;
    text("alert-title", content.title);
    text("alert-sentence", content.sentence);
    for (const part of PARTS) { // what did not change stays as it is, folded or not
      const now = JSON.stringify(content[part]);
      if (drawn[part] !== now) put("alert-" + part, { children: content[part] });
      drawn[part] = now;
    }
    acts();
    place();
    if (isNew) {
      document.querySelector("[data-panel='alert'] .panel-content").scrollTop = 0;
      window.vigieAlerts.say(content.about + ". " + content.sentence);
      if (window.matchMedia("(max-width: 1199px)").matches) byId("alert-title").focus({ preventScroll: true });
    }
    window.setTimeout(() => window.dispatchEvent(new CustomEvent("vigie:alert")), 0);
  }

  // Only what can be done to an alert of this status is offered.
  function acts() {
    const holder = byId("alert-acts");
    holder.hidden = !content || !window.vigieAlerts.around().may_act;
    if (!content) return;
    const possible = { acknowledge: content.status === "open", reopen: content.status !== "open" };
    for (const button of holder.children) button.hidden = possible[button.dataset.value] === false;
    holder.querySelector("[data-value='close']").lastChild.textContent = content.status === "closed" ? "Change the verdict" : "Close";
  }

  function place() {
    const number = Number(view().alert);
    if (!number || !byId("alert-place")) return;
    const at = window.vigieQueue.place(number), total = window.vigieQueue.total();
    text("alert-place", at < 0 ? "Not in the list" : (at + 1).toLocaleString("en-GB") + " of " + total.toLocaleString("en-GB"));
    byId("alert-previous").disabled = at <= 0;
    byId("alert-next").disabled = at < 0 ? !window.vigieQueue.length() : at + 1 >= window.vigieQueue.length();
  }

  function close() {
    const number = Number(view().alert);
    window.vigieView.change({ alert: null }, true);
    window.vigieQueue.focus(number);
  }

  async function copy() {
    const link = window.location.origin + "/alerts?alert=" + view().alert;
    try {
      await navigator.clipboard.writeText(link);
      window.vigieAlerts.say("The link is copied.");
      text("alert-place", "Link copied");
    } catch (refused) {
      text("alert-place", "The link is in the address bar");
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !byId("alert-drawer") || byId("alerts-form").open) return;
    if (event.target.closest("[role='menu'], [role='dialog'], input, select, textarea")) return;
    if (view().alert) close();
    else if (window.vigieQueue.chosen().length) window.vigieQueue.clear();
  });
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "alert-close": close,
    "alert-previous": () => window.vigieQueue.move(-1),
    "alert-next": () => window.vigieQueue.move(1),
    "alert-copy": copy,
  });
  window.addEventListener("vigie:view", changed);
  window.addEventListener("vigie:alerts", place);
  window.vigiePanels = Object.assign(window.vigiePanels || {}, { alert: show });
  window.vigieAlert = { content: () => content };
})();

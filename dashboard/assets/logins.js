// The grid of logins: what its cells look like, when it asks again, and the filters above it.
// Rows never jump: new ones come in only while the reader is at the top and not in the grid; else a button says so.
(function () {
  "use strict";
  const GRID = "logins-grid";
  const make = (...parts) => window.React.createElement(...parts);
  const put = (name, props) => window.dash_clientside.set_props(name, props);
  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  let lastKey = "";
  let lastStore = "";
  let total = null;
  let shownTotal = null; // how many there were when the rows on the screen were asked for
  let countedKey = "";
  let revealed = ""; // the user and address that the grid was last brought into view for

  renderers.VigieOutcome = (props) => {
    if (!props.data) return null;
    const good = props.data.outcome === "success";
    return make("span", { className: good ? "outcome is-dimmed" : "outcome is-failure" },
      make("span", { className: "icon icon-" + (good ? "check" : "cross"), "aria-hidden": "true" }), good ? "OK" : "Failed");
  };
  function pivot(data, field) {
    if (!data || !data[field]) return make("span", { className: "is-faint" }, "–");
    const full = data[field + "_value"];
    const asked = field === "user" ? '"' + full + '"' : full; // quotes: exactly this name
    return make("a", { className: "pivot", href: "/activity?" + new URLSearchParams({ [field]: asked }), "data-nav": "1", title: data[field], tabIndex: -1 }, data[field]);
  }
  renderers.VigiePivot = (props) => pivot(props.data, props.colDef.field);
  // A login on a phone: who and from where in full, beside it when and how it ended.
  renderers.VigieCard = (props) => props.data ? make("div", { className: "login-card" },
    make("div", { className: "login-who" }, make("div", null, pivot(props.data, "user")), make("div", null, pivot(props.data, "ip"))),
    make("div", { className: "login-when" }, renderers.VigieTime(props), renderers.VigieOutcome(props),
      props.data.note ? make("span", null, props.data.note) : null)) : null;

  const grid = window.vigieGrid.follow({
    id: GRID, panel: "newest-logins", wide: ["time", "outcome", "user", "ip", "device", "note"], tall: 68, focus: "user",
    taken: (api) => {
      lastKey = ""; // what it asked for by itself may be another page's view
      api.addEventListener("bodyScrollEnd", () => { if (grid.atTop()) button(); });
    },
  });

  function refresh() {
    shownTotal = total;
    grid.api().refreshInfiniteCache();
    button();
  }

  function button() {
    const element = document.getElementById("new-rows");
    if (!element) return;
    const news = total !== null && shownTotal !== null ? total - shownTotal : 0;
    element.hidden = news <= 0;
    element.textContent = news + " new";
  }

  // What is in the window has been counted again: something may be new.
  async function counted(number) {
    total = number;
    countedKey = window.vigieView.key();
    if (!(await grid.take()) || number === null) return;
    if (shownTotal === null) shownTotal = number;
    if (grid.atTop() && !grid.isReading()) refresh();
    else button();
  }

  async function changed() {
    filters();
    if (!(await grid.take())) return;
    const key = window.vigieView.key(), store = window.vigieView.pulse.store;
    if (key !== lastKey || (store !== lastStore && store === "ok")) {
      shownTotal = countedKey === key ? total : null; // the count may have come before the grid did
      grid.api().purgeInfiniteCache();
      button();
      reveal();
    }
    lastKey = key;
    lastStore = store;
  }

  // Somebody has been asked for: their logins are what the reader wants to see.
  function reveal() {
    const asked = [window.vigieView.current().user, window.vigieView.current().ip].join("\n");
    if (asked !== revealed && asked.trim()) document.querySelector("[data-panel='newest-logins']").scrollIntoView({ block: "nearest" });
    revealed = asked;
  }

  function filters() {
    const view = window.vigieView.current();
    for (const field of ["user", "ip"]) if (document.getElementById("filter-" + field)) put("filter-" + field, { value: view[field] || "" });
    document.querySelectorAll("[data-act='filter'][data-field='outcome']").forEach((each) => {
      each.setAttribute("aria-pressed", String(each.dataset.value === (view.outcome || "")));
    });
    const by = document.getElementById("failed-by");
    if (by) by.textContent = view.by === "user" ? "By address" : "By user";
  }

  document.addEventListener("change", (event) => {
    const field = event.target.dataset && event.target.dataset.filter;
    if (field) window.vigieView.change({ [field]: event.target.value.trim() || null });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("#" + GRID)) return;
    const link = event.target.querySelector("a.pivot");
    if (link) link.click();
  });

  window.addEventListener("vigie:view", changed);
  window.vigiePanels = Object.assign(window.vigiePanels || {}, {
    "newest-logins": (answer, isRead) => counted(answer.content ? answer.content.total : isRead ? 0 : null),
  });
  window.vigieActs = Object.assign(window.vigieActs || {}, {
    "new-rows": () => { grid.api().ensureIndexVisible(0); refresh(); },
    "failed-by": () => window.vigieView.change({ by: window.vigieView.current().by === "user" ? null : "user" }),
  });
})();

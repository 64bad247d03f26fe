// What the cells of the list of events look like. React escapes every text.
(function () {
  "use strict";
  const make = (...parts) => window.React.createElement(...parts);
  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  const icon = (name) => make("span", { className: "icon icon-" + name, "aria-hidden": "true" });
  renderers.VigieSeverity = (props) => props.data
    ? make("span", { className: "severity is-" + props.data.severity }, icon(props.data.severity), props.data.severity_word) : null;
  const OUTCOMES = { success: ["check", "OK"], failure: ["cross", "Failed"], unknown: ["minus", "Outcome not known"] };
  renderers.VigieEvent = (props) => {
    if (!props.data) return null;
    const [sign, word] = OUTCOMES[props.data.outcome];
    return make("span", { className: "event-what", title: props.data.what + (props.data.detail ? ", " + props.data.detail : "") + " (" + props.data.action + ")" },
      make("span", { className: "icon icon-" + sign + " outcome-" + props.data.outcome, role: "img", "aria-label": word }), make("span", null, props.data.what),
      props.data.detail ? make("span", { className: "is-faint" }, props.data.detail) : null);
  };
  const NAMES = { user: "user_name", ip: "source_ip" };
  const quoted = (value) => '"' + value.replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"';
  function entity(data, field) {
    if (!data || !data[field]) return make("span", { className: "is-faint" }, "–");
    const query = NAMES[field] + ":" + (field === "ip" ? data.ip_value : quoted(data[field + "_value"]));
    return make("a", { className: "pivot", href: "/events?" + new URLSearchParams({ q: query }), "data-nav": "1", title: data[field], tabIndex: -1 }, data[field]);
  }
  renderers.VigieEntity = (props) => entity(props.data, props.colDef.field);
  renderers.VigieEventCard = (props) => props.data ? make("div", { className: "login-card" },
    make("div", { className: "login-who" }, make("div", { className: "event-what" }, icon(props.data.severity + " is-" + props.data.severity), make("strong", null, props.data.what)),
      make("div", null, props.data.detail || props.data.source), make("div", null, [props.data.user, props.data.ip].filter(Boolean).join(" · ") || "–")),
    make("div", { className: "login-when" }, renderers.VigieTime(props), make("span", null, props.data.severity_word), make("span", null, OUTCOMES[props.data.outcome][1]))) : null;
})();

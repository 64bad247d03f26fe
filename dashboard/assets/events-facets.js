// The facets of Security events: what is ticked stays, bold, also where nothing of it is left.
(function () {
  "use strict";
  const SHOWN = 6;
  const SIGNS = new Set(["critical", "high", "medium", "low", "informational"]);
  const words = {}; // how a value was called when it was last seen
  const opened = new Set();
  let dimensions = [];

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const ticked = () => window.vigieView.current().tick || [];
  const plain = (text) => text.replace(/\p{C}/gu, " ").slice(0, 60) || "Not given";

  function option(dimension, value, word, count) {
    const key = dimension + ":" + value;
    const label = element("label", "facet");
    const box = element("input");
    box.type = "checkbox";
    box.checked = ticked().includes(key);
    box.dataset.key = key;
    box.addEventListener("change", () => {
      const others = ticked().filter((each) => each !== key);
      window.vigieView.change({ tick: box.checked ? others.concat(key) : others });
    });
    if (box.checked) label.classList.add("is-ticked");
    label.title = word;
    label.append(box);
    if (dimension === "severity" && SIGNS.has(value)) {
      const sign = element("span", "icon icon-" + value + " is-" + value);
      sign.setAttribute("aria-hidden", "true");
      label.append(sign, element("span", "facet-word is-" + value, word));
    } else label.append(element("span", "facet-word", word));
    label.append(element("span", "facet-count", count === null ? "–" : count.toLocaleString("en-GB")));
    return label;
  }

  function values(dimension) {
    const found = dimension.values.map((each) => [each.value, each.word, each.n]);
    const known = new Set(found.map((each) => each[0]));
    for (const key of ticked()) {
      const value = key.slice(dimension.name.length + 1);
      if (key.startsWith(dimension.name + ":") && !known.has(value)) found.push([value, words[key] || plain(value), 0]);
    }
    return found;
  }

  function group(dimension) {
    const all = values(dimension);
    if (!all.length) return null;
    const made = element("fieldset", "facet-group");
    made.append(element("legend", "", dimension.title));
    const isOpen = opened.has(dimension.name);
    const isShown = ([value], at) => isOpen || at < SHOWN || ticked().includes(dimension.name + ":" + value);
    all.filter(isShown).forEach(([value, word, count]) => made.append(option(dimension.name, value, word, count)));
    if (all.length > SHOWN) {
      const more = element("button", "plain facet-more", isOpen ? "Show less" : "Show " + (all.length - SHOWN) + " more");
      more.type = "button";
      more.dataset.key = dimension.name;
      more.addEventListener("click", () => { if (!opened.delete(dimension.name)) opened.add(dimension.name); draw(); });
      made.append(more);
    }
    if (isOpen && dimension.further) made.append(element("p", "hint", "and " + dimension.further.toLocaleString("en-GB") + " events with other values"));
    return made;
  }

  function draw() {
    const holder = document.getElementById("facets");
    if (!holder) return;
    const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    holder.replaceChildren(...dimensions.map(group).filter(Boolean));
    const again = focused && Array.from(holder.querySelectorAll("[data-key]")).find((each) => each.dataset.key === focused);
    if (again) again.focus();
    const clear = document.getElementById("clear-ticks"), word = document.getElementById("filters-word");
    clear.hidden = !ticked().length;
    clear.textContent = "Clear " + ticked().length;
    word.textContent = ticked().length ? "Filters, " + ticked().length : "Filters";
  }

  window.vigiePanels = Object.assign(window.vigiePanels || {}, {
    "events-facets": (answer) => {
      if (answer.content) dimensions = answer.content.dimensions;
      for (const dimension of dimensions) for (const each of dimension.values) words[dimension.name + ":" + each.value] = each.word;
      draw();
    },
  });
  window.vigieActs = Object.assign(window.vigieActs || {}, { "clear-ticks": () => window.vigieView.change({ tick: null }) });
  window.addEventListener("vigie:view", draw);
})();

// The Sources page: a press anywhere on a row opens it, and the row that a key has reached keeps the focus when it is drawn anew.
(function () {
  "use strict";
  const NAME = /^[^\p{Cc}]{1,100}$/u;
  window.vigieFields = Object.assign(window.vigieFields || {}, {
    source: { read: (text) => (NAME.test(text) ? text : null), word: "the source", instead: "all sources" },
  });

  let reached = null; // the name of the row that has the focus
  const rowOf = (element) => element && element.closest && element.closest(".board-row");

  document.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (!row || event.target.closest("a") || String(window.getSelection())) return;
    const link = row.querySelector("a");
    if (link) link.click();
  });

  // ---- a trouble in the board leads to its samples, once they are drawn ----
  let wanted = null; // [the name of the source, the kind of trouble]
  function lead() {
    const list = wanted && document.querySelector('[data-of="' + CSS.escape(wanted[0]) + '"][data-list="' + CSS.escape(wanted[1]) + '"]');
    if (!list || !list.offsetParent) return;
    wanted = null;
    list.scrollIntoView({ block: "start" });
    list.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-trouble]");
    const row = rowOf(link);
    wanted = row ? [row.dataset.source, link.dataset.trouble] : null;
    lead();
  });

  let showsFacts = false; // what is drawn anew is folded again
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".all-facts")) showsFacts = event.target.open;
  }, true);

  // ---- the fields hold what is expected now, until somebody writes in them ----
  let filled = null; // the name of the source, period and grace
  function field(id, at, now, value) {
    const isOther = filled && filled[0] !== now[0];
    const isOurs = !value || (filled && value === filled[at]);
    const isWrittenIn = document.activeElement === document.getElementById(id);
    return isOther || (isOurs && !isWrittenIn) ? now[at] : value;
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.vigieSources = {
    fill(now, period, grace) {
      if (!now) return ["", ""];
      const values = [field("source-period", 1, now, period), field("source-grace", 2, now, grace)];
      filled = now;
      return values;
    },
  };

  document.addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    reached = row ? row.dataset.source : null;
  });
  document.addEventListener("pointerdown", (event) => { if (!rowOf(event.target)) reached = null; }, { passive: true });

  // A table that is drawn anew takes the focus away with its rows.
  new MutationObserver(() => {
    if (wanted) lead();
    const folded = showsFacts && document.querySelector(".all-facts:not([open])");
    if (folded) folded.open = true;
    if (reached === null || document.activeElement !== document.body) return;
    const row = document.querySelector('.board-row[data-source="' + CSS.escape(reached) + '"]');
    if (row) row.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

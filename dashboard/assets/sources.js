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

  document.addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    reached = row ? row.dataset.source : null;
  });
  document.addEventListener("pointerdown", (event) => { if (!rowOf(event.target)) reached = null; }, { passive: true });

  // A table that is drawn anew takes the focus away with its rows.
  new MutationObserver(() => {
    if (reached === null || document.activeElement !== document.body) return;
    const row = document.querySelector('.board-row[data-source="' + CSS.escape(reached) + '"]');
    if (row) row.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

// A page may rest on a source that tells of nothing by itself: its root names it in data-beat, and in data-rests the
// panels. Every moment the console is asked whether that source answers. When that changes, the page asks anew at once,
// and until it is told more its panels keep what they show and say that it is old.
(function () {
  "use strict";
  const BEAT_MS = 750; // with the second that a silent source is given, it is said within three
  const JUST_BACK_MS = 10e3; // a source that comes and goes, or is merely slow: one missed beat is no loss then
  let page = null; // the page that is asked for
  let answers = true; // what was heard last
  let asking = false;
  let none = false; // the console has no such source
  let turnedAt = 0; // when that changed last
  let missed = 0; // beats in a row

  async function ask(name) {
    try {
      const answer = await fetch("/_vigie/beat/" + encodeURIComponent(name), {
        headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(4000),
      });
      return answer.ok ? await answer.json() : null;
    } catch (failure) {
      return null; // the console itself does not answer: view.js says so
    }
  }

  function mark(said) {
    for (const name of page.dataset.rests.split(" ")) {
      const frame = document.querySelector('[data-panel="' + CSS.escape(name) + '"]');
      const foot = frame && frame.querySelector(".panel-source");
      if (!frame || !frame.id) continue;
      const id = JSON.parse(frame.id);
      window.dash_clientside.set_props({ ...id, part: id.part.replace(/-frame$/, "-answer") }, { data: {
        state: "error", foot: foot ? foot.textContent : "", words: "", badge: "Stale", as_of: new Date().toISOString(),
        sentence: said.sentence, advice: said.advice, tried: Date.now(),
      } });
    }
  }

  async function beat() {
    const now = document.querySelector("[data-beat]");
    if (now !== page) { page = now; answers = true; none = false; }
    const view = window.vigieView;
    if (!page || !view || asking || none || document.hidden || (answers && !view.isLive())) return;
    asking = true;
    const said = await ask(page.dataset.beat);
    asking = false;
    if (said === null || page !== document.querySelector("[data-beat]")) return;
    none = Boolean(said.none);
    missed = said.ok ? 0 : missed + 1;
    const doubtful = missed === 1 && Date.now() - turnedAt < JUST_BACK_MS;
    if (none || doubtful || said.ok === answers) return;
    answers = said.ok;
    turnedAt = Date.now();
    if (!answers && !view.current().to) mark(said); // of a window in the past nothing has become old
    const turn = new CustomEvent("vigie:beat", { cancelable: true });
    if (window.dispatchEvent(turn)) view.retry(); // unless the page asks for less by itself
  }
  window.setInterval(beat, BEAT_MS);
})();

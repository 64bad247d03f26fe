// The sheet of exports: choose a format, see how far it is, cancel. A file is saved only when its end line has come.
(function () {
  "use strict";
  const FORMATS = [["csv", "CSV"], ["jsonl", "JSON lines"]];
  const BLOB_BYTES = 4 * 1024 * 1024; // what has come goes to the browser's own store in pieces of this size
  const TAIL_BYTES = 64 * 1024; // the end line is shorter
  const NEWLINE = 10;
  let sheet = null;
  let opener = null;
  let running = null;

  const number = (value) => value.toLocaleString("en-US");
  const rows = (count) => number(count) + (count === 1 ? " row" : " rows");

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function act(words, does, look) {
    const button = make("button", { type: "button", class: "button small" + (look ? " " + look : "") }, words);
    button.addEventListener("click", does);
    return button;
  }

  // One sheet for all panels; what it says replaces what it said.
  function say(title, words, acts, progress) {
    if (!sheet) {
      sheet = make("section", { class: "export-sheet", role: "dialog", "aria-labelledby": "export-title", tabindex: "-1", id: "export-sheet" },
        make("h2", { id: "export-title" }), make("p", { role: "status", id: "export-words" }), make("div", { class: "export-progress", hidden: "" }), make("div", { class: "export-acts" }));
      sheet.addEventListener("keydown", (event) => { if (event.key === "Escape" && !running) close(); });
      document.body.append(sheet);
    }
    const [heading, said, bar, row] = sheet.children;
    heading.textContent = title;
    said.setAttribute("aria-live", progress === undefined ? "polite" : "off"); // not every step is worth a word
    said.textContent = words;
    bar.hidden = progress === undefined;
    if (progress !== undefined) bar.replaceChildren(make("progress", { "aria-label": "Rows read", ...(progress ? { value: progress[0], max: progress[1] } : {}) }));
    row.replaceChildren(...acts);
    sheet.hidden = false;
  }

  // Below the button that opened it, or above where there is no room; on a phone at the bottom, as the styles say.
  function place() {
    const box = opener.getBoundingClientRect();
    const below = box.bottom + 6, right = Math.max(10, Math.min(window.innerWidth - box.right, window.innerWidth - 350));
    const top = below + sheet.offsetHeight + 40 < window.innerHeight ? below : Math.max(10, box.top - sheet.offsetHeight - 46);
    sheet.style.setProperty("--right", right + "px");
    sheet.style.setProperty("--top", top + "px");
  }

  function close() {
    sheet.hidden = true;
    if (opener && document.contains(opener)) opener.focus();
  }

  function choose(panel) {
    const choices = FORMATS.map(([format, words]) => act(words, () => start(panel, format)));
    say("Export " + panel.title, "All rows of this view, also those that are not shown. Times are UTC.", [...choices, act("Close", close)]);
    place();
    choices[0].focus();
  }

  // ---- the request ----
  function security() {
    const config = JSON.parse(document.getElementById("_dash-config").textContent);
    const cookie = document.cookie.split("; ").find((each) => each.startsWith(config.csrf_token_name + "="));
    return { [config.csrf_header_name]: cookie ? cookie.slice(config.csrf_token_name.length + 1) : "" };
  }

  function view() {
    const { wrong, ...asked } = window.vigieView.current();
    return { ...asked, zone: window.vigieView.zone, at: window.vigieView.pulse.now };
  }

  async function start(panel, format) {
    const job = { panel, format, stop: new AbortController(), received: 0, lines: 0, total: null, blobs: [], parts: [], size: 0, tail: new Uint8Array(0), name: "", id: "" };
    running = job;
    say("Export " + panel.title, "Reading…", [act("Cancel", () => job.stop.abort())], null);
    sheet.focus();
    let refusal = "";
    try {
      const answer = await fetch("/export/" + encodeURIComponent(panel.name), {
        method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", ...security() }, cache: "no-store",
        body: JSON.stringify({ format, view: view() }), signal: job.stop.signal,
      });
      if (answer.ok) await receive(job, answer);
      else refusal = await sentence(answer);
    } catch (failure) {
      // what came is judged below: by its end line, not by how the connection ended
    }
    running = null;
    if (job.stop.signal.aborted) stopped(job);
    else if (refusal) refused(job, refusal);
    else ended(job);
    sheet.querySelector("button").focus();
  }

  async function sentence(answer) {
    if (answer.status === 401) return "The session has ended. Sign in again, then export.";
    try {
      const said = await answer.json();
      return (said.error + " " + (said.advice || "")).trim();
    } catch (unreadable) {
      return "The console did not answer. Try again in a moment.";
    }
  }

  async function receive(job, answer) {
    job.id = answer.headers.get("X-Vigie-Export") || "";
    job.name = (/filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") || "") || [])[1] || "vigie-export." + job.format;
    const total = answer.headers.get("X-Vigie-Rows");
    job.total = total === null ? null : Number(total);
    const reader = answer.body.getReader();
    for (let shown = 0; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      keep(job, value);
      if (Date.now() - shown > 200) {
        shown = Date.now();
        const read = Math.max(0, job.lines - 1);
        say("Export " + job.panel.title, job.total === null ? rows(read) + " so far" : number(read) + " of " + rows(job.total),
          [...sheet.lastElementChild.children], job.total ? [Math.min(read, job.total), job.total] : null);
      }
    }
  }

  function keep(job, bytes) {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) job.lines += 1;
    job.parts.push(bytes);
    job.size += bytes.length;
    const tail = new Uint8Array(job.tail.length + bytes.length);
    tail.set(job.tail);
    tail.set(bytes, job.tail.length);
    job.tail = tail.slice(-TAIL_BYTES);
    if (job.size >= BLOB_BYTES) {
      job.blobs.push(new Blob(job.parts));
      job.parts = [];
      job.size = 0;
    }
  }

  // What the last line says, or null where it is not an end line of this very export.
  function endOf(job) {
    const text = new TextDecoder().decode(job.tail);
    if (!text.endsWith("\n") || !job.id) return null;
    const line = text.trimEnd().split("\n").pop();
    const csv = /^,*"?End of export ([0-9a-f]+): (complete|incomplete|broken off), (\d+) rows\. ?(.*)$/.exec(line);
    if (job.format === "csv") return csv && csv[1] === job.id ? { end: csv[2], rows: Number(csv[3]), reason: "" } : null;
    try {
      const said = JSON.parse(line);
      return said.export === "end" && said.id === job.id ? said : null;
    } catch (unreadable) {
      return null;
    }
  }

  // ---- how it ended ----
  const again = (job) => act("Try again", () => start(job.panel, job.format));

  function ended(job) {
    const said = endOf(job);
    const isWhole = said && said.end !== "broken off" && said.rows === job.lines - 2;
    if (!isWhole) return broken(job);
    save(job, job.name);
    const missing = said.end === "incomplete" ? " Not all of it could be read: the file says what is missing, in its last line." : "";
    say("Export " + job.panel.title, "Saved " + rows(said.rows) + " as " + job.name + "." + missing, [act("Close", close)]);
  }

  function broken(job) {
    const came = Math.max(0, job.lines - 1 - (endOf(job) ? 1 : 0));
    const of = job.total === null ? rows(came) : number(came) + " of " + rows(job.total);
    const part = act("Keep the part", () => { save(job, job.name + ".part"); close(); });
    say("Export " + job.panel.title, job.lines ? "Broken off after " + of + ". Nothing was saved." : "The console did not answer. Nothing was saved.",
      [again(job), ...(came ? [part] : []), act("Close", close)]);
  }

  function stopped(job) {
    say("Export " + job.panel.title, "Cancelled. Nothing was saved.", [again(job), act("Close", close)]);
  }

  function refused(job, words) {
    say("Export " + job.panel.title, words, [again(job), act("Close", close)]);
  }

  function save(job, name) {
    const address = URL.createObjectURL(new Blob([...job.blobs, ...job.parts], { type: "application/octet-stream" }));
    const link = make("a", { href: address, download: name, hidden: "" });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 60e3);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-export]");
    if (!button) return;
    if (running) { sheet.focus(); return; }
    opener = button;
    const heading = button.closest("[data-panel]").querySelector("h2");
    choose({ name: button.dataset.export, title: heading.textContent });
  });
})();

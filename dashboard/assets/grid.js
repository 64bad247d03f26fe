// What grids of endless rows share: when their code is there, their look on a phone, the keys, and whether somebody reads.
(function () {
  "use strict";
  const make = (...parts) => window.React.createElement(...parts);
  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const pause = () => new Promise((done) => window.setTimeout(done, 50));
  const grids = [];

  renderers.VigieTime = (props) => props.data
    ? make("span", null, props.data.day ? make("span", { className: "is-faint" }, props.data.day + " ") : null, props.data.time,
      props.data.milli ? make("span", { className: "is-faint" }, "." + props.data.milli) : null) : null;

  // spec: id of the grid; panel it stands in; wide: its columns, in place of which a phone shows the column `card`;
  // tall: height of a card; focus: the column that the keys begin at; taken(api): once for each grid that has come.
  function follow(spec) {
    let api = null;
    const usable = () => api && !api.isDestroyed() && document.getElementById(spec.id);
    const grid = {
      spec, usable,
      api: () => api,
      atTop: () => usable() && api.getVerticalPixelRange().top < 4,
      isReading: () => Boolean(document.querySelector("#" + spec.id + ":hover, #" + spec.id + " :focus")),
      take,
    };

    // The grid comes later than its page: its code is loaded when it is first needed. Dash may put another in its place.
    async function take() {
      const onPage = () => document.querySelector("[data-panel='" + spec.panel + "']");
      while (onPage() && !(window.dash_ag_grid && document.getElementById(spec.id))) await pause();
      if (!onPage()) return null;
      const found = await window.dash_ag_grid.getApiAsync(spec.id);
      if (found && found.isDestroyed()) {
        await pause();
        return take();
      }
      if (!found || found === api) return found;
      api = found;
      const narrow = window.matchMedia("(max-width: 767px)");
      const fit = () => {
        if (found.isDestroyed()) return;
        found.setColumnsVisible(spec.wide, !narrow.matches);
        found.setColumnsVisible(["card"], narrow.matches);
        found.setGridOption("headerHeight", narrow.matches ? 0 : 32);
        const rowHeight = narrow.matches ? spec.tall : 30;
        if (found.getGridOption("rowHeight") !== rowHeight) found.setGridOption("rowHeight", rowHeight);
      };
      while (!found.isDestroyed() && !found.getGridOption("datasource")) await pause(); // before that it cannot change the height of its rows
      if (found.isDestroyed()) {
        await pause();
        return take();
      }
      found.addEventListener("gridPreDestroyed", () => window.setTimeout(take, 50));
      if (spec.taken) spec.taken(found);
      narrow.addEventListener("change", fit);
      fit();
      return found;
    }

    grids.push(grid);
    return grid;
  }

  function move(step) {
    const grid = grids.find((each) => each.usable());
    if (!grid || !grid.api().getDisplayedRowCount()) return false;
    const api = grid.api();
    const at = api.getFocusedCell();
    const inGrid = document.activeElement.closest("#" + grid.spec.id);
    if (!inGrid && document.activeElement !== document.body) return false;
    const next = at && inGrid ? Math.max(0, Math.min(api.getDisplayedRowCount() - 1, at.rowIndex + step)) : 0;
    api.ensureIndexVisible(next);
    api.setFocusedCell(next, at ? at.column : api.getColumn("card").isVisible() ? "card" : grid.spec.focus);
    return true;
  }

  window.vigieGrid = { follow, move };
})();

// The first script of the console's page.
(function () {
  "use strict";

  // The bundles make <style> elements by script. Each gets this page's nonce, so that the content security policy can
  // refuse every other one.
  const nonce = document.querySelector('meta[name="csp-nonce"]').content;
  const createElement = Document.prototype.createElement;
  Document.prototype.createElement = function (name, options) {
    const element = createElement.call(this, name, options);
    if (typeof name === "string" && name.toLowerCase() === "style") element.setAttribute("nonce", nonce);
    return element;
  };

  // A style attribute set by script (the chart library writes bold text so) counts as inline, the same declarations set
  // through the style object do not. Attributes that come with HTML stay refused.
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (String(name).toLowerCase() === "style" && this.style) this.style.cssText = String(value);
    else setAttribute.call(this, name, value);
  };

  // The grid's bundle is heavy and only some pages have a grid: what stands here in its place loads it when a grid is
  // first drawn, then gives way to it.
  const address = document.querySelector('meta[name="vigie-grid"]').content;
  if (!address) return;
  let loading = null;
  function load() {
    loading = loading || new Promise(function (done, failed) {
      const script = document.createElement("script");
      script.src = address;
      script.onload = function () { done(window.dash_ag_grid); };
      script.onerror = function () { loading = null; failed(new Error("The grid could not be loaded.")); };
      document.head.appendChild(script);
    });
    return loading;
  }
  let Lazy = null;
  function AgGrid(props) {
    Lazy = Lazy || window.React.lazy(async function () { return { default: (await load()).AgGrid }; });
    return window.React.createElement(window.React.Suspense, { fallback: null }, window.React.createElement(Lazy, props));
  }
  AgGrid.dashRenderType = true;
  window.dash_ag_grid = {
    AgGrid: AgGrid,
    getApi: function () { return undefined; },
    getApiAsync: async function (id) { return (await load()).getApiAsync(id); },
  };
})();

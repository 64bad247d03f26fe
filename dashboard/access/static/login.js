// Shows what was typed as a password while the button is pressed in. The page works without this.
(function () {
  "use strict";
  document.querySelectorAll("button[data-shows]").forEach(function (button) {
    const field = document.getElementById(button.dataset.shows);
    button.hidden = false;
    button.addEventListener("click", function () {
      const isShown = field.type === "text";
      field.type = isShown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!isShown));
      field.focus();
    });
  });
})();

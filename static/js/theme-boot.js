// Sets the theme before the first paint; theme.js (same key) does the rest.
(function () {
  var choice = null;
  try {
    choice = window.localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; the system's choice then rules.
  }
  var dark = choice === "dark" || (choice !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();

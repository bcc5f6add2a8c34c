// Loaded by every page: starts what the page has a use for. Nothing here is needed to get work done.
import { startLookUp } from "./lookup.js";
import { startMenus } from "./menus.js";
import { startTheme } from "./theme.js";

document.documentElement.classList.add("js");
startTheme();
startMenus();
startLookUp();

const WHEN_PRESENT = {
  "[data-bulk-bar]": "./list.js",
  "[data-progress-url]": "./progress.js",
  "[data-count-url]": "./stock-take.js",
  "[data-save-picture]": "./picture.js",
};
for (const [selector, module] of Object.entries(WHEN_PRESENT)) {
  if (document.querySelector(selector)) import(module).then((loaded) => loaded.start());
}

document.querySelector("[data-focus-on-load]")?.focus();

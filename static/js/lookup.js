// The look-up box: "/" goes to it, and a scan made outside of any field opens the machine.
import { listenForBursts } from "./wedge.js";

export function startLookUp() {
  const field = document.querySelector("[data-look-up]");
  // A page with a field of its own for scans ([data-wedge]) receives them itself.
  const pageTakesScans = document.querySelector("[data-wedge]") !== null;
  if (!field) return;
  listenForBursts({
    onScan(text) {
      if (pageTakesScans) return;
      field.value = text;
      field.form.requestSubmit();
    },
    onKey(event) {
      if (event.key !== "/") return;
      event.preventDefault();
      field.focus();
      field.select();
    },
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.blur();
  });
}

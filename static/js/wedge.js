// Tells a barcode scanner that types (a "keyboard wedge") from a person.

/** Longest pause within a burst, in milliseconds; wedges type every 1 to 20 ms, people every 80 or more. */
export const BURST_GAP_MS = 50;
const SHORTEST_SCAN = 4;

export function isEditable(element) {
  return element instanceof Element && element.closest("input, textarea, select, [contenteditable='true']") !== null;
}

/**
 * Calls onScan(text) for each burst that ends with Enter, and onKey(event) for a key outside a burst. Fields are left
 * alone, unless alsoIn(field) says otherwise: then the field gets back what it held before the burst.
 */
export function listenForBursts({ onScan, onKey = () => {}, alsoIn = () => false }) {
  let typed = "";
  let lastAt = -Infinity;
  let held = null;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = isEditable(event.target) ? event.target : null;
    if (field && !alsoIn(field)) return;
    const pause = event.timeStamp - lastAt;
    if (event.key === "Enter" || event.key === "Tab") {
      const scanned = typed;
      typed = "";
      if (scanned.length >= SHORTEST_SCAN && pause <= BURST_GAP_MS) {
        event.preventDefault();
        if (held) held.field.value = held.value;
        onScan(scanned);
      }
      return;
    }
    if (event.key.length !== 1) return;
    const goesOn = pause <= BURST_GAP_MS;
    typed = goesOn ? typed + event.key : event.key;
    lastAt = event.timeStamp;
    if (!goesOn) held = field ? { field, value: field.value } : null;
    // A space inside a burst would press the focused button or scroll the page.
    if (goesOn && event.key === " " && !field) event.preventDefault();
    if (!goesOn && !field) onKey(event);
  });
}

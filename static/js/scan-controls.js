// Texts on the printed control sheet: they steer the page and never name a machine. Letters, digits, hyphens only.
const START = "SCAN-";

/** {do: "undo" | "confirm" | "mode" | "place" | "list", what?} for a control text, else null. */
export function controlOf(text) {
  const plain = text.trim().toUpperCase();
  if (!plain.startsWith(START)) return null;
  const rest = plain.slice(START.length);
  if (rest === "UNDO" || rest === "CONFIRM") return { do: rest.toLowerCase() };
  for (const kind of ["mode", "place", "list"]) {
    const head = `${kind.toUpperCase()}-`;
    if (rest.startsWith(head) && rest.length > head.length) return { do: kind, what: rest.slice(head.length) };
  }
  return null;
}

/** RETURNED-TO-LESSOR -> returned_to_lessor. */
export function eventKeyOf(what) {
  return what.toLowerCase().replaceAll("-", "_");
}

/** Whether *code*, as the register writes it, is what a control text with hyphens for everything else says. */
export function sameCode(code, what) {
  const plain = (text) => text.toUpperCase().replace(/[^A-Z0-9]+/g, "-");
  return plain(code) === plain(what);
}

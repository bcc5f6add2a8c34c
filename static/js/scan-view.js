// Paints the last answer and the session's list.
import { button, icon, setIcon } from "./scan-dom.js";
import { timeOf } from "./scan-clock.js";

/** Rows at once: each costs the phone time at every scan. Older ones are asked for. */
const LONGEST_LIST = 40;
/** Outcome of a scan -> how it looks: class and shape. Several outcomes of lists look like ones known already. */
const LOOKS = {
  recorded: "recorded", already: "recorded", found: "recorded", batched: "recorded", shown: "shown", undone: "undone",
  cancelled: "undone", set_aside: "undone", duplicate: "duplicate", again: "duplicate", unexpected: "unknown", unknown: "unknown",
  refused: "refused", failed: "refused", trouble: "refused", to_settle: "settle", kept: "kept", told: "shown",
};
export const lookOf = (outcome) => LOOKS[outcome] ?? "shown";

export class View {
  /** onAct(name, key): undo, desk. */
  constructor({ root, onAct }) {
    const one = (name) => root.querySelector(`[data-${name}]`);
    this.answerPlace = one("answer");
    this.list = one("list");
    this.tally = one("tally");
    this.answerTemplate = one("answer-template");
    this.rowTemplate = one("row-template");
    this.onAct = onAct;
    this.older = one("older");
    this.rows = new Map();
    this.longest = LONGEST_LIST;
    this.shown = null;
  }

  /** answer: {key, outcome, tag, headline, words, href?, acts?: ["undo", "desk"]}. */
  paint(answer) {
    this.shown = answer;
    const look = lookOf(answer.outcome);
    // Filled before it is shown, so that nothing is drawn twice.
    const made = this.answerTemplate.content.cloneNode(true);
    const part = (name) => made.querySelector(`[data-part='${name}']`);
    setIcon(part("shape"), `outcome-${look}`);
    part("headline").textContent = answer.headline ?? "";
    part("tag").textContent = answer.tag ?? "";
    part("words").textContent = answer.words ?? "";
    part("acts").replaceChildren(...this.#acts(answer, true));
    this.answerPlace.className = `scan-answer scan-answer--${look}`;
    Object.assign(this.answerPlace.dataset, { key: answer.key, outcome: answer.outcome });
    this.answerPlace.replaceChildren(made);
  }

  #acts(answer, big) {
    const made = (answer.acts ?? []).map((act) => {
      const [label, iconName] = { undo: ["Undo", "arrow-counterclockwise"], desk: ["Keep it for the desk", "inbox"] }[act];
      const attributes = { "data-act": act, class: big ? "btn btn-secondary btn-big" : "btn btn-link" };
      // In the list many buttons say the same: each names its machine.
      if (!big) attributes["aria-label"] = `${label}: ${answer.tag}`;
      return button(label, () => this.onAct(act, answer.key), { iconName, ...attributes });
    });
    return made;
  }

  row(answer) {
    const row = this.rows.get(answer.key) ?? document.createElement("li");
    if (row.childElementCount === 0) row.append(this.rowTemplate.content.cloneNode(true));
    const look = lookOf(answer.outcome);
    row.className = `scan-row scan-row--${look}`;
    const part = (name) => row.querySelector(`[data-part='${name}']`);
    setIcon(part("shape"), `outcome-${look}`);
    part("tag").textContent = answer.tag ?? "";
    if (answer.href) part("tag").href = answer.href;
    part("time").textContent = answer.at ? timeOf(answer.at) : "";
    // The reason; what to do about it stood in the answer, and stands on the button.
    const reason = look === "refused" ? (answer.words ?? "").split(". ")[0] : answer.words;
    part("words").textContent = [answer.headline, reason].filter(Boolean).join(". ").replace("..", ".");
    part("acts").replaceChildren(...this.#acts(answer, false).filter((each) => each.dataset.act === "desk"));
    if (!this.rows.has(answer.key)) this.#add(answer.key, row);
  }

  #add(key, row) {
    this.rows.set(key, row);
    row.dataset.key = key;
    this.list.prepend(row);
    while (this.rows.size > this.longest) {
      const [oldest, last] = this.rows.entries().next().value;
      this.rows.delete(oldest);
      last.remove();
      this.older.hidden = false;
    }
  }

  /** Shows *answers* (oldest first) however many they are, until the list is cleared. */
  showAll(answers) {
    this.clearList();
    this.longest = Infinity;
    for (const answer of answers) this.row(answer);
  }

  clearList() {
    this.rows.clear();
    this.list.replaceChildren();
    this.longest = LONGEST_LIST;
    this.older.hidden = true;
  }

  count(number) {
    this.tally.textContent = String(number);
  }
}

/** How a kept scan looks after a reload, or after its answer came. may: {undo(scan)} says whether undo is offered. */
export function answerOf(scan, mayUndo) {
  const outcome = {
    waiting: "kept", cancelled: "cancelled", held: "refused", failed: "failed", settle: "to_settle",
  }[scan.state] ?? scan.outcome ?? "recorded";
  const acts = [];
  if (mayUndo(scan)) acts.push("undo");
  if (scan.state === "held") acts.push("desk");
  const headline = { cancelled: "Taken back", failed: "Could not be sent" }[scan.state] ?? scan.headline;
  const words = scan.state === "cancelled" ? "It was not sent; nothing was recorded." : scan.words;
  return { key: scan.key, outcome, tag: scan.tag ?? scan.text, headline, words, href: scan.href, acts, at: scan.scanned_at };
}

export { icon };

// The scans of this session: what is counted, what is painted, what was said already, what can be taken back.
import { signal } from "./signals.js";
import { timeOf } from "./scan-clock.js";
import { answerOf, lookOf } from "./scan-view.js";
import { newKey } from "./scan-store.js";

const MOST_SHOWN = 60;
const MOST_REMEMBERED = 6_000;
const MOST_OF_ONE = 8;
const NEW_AFTER_MS = 4 * 3_600_000;
const TAKEN = new Set(["recorded", "already", "found", "unexpected", "unknown", "batched", "kept", undefined]);

export class Session {
  constructor({ store, view, boot }) {
    Object.assign(this, { store, view, boot });
    this.scans = new Map();
    this.bySubject = new Map();
  }

  /** Reads the session as it stood; one in which nothing was scanned for hours is over. */
  async load(owner) {
    const from = (await this.store.fact("session")) ?? 0;
    const found = await this.store.latest(owner, MOST_REMEMBERED, from);
    const over = found.length > 0 && Date.now() - Date.parse(found[0].scanned_at) > NEW_AFTER_MS;
    // What waits for a person is shown until it is settled.
    const shown = over ? found.filter((scan) => scan.state !== "done" && scan.state !== "cancelled") : found;
    if (over) await this.store.setFact("session", found[0].number + 1);
    for (const scan of shown.slice(0, MOST_SHOWN).reverse()) this.#row(scan);
    for (const scan of [...shown].reverse()) this.#remember(scan);
    this.#count();
    const last = shown.find((scan) => scan.action !== "undo");
    if (last) this.view.paint(this.#answer(last));
  }

  /** The whole session in the list, not only its newest part. */
  showAll() {
    const all = [...this.scans.values()].filter((scan) => scan.action !== "undo").sort((one, other) => one.number - other.number);
    this.view.showAll(all.map((scan) => this.#answer(scan)));
  }

  async startAnew() {
    const newest = Math.max(0, ...[...this.scans.values()].map((scan) => scan.number));
    await this.store.setFact("session", newest + 1);
    this.scans.clear();
    this.view.clearList();
    for (const scan of [...(await this.store.ofState("waiting")), ...(await this.store.ofState("settle"))]) this.#row(scan);
    this.#count();
  }

  #remember(scan) {
    this.scans.set(scan.key, scan);
    if (scan.action === "undo" || !scan.subject) return;
    const others = (this.bySubject.get(scan.subject) ?? []).filter((each) => each.key !== scan.key);
    const newest = [scan, ...others].sort((one, other) => other.number - one.number);
    this.bySubject.set(scan.subject, newest.slice(0, MOST_OF_ONE));
  }

  #answer(scan) {
    return scan.undone && scan.state !== "settle"
      ? { ...answerOf(scan, () => false), outcome: "undone", headline: "Taken back", words: this.#undoneWords(scan) }
      : answerOf(scan, (one) => this.mayUndo(one));
  }

  #undoneWords(scan) {
    return scan.undoneAt
      ? `Taken back at ${timeOf(scan.undoneAt)}. The scan stays readable in its history, struck through.`
      : "The correction is kept and sent with the next scans.";
  }

  #row(scan) {
    if (scan.action === "undo" && !["settle", "failed"].includes(scan.state)) return;
    this.view.row(this.#answer(scan));
  }

  #count() {
    let number = 0;
    for (const scan of this.scans.values()) {
      const standing = scan.state === "waiting" || scan.state === "settle" || (scan.state === "done" && TAKEN.has(scan.outcome));
      if (standing && scan.action !== "undo" && !scan.undone) number += 1;
    }
    this.view.count(number);
  }

  /** Last scans of *subject*, newest first, as saidAlready takes them. */
  sameSubject(subject) {
    return this.bySubject.get(subject) ?? [];
  }

  mayUndo(scan) {
    if (scan.action === "undo" || scan.undone) return false;
    if (scan.state === "waiting" && !scan.tried) return true;
    if (scan.state === "failed") return true;
    const sent = scan.state === "waiting" || (scan.state === "done" && ["recorded", "already", "found", "unexpected", "batched"].includes(scan.outcome));
    return sent && (scan.action === "list" || Boolean(this.boot()?.account.may_correct));
  }

  newestUndoable() {
    let newest = null;
    for (const scan of this.scans.values()) {
      if ((!newest || scan.number > newest.number) && this.mayUndo(scan)) newest = scan;
    }
    return newest?.key ?? null;
  }

  /** A scan that was just written down: painted, listed, counted, heard. */
  add(scan, heard) {
    this.#remember(scan);
    this.#row(scan);
    this.view.paint(this.#answer(scan));
    this.#count();
    signal(lookOf(heard));
  }

  duplicate(before, tag) {
    const at = timeOf(before.scanned_at);
    const words = `You scanned this at ${at}; nothing was added.`;
    this.tell({ outcome: "duplicate", tag, headline: "Scanned already", words });
  }

  /** An answer that leaves nothing to be sent. */
  tell(answer, listed = false) {
    const shown = { key: newKey(), at: new Date().toISOString(), ...answer };
    this.view.paint(shown);
    if (listed) this.view.row(shown);
    signal(lookOf(answer.outcome));
  }

  /** The server's answer to a look-up takes the place of the local one where it differs. */
  replace(key, answer) {
    const { shown } = this.view;
    const before = shown?.key === key ? shown : null;
    if (before && before.headline === answer.headline && before.words === answer.words) return;
    if (before) this.view.paint({ ...before, ...answer });
    if (this.view.rows.has(key)) this.view.row({ at: new Date().toISOString(), ...answer });
  }

  /** Loud: the scan is not kept anywhere. */
  trouble(text, error) {
    const full = error?.name === "QuotaExceededError";
    const why = full ? "The storage of this device is full." : "This browser could not write the scan down.";
    this.tell({
      outcome: "trouble",
      tag: text,
      headline: "NOT kept",
      words: `${why} Put this machine aside and scan it again once there is room.${full ? "" : ` (${error?.message ?? error})`}`,
    });
    signal("refused");
    document.dispatchEvent(new CustomEvent("inventory:storage-trouble", { detail: { full } }));
  }

  /** The server has answered *scans*; those shown are painted anew where the answer differs. */
  async answered(scans) {
    for (const scan of scans) {
      if (scan.action === "undo") await this.#undone(scan);
      else if (this.scans.has(scan.key) || scan.state !== "done") this.#settled(scan);
    }
    this.#count();
  }

  /** Another tab has worked on the queue: those that waited here are looked at again. */
  async lookAgain() {
    const waited = [...this.scans.values()].filter((scan) => scan.state === "waiting");
    for (const scan of waited) {
      const found = await this.store.get(scan.key);
      if (found && found.state !== "waiting") this.#settled(found);
    }
    this.#count();
  }

  #settled(scan) {
    const known = this.scans.get(scan.key);
    if (known?.undone) scan.undone = true;
    this.#remember(scan);
    if (scan.state !== "done" || this.view.rows.has(scan.key)) this.#row(scan);
    if (this.view.shown?.key !== scan.key) return;
    const before = lookOf(this.view.shown.outcome);
    this.view.paint(this.#answer(scan));
    const after = lookOf(this.view.shown.outcome);
    // "Kept" that becomes "recorded" was heard already.
    if (before !== after && after !== "recorded") signal(after);
  }

  async #undone(undo) {
    if (undo.state === "settle" || undo.state === "failed") {
      this.#remember(undo);
      this.#row(undo);
      return;
    }
    const [scan] = await this.store.change([undo.undoes], (one) => Object.assign(one, { undoneAt: undo.scanned_at }));
    if (!scan) return;
    if (this.scans.has(scan.key)) this.#remember(scan);
    if (this.view.rows.has(scan.key)) this.#row(scan);
    if (this.view.shown?.key === scan.key) this.view.paint(this.#answer(scan));
  }
}

// The local copy of what a scan needs to know of every machine: fetched in pages, kept in columns, a Map in memory.
import { comparisonForm, fromScan, readings } from "./scan-forms.js";

export const PAGE = 5000;
/** So many changed machines are kept one by one before they are folded into the columns. */
const FOLD_AT = 2000;
const [ID, TAG, KIND, STATUS, USED, PLACE, MODEL, KEYS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Rows as the server gives them -> columns: text columns as one string each, repeated words by number. */
export function columns(rows) {
  const words = (place) => {
    const known = new Map();
    const numbers = Uint16Array.from(rows, (row) => {
      const word = row[place] ?? "";
      if (!known.has(word)) known.set(word, known.size);
      return known.get(word);
    });
    return { words: [...known.keys()], numbers };
  };
  return {
    ids: Int32Array.from(rows, (row) => row[ID]),
    tags: rows.map((row) => row[TAG]).join("\n"),
    used: Uint8Array.from(rows, (row) => (row[USED] ? 1 : 0)),
    kinds: words(KIND),
    statuses: words(STATUS),
    places: words(PLACE),
    models: words(MODEL),
    keys: rows.map((row) => (row[KEYS] ?? []).join("\t")).join("\n"),
  };
}

/** Columns -> rows. */
export function rowsOf(kept) {
  if (kept.ids.length === 0) return [];
  const tags = kept.tags.split("\n");
  const keys = kept.keys.split("\n");
  const word = ({ words, numbers }, place) => words[numbers[place]] || null;
  return Array.from(kept.ids, (id, place) => [
    id,
    tags[place],
    word(kept.kinds, place),
    word(kept.statuses, place),
    kept.used[place],
    word(kept.places, place),
    word(kept.models, place),
    keys[place] ? keys[place].split("\t") : [],
  ]);
}

/** Lets the page paint and hear between two pieces of work. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

export class Copy {
  constructor(store) {
    this.store = store;
    this.clear();
    this.refreshing = null;
  }

  clear() {
    this.rows = new Map();
    this.byKey = new Map();
    /** Comparison form of a tag -> status after what was scanned here and is not in the copy yet. */
    this.expected = new Map();
    this.state = { epoch: null, cursor: null, begun: null, next: null, whole: false, at: null, changes: 0 };
    this.fetched = 0;
  }

  get size() {
    return this.rows.size;
  }

  /** Whether every machine is here; before that, an unknown text may just not have come yet. */
  get whole() {
    return this.state.whole;
  }

  /** Reads what this device has kept. */
  async load() {
    const state = await this.store.fact("copy");
    if (!state) return;
    this.state = state;
    for (const first of await this.store.db.getAllKeys("chunks")) {
      for (const row of rowsOf(await this.store.db.get("chunks", first))) this.#put(row);
      await breathe();
    }
    for (const row of await this.store.db.getAll("changes")) this.#put(row);
  }

  #put(row) {
    const id = row[ID];
    const before = this.rows.get(id);
    if (before) for (const key of this.#keysOf(before)) this.#forget(key, id);
    this.rows.set(id, row);
    for (const key of this.#keysOf(row)) {
      const known = this.byKey.get(key);
      if (known === undefined) this.byKey.set(key, id);
      else if (typeof known === "number") known === id || this.byKey.set(key, [known, id]);
      else if (!known.includes(id)) known.push(id);
    }
  }

  #keysOf(row) {
    return [fromScan(row[TAG]), ...(row[KEYS] ?? [])];
  }

  #forget(key, id) {
    const known = this.byKey.get(key);
    if (known === id) this.byKey.delete(key);
    else if (Array.isArray(known)) known.splice(known.indexOf(id), known.includes(id) ? 1 : 0);
  }

  #at(key) {
    const known = this.byKey.get(key);
    const ids = known === undefined ? [] : typeof known === "number" ? [known] : known;
    return ids.map((id) => this.rows.get(id));
  }

  /** {machines, text}: those that answer to *text*; a tag goes before other identifiers, the living before withdrawn. */
  find(text, prefix) {
    const forms = readings(text, prefix);
    const mac = comparisonForm("mac", forms[0]);
    for (const form of forms) {
      const named = this.#at(form).filter((row) => fromScan(row[TAG]) === form);
      if (named.length > 0) return { text: forms[0], machines: named.slice(0, 1).map((row) => this.#told(row)) };
    }
    const keys = new Set([...forms, ...(mac.length === 12 ? [mac] : [])].filter(Boolean));
    const found = new Map([...keys].flatMap((key) => this.#at(key)).map((row) => [row[ID], row]));
    const all = [...found.values()];
    const living = all.filter((row) => row[STATUS] !== "withdrawn");
    return { text: forms[0], machines: (living.length > 0 ? living : all).map((row) => this.#told(row)) };
  }

  /** Where *machine* stands once what waits here is recorded; the rows themselves hold only what the server said. */
  expect(tag, status) {
    if (status) this.expected.set(fromScan(tag), status);
  }

  /** Brings the copy up to date; ask(address) -> JSON. One at a time: who asks meanwhile gets the same promise. */
  refresh(ask, onPage = () => {}) {
    this.refreshing ??= this.#refresh(ask, onPage).finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  async #refresh(ask, onPage) {
    let changed = false;
    for (;;) {
      const { state } = this;
      const asked = new URLSearchParams({ limit: String(PAGE) });
      if (state.whole) asked.set("since", state.cursor);
      if (state.next !== null) asked.set("after", state.next);
      const page = await ask(asked);
      if (state.epoch !== null && page.epoch !== state.epoch) {
        await this.#startAgain(page.epoch);
        changed = true;
        continue;
      }
      await this.#takePage(page);
      changed ||= page.machines.length > 0;
      onPage(this);
      if (page.next === null || page.next === undefined) return changed;
      await breathe();
    }
  }

  async #startAgain(epoch) {
    this.clear();
    this.state.epoch = epoch;
    const tx = this.store.db.transaction(["chunks", "changes", "facts"], "readwrite");
    tx.objectStore("chunks").clear();
    tx.objectStore("changes").clear();
    tx.objectStore("facts").put(this.state, "copy");
    await tx.done;
  }

  async #takePage(page) {
    const { state } = this;
    const first = state.next ?? 0;
    const delta = state.whole;
    // The cursor of the first page: what changes while the others are fetched is asked for again.
    if (state.next === null) state.begun = page.cursor;
    for (const row of page.machines) this.#put(row);
    state.epoch = page.epoch;
    state.next = page.next ?? null;
    if (state.next === null) {
      state.cursor = state.begun;
      state.whole = true;
      state.at = new Date().toISOString();
    }
    if (delta) state.changes += page.machines.length;
    const tx = this.store.db.transaction(["chunks", "changes", "facts"], "readwrite");
    if (delta) for (const row of page.machines) tx.objectStore("changes").put(row, row[ID]);
    else if (page.machines.length > 0) tx.objectStore("chunks").put(columns(page.machines), first);
    tx.objectStore("facts").put(state, "copy");
    await tx.done;
    if (delta && state.changes > FOLD_AT && state.next === null) await this.#fold();
  }

  /** Single changes become columns again, so that the next start reads few large pieces. */
  async #fold() {
    const rows = [...this.rows.values()].sort((one, other) => one[ID] - other[ID]);
    this.state.changes = 0;
    const tx = this.store.db.transaction(["chunks", "changes", "facts"], "readwrite");
    tx.objectStore("chunks").clear();
    tx.objectStore("changes").clear();
    for (let start = 0; start < rows.length; start += PAGE) {
      const piece = rows.slice(start, start + PAGE);
      tx.objectStore("chunks").put(columns(piece), start === 0 ? 0 : piece[0][ID]);
    }
    tx.objectStore("facts").put(this.state, "copy");
    await tx.done;
  }

  #told(row) {
    return {
      id: row[ID],
      tag: row[TAG],
      kind: row[KIND],
      status: this.expected.get(fromScan(row[TAG])) ?? row[STATUS],
      used: Boolean(row[USED]),
      place: row[PLACE],
      model: row[MODEL],
    };
  }
}

// What this device keeps in IndexedDB: scans with their state, single facts, and the local copy of the register.
import { openDB } from "../vendor/idb/idb.js";

export const DATABASE = "inventory-scans";
/** waiting: to be sent. done: answered. settle: waits for a person. held: refused here, not recorded. cancelled: taken
 * back before it was sent. failed: the server cannot read it. */
export const STATES = ["waiting", "done", "settle", "held", "cancelled", "failed"];
const KEEP_DAYS = 7;
const SURE = { durability: "strict" };

export async function openStore() {
  const db = await openDB(DATABASE, 1, {
    upgrade(made) {
      const scans = made.createObjectStore("scans", { keyPath: "key" });
      scans.createIndex("number", "number");
      scans.createIndex("state", ["state", "number"]);
      scans.createIndex("owner", ["owner", "number"]);
      scans.createIndex("mine", ["owner", "state", "number"]);
      made.createObjectStore("facts");
      made.createObjectStore("chunks");
      made.createObjectStore("changes");
    },
    blocking: () => db.close(),
  });
  return new Store(db);
}

/** A random UUID; crypto.randomUUID exists only on https and localhost. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const ofState = (state) => IDBKeyRange.bound([state, -Infinity], [state, Infinity]);
const mine = (owner, state) => IDBKeyRange.bound([owner, state, -Infinity], [owner, state, Infinity]);
const ofOwner = (owner, from = -Infinity) => IDBKeyRange.bound([owner, from], [owner, Infinity]);

export class Store {
  constructor(db) {
    this.db = db;
    /** Other tabs hear of a change by this. */
    this.channel = "BroadcastChannel" in self ? new BroadcastChannel(DATABASE) : null;
  }

  fact(name) {
    return this.db.get("facts", name);
  }

  async setFact(name, value) {
    const tx = this.db.transaction("facts", "readwrite", SURE);
    tx.store.put(value, name);
    await tx.done;
  }

  async device() {
    const tx = this.db.transaction("facts", "readwrite", SURE);
    let device = await tx.store.get("device");
    if (!device) tx.store.put((device = newKey()), "device");
    await tx.done;
    return device;
  }

  /** Writes *scans*, gives each the device's next number, and resolves only once they are on the disk. */
  async keep(...scans) {
    const tx = this.db.transaction(["scans", "facts"], "readwrite", SURE);
    // Errors are told by tx.done; the single promises must not complain on their own.
    const facts = tx.objectStore("facts");
    try {
      let number = (await facts.get("number")) ?? 0;
      for (const scan of scans) {
        scan.number = ++number;
        tx.objectStore("scans").put(scan).catch(() => {});
      }
      facts.put(number, "number").catch(() => {});
    } catch (error) {
      tx.done.catch(() => {});
      throw error;
    }
    await tx.done;
    this.channel?.postMessage("changed");
    return scans;
  }

  /** Changes scans by key in one transaction: mend(scan) alters it, or returns false to leave it as it is. */
  async change(keys, mend) {
    const tx = this.db.transaction("scans", "readwrite", SURE);
    const changed = [];
    for (const key of keys) {
      const scan = await tx.store.get(key);
      if (!scan || mend(scan) === false) continue;
      tx.store.put(scan).catch(() => {});
      changed.push(scan);
    }
    await tx.done;
    this.channel?.postMessage("changed");
    return changed;
  }

  get(key) {
    return this.db.get("scans", key);
  }

  /** The next *most* scans of *owner* that wait, by number, marked as tried: from now on the server may have them. */
  async take(owner, most) {
    const tx = this.db.transaction("scans", "readwrite", SURE);
    const found = await tx.store.index("mine").getAll(mine(owner, "waiting"), most);
    for (const scan of found) {
      if (scan.tried) continue;
      scan.tried = true;
      tx.store.put(scan).catch(() => {});
    }
    await tx.done;
    return found;
  }

  /** {mine, others}: how many wait. */
  async waiting(owner) {
    const all = await this.countOf("waiting");
    const own = owner ? await this.db.countFromIndex("scans", "mine", mine(owner, "waiting")) : 0;
    return { mine: own, others: all - own };
  }

  ofState(state) {
    return this.db.getAllFromIndex("scans", "state", ofState(state));
  }

  async countOf(state) {
    return this.db.countFromIndex("scans", "state", ofState(state));
  }

  /** Scans of *owner* from *number* on, newest first, at most *most*. */
  async latest(owner, most, from) {
    const found = [];
    let cursor = await this.db.transaction("scans").store.index("owner").openCursor(ofOwner(owner, from), "prev");
    while (cursor && found.length < most) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  /** Forgets what was answered long ago; what waits for anything stays. */
  async prune(now = Date.now()) {
    const oldest = new Date(now - KEEP_DAYS * 86_400_000).toISOString();
    const tx = this.db.transaction("scans", "readwrite");
    for (const state of ["done", "cancelled", "held"]) {
      let cursor = await tx.store.index("state").openCursor(ofState(state));
      while (cursor && cursor.value.scanned_at < oldest) {
        cursor.delete();
        cursor = await cursor.continue();
      }
    }
    await tx.done;
  }

  /** Everything that no server has answered, as the desk imports it. */
  async exported(device, now = new Date()) {
    const scans = [...(await this.ofState("waiting")), ...(await this.ofState("failed"))];
    scans.sort((one, other) => one.number - other.number);
    return { format: "inventory-scans", version: 1, device, exported_at: now.toISOString(), scans };
  }
}

// Sends what waits, in order, once, however often the network or the server goes away.
import { newKey } from "./scan-store.js";

export const MOST_AT_ONCE = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const LOCK = "inventory-scans-sync";
const LEASE_MS = 30_000;
/** What the server is told of a scan; the rest is this device's own. */
const SENT = ["key", "number", "scanned_at", "offset_ms", "action", "text", "event", "details", "undoes", "list"];

/** States of the connection: ready | sending | away | sign-in | refused. */
export class Sync {
  /** told: {onState(), onAnswers(scans, results), onBoot()}; owner() and ready() are asked before each batch. */
  constructor({ store, server, clock, device, owner, renew, onState, onAnswers }) {
    Object.assign(this, { store, server, clock, device, owner, renew, onState, onAnswers });
    this.state = "ready";
    this.pause = FIRST_PAUSE_MS;
    this.timer = null;
    this.running = false;
    this.again = false;
    this.lastAt = null;
    this.trouble = "";
  }

  /** Sends now what waits; asked while it runs, it looks once more at the end. */
  async flush() {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        await this.#alone(() => this.#sendAll());
      } while (this.again);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.running = false;
      this.onState();
    }
  }

  async #sendAll() {
    // After a silence the first question is who is signed in: it tells whether the server is there, too.
    if (!["ready", "sending"].includes(this.state) || !this.server.csrf) {
      await this.renew();
      this.#set("ready");
    }
    for (;;) {
      const owner = this.owner();
      const scans = owner ? await this.store.take(owner, MOST_AT_ONCE) : [];
      if (scans.length === 0) {
        if (this.state === "sending") this.#set("ready");
        return;
      }
      if (this.state !== "sending") this.#set("sending");
      await this.#send(scans);
    }
  }

  /** Asks once more what became of *scans*: a key that was sent before is answered by its receipt. */
  review(scans) {
    return this.#alone(async () => {
      await this.#settle(scans, await this.server.sync(this.device, scans.map((scan) => this.#told(scan))));
    });
  }

  async #send(scans, renewed = false) {
    let answer;
    try {
      answer = await this.server.sync(this.device, scans.map((scan) => this.#told(scan)));
    } catch (error) {
      if (error.kind === "stale" && !renewed) {
        // The token grew old, or somebody else signed in: both are told by a fresh boot.
        await this.renew();
        return this.owner() === scans[0].owner ? this.#send(scans, true) : undefined;
      }
      if (error.kind === "bad") return this.#isolate(scans, error, renewed);
      throw error;
    }
    await this.#settle(scans, answer);
  }

  #told(scan) {
    const told = Object.fromEntries(SENT.filter((name) => scan[name] !== undefined).map((name) => [name, scan[name]]));
    return { ...told, age_ms: this.clock.age(scan) };
  }

  /** One scan that the server cannot read must not hold up the others. */
  async #isolate(scans, error, renewed) {
    const named = error.data?.scan;
    const bad = scans.filter((scan) => scan.key === named);
    if (scans.length === 1 || bad.length > 0) {
      const keys = (bad.length > 0 ? bad : scans).map((scan) => scan.key);
      const words = error.data?.detail ?? "The server could not read this scan.";
      const failed = await this.store.change(keys, (scan) => Object.assign(scan, { state: "failed", words }));
      this.onAnswers(failed, []);
      const rest = scans.filter((scan) => !keys.includes(scan.key));
      if (rest.length > 0) await this.#send(rest, renewed);
      return;
    }
    for (const scan of scans) await this.#send([scan], renewed);
  }

  async #settle(scans, answer) {
    const results = new Map(answer.results.map((result) => [result.key, result]));
    this.lastAt = new Date().toISOString();
    await this.store.setFact("synced", this.lastAt);
    const answered = await this.store.change(scans.map((scan) => scan.key), (scan) => {
      const result = results.get(scan.key);
      if (!result) return false;
      const { outcome, tag, headline, words, status, href, settle } = result;
      scan.state = outcome === "to_settle" ? "settle" : "done";
      Object.assign(scan, { outcome, status, href, settle });
      // What was said at once stays, unless the register says something else.
      const asExpected = outcome === "recorded" && (!scan.to || scan.to === status);
      if (!asExpected) Object.assign(scan, { headline, words });
      if (tag) scan.tag = tag;
    });
    if (answered.length === 0) throw new Error("the server answered for no scan");
    this.pause = FIRST_PAUSE_MS;
    await this.onAnswers(answered, answer.results, answer);
  }

  #failed(error) {
    if (error.kind === "signed-out") return this.#set("sign-in");
    this.trouble = error.kind === "refused" || error.kind === "stale" ? error.message : "";
    this.#set(this.trouble ? "refused" : "away");
    this.later();
  }

  /** Tries again after a pause that doubles, not in step with other devices. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  /** A scan was added: sent at once, unless the server was not to be reached a moment ago. */
  nudge() {
    if (["ready", "sending"].includes(this.state)) this.flush();
    else this.onState();
  }

  /** Some other question to the server went unanswered. */
  missed(error) {
    if (!this.running) this.#failed(error);
  }

  /** Something has changed for the better: try at once. */
  wake() {
    this.pause = FIRST_PAUSE_MS;
    return this.flush();
  }

  #set(state) {
    this.state = state;
    this.onState();
  }

  /** One sender at a time over all tabs of this device. */
  #alone(work) {
    if (navigator.locks) return navigator.locks.request(LOCK, work);
    return this.#leased(work);
  }

  /** Where the browser has no locks: a lease in the database, renewed while the work goes on. */
  async #leased(work) {
    const me = newKey();
    const hold = async () => {
      const tx = this.store.db.transaction("facts", "readwrite");
      const lease = await tx.store.get("lease");
      const free = !lease || lease.me === me || lease.until < Date.now();
      if (free) tx.store.put({ me, until: Date.now() + LEASE_MS }, "lease");
      await tx.done;
      return free;
    };
    if (!(await hold())) return this.later();
    const renewal = setInterval(hold, LEASE_MS / 3);
    try {
      await work();
    } finally {
      clearInterval(renewal);
      await this.store.db.delete("facts", "lease");
    }
  }
}

// Asks the page, where it keeps a copy of the register, which machine a text belongs to.

const PATIENCE_MS = 500;

export class Known {
  constructor() {
    this.machines = new Map();
  }

  /** The machine (anything comparable), null when none is known, undefined while the page looks it up. */
  machineOf(text) {
    if (!this.machines.has(text)) this.ask(text);
    return this.machines.get(text);
  }

  /** A promise of the same, never of undefined. */
  async ask(text) {
    const detail = { text, machine: null };
    document.dispatchEvent(new CustomEvent("inventory:known", { detail }));
    if (typeof detail.machine?.then !== "function") {
      this.machines.set(text, detail.machine ?? null);
      return;
    }
    this.machines.set(text, undefined);
    // A copy that does not answer must not hold up the scanning.
    const tooLong = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
    const machine = await Promise.race([detail.machine, tooLong]).catch(() => null);
    this.machines.set(text, machine ?? null);
  }

  /** The copy may have changed meanwhile: what comes into view next is asked anew. */
  forget() {
    this.machines.clear();
  }
}

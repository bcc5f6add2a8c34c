// Scans not yet answered, kept on this device until the server has spoken, so that none is lost.

/** Each entry: key, tag, action, owner, fields ([name, value] pairs without the CSRF token), tries. */
export class ScanQueue {
  constructor(name) {
    this.name = name;
    this.memory = null;
  }

  all() {
    if (this.memory) return this.memory;
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  /** Reads again before each write: another tab may have changed the list meanwhile. */
  change(mend) {
    const entries = mend(this.all());
    if (this.memory) {
      this.memory = entries;
      return;
    }
    try {
      localStorage.setItem(this.name, JSON.stringify(entries));
    } catch {
      // Storage is full or forbidden: hold them in this page, which then warns before it is left.
      this.memory = entries;
    }
  }

  add(entry) {
    this.change((entries) => [...entries, entry]);
  }

  update(entry) {
    this.change((entries) => entries.map((one) => (one.key === entry.key ? entry : one)));
  }

  remove(key) {
    this.change((entries) => entries.filter((one) => one.key !== key));
  }

  get onlyInThisPage() {
    return this.memory !== null && this.memory.length > 0;
  }
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

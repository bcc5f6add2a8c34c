// Talks to the server for the scan page: every answer is JSON, everything else counts as no answer.
const PATIENCE_MS = 20_000;

/** kind: "away" (no answer, try again), "signed-out", "stale" (fetch boot again), "bad" (422), "refused" (other 4xx). */
export class NoAnswer extends Error {
  constructor(kind, data = null, status = 0) {
    super(data?.detail ?? data?.title ?? kind);
    Object.assign(this, { kind, data, status });
  }
}

const KINDS = { 400: "stale", 401: "signed-out", 403: "stale", 422: "bad" };

export class Server {
  /** addresses: {boot, copy, sync, scan}; clock: told the server's time whenever it speaks. */
  constructor(addresses, clock) {
    this.addresses = addresses;
    this.clock = clock;
    this.csrf = null;
  }

  async #fetch(address, options = {}) {
    const sentAt = performance.now();
    let response, data;
    try {
      response = await fetch(address, {
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...options,
        headers: { Accept: "application/json", ...options.headers },
      });
      data = await response.json();
    } catch {
      // No network, no server, a broken answer, or a page of somebody's Wi-Fi that wants a click first.
      if (response?.redirected && new URL(response.url).pathname.endsWith("/sign-in")) throw new NoAnswer("signed-out");
      throw new NoAnswer("away", null, response?.status ?? 0);
    }
    if (data?.server_time) this.clock.measure(data.server_time, sentAt);
    if (response.ok) return data;
    const busy = response.status >= 500 || [408, 425, 429].includes(response.status);
    throw new NoAnswer(busy ? "away" : (KINDS[response.status] ?? "refused"), data, response.status);
  }

  /** What the page needs to know of account, events and places; brings the token for the writes. */
  async boot() {
    const boot = await this.#fetch(this.addresses.boot);
    this.csrf = boot.csrf;
    return boot;
  }

  copy(asked) {
    return this.#fetch(`${this.addresses.copy}?${asked}`);
  }

  /** Sends *scans*; {results, clock?}. */
  sync(device, scans) {
    const body = JSON.stringify({ device, sent_at: new Date().toISOString(), scans });
    return this.#fetch(this.addresses.sync, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf ?? "" },
    });
  }

  /** What the register says of *text*; records nothing. */
  look(text) {
    const body = new URLSearchParams({ mode: "look-up", tag: text, csrf_token: this.csrf ?? "" });
    return this.#fetch(this.addresses.scan, { method: "POST", body });
  }

  /** Names that fit what somebody types. */
  choices(table, role, text) {
    return this.#fetch(`${this.addresses.choices}?${new URLSearchParams({ table, role, q: text })}`);
  }
}

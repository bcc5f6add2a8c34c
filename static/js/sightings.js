// Decides what becomes of the codes in each frame: taken at once, offered to the person, or passed over.
// Knows neither camera nor page, so that its rules can be tried with made-up frames and times.

/** A code not seen for this long has left the view; seen again after that, it is a new scan. Milliseconds. */
export const LEFT_MS = 1500;
/** How long a sure code waits for another in the same frame to prove itself or vanish. */
export const WAIT_MS = 400;
/** Offered codes stay to be chosen this long after they left the view: reaching for one moves the phone. */
export const OFFERED_MS = 10_000;
const LINEAR = /^Code(39|128)/;
const SHORTEST_LINEAR = 4;

/** One code while it is in view, or offered. */
class Sighting {
  constructor({ text, format }, now) {
    this.text = text;
    this.format = format;
    this.first = now;
    this.last = now;
    this.frames = 0;
    this.done = false;
    /** It was in a frame together with another code, so taking it unasked would be a guess. */
    this.shared = false;
    this.corners = null;
  }

  /** Whether this is no false read: barcodes have little or no check of their own and must be read twice. */
  get sure() {
    return !LINEAR.test(this.format) || this.frames > 1;
  }
}

export class Sightings {
  /** *machineOf*(text): the machine a text is known to belong to (anything comparable), null, or undefined: not known yet. */
  constructor(machineOf = () => null) {
    this.machineOf = machineOf;
    this.seen = new Map();
    this.offered = new Map();
  }

  /**
   * What to do after a frame with these *codes* ({text, format, corners}) at *now* (milliseconds).
   * {taken: text or null, offered: sightings to choose from}.
   */
  see(codes, now) {
    this.forget(now);
    const inFrame = this.note(codes, now);
    const open = inFrame.filter((one) => !one.done);
    let taken = null;
    if (inFrame.length > 1) taken = this.several(inFrame, now);
    else if (open.length === 1) taken = this.alone(open[0], now);
    if (taken) this.take(taken);
    return { taken: taken?.text ?? null, offered: [...this.offered.values()] };
  }

  note(codes, now) {
    const inFrame = new Map();
    for (const code of codes) {
      const text = code.text.trim();
      if (!text || (LINEAR.test(code.format) && text.length < SHORTEST_LINEAR)) continue;
      const one = this.seen.get(text) ?? new Sighting({ text, format: code.format }, now);
      if (one.last !== now || one.frames === 0) one.frames += 1;
      one.last = now;
      one.corners = code.corners ?? one.corners;
      this.seen.set(text, one);
      inFrame.set(text, one);
    }
    return [...inFrame.values()];
  }

  forget(now) {
    for (const [text, one] of this.seen) if (now - one.last > LEFT_MS) this.seen.delete(text);
    const newest = Math.max(...[...this.offered.values()].map((one) => one.last), -Infinity);
    if (now - newest > OFFERED_MS) this.offered.clear();
  }

  alone(one, now) {
    if (!one.sure) return null;
    // What stood beside it must have left before it counts as the one that is meant.
    if (one.shared && this.neighbours(one).length > 0) return null;
    // A barcode read only once so far may be next to it.
    if (this.neighbours(one).some((other) => !other.sure && now - other.first <= WAIT_MS)) return null;
    return one;
  }

  neighbours(one) {
    return [...this.seen.values()].filter((other) => other !== one && (other.shared || !other.sure));
  }

  several(inFrame, now) {
    const doubtful = inFrame.filter((one) => !one.sure);
    const sure = inFrame.filter((one) => one.sure);
    if (sure.length < 2) {
      const open = sure.filter((one) => !one.done);
      const waits = doubtful.some((one) => now - one.first <= WAIT_MS);
      return open.length === 1 && !open[0].shared && !waits ? open[0] : null;
    }
    const machine = this.oneMachine(sure);
    if (machine === undefined) return null;
    if (machine) {
      // A maker's serial and our label of one machine: there is nothing to choose.
      const taken = sure.some((one) => one.done) ? null : sure[0];
      for (const one of sure) one.done = true;
      return taken;
    }
    for (const one of sure) one.shared = true;
    if (sure.every((one) => one.done)) return null;
    if (![...this.offered.keys()].some((text) => sure.some((one) => one.text === text))) this.offered.clear();
    for (const one of sure) this.offered.set(one.text, one);
    return null;
  }

  /** true when all are known to be one machine's, false when not, undefined while that is still being asked. */
  oneMachine(sightings) {
    const machines = new Set(sightings.map((one) => this.machineOf(one.text)));
    if (machines.has(undefined)) return undefined;
    return machines.size === 1 && !machines.has(null);
  }

  take(one) {
    one.done = true;
    const offered = this.offered.get(one.text);
    if (offered) offered.done = true;
    else this.offered.clear();
  }

  /** The person chose one of those on offer; true unless it was taken before. */
  choose(text) {
    const one = this.offered.get(text);
    if (!one || one.done) return false;
    one.done = true;
    const inView = this.seen.get(text);
    if (inView) inView.done = true;
    return true;
  }

  /** None of those on offer is meant; while they stay in view they are not offered again. */
  dismiss() {
    for (const one of this.offered.values()) one.done = true;
    this.offered.clear();
  }

  /** Codes of a photo: the only one is taken, several are offered. */
  photo(codes, now) {
    this.offered.clear();
    const found = [...new Map(codes.map((code) => [code.text.trim(), code])).values()].filter((code) => code.text.trim());
    const sightings = found.map((code) => new Sighting({ text: code.text.trim(), format: code.format }, now));
    if (sightings.length === 1 || (sightings.length > 1 && this.oneMachine(sightings))) {
      for (const one of sightings) this.seen.set(one.text, Object.assign(one, { done: true }));
      return { taken: sightings[0].text, offered: [] };
    }
    // Nothing leaves a photo's view: these stay until something else is read.
    for (const one of sightings) this.offered.set(one.text, Object.assign(one, { last: Infinity }));
    return { taken: null, offered: sightings };
  }
}

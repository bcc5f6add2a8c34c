// When a scan happened: by this device's clock, its measured distance from the server's, and a clock nobody can set.

/** A clock off by more than this is told, in milliseconds. */
export const TOLD_MS = 120_000;
/** Wall and monotonic clock apart by more than this since then: somebody set the clock, or the device slept. */
const STEADY_MS = 1_500;

export class Clock {
  constructor(kept = null, page = Math.random().toString(36).slice(2)) {
    /** Server minus device, in milliseconds, as last measured; null when never. */
    this.offset = kept?.offset ?? null;
    /** How far the wall clock stood from the monotonic one at that moment; null when measured by an earlier page. */
    this.measuredAt = null;
    this.page = page;
    /** Milliseconds by which the wall clock was seen to jump while the page was open; 0 once it was measured again. */
    this.jumped = 0;
    this.seen = this.drift();
    /** Whether the page was out of sight since the last look: then the device may have slept. */
    this.rested = false;
  }

  drift() {
    return Date.now() - performance.now();
  }

  /** Looks whether somebody set the wall clock. Sleep, too, moves it on while the monotonic one stands still. */
  look() {
    const moved = this.drift() - this.seen;
    if (moved < -STEADY_MS || (moved > STEADY_MS && !this.rested)) this.jumped += moved;
    this.seen = this.drift();
    this.rested = false;
    return this.jumped;
  }

  /** What a scan made now keeps of its time. */
  stamp() {
    this.look();
    const steady = this.measuredAt === null || Math.abs(this.drift() - this.measuredAt) < STEADY_MS;
    return {
      scanned_at: new Date().toISOString(),
      // Measured before the clock was set, the distance says nothing of a later moment.
      offset_ms: steady && this.jumped === 0 ? this.offset : null,
      page: this.page,
      mono: performance.now(),
      drift: this.drift(),
    };
  }

  /** Age of *scan* in milliseconds by the monotonic clock; null if it is of another page, or the two clocks parted. */
  age(scan) {
    if (scan.page !== this.page) return null;
    const parted = this.drift() - scan.drift;
    // While a device sleeps the monotonic clock may stand still: then the wall clock knows better.
    if (parted >= STEADY_MS || (parted <= -STEADY_MS && scan.offset_ms !== null)) return null;
    return Math.max(0, Math.round(performance.now() - scan.mono));
  }

  /** Takes the server's time from an answer asked for at *sentAt* (monotonic): it fits the middle of the journey. */
  measure(serverTime, sentAt) {
    const server = Date.parse(serverTime);
    if (Number.isNaN(server)) return;
    const half = (performance.now() - sentAt) / 2;
    this.offset = Math.round(server - (Date.now() - half));
    this.measuredAt = this.drift();
    this.jumped = 0;
  }

  /** Milliseconds by which the device is ahead of the server, as far as known. */
  get ahead() {
    return (this.offset === null ? 0 : -this.offset) + this.jumped;
  }

  get wrong() {
    return Math.abs(this.ahead) > TOLD_MS;
  }
}

/** 7,260,000 -> "2 hours". */
export function roughly(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  if (minutes < 90) return `${minutes} minute${minutes === 1 ? "" : "s"}`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} hours`;
  return `${Math.round(hours / 24)} days`;
}

/** 10:42 today, else 23 Nov, 10:42. */
export function timeOf(moment, now = new Date()) {
  const date = new Date(moment);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}

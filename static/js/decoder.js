// The page's end of scan-worker.js: one Worker, one question at a time per kind, answers as promises.

/** *addresses*: worker, reader, wasm, filters, ladder. */
export class Decoder {
  constructor(addresses) {
    this.addresses = addresses;
    this.worker = null;
    this.ready = null;
    this.asked = new Map();
    this.last = 0;
  }

  /** Loads and compiles; a promise, fulfilled when the first frame can be read at full speed. */
  warm() {
    if (this.ready) return this.ready;
    const { worker: address, ...parts } = this.addresses;
    this.ready = new Promise((resolve, reject) => {
      const worker = new Worker(address);
      const fail = (reason) => {
        // The next warm() starts afresh: the network may be back by then.
        worker.terminate();
        this.worker = this.ready = null;
        const error = new Error(reason);
        for (const question of this.asked.values()) question.reject(error);
        this.asked.clear();
        reject(error);
      };
      worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if (data.id) this.answered(data);
        else fail(data.failed);
      };
      worker.onerror = (event) => fail(event.message ?? "the worker did not load");
      this.worker = worker;
      const absolute = Object.entries(parts).map(([name, part]) => [name, new URL(part, location.href).href]);
      worker.postMessage({ start: Object.fromEntries(absolute) });
    });
    return this.ready;
  }

  answered({ id, step, steps, failed, codes, milliseconds }) {
    const question = this.asked.get(id);
    if (!question) return;
    if (step) {
      question.onStep?.(step, steps);
      return;
    }
    this.asked.delete(id);
    if (failed) question.reject(new Error(failed));
    else question.resolve({ codes, milliseconds });
  }

  async ask(message, bitmap, onStep) {
    await this.warm();
    const id = (this.last += 1);
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject, onStep });
      this.worker.postMessage({ id, ...message }, [bitmap]);
    });
  }

  /** {codes, milliseconds} of one live frame; *part*, *longest* and *empty* as in the worker. */
  frame(bitmap, part, longest, empty) {
    return this.ask({ frame: bitmap, part, longest, empty }, bitmap);
  }

  /** The same of a photo, by the whole ladder; *onStep*(step, steps) is told how far it is. */
  photo(bitmap, onStep) {
    return this.ask({ photo: bitmap }, bitmap, onStep);
  }

  /** Gives the photo up that is being read: it answers with no codes. */
  stop() {
    this.worker?.postMessage({ stop: this.last });
  }
}

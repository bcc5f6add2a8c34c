// Takes one scan after another: asks the local copy, writes down, answers. Nothing else records a scan.
import { controlOf, eventKeyOf, sameCode } from "./scan-controls.js";
import { decide, saidAlready } from "./scan-decide.js";
import { fromScan } from "./scan-forms.js";
import { choiceOf, inWords, listMode, LOOK_UP, recordMode } from "./scan-modes.js";
import { newKey } from "./scan-store.js";

/** A control code read twice by one pull of the trigger is meant once. */
const SAME_PULL_MS = 1_500;

export class Taker {
  /**
   * session: Session (scans of this session and what is painted). app: boot(), mode(), setMode(mode), panel, online().
   */
  constructor({ store, copy, clock, sync, server, session, app, device }) {
    Object.assign(this, { store, copy, clock, sync, server, session, app, device });
    this.chain = Promise.resolve();
    this.lastControl = { text: "", at: -Infinity };
  }

  /** Resolves once the scan is written down and painted; scans are taken one after another. */
  take(text, source) {
    const taken = this.chain.then(() => this.#one(String(text).slice(0, 300), source));
    this.chain = taken.catch((error) => this.session.trouble(text, error));
    return this.chain;
  }

  async #one(text) {
    if (!text.trim()) return;
    const control = controlOf(text);
    if (control) return this.#control(control, text);
    const boot = this.app.boot();
    if (!boot) {
      return this.session.tell({
        outcome: "refused",
        tag: text,
        headline: "Not recorded",
        words: "Open this page once with a connection and sign in; after that it works without a network.",
      });
    }
    await this.app.copyLoaded();
    const mode = this.app.mode();
    const found = this.copy.find(text, boot.tag_prefix);
    const { whole } = this.copy;
    const verdict = decide({ mode: { ...mode, ...inWords(mode, boot) }, found, boot, whole, waits: !this.app.online() });
    if (mode.action === "look-up") return this.#look(text, verdict);
    const scan = this.#scan(text, mode, verdict, "waiting");
    // Before the verdict: after a first scan the machine stands where a second one would be refused.
    const before = saidAlready(this.session.sameSubject(scan.subject), scan, found.machines[0]);
    if (before) return this.session.duplicate(before, verdict.tag);
    if (!verdict.keep) return this.#refuse(text, mode, verdict);
    await this.store.keep(scan);
    if (verdict.to) this.copy.expect(verdict.tag, verdict.to);
    this.session.add(scan, verdict.outcome);
    this.sync.nudge();
  }

  #scan(text, mode, verdict, state) {
    const scan = {
      key: newKey(), owner: this.app.boot().account.uid, device: this.device, text, ...this.clock.stamp(),
      action: mode.action, state, tried: false, tag: verdict.tag, headline: verdict.headline, words: verdict.words,
      outcome: verdict.outcome, subject: fromScan(verdict.tag), to: verdict.to ?? null,
    };
    if (mode.action === "record") Object.assign(scan, { event: mode.event, details: { ...mode.details } });
    if (mode.action === "list") scan.list = mode.list;
    return scan;
  }

  /** Not recorded. Kept in the list, so that it can still go to the desk; online, the newest facts are asked for first. */
  async #refuse(text, mode, verdict) {
    if (verdict.outcome !== "refused") return this.session.tell({ ...verdict, tag: text });
    const scan = this.#scan(text, mode, verdict, "held");
    await this.store.keep(scan);
    this.session.add(scan, "refused");
    if (this.app.online()) this.#askAgain(scan, mode);
  }

  async #askAgain(scan, mode) {
    const changed = await this.app.refreshCopy();
    const boot = this.app.boot();
    const found = this.copy.find(scan.text, boot.tag_prefix);
    const verdict = decide({ mode: { ...mode, ...inWords(mode, boot) }, found, boot, whole: this.copy.whole, waits: false });
    if (!changed || !verdict.keep) return;
    const { outcome, headline, words, to = null } = verdict;
    const [kept] = await this.store.change([scan.key], (one) =>
      one.state === "held" ? Object.assign(one, { state: "waiting", outcome, headline, words, to }) : false,
    );
    if (!kept) return;
    if (verdict.to) this.copy.expect(verdict.tag, verdict.to);
    this.session.add(kept, outcome);
    this.sync.nudge();
  }

  async #look(text, verdict) {
    const key = newKey();
    this.session.tell({ ...verdict, key, at: new Date().toISOString() }, true);
    if (!this.app.online()) return;
    this.server.look(text).then(
      (answer) => this.session.replace(key, { ...answer, key, outcome: answer.outcome }),
      () => {},
    );
  }

  async #control({ do: what, what: name }, text) {
    const twice = this.lastControl.text === text && performance.now() - this.lastControl.at < SAME_PULL_MS;
    this.lastControl = { text, at: performance.now() };
    if (twice) return;
    if (what === "undo") return this.undo();
    if (what === "confirm") return this.#confirm();
    const boot = this.app.boot();
    if (!boot) return;
    const problem = { mode: () => this.#mode(name, boot), place: () => this.#place(name, boot), list: () => this.#list(name, boot) }[what]();
    await this.app.modeKeeping;
    if (problem) this.session.tell({ outcome: "refused", tag: text.trim().toUpperCase(), headline: "Mode not changed", words: problem });
  }

  #mode(name, boot) {
    if (name === "LOOK-UP") return this.app.setMode(LOOK_UP);
    const key = eventKeyOf(name);
    const event = boot.events.find((each) => each.key === key);
    if (!event) return "There is no such way of scanning for your role.";
    const last = this.app.recent().find((mode) => mode.event === key);
    const mode = recordMode(key, last?.details ?? {}, boot, last?.names ?? {});
    if (mode) return this.app.setMode(mode);
    // Until it is said, nothing may be recorded in the mode of before.
    this.app.setMode(LOOK_UP);
    this.app.panel.start(key, "Say this once, or scan the code of a place; then the scans go on.");
    return null;
  }

  #place(name, boot) {
    const place = boot.places.find(([code]) => sameCode(code, name));
    if (!place) return `No place has the code ${name}.`;
    if (this.app.panel.fillPlace(choiceOf(place))) return null;
    const mode = this.app.mode();
    const event = mode.action === "record" && boot.events.find((each) => each.key === mode.event);
    const field = event && event.fields.find((each) => each.type === "place");
    if (!field) return "The present mode has no place. Choose a mode first.";
    return this.app.setMode({ ...mode, details: { ...mode.details, [field.name]: place[0] } });
  }

  #list(name, boot) {
    const list = (boot.lists ?? []).find((each) => sameCode(each.code, name) && each.state !== "closed");
    return list ? this.app.setMode(listMode(list)) : `No open list has the code ${name}.`;
  }

  /** What the page offers just now: the open form, else the refused scan for the desk. */
  async #confirm() {
    if (this.app.panel.confirm()) return;
    const { shown } = this.session.view;
    if (shown?.acts?.includes("desk")) return this.desk(shown.key);
    // Others on the page (a camera that sees several codes) may have asked something.
    const asked = new CustomEvent("inventory:confirm", { cancelable: true });
    if (document.dispatchEvent(asked)) {
      this.session.tell({ outcome: "told", tag: "", headline: "Nothing to confirm", words: "The next scan goes on as before." });
    }
  }

  /** Sends a refused scan after all, for a person to look at. */
  async desk(key) {
    const words = "Kept for the desk: it is sent, and waits there if the register still refuses it.";
    const [scan] = await this.store.change([key], (one) =>
      one.state === "held" ? Object.assign(one, { state: "waiting", headline: "For the desk", words }) : false,
    );
    if (!scan) return;
    this.session.add(scan, "kept");
    this.sync.nudge();
  }

  /** Takes back *key*, or the newest scan that can be: unsent ones are cancelled, sent ones corrected. */
  async undo(key = this.session.newestUndoable()) {
    if (!key) {
      return this.session.tell({ outcome: "refused", tag: "", headline: "Nothing to take back", words: "No scan of this session can be taken back here." });
    }
    const [cancelled] = await this.store.change([key], (scan) =>
      (scan.state === "waiting" && !scan.tried) || scan.state === "failed" ? Object.assign(scan, { state: "cancelled" }) : false,
    );
    if (cancelled) {
      this.session.add(cancelled, "cancelled");
      return this.app.expectAnew();
    }
    const scan = await this.store.get(key);
    if (!scan || scan.undone || !this.session.mayUndo(scan)) return;
    const undo = this.#scan(scan.text, { action: "undo" }, { ...scan, outcome: "kept", headline: "Taken back" }, "waiting");
    Object.assign(undo, { undoes: key, tag: scan.tag });
    await this.store.keep(undo);
    const [marked] = await this.store.change([key], (one) => Object.assign(one, { undone: true }));
    this.session.add(marked, "undone");
    this.sync.nudge();
  }
}

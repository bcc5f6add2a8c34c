// The scan page: opens what this device keeps, wires the parts, and comes back to the server whenever it can.
import { Clock } from "./scan-clock.js";
import { Copy } from "./scan-copy.js";
import { inlineSprite, useSpriteOf } from "./scan-dom.js";
import { lookAround } from "./scan-around.js";
import { hear, hearEarly } from "./scan-hear.js";
import { fillMenu, saveFile } from "./scan-menu.js";
import { ModePanel } from "./scan-mode-panel.js";
import { inWords, listMode, LOOK_UP, recordMode, remembered, stillThere } from "./scan-modes.js";
import { takeOverOldQueue } from "./scan-old.js";
import { Server } from "./scan-server.js";
import { Session } from "./scan-session.js";
import { StateLine } from "./scan-state.js";
import { openStore } from "./scan-store.js";
import { Sync } from "./scan-sync.js";
import { Taker } from "./scan-take.js";
import { View } from "./scan-view.js";


/** How long the first scans wait for the copy to be read from the disk; after that they go on without it. */
const COPY_PATIENCE_MS = 1_500;
const MOST_ASKED = 200;
const SOON_MS = 80;

class App {
  constructor(root, store) {
    this.root = root;
    this.store = store;
    this.facts = { storage: "", update: null, install: null, unreachable: false };
    this.bootKept = null;
    this.modeKept = LOOK_UP;
    this.recentKept = [];
    this.used = false;
  }

  async open() {
    const { root, store } = this;
    const { boot, copy, sync, look, choices } = root.dataset;
    const [kept, offset, device] = [await store.fact("boot"), await store.fact("clock"), await store.device()];
    this.bootKept = kept ?? null;
    this.clock = new Clock(offset);
    this.server = new Server({ boot, copy, sync, scan: look, choices }, this.clock);
    this.copy = new Copy(store);
    this.view = new View({ root, onAct: (act, key) => this.#act(act, key) });
    this.session = new Session({ store, view: this.view, boot: () => this.bootKept });
    this.sync = new Sync({
      store, device, clock: this.clock, server: this.server,
      owner: () => this.bootKept?.account.uid,
      renew: () => this.renew(),
      onState: () => this.show(),
      onAnswers: (scans, results) => this.#answered(scans, results),
    });
    this.sync.lastAt = (await store.fact("synced")) ?? null;
    this.state = new StateLine({ root });
    this.panel = new ModePanel({
      place: root.querySelector("[data-modes]"), opener: root.querySelector("[data-change-mode]"),
      boot: () => this.bootKept, recent: () => this.recentKept, onChoose: (mode) => this.setMode(mode),
      choices: (role, text) => this.server.choices("party", role, text).then(({ choices: found }) => found, () => []),
    });
    this.taker = new Taker({ store, copy: this.copy, clock: this.clock, sync: this.sync, server: this.server, session: this.session, app: this, device });
    await takeOverOldQueue(store, device).catch(() => {});
    if (this.bootKept) await this.#knowOwner();
    hear(this);
    this.loading = this.copy.load().then(() => this.expectAnew()).catch(() => {});
    await this.show();
    this.sync.wake();
    lookAround(this);
  }

  // -- what the parts ask ---------------------------------------------------------------------------------

  boot() {
    return this.bootKept;
  }

  mode() {
    return this.modeKept;
  }

  recent() {
    return this.recentKept;
  }

  online() {
    return navigator.onLine && ["ready", "sending"].includes(this.sync.state) && this.server.csrf !== null;
  }

  copyLoaded() {
    const patience = new Promise((resolve) => setTimeout(resolve, COPY_PATIENCE_MS));
    return this.copy.size > 0 ? null : Promise.race([this.loading, patience]);
  }

  setMode(mode) {
    this.modeKept = mode;
    this.recentKept = remembered(this.recentKept, mode);
    this.panel.close();
    this.#showMode();
    this.modeKeeping = this.store.setFact("mode", { owner: this.bootKept?.account.uid, mode, recent: this.recentKept }).catch(() => {});
    return null;
  }

  /** Fetches what is new of account, modes and places. Throws NoAnswer. */
  async renew() {
    const boot = await this.server.boot();
    const before = this.bootKept?.account.uid;
    const { csrf, server_time: ignored, ...kept } = boot;
    this.bootKept = kept;
    await this.store.setFact("boot", kept);
    await this.store.setFact("clock", { offset: this.clock.offset });
    if (before !== kept.account.uid) await this.#knowOwner();
    else this.#showMode();
    fillMenu(this.root.querySelector("[data-menu-panel]"), { boot: kept, csrf, signOut: this.root.dataset.signOut, onExport: () => this.export() });
    this.refreshCopy();
    this.#askForSettled();
  }

  /** Brings the copy up to date; whether anything changed. Never throws. */
  async refreshCopy() {
    await this.loading;
    try {
      const changed = await this.copy.refresh((asked) => this.server.copy(asked), () => this.show());
      await this.expectAnew();
      return changed;
    } catch (error) {
      if (error.kind) this.sync.missed(error);
      return false;
    } finally {
      this.show();
    }
  }

  /** What waits here will move machines on: later scans are judged by that. */
  async expectAnew() {
    const waiting = await this.store.ofState("waiting");
    this.copy.expected.clear();
    for (const scan of waiting) {
      const event = this.bootKept?.events.find((each) => each.key === scan.event);
      if (scan.action === "record" && !scan.undone && event) this.copy.expect(scan.tag, event.to);
    }
  }

  async export() {
    saveFile(`scans-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}.json`, await this.store.exported(await this.store.device()));
  }

  // -- what happens ---------------------------------------------------------------------------------------

  async #knowOwner() {
    const owner = this.bootKept.account.uid;
    const kept = await this.store.fact("mode");
    const mine = kept?.owner === owner ? kept : null;
    this.recentKept = mine?.recent ?? [];
    this.modeKept = mine && stillThere(mine.mode, this.bootKept) ? mine.mode : LOOK_UP;
    this.#modeOfAddress();
    this.#showMode();
    this.view.clearList();
    await this.session.load(owner);
  }

  /** Links from other pages may name the mode: ?list=CODE, or ?mode=returned&location=HUB. */
  #modeOfAddress() {
    const asked = new URLSearchParams(location.search);
    const boot = this.bootKept;
    const list = asked.has("list") && (boot.lists ?? []).find((each) => [each.code, each.uid].includes(asked.get("list")));
    const details = Object.fromEntries([...asked].filter(([name, value]) => value && name !== "mode"));
    const recording = () => recordMode(asked.get("mode"), details, boot) ?? (asked.get("mode") === "look-up" ? LOOK_UP : null);
    const mode = list ? listMode(list) : asked.has("mode") && recording();
    if (mode) this.setMode(mode);
    this.facts.unreachable = asked.has("unreachable");
    if (location.search) history.replaceState(null, "", this.root.dataset.page);
  }

  #showMode() {
    this.panel.opener.disabled = !this.bootKept;
    this.root.querySelector("[data-mode-line]").textContent = this.bootKept ? inWords(this.modeKept, this.bootKept).line : "";
  }

  async #answered(scans, results) {
    for (const { tag, status } of results) if (tag && status) this.copy.expect(tag, status);
    await this.session.answered(scans);
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.refreshCopy(), 2_000);
  }

  /** What waited to be settled may have been settled at the desk: the receipts know. */
  async #askForSettled() {
    const owner = this.bootKept.account.uid;
    const waiting = (await this.store.ofState("settle")).filter((scan) => scan.owner === owner).slice(0, MOST_ASKED);
    if (waiting.length === 0) return;
    await this.sync.review(waiting).catch(() => {});
    this.show();
  }

  #act(act, key) {
    const done = act === "desk" ? this.taker.desk(key) : this.taker.undo(key);
    done.catch((error) => this.session.trouble(key, error)).finally(() => this.show());
  }

  /** Another tab has changed what is kept here. */
  async lookAgain() {
    this.sync.lastAt = (await this.store.fact("synced")) ?? null;
    await this.session.lookAgain();
    this.show();
  }

  /** Now and then: is the server there, and what is new? */
  async beat() {
    if (this.online()) await this.refreshCopy();
    else if (this.sync.state === "sign-in") await this.sync.wake();
  }

  /** What this device still lacks to work without a network, in words. */
  #missing(expected) {
    if (!this.bootKept || this.sync.state === "away") return "";
    const number = (count) => count.toLocaleString("en-GB");
    if (!this.copy.whole && expected > 0) {
      return `Fetching the list of machines: ${number(this.copy.size)} of ${number(expected)}. Scans are taken meanwhile.`;
    }
    const kept = !("serviceWorker" in navigator) || navigator.serviceWorker.controller !== null;
    return kept ? "" : "Getting ready to work without a network. Scans are taken meanwhile.";
  }

  /** After a scan the answer is painted first; how things stand follows a blink later, and once for several scans. */
  showSoon() {
    this.showing ??= new Promise((resolve) => setTimeout(resolve, SOON_MS)).then(() => this.#showAll());
    this.showAgain = true;
  }

  /** Shows how things stand. Asked again while it looks, it looks once more, so that the last word is the present one. */
  show() {
    this.showAgain = true;
    this.showing ??= this.#showAll();
    return this.showing;
  }

  async #showAll() {
    try {
      while (this.showAgain) {
        this.showAgain = false;
        await this.#show();
      }
    } catch {
      // The store is in trouble, which the scans themselves tell.
    } finally {
      this.showing = undefined;
    }
  }

  async #show() {
    const { sync, bootKept } = this;
    const owner = bootKept?.account.uid;
    const [{ mine, others }, settle, failed] = [await this.store.waiting(owner), await this.store.countOf("settle"), await this.store.countOf("failed")];
    const expected = bootKept?.copy?.machines ?? 0;
    const away = sync.state === "ready" && !navigator.onLine;
    this.jumpedTold = this.clock.jumped;
    this.state.show({
      ...this.facts,
      state: away ? "away" : this.server.csrf === null && sync.state === "ready" ? "opening" : sync.state,
      waiting: mine, others, failed, settle: Math.max(settle, bootKept?.to_settle ?? 0), lastAt: sync.lastAt, name: bootKept?.account.name, trouble: sync.trouble,
      clock: this.clock, signIn: this.root.dataset.signIn, onExport: () => this.export(),
      copy: this.#missing(expected),
    });
  }
}

async function start() {
  const root = document.querySelector("[data-scan-app]");
  useSpriteOf(root);
  let store;
  try {
    store = await openStore();
  } catch {
    // Without a store nothing may be promised: the form that goes straight to the server stays.
    if (!document.querySelector("[data-scan-plain]")) location.replace(`${root.dataset.page}?plain=1`);
    return;
  }
  document.querySelector("[data-scan-plain]")?.remove();
  document.documentElement.classList.add("scan-on");
  root.hidden = false;
  inlineSprite().catch(() => {});
  await new App(root, store).open();
  root.dataset.ready = "";
}

hearEarly();
start();

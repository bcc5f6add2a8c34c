// The camera panel of the scan page: opens the camera, reads frame after frame, offers what must be chosen.
import * as stream from "./camera-stream.js";
import { hintAfter, inWords, partInSight, showCameras, showMarks, showOffered } from "./camera-view.js";
import { Decoder } from "./decoder.js";
import { Known } from "./known.js";
import { offerNfc } from "./nfc.js";
import { NOT_LOADED, Photos } from "./photos.js";
import { Sightings } from "./sightings.js";

const STAYS_ON = "camera-on";
const READY = "Hold a label in front of the camera.";
/** Pixels of the longer side that are looked at; fewer where the device takes longer than this for a frame. */
const FULL = 1920;
const REDUCED = 1280;
const SLOW_MS = 150;
const MARK_FRESH_MS = 500;

class Panel {
  constructor(root) {
    this.root = root;
    this.decoder = new Decoder({ ...root.dataset });
    this.known = new Known();
    this.sightings = new Sightings((text) => this.known.machineOf(text));
    this.video = this.part("video");
    this.track = null;
    this.run = 0;
    this.photos = new Photos(this);
    /** Frames in a row without a code: the worker looks harder at some of them. */
    this.empty = 0;
    this.longest = FULL;
    this.typical = 0;
    this.lastRead = 0;
    this.source = "camera";
    this.offered = 0;
  }

  part(name) {
    return this.root.querySelector(`[data-part='${name}']`);
  }

  start() {
    const pressed = (name, work) => this.part(name).addEventListener("click", work);
    pressed("start", () => this.open());
    pressed("stop", () => this.close());
    pressed("torch", () => this.switchTorch());
    pressed("photo", () => this.photos.read(() => stream.still(this.track, this.video)));
    pressed("give-up", () => this.photos.giveUp());
    pressed("none", () => this.dismiss());
    this.part("device").addEventListener("change", ({ target }) => {
      stream.remember(target.value);
      this.open(target.value);
    });
    this.part("file-input").addEventListener("change", ({ target }) => {
      const [file] = target.files;
      if (file) this.photos.read(() => createImageBitmap(file));
      // The same file may be chosen again.
      target.value = "";
    });
    document.addEventListener("visibilitychange", () => this.onVisibility());
    offerNfc({
      button: this.part("nfc"),
      onText: (text) => this.accept(text, "nfc"),
      onSeveral: (texts) => this.offerAll(texts.map((text) => ({ text, format: "" })), "nfc"),
      onWords: (words) => this.say(words),
    });
    const hindered = stream.hindrance();
    if (hindered) {
      this.part("start").hidden = true;
      this.trouble(hindered);
    } else this.resume();
    this.root.hidden = false;
    this.root.dataset.state = "off";
  }

  /** After a reload the camera goes on if it was on and may be. */
  async resume() {
    if (sessionStorage.getItem(STAYS_ON) !== "1") return;
    const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
    if (permission?.state === "granted") this.open();
  }

  async open(deviceId) {
    const run = this.halt();
    this.root.dataset.state = "starting";
    this.trouble(null);
    this.say("Starting the camera. If the browser asks, allow it.");
    // The decoder loads and compiles while the person answers the browser's question.
    const warm = this.decoder.warm();
    warm.catch(() => {});
    let media;
    try {
      media = await stream.open(deviceId);
    } catch (error) {
      if (run === this.run) this.fail(stream.refusal(error));
      return;
    }
    if (run !== this.run) {
      for (const track of media.getTracks()) track.stop();
      return;
    }
    [this.track] = media.getVideoTracks();
    this.track.addEventListener("ended", () => {
      if (run === this.run) this.fail(["The camera stopped.", "It was unplugged, or another program took it. Start it again."]);
    });
    this.video.srcObject = media;
    this.show(true);
    try {
      await this.video.play();
      await Promise.all([stream.keepFocusing(this.track), this.listCameras(), warm]);
    } catch (error) {
      if (run === this.run) this.fail(error.name === "AbortError" ? stream.refusal(error) : NOT_LOADED);
      return;
    }
    if (run !== this.run) return;
    this.root.dataset.state = "on";
    sessionStorage.setItem(STAYS_ON, "1");
    this.part("torch").hidden = !stream.hasTorch(this.track);
    this.part("torch").setAttribute("aria-pressed", "false");
    this.lastRead = performance.now();
    this.say(READY);
    this.keepAwake();
    this.loop(run);
  }

  /** Ends what runs, quietly; the number of the next run. */
  halt() {
    this.run += 1;
    this.track?.stop();
    this.track = null;
    this.video.srcObject = null;
    return this.run;
  }

  close() {
    this.halt();
    sessionStorage.removeItem(STAYS_ON);
    this.wake?.release().catch(() => {});
    this.root.dataset.state = "off";
    this.show(false);
    this.offer([]);
    this.say("");
    this.part("start").focus();
  }

  fail(words) {
    this.halt();
    this.root.dataset.state = "trouble";
    this.show(false);
    this.say("");
    this.trouble(words);
  }

  show(on) {
    for (const name of ["view", "photo"]) this.part(name).hidden = !on;
    for (const name of ["start", "file"]) this.part(name).hidden = on;
    if (!on) for (const name of ["torch", "choice"]) this.part(name).hidden = true;
  }

  async listCameras() {
    const found = await stream.cameras();
    showCameras(this.part("device"), found, this.track?.getSettings().deviceId);
    this.part("choice").hidden = found.length < 2;
  }

  async switchTorch() {
    const light = this.part("torch");
    const on = light.getAttribute("aria-pressed") !== "true";
    if (await stream.setTorch(this.track, on)) light.setAttribute("aria-pressed", String(on));
    else this.say("The light does not answer.");
  }

  keepAwake() {
    // A phone that darkens between two machines costs an unlocking each time.
    navigator.wakeLock?.request("screen").then((lock) => (this.wake = lock), () => {});
  }

  onVisibility() {
    if (!this.track) return;
    if (document.hidden) {
      this.track.enabled = false;
      this.part("torch").setAttribute("aria-pressed", "false");
      if (stream.hasTorch(this.track)) stream.setTorch(this.track, false);
    } else if (this.track.readyState === "ended") this.open();
    else {
      this.track.enabled = true;
      this.video.play().catch(() => {});
      this.keepAwake();
    }
  }

  // -- reading ------------------------------------------------------------------------------------------

  async loop(run) {
    let reading = null;
    while (run === this.run) {
      await stream.nextFrame(this.video);
      if (run !== this.run) return;
      if (document.hidden || this.photos.busy || !this.video.videoWidth) continue;
      // Taken while the one before it is still being read.
      const bitmap = await createImageBitmap(this.video).catch(() => null);
      await reading;
      if (bitmap && run === this.run) reading = this.readFrame(run, bitmap).catch(() => this.stopReading(run));
    }
  }

  stopReading(run) {
    if (run === this.run) this.fail(["The code reader stopped.", "Start the camera again."]);
  }

  async readFrame(run, bitmap) {
    const part = partInSight(this.video);
    const { codes, milliseconds } = await this.decoder.frame(bitmap, part, this.longest, this.empty);
    if (run !== this.run || this.photos.busy) return;
    if (codes.length > 0) this.learnSpeed(milliseconds);
    else this.known.forget();
    this.empty = codes.length > 0 ? 0 : this.empty + 1;
    const now = performance.now();
    const { taken, offered } = this.sightings.see(codes, now);
    if (taken !== null) this.accept(taken, "camera");
    else if (codes.length === 0) this.hint(now);
    if (this.offered === 0) this.source = "camera";
    this.offer(offered);
    this.mark(codes, offered);
  }

  /** From frames with a code only: the harder looks at others are slow by design. */
  learnSpeed(milliseconds) {
    this.typical += (milliseconds - this.typical) / 10;
    if (this.typical > SLOW_MS) this.longest = REDUCED;
  }

  mark(codes, offered) {
    const fresh = (one) => (performance.now() - one.last < MARK_FRESH_MS ? one.corners : null);
    const numbered = offered.map((one, place) => ({ corners: fresh(one), number: place + 1, done: one.done }));
    const marks = offered.length > 0 ? numbered : codes.map(({ corners }) => ({ corners, done: true }));
    showMarks(this.part("marks"), marks, this.video.videoWidth, this.video.videoHeight);
  }

  hint(now) {
    const hint = hintAfter(now - this.lastRead);
    if (hint) this.say(hint);
  }

  accept(text, source) {
    this.lastRead = performance.now();
    this.trouble(null);
    this.say(`Read ${inWords(text).name}.`);
    this.part("view").classList.remove("camera__view--read");
    // In the next picture, so that the flash begins anew with each read.
    requestAnimationFrame(() => this.part("view").classList.add("camera__view--read"));
    document.dispatchEvent(new CustomEvent("inventory:scan", { detail: { text, source } }));
  }

  offer(offered) {
    const box = this.part("offer");
    if (offered.length > this.offered) this.say(`${offered.length} codes. Choose which one is meant.`);
    this.offered = offered.length;
    this.part("question").textContent = `${offered.length} codes: which one?`;
    showOffered(this.part("codes"), this.root.querySelector("[data-camera-code]"), offered, (text) => this.choose(text));
    box.hidden = offered.length === 0;
  }

  offerAll(codes, source) {
    const { taken, offered } = this.sightings.photo(codes, performance.now());
    if (taken !== null) this.accept(taken, source);
    else this.source = source;
    this.offer(offered);
    return taken !== null || offered.length > 0;
  }

  choose(text) {
    if (!this.sightings.choose(text)) return;
    this.accept(text, this.source);
    this.offer([...this.sightings.offered.values()]);
  }

  dismiss() {
    this.sightings.dismiss();
    this.offer([]);
    this.say(this.track ? READY : "");
  }

  say(words) {
    // A line written anew is read aloud anew.
    if (this.part("line").textContent !== words) this.part("line").textContent = words;
  }

  trouble(words) {
    const place = this.part("trouble");
    place.replaceChildren();
    if (!words) return;
    place.append(this.root.querySelector("[data-camera-trouble]").content.cloneNode(true));
    [place.querySelector("[data-part='heading']").textContent, place.querySelector("[data-part='remedy']").textContent] = words;
  }
}

const root = document.querySelector("[data-camera]");
if (root) new Panel(root).start();

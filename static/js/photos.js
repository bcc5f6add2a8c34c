// Reads a photo of a code that the live picture did not give: from the camera, or from a file.

/** [heading, remedy] when the decoder is not there. */
export const NOT_LOADED = [
  "The code reader could not be loaded.",
  "Check the connection, then start again. Typing and USB scanners work meanwhile.",
];
const NO_PICTURE = ["The photo could not be opened.", "Take another, or choose a JPEG or PNG picture."];
const UNREADABLE = [
  "No code could be read in this photo.",
  "Wipe the label, let it fill half of the picture, sharp and without reflections; or type what is printed under it.",
];

export class Photos {
  /** *panel*: the camera panel, with its parts, its decoder, and its ways to say and to offer. */
  constructor(panel) {
    this.panel = panel;
    this.present = null;
  }

  get busy() {
    return this.present !== null;
  }

  /** *take*() gives a promise of the photo as a bitmap. */
  async read(take) {
    if (this.busy) return;
    const photo = (this.present = { taken: false, stopped: false });
    const { panel } = this;
    panel.trouble(null);
    panel.part("working").hidden = false;
    this.progress(0, 1);
    panel.say("Reading the photo.");
    try {
      const codes = await this.codes(take, photo);
      if (photo.stopped) panel.say("Stopped.");
      else if (!panel.offerAll(codes, "photo")) this.fail(UNREADABLE);
    } catch {
      this.fail(photo.taken ? NOT_LOADED : NO_PICTURE);
    } finally {
      this.present = null;
      panel.part("working").hidden = true;
      panel.lastRead = performance.now();
    }
  }

  async codes(take, photo) {
    const { decoder, known } = this.panel;
    const bitmap = await take();
    photo.taken = true;
    const { codes } = await decoder.photo(bitmap, (step, steps) => this.progress(step, steps));
    await Promise.all(codes.map(({ text }) => known.ask(text.trim())));
    return codes;
  }

  progress(step, steps) {
    const words = step ? `Reading the photo: try ${step} of ${steps}` : "Taking the photo";
    this.panel.part("progress").max = steps;
    this.panel.part("progress").value = step;
    this.panel.part("working-words").textContent = words;
  }

  giveUp() {
    if (!this.busy) return;
    this.present.stopped = true;
    this.panel.decoder.stop();
  }

  fail(words) {
    this.panel.say("");
    this.panel.trouble(words);
  }
}

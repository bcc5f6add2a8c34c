// The order in which a photo of a hard code is made easier and tried again; loaded by scan-worker.js.
// Cheap and fruitful steps come first, and the first one that reads anything ends it.
"use strict";

const photoLadder = (() => {
  const { grey, pixels, enlarge, turn, sharpen, refocus, steady, evenOut } = photoFilters;
  /** Pixels along the longer side of the picture that is worked on; a whole photo is tried once as it is. */
  const WORKING = 1600;
  const WHOLE = 4096;
  const LINEAR = new Set(["Code128", "Code39", "Code39Std", "Code39Ext"]);
  const SHORTEST_LINEAR = 4;
  /** One threshold for the whole neighbourhood survives scratches that the finer one follows. */
  const COARSE = { binarizer: "GlobalHistogram" };
  const LEVEL = [1, 0];
  const PLUMB = [0, 1];
  const FALLING = [1, 1];
  const RISING = [1, -1];

  /** [how, decoder's options]; slanted barcodes are seen only near the level, so they are turned in small steps. */
  const STEPS = [
    [(picture) => enlarge(picture, 2), {}],
    [(picture) => sharpen(picture, 2, 2), {}],
    [(picture) => turn(picture, -15), COARSE],
    [(picture) => turn(picture, 15), COARSE],
    [(picture) => turn(picture, 30), COARSE],
    [(picture) => turn(picture, -30), COARSE],
    [(picture) => turn(picture, 45), COARSE],
    [(picture) => turn(picture, 10), COARSE],
    [(picture) => evenOut(picture), {}],
    [(picture) => evenOut(picture), COARSE],
    [(picture) => sharpen(picture, 4, 3), {}],
    [(picture) => sharpen(picture, 6, 5), COARSE],
    [(picture) => steady(picture, 13, LEVEL), {}],
    [(picture) => steady(picture, 13, PLUMB), {}],
    [(picture) => steady(picture, 13, FALLING, 40), {}],
    [(picture) => steady(picture, 13, RISING, 40), {}],
    [(picture) => refocus(picture, 3), {}],
  ];

  /** Codes that stand: a barcode has little or no check of its own, so it must be read again at another size. */
  async function sure(codes, picture, options, read) {
    const bars = codes.filter((code) => LINEAR.has(code.format));
    if (bars.length === 0) return codes;
    const again = await read(pixels(enlarge(picture, 1.5)), { ...options, formats: ["Code128", "Code39"] });
    const twice = new Set(again.map((code) => code.text));
    return codes.filter(
      (code) => !LINEAR.has(code.format) || (code.text.length >= SHORTEST_LINEAR && twice.has(code.text)),
    );
  }

  /**
   * {codes, image, upright}: what was read, in which pixels, and whether their places are those of the photo.
   * *read*(ImageData, options) decodes; *pictureOf*(longest) gives the photo's pixels; *goesOn*() is asked between steps.
   */
  async function climb({ read, pictureOf, longestSide, onStep, goesOn }) {
    const steps = STEPS.length + (longestSide > WORKING ? 2 : 1);
    let step = 0;
    let image = null;
    let picture = null;
    for (const longest of longestSide > WORKING ? [WHOLE, WORKING] : [WORKING]) {
      onStep((step += 1), steps);
      image = pictureOf(longest);
      picture = grey(image);
      const codes = await sure(await read(image, {}), picture, {}, read);
      if (codes.length > 0) return { codes, image, upright: true };
    }
    for (const [change, options] of STEPS) {
      // A pause lets the message that stops this arrive.
      await new Promise((resolve) => setTimeout(resolve));
      if (!goesOn()) break;
      onStep((step += 1), steps);
      const changed = change(picture);
      const codes = await sure(await read(pixels(changed), options), changed, options, read);
      if (codes.length > 0) return { codes, image, upright: false };
    }
    return { codes: [], image, upright: true };
  }

  return { climb };
})();

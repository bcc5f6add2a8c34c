// Reads codes in pictures, away from the page: frames of the live camera in one try, photos by a ladder of tries.
// Compiling the decoder needs 'wasm-unsafe-eval', which the server grants to this file's own response only.
//
// In:  {start: {reader, wasm, filters, ladder}}   addresses of what is loaded
//      {id, frame: ImageBitmap, part, longest, empty}  part: {x, y, width, height} of the picture that is looked at;
//                                      empty: how many frames before this one showed no code
//      {id, photo: ImageBitmap}, {stop: id}
// Out: {id, codes, milliseconds}, {id, step, steps} while a photo is tried, {id, failed}, {failed} when nothing loads
// A code is {text, format, corners: four [x, y] as shares of the picture's width and height}.
"use strict";

const FORMATS = ["QRCodeModel2", "DataMatrix", "Code128", "Code39"];
const LINEAR = ["Code128", "Code39"];
// Some makers print white bars on dark plastic: inverted codes are looked for too.
const LIVE = { formats: FORMATS, tryHarder: false, tryRotate: true, tryInvert: true, textMode: "Plain" };
// Every third frame without a code is looked at along more lines for barcodes, at a slant that others do not see.
const SLANTS = [15, -15];
let canvas = null;
let loaded = null;
let stopped = null;

async function load({ reader, wasm, filters, ladder }) {
  importScripts(reader, filters, ladder);
  // Without this the decoder would be fetched from a content network.
  ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  await ZXingWASM.readBarcodes(new ImageData(8, 8), LIVE);
}

/** The pixels of *part* of a bitmap, no side longer than *longest*. */
function look(bitmap, part, longest) {
  const scale = Math.min(1, longest / Math.max(part.width, part.height));
  const width = Math.max(1, Math.round(part.width * scale));
  const height = Math.max(1, Math.round(part.height * scale));
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height);
}

function described(code, image, part, whole) {
  const { topLeft, topRight, bottomRight, bottomLeft } = code.position;
  const corners = [topLeft, topRight, bottomRight, bottomLeft].map(({ x, y }) => [
    (part.x + (x / image.width) * part.width) / whole.width,
    (part.y + (y / image.height) * part.height) / whole.height,
  ]);
  return { text: code.text, format: code.format, corners };
}

async function frame({ frame: bitmap, part, longest, empty }) {
  const whole = { width: bitmap.width, height: bitmap.height };
  const image = look(bitmap, part, longest);
  bitmap.close();
  const found = await ZXingWASM.readBarcodes(image, LIVE);
  if (found.length > 0 || empty % 3 !== 2) return found.map((code) => described(code, image, part, whole));
  const degrees = SLANTS[((empty - 2) / 3) % SLANTS.length];
  const slanted = photoFilters.turn(photoFilters.grey(image), degrees);
  const bars = await ZXingWASM.readBarcodes(photoFilters.pixels(slanted), { ...LIVE, formats: LINEAR, tryHarder: true });
  // Where it stood before the turn is not worked out: the code lies somewhere in the picture.
  return bars.map((code) => ({ text: code.text, format: code.format, corners: null }));
}

async function photo({ id, photo: bitmap }) {
  const whole = { width: bitmap.width, height: bitmap.height };
  const part = { x: 0, y: 0, ...whole };
  stopped = null;
  const read = (image, options) => ZXingWASM.readBarcodes(image, { ...LIVE, tryHarder: true, ...options });
  const climbed = await photoLadder.climb({
    read,
    pictureOf: (longest) => look(bitmap, part, longest),
    longestSide: Math.max(whole.width, whole.height),
    onStep: (step, steps) => postMessage({ id, step, steps }),
    goesOn: () => stopped !== id,
  });
  bitmap.close();
  return climbed.codes.map((code) =>
    climbed.upright ? described(code, climbed.image, part, whole) : { text: code.text, format: code.format, corners: null },
  );
}

async function answer(message) {
  const { id } = message;
  try {
    await loaded;
    const begun = performance.now();
    const codes = await (message.photo ? photo(message) : frame(message));
    postMessage({ id, codes, milliseconds: performance.now() - begun });
  } catch (error) {
    postMessage({ id, failed: String(error) });
  }
}

onmessage = ({ data }) => {
  if (data.start) {
    loaded = load(data.start);
    loaded.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error) }));
  } else if (data.stop) stopped = data.stop;
  else answer(data);
};

// What the camera panel shows of codes: buttons to choose from, and where each stands in the picture.

const ADDRESS = /^https?:\/\/([^/\s]+)(\/\S*)?$/i;
const OUR_PATH = /^\/+t\/+([^/?#\s]+)\/*(?:[?#].*)?$/i;
const FORMATS = { QRCode: "QR code", DataMatrix: "Data Matrix", Code128: "Code 128", Code39: "Code 39" };
const HINTS_EVERY_MS = 5000;
const HINTS = [
  "Hold the label flat, 10 to 15 cm from the camera.",
  "Blurred? Move back a little, then slowly closer.",
  "Shiny or dark? Tilt it a little, or give it more light.",
  "Still nothing? Take a photo of it.",
];
const SVG = "http://www.w3.org/2000/svg";

/** {name, rest} of a code's text for people: the tag of an address and its host, else the text itself. */
export function inWords(text) {
  const address = ADDRESS.exec(text);
  if (!address) return { name: text, rest: "" };
  const [, host, path = "/"] = address;
  const ours = OUR_PATH.exec(path);
  const last = ours?.[1] ?? path.split(/[?#]/)[0].split("/").filter(Boolean).at(-1);
  // An address that says which machine only after its question mark is shown whole.
  if (!last || path.includes("?")) return ours ? { name: decoded(last), rest: host } : { name: text, rest: "" };
  return { name: decoded(last), rest: host };
}

function decoded(part) {
  try {
    return decodeURIComponent(part).toUpperCase();
  } catch {
    return part.toUpperCase();
  }
}

function formatInWords(format) {
  const known = Object.keys(FORMATS).find((name) => format?.startsWith(name));
  return known ? FORMATS[known] : "";
}

/** Buttons for *offered* sightings in *list*; those that stay keep their element, and so the focus. */
export function showOffered(list, template, offered, onChoose) {
  const rows = new Map([...list.children].map((row) => [row.dataset.text, row]));
  const shown = offered.map((one, place) => {
    const row = rows.get(one.text) ?? newRow(template, one, onChoose);
    const button = row.querySelector("button");
    row.querySelector("[data-part='number']").textContent = String(place + 1);
    row.querySelector("[data-part='done']").hidden = !one.done;
    if (one.done) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    return row;
  });
  const same = shown.length === list.children.length && shown.every((row, place) => list.children[place] === row);
  if (!same) list.replaceChildren(...shown);
}

function newRow(template, { text, format }, onChoose) {
  const row = template.content.firstElementChild.cloneNode(true);
  const { name, rest } = inWords(text);
  row.dataset.text = text;
  row.querySelector("[data-part='name']").textContent = name;
  row.querySelector("[data-part='rest']").textContent = [formatInWords(format), rest].filter(Boolean).join(", ");
  row.querySelector("button").addEventListener("click", () => onChoose(text));
  return row;
}

/** Outlines of *marks* ({corners, number, done}) over the picture of *width* by *height* pixels. */
export function showMarks(overlay, marks, width, height) {
  // The same again is not drawn again: most frames show what the one before showed.
  const drawing = JSON.stringify([marks, width, height]);
  if (overlay.dataset.drawing === drawing) return;
  overlay.dataset.drawing = drawing;
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const unit = Math.min(width, height) / 100;
  const drawn = marks
    .filter((mark) => mark.corners)
    .map(({ corners, number, done }) => {
      const points = corners.map(([x, y]) => [x * width, y * height]);
      const group = document.createElementNS(SVG, "g");
      group.setAttribute("class", done ? "camera__mark camera__mark--done" : "camera__mark");
      for (const thick of [2 * unit, unit]) {
        const outline = document.createElementNS(SVG, "polygon");
        outline.setAttribute("points", points.map((point) => point.join(",")).join(" "));
        outline.setAttribute("stroke-width", String(thick));
        group.append(outline);
      }
      if (number) group.append(...numbered(number, points, unit));
      return group;
    });
  overlay.replaceChildren(...drawn);
}

function numbered(number, points, unit) {
  const [x, y] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const disc = document.createElementNS(SVG, "circle");
  const words = document.createElementNS(SVG, "text");
  for (const [name, value] of [["cx", x], ["cy", y], ["r", 6 * unit]]) disc.setAttribute(name, String(value));
  for (const [name, value] of [["x", x], ["y", y], ["font-size", 8 * unit]]) words.setAttribute(name, String(value));
  words.setAttribute("dy", "0.35em");
  words.textContent = String(number);
  return [disc, words];
}

/** What may help after *milliseconds* without a read; each hint once, then none. */
export function hintAfter(milliseconds) {
  return HINTS[Math.floor(milliseconds / HINTS_EVERY_MS) - 1];
}

/** *cameras* ({id, label}) as the options of *select*, with the *present* one chosen. */
export function showCameras(select, cameras, present) {
  const options = cameras.map(({ id, label }) => new Option(label, id, id === present, id === present));
  select.replaceChildren(...options);
}

/** The part of the picture that the box shows, in pixels of the picture; what is out of sight is not read. */
export function partInSight(video) {
  const { videoWidth: width, videoHeight: height, clientWidth, clientHeight } = video;
  const scale = Math.max(clientWidth / width, clientHeight / height);
  if (!(scale > 0)) return { x: 0, y: 0, width, height };
  const seen = { width: Math.min(width, clientWidth / scale), height: Math.min(height, clientHeight / scale) };
  return { x: (width - seen.width) / 2, y: (height - seen.height) / 2, ...seen };
}

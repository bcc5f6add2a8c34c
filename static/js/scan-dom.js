// Small pieces of the scan page: icons of the sprite, elements, buttons.
const SVG = "http://www.w3.org/2000/svg";
let sprite = "";

/** Address of the sprite, taken from any icon of the page. */
export function useSpriteOf(place) {
  sprite = `${place.querySelector("use").getAttribute("href").replace(/#.*$/, "")}#`;
}

/** Brings the sprite into the page: an icon of another file costs a request of the browser's each time it is drawn. */
export async function inlineSprite() {
  // The page's own icons have brought the file by then, so it is not fetched twice.
  if (document.readyState !== "complete") await new Promise((loaded) => self.addEventListener("load", loaded, { once: true }));
  const response = await fetch(sprite.replace("#", ""));
  if (!response.ok) return;
  const read = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  for (const symbol of read.querySelectorAll("symbol")) symbol.id = `icon-${symbol.id}`;
  const held = document.importNode(read, true);
  held.setAttribute("hidden", "");
  held.setAttribute("aria-hidden", "true");
  document.body.append(held);
  sprite = "#icon-";
}

export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  svg.classList.add("icon");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", sprite + name);
  svg.append(use);
  return svg;
}

export function setIcon(place, name) {
  const use = place.querySelector("use");
  if (use && use.getAttribute("href") !== sprite + name) use.setAttribute("href", sprite + name);
}

/** element("p", {class: "x"}, "text", child): attributes that are null or false are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function button(label, onClick, { kind = "secondary", iconName = null, ...attributes } = {}) {
  const made = element("button", { type: "button", class: `btn btn-${kind}`, ...attributes });
  if (iconName) made.append(icon(iconName), " ");
  made.append(label);
  made.addEventListener("click", onClick);
  return made;
}

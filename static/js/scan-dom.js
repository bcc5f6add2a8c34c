// Small pieces of the scan page: icons of the sprite, elements, buttons.
const SVG = "http://www.w3.org/2000/svg";
let sprite = "";

/** Address of the sprite, taken from any icon of the page. */
export function useSpriteOf(place) {
  sprite = place.querySelector("use").getAttribute("href").replace(/#.*$/, "");
}

export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  svg.classList.add("icon");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function setIcon(place, name) {
  place.querySelector("use")?.setAttribute("href", `${sprite}#${name}`);
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

// Everything by which a scan reaches the page: the camera's event, the field, a scanner that types anywhere.
import { listenForBursts } from "./wedge.js";

const early = [];
const remember = (event) => early.push(event.detail);

/** A camera may read before the page has opened what it keeps: such scans are taken as soon as it has. */
export function hearEarly() {
  document.addEventListener("inventory:scan", remember);
}

export function hear(app) {
  const { root } = app;
  const field = root.querySelector("[data-scan-field]");
  const say = (text, source) => document.dispatchEvent(new CustomEvent("inventory:scan", { detail: { text, source } }));
  document.addEventListener("inventory:scan", (event) => {
    app.used = true;
    // Who dispatched it may wait for it to be written down and painted.
    event.detail.done = app.taker.take(event.detail.text, event.detail.source);
    event.detail.done.then(() => app.showSoon());
  });
  // The camera asks which codes in view belong to one machine.
  document.addEventListener("inventory:known", ({ detail }) => {
    const { machines } = app.copy.find(detail.text, app.bootKept?.tag_prefix ?? "");
    if (machines.length === 1) detail.machine = machines[0].id;
  });
  root.querySelector("[data-typed]").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = "";
    if (text.trim()) say(text, "typed");
  });
  listenForBursts({ onScan: (text) => say(text, "wedge"), alsoIn: (place) => place !== field });
  root.querySelector("[data-new-session]").addEventListener("click", () => app.session.startAnew());
  root.querySelector("[data-older]").addEventListener("click", () => app.session.showAll());
  document.addEventListener("inventory:storage-trouble", (event) => {
    app.facts.storage = event.detail.full ? "full" : "trouble";
    app.show();
  });
  document.removeEventListener("inventory:scan", remember);
  for (const { text, source } of early.splice(0)) say(text, source);
  // A keyboard on the screen would cover half of it: only where there is a real one is the field ready at once.
  if (matchMedia("(pointer: fine)").matches) field.focus();
}

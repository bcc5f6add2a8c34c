// Follows a count that others may be scanning into: asks data-count-url and writes its numbers where they stand.
const EVERY_MS = 3000;
const SLOWEST_MS = 30000;

export function start() {
  for (const place of document.querySelectorAll("[data-count-url]")) follow(place);
}

function follow(place) {
  let pause = EVERY_MS;

  function show(told) {
    for (const number of place.querySelectorAll("[data-count]")) {
      const text = told[number.dataset.count]?.toLocaleString("en-GB");
      if (text !== undefined && number.textContent !== text) number.textContent = text;
    }
    const bar = place.querySelector("[data-count-bar]");
    if (bar) bar.value = told.found;
    const people = place.querySelector("[data-count-people]");
    if (people && told.people.length > 0) people.replaceChildren(...told.people.map(person));
  }

  async function ask() {
    if (document.visibilityState === "visible") {
      try {
        const response = await fetch(place.dataset.countUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
        if (!response.ok) throw new Error(String(response.status));
        const told = await response.json();
        pause = EVERY_MS;
        show(told);
        if (told.location) {
          const next = new URL(told.location, location.href);
          if (next.origin === location.origin) location.assign(next);
          return;
        }
      } catch {
        pause = Math.min(pause * 2, SLOWEST_MS);
      }
    }
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
}

function person({ name, machines, last }) {
  const line = document.createElement("li");
  const count = document.createElement("strong");
  const words = document.createElement("span");
  const note = document.createElement("span");
  count.textContent = machines.toLocaleString("en-GB");
  note.className = "cell-note";
  note.textContent = `last ${last}`;
  words.append(name, note);
  line.append(count, " ", words);
  return line;
}

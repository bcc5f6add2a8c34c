// Follows a running job: polls data-progress-url for {done, total, text, location} and goes to location at the end.
const EVERY_MS = 1000;
const SLOWEST_MS = 15000;

export function start() {
  for (const place of document.querySelectorAll("[data-progress-url]")) follow(place);
}

function follow(place) {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  let pause = EVERY_MS;

  async function ask() {
    try {
      const response = await fetch(place.dataset.progressUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!response.ok) throw new Error(String(response.status));
      const state = await response.json();
      pause = EVERY_MS;
      if (typeof state.total === "number" && state.total > 0) bar.max = state.total;
      if (typeof state.done === "number") bar.value = state.done;
      if (state.text && text.textContent !== state.text) text.textContent = state.text;
      if (state.location) {
        const next = new URL(state.location, location.href);
        if (next.origin === location.origin) location.assign(next);
        return;
      }
    } catch {
      pause = Math.min(pause * 2, SLOWEST_MS);
      text.textContent = "The server does not answer just now. The work goes on there; this page keeps asking.";
    }
    setTimeout(ask, pause);
  }
  ask();
}

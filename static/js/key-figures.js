// Fetches the key figures into the dashboard once that stands: they take longer than the counts above them.
const place = document.querySelector("[data-key-figures]");
if (place) {
  fetch(place.dataset.keyFigures, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      place.replaceChildren(...page.body.childNodes);
    })
    // The link that stands there already opens the same figures.
    .catch(() => {});
}

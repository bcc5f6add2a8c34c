// Fetches the key figures into the dashboard once that stands: they take longer than the counts above them.
const place = document.querySelector("[data-key-figures]");

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

if (place) {
  fetched(place.dataset.keyFigures)
    .then((page) => place.replaceChildren(...page.body.childNodes))
    // The link that stands there already opens the same figures.
    .catch(() => {});

  // What reads many machines is worked out when somebody asks; without an answer the link leads to the report.
  place.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-work-out]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    link.textContent = "Working it out …";
    try {
      const found = [...(await fetched(link.dataset.workOut)).querySelectorAll(".key-figures__one")];
      const held = link.closest(".key-figures__one");
      held.replaceWith(...found);
      found[0]?.querySelector("a")?.focus();
    } catch {
      location.assign(link.href);
    }
  });
}

// The preview of labels: a click on the first free one says how many places are used up; each choice is shown at once.
const form = document.querySelector("[data-sheet-form]");
const show = form?.querySelector("[data-sheet-show]");

function showAgain() {
  // Where the page stood, it stands again: the answer is the same page with another drawing.
  sessionStorage.setItem("labels-scroll", String(window.scrollY));
  form.requestSubmit(show);
}

for (const drawing of document.querySelectorAll("[data-sheet]")) {
  drawing.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-place]");
    if (!cell || !form?.elements.skip) return;
    form.elements.skip.value = cell.dataset.place;
    showAgain();
  });
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-sheet-change], [name=wording]")) showAgain();
});

const stood = sessionStorage.getItem("labels-scroll");
if (stood !== null) {
  sessionStorage.removeItem("labels-scroll");
  window.scrollTo(0, Number(stood));
}

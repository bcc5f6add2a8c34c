// The preview of a sheet: a click on the first free label says how many places are used up.
const form = document.querySelector("[data-sheet-form]");
const sheet = document.querySelector("[data-sheet]");

sheet?.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-place]");
  if (!cell || !form) return;
  form.elements.skip.value = cell.dataset.place;
  form.requestSubmit(form.querySelector("[data-sheet-show]"));
});

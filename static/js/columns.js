// Column choice: lives in the address (?columns=..), remembered on this device for the next visit.
export function start() {
  for (const choice of document.querySelectorAll("[data-column-choice]")) startChoice(choice);
}

function startChoice(choice) {
  const key = `columns:${choice.dataset.columnChoice}`;
  const form = choice.querySelector("form");
  const boxes = [...form.querySelectorAll("input[name='columns']")];
  const address = new URL(location.href);

  function withColumns(columns) {
    const next = new URL(address);
    next.searchParams.delete("columns");
    for (const column of columns) next.searchParams.append("columns", column);
    return next;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const columns = boxes.filter((box) => box.checked).map((box) => box.value);
    try {
      localStorage.setItem(key, JSON.stringify(columns));
    } catch {
      // Not remembered then; the address still holds it.
    }
    location.assign(withColumns(columns));
  });

  if (address.searchParams.has("columns")) return;
  try {
    const known = new Set(boxes.map((box) => box.value));
    const remembered = JSON.parse(localStorage.getItem(key) ?? "[]").filter((column) => known.has(column));
    const shown = boxes.filter((box) => box.checked).map((box) => box.value);
    const differs = remembered.length !== shown.length || remembered.some((column) => !shown.includes(column));
    if (remembered.length > 0 && differs) location.replace(withColumns(remembered));
  } catch {
    // An unreadable memory is no reason to fail; the page's own columns stand.
  }
}

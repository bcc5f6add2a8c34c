// Lists: select rows (shift-click for a range), the bar that acts on them, and "all that match".
export function start() {
  for (const bar of document.querySelectorAll("[data-bulk-bar]")) startBar(bar);
}

function startBar(bar) {
  const form = document.getElementById(bar.dataset.bulkForm);
  const total = Number(bar.dataset.bulkTotal);
  const rows = [...document.querySelectorAll(`[data-select-row][form="${CSS.escape(bar.dataset.bulkForm)}"]`)];
  const all = document.querySelector("[data-select-all]");
  const count = bar.querySelector("[data-bulk-count]");
  const everything = bar.querySelector("[data-bulk-everything]");
  const hidden = bar.querySelector("[data-select-all-matches]");
  const format = (number) => number.toLocaleString("en-GB");
  let anchor = null;

  function show() {
    const ticked = rows.filter((row) => row.checked).length;
    const wholePage = ticked === rows.length && ticked > 0;
    if (!wholePage) hidden.value = "";
    const whole = hidden.value === "1";
    bar.classList.toggle("bulk-bar--on", ticked > 0);
    count.textContent = whole ? `All ${format(total)} that match are selected.` : `${format(ticked)} selected.`;
    everything.hidden = !wholePage || total <= rows.length;
    everything.textContent = whole ? "Select this page only" : `Select all ${format(total)} that match`;
    if (all) {
      all.checked = wholePage;
      all.indeterminate = ticked > 0 && !wholePage;
    }
  }

  for (const [index, row] of rows.entries()) {
    row.addEventListener("click", (event) => {
      if (event.shiftKey && anchor !== null) {
        const [from, to] = [Math.min(anchor, index), Math.max(anchor, index)];
        for (const between of rows.slice(from, to + 1)) between.checked = row.checked;
      }
      anchor = index;
      show();
    });
  }
  all?.addEventListener("change", () => {
    for (const row of rows) row.checked = all.checked;
    show();
  });
  everything.addEventListener("click", () => {
    hidden.value = hidden.value === "1" ? "" : "1";
    show();
  });
  form?.addEventListener("reset", () => setTimeout(show));
  // Going back in the browser brings ticks back after this script ran.
  window.addEventListener("pageshow", show);
  show();
}

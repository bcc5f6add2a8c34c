// The bench: "all passed" in one tap, without asking the server; what was answered otherwise stays.
const button = document.querySelector("[data-all-passed]");
const form = button?.form;

function choose(name, value, over) {
  const choices = [...form.querySelectorAll(`input[type="radio"][name="${CSS.escape(name)}"]`)];
  const chosen = choices.find((each) => each.checked);
  if (chosen && !over.includes(chosen.value)) return;
  const wanted = choices.find((each) => each.value === value);
  if (wanted) wanted.checked = true;
}

button?.addEventListener("click", (event) => {
  event.preventDefault();
  const names = new Set([...form.querySelectorAll('input[type="radio"]')].map((each) => each.name));
  for (const name of names) {
    if (name.startsWith("test-")) choose(name, "passed", ["not_tested"]);
    else if (name.startsWith("lock-")) choose(name, "none", []);
  }
  choose("functional", "working", []);
});

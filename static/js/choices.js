// Fields with a list to choose from: asks the server for what fits while somebody types.
const PAUSE_MS = 180;

for (const field of document.querySelectorAll("input[data-choices]")) {
  const list = document.getElementById(field.getAttribute("list"));
  let timer = null;
  let asked = "";

  async function ask() {
    const text = field.value.trim();
    // A value that was chosen from the list needs no new list.
    if (text === asked || [...list.children].some((option) => option.value === field.value)) return;
    asked = text;
    const address = new URL(field.dataset.choices, location.href);
    address.searchParams.set("q", text);
    const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok || asked !== text) return;
    const { choices } = await response.json();
    list.replaceChildren(
      ...choices.map((choice) => {
        const option = document.createElement("option");
        option.value = choice;
        return option;
      }),
    );
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}

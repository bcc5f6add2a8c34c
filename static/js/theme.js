// The person's choice of light or dark, remembered on this device under the key theme-boot.js reads.
const KEY = "theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "system";
  } catch {
    return "system";
  }
}

function apply(choice) {
  const dark = choice === "dark" || (choice === "system" && system.matches);
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
}

export function startTheme() {
  system.addEventListener("change", () => apply(remembered()));
  for (const group of document.querySelectorAll("[data-theme-choice]")) {
    group.hidden = false;
    for (const radio of group.querySelectorAll("input")) {
      radio.checked = radio.value === remembered();
      radio.addEventListener("change", () => {
        try {
          localStorage.setItem(KEY, radio.value);
        } catch {
          // Without storage the choice holds for this page only.
        }
        apply(radio.value);
      });
    }
  }
}

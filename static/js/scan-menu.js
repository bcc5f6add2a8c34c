// The menu of the scan page: who scans, the sections of the product, the queue as a file, signing out.
import { button, element, icon } from "./scan-dom.js";

/** Gives the browser *data* as a file to save. */
export function saveFile(name, data) {
  const address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function fillMenu(place, { boot, csrf, signOut, onExport }) {
  const who = element("p", { class: "menu__who" }, element("strong", {}, boot.account.name));
  if (boot.role) who.append(element("br"), element("span", { class: "quiet" }, boot.role));
  const sections = (boot.navigation ?? []).map(({ label, href, icon: name }) =>
    element("li", {}, element("a", { href }, icon(name, 20), ` ${label}`)),
  );
  const parts = [who, element("ul", { class: "scan-menu__sections" }, ...sections)];
  parts.push(button("Save what waits as a file", onExport, { iconName: "download", class: "btn btn-secondary w-100" }));
  if (csrf) {
    const form = element("form", { method: "post", action: signOut });
    form.append(element("input", { type: "hidden", name: "csrf_token", value: csrf }));
    form.append(element("button", { class: "btn btn-secondary w-100", type: "submit" }, icon("box-arrow-right"), " Sign out"));
    parts.push(form);
  }
  place.replaceChildren(...parts);
}

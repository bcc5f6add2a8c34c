// The cards to choose a mode from, and the form for what all its scans share. Everything here works without a network.
import { button, element, icon } from "./scan-dom.js";
import { choiceOf, inWords, listMode, LOOK_UP, optionsOf, readDetails, recordMode, stillThere } from "./scan-modes.js";

const LONG_TEXT = 300;
const PAUSE_MS = 180;

/** place: the panel's element; boot(), recent() and choices(role, text) are asked when needed; onChoose(mode). */
export class ModePanel {
  constructor({ place, opener, boot, recent, choices, onChoose }) {
    Object.assign(this, { place, opener, boot, recent, choices, onChoose });
    opener.addEventListener("click", () => (place.hidden ? this.open() : this.close()));
    place.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() {
    return !this.place.hidden;
  }

  open() {
    this.#show(...this.#cards());
  }

  close() {
    this.place.hidden = true;
    this.place.replaceChildren();
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.textContent = "Change";
  }

  #show(...children) {
    this.place.replaceChildren(...children);
    this.place.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.opener.textContent = "Close";
  }

  choose(mode) {
    this.close();
    this.onChoose(mode);
  }

  #cards() {
    const boot = this.boot();
    const card = (iconName, label, quiet, onClick) => {
      const made = element("button", { type: "button", class: "mode" }, icon(iconName, 24));
      made.append(element("span", {}, label, quiet ? element("span", { class: "quiet" }, quiet) : null));
      made.addEventListener("click", onClick);
      return element("li", {}, made);
    };
    const group = (title, cards, wide = false) =>
      cards.length === 0
        ? []
        : [element("h2", { class: "scan-modes__title" }, title), element("ul", { class: wide ? "modes modes--wide" : "modes" }, ...cards)];
    const recent = this.recent().filter((mode) => stillThere(mode, boot));
    const lists = (boot.lists ?? []).filter((list) => list.state !== "closed");
    const iconOf = (mode) => boot.events.find((each) => each.key === mode.event)?.icon ?? "clipboard-check";
    return [
      ...group("Used lately", recent.map((mode) => card(iconOf(mode), inWords(mode, boot).line, "", () => this.choose(mode))), true),
      ...group("Ask", [card("search", "Look up", "records nothing", () => this.choose(LOOK_UP))], true),
      ...group("Check or collect", lists.map((list) => {
        const counted = list.expected ? `${list.seen ?? 0} of ${list.expected} seen` : `${list.seen ?? 0} scanned`;
        return card("clipboard-check", list.name, counted, () => this.choose(listMode(list)));
      }), true),
      ...group("Record", boot.events.map((event) => card(event.icon, event.label, "", () => this.start(event.key)))),
    ];
  }

  /** Goes straight to *key* where nothing has to be said first, else to its form. */
  start(key, problem = "") {
    const boot = this.boot();
    const event = boot.events.find((each) => each.key === key);
    if (event.fields.length === 0) return this.choose(recordMode(key, {}, boot));
    const last = this.recent().find((mode) => mode.event === key);
    this.#show(this.#form(event, last, problem));
    this.place.querySelector("input, select, textarea")?.focus();
  }

  #form(event, last, problem) {
    const form = element("form", { class: "mode-form", novalidate: true, autocomplete: "off", "data-event": event.key });
    form.append(element("h2", { class: "scan-modes__title" }, icon(event.icon, 20), ` ${event.label}: what all scans share`));
    if (problem) form.append(element("p", { class: "field__error" }, problem));
    for (const field of event.fields) form.append(this.#control(event, field, last));
    const start = element("button", { type: "submit", class: "btn btn-primary" }, icon("upc-scan"), " Start scanning");
    form.append(element("p", { class: "form-actions" }, start, " ", button("All modes", () => this.open())));
    form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      this.#read(event, form);
    });
    return form;
  }

  #control(event, field, last) {
    const id = `mode-${field.name}`;
    const value = last?.details[field.name];
    const label = element("label", { class: "form-label", for: id }, field.label);
    if (!field.required) label.append(" ", element("span", { class: "field__optional" }, "optional"));
    const whole = element("div", { class: "field", "data-field": field.name, "data-place": field.type === "place" });
    if (field.type === "flag") {
      const box = element("input", { class: "form-check-input", type: "checkbox", id, name: field.name, value: "1", checked: value === true });
      whole.append(element("div", { class: "form-check" }, box, element("label", { class: "form-check-label", for: id }, field.label)));
      return whole;
    }
    whole.append(label);
    if (field.type === "choice") {
      const options = [["", field.required ? "Choose" : "Not stated"], ...field.choices];
      const select = element("select", { class: "form-select", id, name: field.name });
      for (const [code, words] of options) select.append(element("option", { value: code, selected: code === value }, words));
      whole.append(select);
      return whole;
    }
    const common = { class: "form-control", id, name: field.name, maxlength: field.longest ?? 300 };
    if (field.type === "text" && (field.longest ?? 0) > LONG_TEXT) {
      whole.append(element("textarea", { ...common, rows: 2 }, value ?? ""));
      return whole;
    }
    const lists = ["place", "department", "party"].includes(field.type);
    const known = optionsOf(field, this.boot()).find(([code]) => code === value);
    const shown = known && lists ? choiceOf(known) : (last?.names?.[field.name] ?? value ?? "");
    const type = field.type === "date" ? "date" : "text";
    const input = element("input", {
      ...common, type, value: shown, list: lists ? `${id}-list` : null, inputmode: field.type === "number" ? "decimal" : null,
    });
    whole.append(input);
    if (lists) whole.append(this.#offers(field, input, `${id}-list`));
    return whole;
  }

  #offers(field, input, id) {
    const list = element("datalist", { id });
    const fill = (choices) => list.replaceChildren(...choices.map((choice) => element("option", { value: choice })));
    fill(optionsOf(field, this.boot()).map(choiceOf));
    if (field.type === "party") {
      let timer = null;
      input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(async () => fill(await this.choices(field.role ?? "", input.value)), PAUSE_MS);
      });
    }
    return list;
  }

  #read(event, form) {
    const texts = Object.fromEntries(new FormData(form));
    const { details, errors } = readDetails(event, texts, this.boot());
    for (const place of form.querySelectorAll("[data-field]")) {
      place.querySelector(".field__error")?.remove();
      const problem = errors[place.dataset.field];
      place.classList.toggle("field--error", Boolean(problem));
      if (problem) place.prepend(element("p", { class: "field__error" }, icon("exclamation-circle"), ` ${problem}`));
    }
    if (Object.keys(errors).length > 0) return form.querySelector(".field--error input, .field--error select")?.focus();
    const parties = event.fields.filter((field) => field.type === "party" && details[field.name]);
    const names = Object.fromEntries(parties.map((field) => [field.name, texts[field.name].trim()]));
    this.choose({ action: "record", event: event.key, details, names });
  }

  /** The code of a place was scanned while a form is open that asks for one; if nothing else is needed, it starts. */
  fillPlace(choice) {
    const field = this.place.querySelector("[data-place] input");
    if (!field) return false;
    field.value = choice;
    const event = this.boot().events.find((each) => each.key === field.form.dataset.event);
    const { errors } = readDetails(event, Object.fromEntries(new FormData(field.form)), this.boot());
    if (Object.keys(errors).length === 0) field.form.requestSubmit();
    return true;
  }

  /** Enter, by the control code: takes the form that is open. */
  confirm() {
    const form = this.place.querySelector("form");
    form?.requestSubmit();
    return form !== null;
  }
}

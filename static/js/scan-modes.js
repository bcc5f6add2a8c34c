// What the next scan does: its line in words, the details that a form sets once, and the modes used lately.
export const LOOK_UP = { action: "look-up" };
const MOST_RECENT = 4;
const CODE_AT_END = /\[([^[\]]+)\]\s*$/;

/** As a form shows a place or department: the name, with the code that tells two of one name apart. */
export const choiceOf = ([code, label]) => `${label} [${code}]`;

export function optionsOf(field, boot) {
  if (field.type === "place") return boot.places ?? [];
  if (field.type === "department") return boot.departments ?? [];
  return field.choices ?? [];
}

/** The code that *text* means: a choice from the list, a code, or a name that only one has; null if none. */
export function codeIn(text, options) {
  const plain = text.trim();
  const named = CODE_AT_END.exec(plain)?.[1] ?? plain;
  const same = (one, other) => one.toLocaleLowerCase() === other.toLocaleLowerCase();
  const byCode = options.find(([code]) => same(code, named));
  if (byCode) return byCode[0];
  const byName = options.filter(([, label]) => same(label, plain));
  if (byName.length === 1) return byName[0][0];
  const holding = options.filter(([, label]) => label.toLocaleLowerCase().includes(plain.toLocaleLowerCase()));
  return holding.length === 1 ? holding[0][0] : null;
}

/** {details, errors}: what the texts of a form mean for *event*; texts and errors by field. */
export function readDetails(event, texts, boot) {
  const details = {};
  const errors = {};
  for (const field of event.fields) {
    const text = (texts[field.name] ?? "").trim();
    if (!text) {
      if (field.required) errors[field.name] = `${field.label} is needed.`;
      continue;
    }
    const [value, problem] = valueOf(field, text, boot);
    if (problem) errors[field.name] = problem;
    else details[field.name] = value;
  }
  return { details, errors };
}

function valueOf(field, text, boot) {
  if (field.type === "flag") return [true];
  if (field.type === "number") {
    const plain = text.replaceAll(",", "");
    return /^-?\d+(\.\d+)?$/.test(plain) ? [plain] : [null, `${field.label} is not a number.`];
  }
  if (field.type === "party") {
    const code = CODE_AT_END.exec(text)?.[1];
    return code ? [code] : [null, `Choose the ${field.label.toLowerCase()} from the list; it needs a connection.`];
  }
  if (field.type === "place" || field.type === "department") {
    const code = codeIn(text, optionsOf(field, boot));
    return code ? [code] : [null, `“${text}” is no ${field.label.toLowerCase()} on record, or more than one.`];
  }
  if (field.type === "choice" && !field.choices.some(([value]) => value === text)) {
    return [null, `Choose the ${field.label.toLowerCase()} from the list.`];
  }
  return [text];
}

/** A mode that records *event*; null if it is not this person's, or a needed detail is missing. */
export function recordMode(key, details, boot, names = {}) {
  const event = boot.events.find((each) => each.key === key);
  if (!event || event.fields.some((field) => field.required && details[field.name] === undefined)) return null;
  return { action: "record", event: key, details, names };
}

export function listMode(list) {
  return { action: "list", list: list.uid, code: list.code, name: list.name, purpose: list.purpose };
}

/** {line, short}: "Returned → Store B12 (note: …)" and "Returned". */
export function inWords(mode, boot) {
  if (mode.action === "list") {
    const does = { stock_take: "Count", check: "Check", batch: "Add to" }[mode.purpose] ?? "Check";
    return { line: `${does} → ${mode.name}`, short: { batch: "Added" }[mode.purpose] ?? "Seen" };
  }
  const event = mode.action === "record" && boot.events.find((each) => each.key === mode.event);
  if (!event) return { line: "Look up, record nothing", short: "Look up" };
  const told = event.fields.filter((field) => mode.details[field.name] !== undefined);
  const places = told.filter((field) => field.type === "place").map((field) => valueInWords(field, mode, boot));
  const rest = told
    .filter((field) => field.type !== "place")
    .map((field) => `${field.label.toLowerCase()} ${valueInWords(field, mode, boot)}`.trim());
  const line = [event.label, ...places].join(" → ") + (rest.length > 0 ? ` (${rest.join("; ")})` : "");
  return { line, short: event.label };
}

function valueInWords(field, mode, boot) {
  const value = mode.details[field.name];
  if (field.type === "flag") return "";
  if (mode.names?.[field.name]) return mode.names[field.name].replace(CODE_AT_END, "").trim();
  return optionsOf(field, boot).find(([code]) => code === value)?.[1] ?? String(value);
}

/** Whether this person can still use *mode*: roles change, lists are closed. */
export function stillThere(mode, boot) {
  if (mode.action === "look-up") return true;
  if (mode.action === "list") return (boot.lists ?? []).some((list) => list.uid === mode.list && list.state !== "closed");
  return recordMode(mode.event, mode.details, boot) !== null;
}

const sameMode = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The modes used lately, newest first, with *mode* in front. */
export function remembered(recent, mode) {
  if (mode.action === "look-up") return recent;
  return [mode, ...recent.filter((each) => !sameMode(each, mode))].slice(0, MOST_RECENT);
}

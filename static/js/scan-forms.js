// The forms in which tags and identifiers are compared: the same functions as register/tags.py and register/identifiers.py.
export const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
// White space as Python knows it; that of JavaScript differs in six characters.
const SPACE = "\\t\\n\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`, "g");
const ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const SPACES_AND_HYPHENS = new RegExp(`[${SPACE}-]`, "g");
const ADDRESS = new RegExp(`^https?://[^/${SPACE}]+/+t/+([^/?#${SPACE}]+)/*(?:[?#][^\\n]*)?$`, "iu");
const OURS = new RegExp(`^([A-Z]{1,4})-?([${ALPHABET}]{4,8})-?([${ALPHABET}])$`);
const PERCENTS = /(?:%[0-9a-f]{2})+/gi;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Without white space at the ends, upper case, one space. */
export function normalise(text) {
  return text.replace(ENDS, "").replace(SPACES, " ").toUpperCase();
}

/** As normalise; a MAC address without its separators. */
export function comparisonForm(kind, value) {
  const form = normalise(value);
  return kind === "mac" ? form.replace(/[^0-9A-F]/g, "") : form;
}

function unquote(text) {
  return text.replace(PERCENTS, (run) =>
    UTF8.decode(Uint8Array.from(run.slice(1).split("%"), (pair) => parseInt(pair, 16))),
  );
}

/** What was scanned or typed, reduced to the tag or identifier in it: an address gives its last part. */
export function fromScan(text) {
  const bare = text.replace(ENDS, "");
  const match = ADDRESS.exec(bare);
  return normalise(match ? unquote(match[1]) : bare);
}

/** ISO/IEC 7064 MOD 31,30 over ALPHABET. */
export function checkCharacter(body) {
  const size = ALPHABET.length;
  let check = size / 2;
  for (const character of body) {
    check = ((check || size) * 2) % (size + 1);
    check = (check + ALPHABET.indexOf(character)) % size;
  }
  return ALPHABET[(1 - (((check || size) * 2) % (size + 1)) + size) % size];
}

export function isOurs(tag, prefix) {
  const match = OURS.exec(tag);
  return match !== null && match[1] === prefix && checkCharacter(match[2]) === match[3];
}

/** Every comparison form that *text* may stand for, the likeliest first (hyphens may be left out). */
export function readings(text, prefix) {
  const plain = fromScan(text);
  const found = [plain];
  const squeezed = plain.replace(SPACES_AND_HYPHENS, "");
  for (const candidate of [squeezed, prefix + squeezed]) {
    const match = OURS.exec(candidate);
    if (!match) continue;
    const body = candidate.startsWith(prefix) ? candidate.slice(prefix.length) : match[2] + match[3];
    const form = `${prefix}-${body.slice(0, -1)}-${body.slice(-1)}`;
    if (isOurs(form, prefix) && !found.includes(form)) found.push(form);
  }
  return found;
}

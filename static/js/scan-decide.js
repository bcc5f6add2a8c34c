// What a scan means in a mode, by the local copy alone: pure, so that it can be tested by a table.

/** Own scans of the same machine for the same thing within this time are one. */
export const TWICE_WITHIN_MS = 15 * 60_000;
const MOST_NAMED = 4;

const labelOf = (boot, status) => boot.statuses?.[status]?.label ?? status.replaceAll("_", " ");

function listed(words, last = "or") {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** "laptop Dell Latitude 5400; King's Buildings, Store B12": what a machine is, in a line. */
export function describe(machine, boot) {
  const place = machine.place && (boot.places?.find(([code]) => code === machine.place)?.[1] ?? machine.place);
  const kind = machine.kind ? machine.kind.replaceAll("_", " ") : "";
  const what = [kind && kind[0].toUpperCase() + kind.slice(1), machine.model].filter(Boolean).join(", ");
  return [what, place].filter(Boolean).join(" · ");
}

/**
 * mode: {action: "look-up" | "record" | "list", event?, list?, line}. found: {text, machines}. whole: whether the copy
 * holds every machine. Gives {outcome, tag, headline, words, keep, to?, event?}: keep says whether the scan is written
 * down to be sent; outcome is shown | kept | refused | unknown.
 */
export function decide({ mode, found, boot, whole, waits }) {
  const { text, machines } = found;
  if (machines.length > 1) return ambiguous(mode, text, machines);
  const machine = machines[0];
  if (!machine) return unknown(mode, text, whole);
  const about = describe(machine, boot);
  const status = labelOf(boot, machine.status);
  if (mode.action === "look-up") {
    return { outcome: "shown", tag: machine.tag, headline: status, words: about, keep: false };
  }
  if (mode.action === "list") {
    return { outcome: "kept", tag: machine.tag, headline: mode.short, words: `${status}. ${about}`, keep: true };
  }
  const event = boot.events.find((each) => each.key === mode.event);
  const refusal = refused(event, machine, status, boot);
  if (refusal) return { outcome: "refused", tag: machine.tag, headline: "Not recorded", words: refusal, keep: false };
  const later = event.guards?.length > 0 && waits ? "Its drives are checked when it is sent." : "";
  const words = [about, later].filter(Boolean).join(". ");
  return { outcome: "kept", tag: machine.tag, headline: event.label, words, keep: true, to: event.to };
}

function refused(event, machine, status, boot) {
  const { tag } = machine;
  if (!event.from.includes(machine.status)) {
    if (event.to === machine.status) return `${tag} is ${status.toLowerCase()} already. If it is not, keep this scan for the desk.`;
    const from = event.from.map((each) => labelOf(boot, each).toLowerCase());
    // Of many, the ones not asked for would only hide the reason.
    const needed = from.length <= MOST_NAMED ? `; it would have to be ${listed(from)}` : "";
    return `${tag} is ${status.toLowerCase()}${needed}. Look up what can happen to it now, or keep this scan for the desk.`;
  }
  if (event.used === true && !machine.used) return `${tag} was never used: record its first use as deployed.`;
  if (event.used === false && machine.used) return `${tag} was used before: record it as redeployed.`;
  return null;
}

function ambiguous(mode, text, machines) {
  const tags = machines.slice(0, MOST_NAMED).map((each) => each.tag);
  return {
    outcome: "unknown",
    tag: text,
    headline: "More than one machine",
    words: `${machines.length} machines answer to it: ${listed(tags, "and")}. Scan the tag of the one you hold.`,
    keep: false,
    offered: tags,
  };
}

function unknown(mode, text, whole) {
  const told = whole ? `No machine here bears ${text}.` : "The list of machines is not all here yet.";
  if (mode.action === "look-up") {
    return { outcome: "unknown", tag: text, headline: "Unknown", words: told, keep: false };
  }
  // The label may be new, blank or of another system: the server knows more.
  const words = `${told} The scan is kept; the server says what it is.`;
  return { outcome: "unknown", tag: text, headline: "Unknown, kept", words, keep: true };
}

const STANDING = new Set(["waiting", "done"]);

/**
 * The scan in *recent* (of this machine, newest first) that says the same as *scan*, or undefined. Where the register
 * says meanwhile that the machine stands elsewhere, somebody else had it: the server decides.
 */
export function saidAlready(recent, scan, machine, now = Date.now()) {
  const last = recent.find((each) => STANDING.has(each.state) && !each.undone);
  if (!last || Math.abs(now - Date.parse(last.scanned_at)) > TWICE_WITHIN_MS) return undefined;
  const same =
    last.action === scan.action &&
    last.event === scan.event &&
    last.list === scan.list &&
    JSON.stringify(last.details ?? {}) === JSON.stringify(scan.details ?? {});
  const place = scan.details?.location;
  const movedOn = last.state === "done" && place && machine?.place && machine.place !== place;
  return same && !movedOn ? last : undefined;
}

// The line that always says how things stand, and the notices under it. Nothing here blocks a scan.
import { roughly, timeOf } from "./scan-clock.js";
import { button, element, icon, setIcon } from "./scan-dom.js";

const count = (number, one, many) => `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;

export class StateLine {
  constructor({ root, page }) {
    this.line = root.querySelector("[data-state-line]");
    this.settleLink = root.querySelector("[data-settle-link]");
    this.place = root.querySelector("[data-notices]");
    this.page = page;
    this.dismissed = new Set();
  }

  /** facts: {state, online, waiting, others, lastAt, name, settle, failed, clock, storage, copy, trouble, update, ...}. */
  show(facts) {
    const { words, look, iconName } = lineOf(facts);
    this.line.className = `scan-state__line scan-state__line--${look}`;
    const part = this.line.querySelector("[data-part='words']");
    // Said again only when it changes, so that a screen reader is not flooded.
    if (part.textContent !== words) part.textContent = words;
    setIcon(this.line, iconName);
    this.settleLink.hidden = facts.settle === 0;
    this.settleLink.querySelector("[data-part='words']").textContent = `${facts.settle.toLocaleString("en-GB")} to settle`;
    this.#notices(facts);
  }

  #notices(facts) {
    const wanted = noticesOf(facts).filter((notice) => !this.dismissed.has(notice.id));
    const stamp = JSON.stringify(wanted.map(({ id, words }) => [id, words]));
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.place.replaceChildren(
      ...wanted.map(({ id, kind, words, act, href, label, dismiss }) => {
        const body = element("div", { class: "notice__body" }, element("p", {}, words));
        const acts = [];
        if (href) acts.push(element("a", { class: "btn btn-secondary", href }, label));
        if (act) acts.push(button(label, act));
        if (dismiss) acts.push(button("Not now", () => (this.dismissed.add(id), this.#notices(facts)), { kind: "link" }));
        if (acts.length > 0) body.append(element("p", { class: "notice__acts" }, ...acts));
        const shape = { danger: "x-octagon", warning: "exclamation-triangle" }[kind] ?? "info-circle";
        return element("div", { class: `notice notice--${kind}`, "data-notice": id }, icon(shape, 20), body);
      }),
    );
  }
}

/** "Offline · 17 waiting, last synced 10:42". */
export function lineOf({ state, waiting, lastAt, name }) {
  const synced = lastAt ? `last synced ${timeOf(lastAt)}` : "never synced yet";
  const queue = waiting === 0 ? `all sent, ${synced}` : `${count(waiting, "waiting", "waiting")}, ${synced}`;
  if (state === "sign-in") return { words: `Signed out · ${queue}`, look: "lost", iconName: "lock" };
  if (state === "refused") return { words: `Not sent · ${queue}`, look: "lost", iconName: "exclamation-triangle" };
  if (state === "away") return { words: `Offline · ${queue}`, look: "away", iconName: "wifi-off" };
  if (state === "opening") return { words: name ? `${queue}` : "Opening", look: "ready", iconName: "wifi" };
  if (waiting > 0) return { words: `Sending · ${queue}`, look: "waiting", iconName: "wifi" };
  return { words: `Online · ${queue}`, look: "ready", iconName: "wifi" };
}

function noticesOf(facts) {
  const found = [];
  const add = (id, kind, words, more = {}) => found.push({ id, kind, words, ...more });
  if (facts.storage === "full") {
    add("storage", "danger", "The storage of this device is full: the last scan was NOT kept. Send or export what waits, then make room.", { label: "Export what waits", act: facts.onExport });
  } else if (facts.storage === "trouble") {
    add("storage", "danger", "This browser does not keep scans: the last one was NOT kept. Use another browser, or leave its private mode.");
  } else if (facts.storage === "low") {
    add("storage", "warning", "The storage of this device is nearly full. Send what waits while there is room.");
  }
  if (facts.state === "sign-in") {
    const who = facts.name ? ` for ${facts.name}` : "";
    add("sign-in", "warning", `You are signed out. Go on scanning: everything is kept on this device${who} and sent once ${facts.name ?? "you"} signed in again.`, { label: "Sign in", href: facts.signIn });
  }
  if (facts.state === "refused") add("refused", "danger", `The server does not take the scans: ${facts.trouble} They are kept, and tried again.`);
  if (facts.clock.wrong) {
    const way = facts.clock.ahead > 0 ? "fast" : "slow";
    const known = facts.clock.jumped === 0 ? "Scans are kept with the right time all the same." : "It was set while this page was open; the next connection puts the times right.";
    add("clock", "warning", `This device’s clock is ${roughly(facts.clock.ahead)} ${way}. ${known}`);
  }
  if (facts.others > 0) add("others", "info", `${count(facts.others, "scan waits", "scans wait")} here for somebody else who scanned on this device; sent when they sign in.`);
  if (facts.failed > 0) add("failed", "danger", `${count(facts.failed, "scan", "scans")} could not be sent: the server cannot read ${facts.failed === 1 ? "it" : "them"}. Export ${facts.failed === 1 ? "it" : "them"} and take the file to the desk.`, { label: "Export", act: facts.onExport });
  if (facts.unreachable) add("unreachable", "info", "That page needs a connection. Scanning goes on here without one.", { dismiss: true });
  if (facts.copy) add("copy", "info", facts.copy);
  if (facts.update) add("update", "info", "A newer version of this page is ready.", { label: "Load it", act: facts.update });
  if (facts.install) add("install", "info", facts.install.words, { label: "Install", act: facts.install.act, dismiss: true });
  return found;
}

// The scan page: takes one scan after another without waiting, and paints each answer as it comes.
import { ScanQueue, newKey } from "./scan-queue.js";
import { send } from "./scan-send.js";
import { signal } from "./signals.js";
import { listenForBursts } from "./wedge.js";

const SLOWEST_MS = 30000;
const LONGEST_LIST = 200;

export function start() {
  const form = document.querySelector("[data-scan-form]");
  const field = form.elements.namedItem("tag");
  const region = document.querySelector("[data-scan-answer]");
  const list = document.querySelector("[data-scan-list]");
  const tally = document.querySelector("[data-scan-tally]");
  const line = document.querySelector("[data-scan-connection]");
  const answerTemplate = document.querySelector("[data-scan-answer-template]");
  const rowTemplate = document.querySelector("[data-scan-row-template]");
  const owner = form.dataset.scanOwner ?? "";
  const queue = new ScanQueue("scans-waiting");
  let sending = false;
  let pause = 1000;
  let timer = null;
  let state = "ready";

  const mine = () => queue.all().filter((entry) => entry.owner === owner);

  function showConnection() {
    if (!line) return;
    const waiting = mine().length;
    const others = queue.all().length - waiting;
    const many = waiting === 1 ? "1 waiting" : `${waiting} waiting`;
    let words = "Connected. Every scan so far has its answer.";
    if (state === "lost") words = `No connection. ${many}, kept on this device and sent when the connection is back.`;
    else if (state === "sign-in") words = `The server asks who you are: reload this page and sign in. ${many}, kept on this device.`;
    else if (waiting > 0) words = `Sending. ${many}.`;
    if (queue.onlyInThisPage) words += " This browser keeps nothing: do not close the page.";
    if (others > 0) words += ` ${others} more wait here for the person who scanned them.`;
    line.querySelector("[data-part='words']").textContent = words;
    line.classList.toggle("connection--waiting", state === "ready" && waiting > 0);
    line.classList.toggle("connection--lost", state !== "ready");
    line.querySelector("use")?.setAttribute("href", spriteHref(line, state === "lost" ? "wifi-off" : "wifi"));
  }

  function spriteHref(place, name) {
    return place.querySelector("use").getAttribute("href").replace(/#.*$/, `#${name}`);
  }

  function fill(place, template, answer) {
    place.replaceChildren(template.content.cloneNode(true));
    place.querySelector("use").setAttribute("href", spriteHref(place, `outcome-${answer.outcome}`));
    return (name) => place.querySelector(`[data-part='${name}']`);
  }

  function paintAnswer(answer) {
    region.className = `scan-answer scan-answer--${answer.outcome}`;
    const part = fill(region, answerTemplate, answer);
    part("headline").textContent = answer.headline ?? "";
    part("tag").textContent = answer.tag ?? "";
    part("words").textContent = answer.words ?? "";
    const undo = part("undo");
    undo.hidden = !answer.undo_url;
    if (answer.undo_url) undo.action = answer.undo_url;
    // The template's token may be older than the form's.
    undo.elements.namedItem("csrf_token").value = form.elements.namedItem("csrf_token").value;
  }

  function paintRow(key, answer) {
    let row = [...list.children].find((one) => one.dataset.key === key);
    if (!row) {
      row = document.createElement("li");
      row.dataset.key = key;
      list.prepend(row);
      while (list.children.length > LONGEST_LIST) list.lastElementChild.remove();
    }
    row.className = `scan-row scan-row--${answer.outcome}`;
    const part = fill(row, rowTemplate, answer);
    part("tag").textContent = answer.tag ?? "";
    if (answer.href) part("tag").href = answer.href;
    part("words").textContent = [answer.headline, answer.words].filter(Boolean).join(". ");
  }

  function paintWaiting(entry) {
    const answer = {
      outcome: "waiting",
      tag: entry.tag,
      headline: "Waiting",
      words: "Not sent yet; kept on this device.",
    };
    paintRow(entry.key, answer);
    return answer;
  }

  function settle(entry, answer) {
    queue.remove(entry.key);
    paintRow(entry.key, answer);
    paintAnswer(answer);
    signal(answer.outcome);
    if (answer.outcome === "recorded" && tally) tally.textContent = String(Number(tally.textContent) + 1);
  }

  function retryLater() {
    state = "lost";
    clearTimeout(timer);
    timer = setTimeout(pump, pause);
    pause = Math.min(pause * 2, SLOWEST_MS);
    const first = mine()[0];
    if (first) paintAnswer(paintWaiting(first));
  }

  async function sendFirst() {
    const entry = mine()[0];
    if (!entry) return false;
    const result = await send(entry, form.elements.namedItem("csrf_token").value);
    if (result.answer) {
      state = "ready";
      pause = 1000;
      settle(entry, result.answer);
      return true;
    }
    queue.update(entry);
    if (result.signIn) state = "sign-in";
    else retryLater();
    return false;
  }

  // One sender at a time, over all tabs of this device where the browser can promise it.
  const alone = (work) => (navigator.locks ? navigator.locks.request("scans-waiting", work) : work());

  async function pump() {
    if (sending) return;
    sending = true;
    try {
      let more = true;
      while (more) {
        showConnection();
        more = await alone(sendFirst);
      }
    } finally {
      sending = false;
      showConnection();
    }
  }

  /** *typed*: it came by the field, which is made ready for the next; a camera's read leaves it as it is. */
  function take(text, typed = true) {
    const tag = text.trim();
    if (typed) {
      field.value = "";
      field.focus();
    }
    if (!tag) return;
    const fields = [...new FormData(form)].filter(([name]) => !["csrf_token", "key", "tag"].includes(name));
    const entry = { key: newKey(), tag, action: form.action, owner, fields: [...fields, ["tag", tag]], tries: 0 };
    queue.add(entry);
    paintWaiting(entry);
    if (state === "lost") signal("waiting");
    showConnection();
    pump();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(field.value);
  });
  listenForBursts({ onScan: (text) => take(text) });
  document.addEventListener("inventory:scan", ({ detail }) => take(detail.text, false));
  window.addEventListener("online", pump);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && pump());
  window.addEventListener("beforeunload", (event) => queue.onlyInThisPage && event.preventDefault());
  for (const entry of mine()) paintWaiting(entry);
  field.focus();
  pump();
}

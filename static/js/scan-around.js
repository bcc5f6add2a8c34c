// What happens around the scan page: networks that come and go, other tabs, the clock, storage, newer versions.
import { keepPage, offerInstall, storageState } from "./scan-install.js";

const HEARTBEAT_MS = 60_000;
const CLOCK_EVERY_MS = 5_000;

export function lookAround(app) {
  self.addEventListener("online", () => app.sync.wake());
  self.addEventListener("offline", () => app.sync.missed({ kind: "away" }));
  document.addEventListener("visibilitychange", () => {
    app.clock.rested = true;
    if (document.visibilityState === "visible") app.sync.wake();
  });
  app.store.channel?.addEventListener("message", () => {
    clearTimeout(app.heard);
    app.heard = setTimeout(() => app.lookAgain(), 300);
  });
  setInterval(() => app.clock.look() !== app.jumpedTold && app.show(), CLOCK_EVERY_MS);
  setInterval(() => document.visibilityState === "visible" && app.beat(), HEARTBEAT_MS);
  storageState().then((storage) => (app.facts.storage ||= storage), () => {});
  app.store.prune().catch(() => {});
  offerInstall((install) => ((app.facts.install = install), app.show()));
  const { worker, page } = app.root.dataset;
  keepPage({
    worker, scope: page.replace(/scan$/, ""),
    used: () => app.used,
    onKept: () => app.show(),
    onUpdate: (update) => ((app.facts.update = update), app.show()),
  }).catch(() => {});
}

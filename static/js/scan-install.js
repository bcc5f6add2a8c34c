// Makes the page an app: the service worker that keeps it, updates between two scans, and the offer to install it.

/** onUpdate(load): a newer version waits; load() takes it. used(): whether something was scanned since this page opened. */
export async function keepPage({ worker, scope, used, onKept, onUpdate }) {
  if (!("serviceWorker" in navigator) || !self.isSecureContext) return;
  const had = navigator.serviceWorker.controller !== null;
  let loading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    onKept();
    // The very first one only begins to keep the page; later ones bring another version of it.
    if (!had || loading) return;
    loading = true;
    location.reload();
  });
  const registration = await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
  const offer = (waiting) => {
    if (!waiting || !navigator.serviceWorker.controller) return;
    const load = () => waiting.postMessage("take-over");
    if (used()) onUpdate(load);
    else load();
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const found = registration.installing;
    found?.addEventListener("statechange", () => found.state === "installed" && offer(found));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/** Calls onOffer({words, act}) where the page can be installed, and is not. */
export function offerInstall(onOffer) {
  const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  if (installed) return;
  self.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    onOffer({
      words: "Put this page on the home screen: it opens without a network, and the device keeps its scans for good.",
      act: () => event.prompt(),
    });
  });
  if (navigator.standalone === false) {
    // Safari forgets what a page keeps after seven days without a visit, unless it is on the home screen.
    onOffer({ words: "Put this page on the home screen (Share, then Add to Home Screen): else this phone may forget waiting scans after a week." });
  }
}

/** Asks the browser to keep what is stored here; "low" when little room is left. */
export async function storageState() {
  if (!navigator.storage?.estimate) return "";
  await navigator.storage.persist?.().catch(() => false);
  const { usage = 0, quota = Infinity } = await navigator.storage.estimate();
  return quota > 0 && usage / quota > 0.9 ? "low" : "";
}

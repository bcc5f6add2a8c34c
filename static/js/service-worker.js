// Keeps the scan page on this device, so that it opens without a network. The server writes KEPT above this line:
// {version, shell, page, files: {path: digest}}. It keeps files and the shell only, never a page with somebody's data.
const CACHE = `scan-${KEPT.version}`;

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.data === "take-over" && self.skipWaiting());

async function keep() {
  const cache = await caches.open(CACHE);
  const fetched = Object.entries(KEPT.files).map(async ([path, digest]) => {
    // Asked for as the page itself asked, so that nothing is fetched twice: scripts import each other without a version.
    const plain = path.endsWith(".js") || path.endsWith(".woff2");
    const response = plain
      ? await fetch(path, { credentials: "omit", cache: "no-cache" })
      : await fetch(`${path}?v=${digest}`, { credentials: "omit" });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await cache.put(path, response);
  });
  const shell = await fetch(KEPT.shell, { credentials: "omit", cache: "no-store" });
  if (!shell.ok || shell.redirected) throw new Error(`shell: ${shell.status}`);
  await cache.put(KEPT.shell, shell);
  await Promise.all(fetched);
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith("scan-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // "plain" asks the server for the page that needs no script.
    if (address.pathname === KEPT.page && !address.searchParams.has("plain")) event.respondWith(shell(request));
    else if (cameFromPage(request)) event.respondWith(fetch(request).catch(backToPage));
    return;
  }
  const digest = KEPT.files[address.pathname];
  if (!digest) return;
  const wanted = address.searchParams.get("v");
  if (wanted === null) event.respondWith(module(event, address.pathname));
  else if (wanted === digest) event.respondWith(kept(request, address.pathname));
});

async function kept(request, path) {
  const found = await (await caches.open(CACHE)).match(path);
  return found ?? fetch(request);
}

async function shell(request) {
  const found = await (await caches.open(CACHE)).match(KEPT.shell);
  return found ?? fetch(request);
}

/** What a script imports bears no version: the scan page gets all of one version, other pages the server's. */
async function module(event, path) {
  const client = event.clientId ? await self.clients.get(event.clientId) : null;
  const asker = client ? new URL(client.url).pathname : "";
  // A page is listed only once it has loaded; a page still loading is told by where it stands.
  const mine = asker === KEPT.page || asker === KEPT.shell || asker in KEPT.files;
  return mine ? kept(event.request, path) : fetch(event.request);
}

function cameFromPage(request) {
  return request.referrer !== "" && new URL(request.referrer).pathname === KEPT.page;
}

/** A page that needs the server, without one: back to the page that does not. */
function backToPage() {
  return Response.redirect(`${KEPT.page}?unreachable=1`, 302);
}

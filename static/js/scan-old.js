// Takes over scans that an earlier version of this page left waiting in localStorage.
const OLD_QUEUE = "scans-waiting";
const NOT_DETAILS = new Set(["mode", "tag", "key", "csrf_token"]);

/** Old entries as scans; looked-up ones recorded nothing and are only told. */
export function converted(entries, device, now = new Date()) {
  return entries
    .filter((entry) => entry?.key && entry?.tag)
    .map((entry) => {
      const fields = Object.fromEntries(entry.fields ?? []);
      const details = Object.fromEntries(Object.entries(fields).filter(([name, value]) => !NOT_DETAILS.has(name) && value !== ""));
      const records = fields.mode && fields.mode !== "look-up";
      return {
        key: entry.key, owner: entry.owner ?? "", device, text: entry.tag, scanned_at: now.toISOString(), offset_ms: null,
        action: "record", event: records ? fields.mode : null, details, tag: entry.tag, subject: entry.tag.toUpperCase(),
        // Its answer may have been lost, so it cannot simply be dropped.
        tried: true, state: records ? "waiting" : "cancelled", headline: records ? "Waiting since before" : "Looked up",
        words: "Kept by an earlier version of this page.", outcome: "kept",
      };
    });
}

export async function takeOverOldQueue(store, device) {
  let entries;
  try {
    entries = JSON.parse(localStorage.getItem(OLD_QUEUE) ?? "[]");
  } catch {
    return;
  }
  if (!Array.isArray(entries) || entries.length === 0) return;
  const fresh = [];
  for (const scan of converted(entries, device)) if (!(await store.get(scan.key))) fresh.push(scan);
  if (fresh.length > 0) await store.keep(...fresh);
  localStorage.removeItem(OLD_QUEUE);
}

// Sends one scan and says what came of it: an answer, try again, or sign in first.
const PATIENCE_MS = 20000;
const MOST_TRIES = 5;

/** {answer} | {again: true} | {signIn: true}. *entry* goes with the same key however often it is sent. */
export async function send(entry, csrfToken) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  body.set("csrf_token", csrfToken);
  body.set("key", entry.key);
  let response;
  try {
    response = await fetch(entry.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return { again: true };
  }
  const data = await response.json().catch(() => null);
  if (data?.outcome) return { answer: { tag: entry.tag, ...data } };
  if (response.status === 401 || response.redirected) return { signIn: true };
  if ([408, 425, 429, 502, 503, 504].includes(response.status)) return { again: true };
  // A form that grew old answers 400 or 403 once; a page loaded afresh brings a new token.
  const mayBeOldForm = response.status === 400 || response.status === 403;
  entry.tries = (entry.tries ?? 0) + 1;
  if (mayBeOldForm && entry.tries < 2) return { signIn: true };
  if (response.status >= 500 && entry.tries < MOST_TRIES) return { again: true };
  return {
    answer: {
      outcome: "refused",
      tag: entry.tag,
      headline: data?.title ?? "The server could not record this scan",
      words: data?.detail ?? `It answered ${response.status}. Look the machine up before you scan it once more.`,
    },
  };
}

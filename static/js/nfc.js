// NFC tags, where the browser reads them: each text or address on a tag is one scan.

/** What the records of a tag say, as texts. */
export function textsOf(message) {
  const texts = [];
  for (const record of message.records) {
    if (["url", "absolute-url"].includes(record.recordType)) texts.push(new TextDecoder().decode(record.data));
    else if (record.recordType === "text") texts.push(new TextDecoder(record.encoding ?? "utf-8").decode(record.data));
  }
  return texts.map((text) => text.trim()).filter(Boolean);
}

/**
 * Shows *button* where tags can be read, and starts reading when it is pressed.
 * *onText*(text) is told the one text of a tag, *onSeveral*(texts) several of them, *onWords*(words) what to say.
 */
export function offerNfc({ button, onText, onSeveral, onWords }) {
  if (!("NDEFReader" in window)) return;
  button.hidden = false;
  let reading = null;

  function stop() {
    reading?.abort();
    reading = null;
    button.setAttribute("aria-pressed", "false");
  }

  button.addEventListener("click", async () => {
    if (reading) {
      stop();
      onWords("NFC tags are no longer read.");
      return;
    }
    reading = new AbortController();
    const reader = new window.NDEFReader();
    reader.onreading = ({ message }) => {
      const texts = [...new Set(textsOf(message))];
      if (texts.length === 1) onText(texts[0]);
      else if (texts.length > 1) onSeveral(texts);
      else onWords("This NFC tag holds no text and no address. Scan the printed label.");
    };
    reader.onreadingerror = () => onWords("The NFC tag could not be read. Hold the phone still against it.");
    try {
      await reader.scan({ signal: reading.signal });
      button.setAttribute("aria-pressed", "true");
      onWords("Hold the back of the phone against an NFC tag.");
    } catch (error) {
      stop();
      onWords(
        error.name === "NotAllowedError"
          ? "NFC was refused. Allow it in the site's settings, then press the button again."
          : "NFC does not answer. Switch it on in the phone's settings, then press the button again.",
      );
    }
  });
}

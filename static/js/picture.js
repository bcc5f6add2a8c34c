// Saves a report's chart as PNG: drawn here from the same SVG that can be saved. Without a script the SVG remains.
const SHARPNESS = 2;

export function start() {
  for (const button of document.querySelectorAll("[data-save-picture]")) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => save(button));
  }
}

async function save(button) {
  const said = button.textContent;
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.savePicture, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    download(await drawn(await answer.blob()), `${button.dataset.name}.png`);
    button.textContent = said;
  } catch {
    button.textContent = "The picture could not be made. Save it as SVG.";
  } finally {
    button.disabled = false;
  }
}

async function drawn(svg) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SHARPNESS;
    canvas.height = image.naturalHeight * SHARPNESS;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("empty"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

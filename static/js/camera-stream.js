// The camera itself: opening the right one, its light and focus, a still picture, and its refusals in words.

const REMEMBERED = "camera-device";
const PHOTO_PATIENCE_MS = 5000;
/** What is asked of a camera; 1080 lines read small labels from twice as far as 720. */
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } };

/** [heading, remedy] for what went wrong, or null when a camera may be asked for. */
export function hindrance() {
  if (!window.isSecureContext) {
    return [
      "The camera needs a secure address.",
      "Browsers give the camera only to pages whose address starts with https. Open this page under its https address, or ask your administrator for it.",
    ];
  }
  if (!navigator.mediaDevices?.getUserMedia || typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") {
    return ["This browser cannot scan with the camera.", "Update it, or use a current Chrome, Edge, Firefox or Safari."];
  }
  return null;
}

/** [heading, remedy] of an error that opening a camera gave. */
export function refusal(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return [
        "The camera was refused.",
        /system/i.test(error.message)
          ? "This device keeps the camera from the browser. Allow it in the device's settings under Privacy, Camera; then start again."
          : "Allow it for this site: the sign beside the address opens the site's settings, where Camera is set to Allow. Then start again.",
      ];
    case "NotFoundError":
    case "OverconstrainedError":
      return ["No camera was found.", "Plug one in or switch it on; then start again."];
    case "NotReadableError":
    case "AbortError":
      return ["The camera is busy or does not answer.", "Close other programs and tabs that use it; then start again."];
    default:
      return ["The camera could not be started.", `The browser says: ${error.message || error.name}. Reload the page and start again.`];
  }
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

export function remember(deviceId) {
  try {
    localStorage.setItem(REMEMBERED, deviceId);
  } catch {
    // Forbidden storage: it is asked again next time.
  }
}

/** A stream from the camera chosen last, else from the one at the back; throws what getUserMedia throws. */
export async function open(deviceId = remembered()) {
  const back = { facingMode: { ideal: "environment" }, ...WANTED };
  if (deviceId) {
    try {
      return await navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: deviceId }, ...WANTED } });
    } catch (error) {
      // That camera is gone, or its name was renewed with the site's data.
      if (!["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
    }
  }
  return navigator.mediaDevices.getUserMedia({ video: back });
}

/** [{id, label}] of all cameras; their names are told only once one is open. */
export async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === "videoinput" && device.deviceId)
    .map((device, place) => ({ id: device.deviceId, label: device.label || `Camera ${place + 1}` }));
}

const abilities = (track) => track.getCapabilities?.() ?? {};

/** Lets the camera go on focusing by itself, where it can be told to. */
export async function keepFocusing(track) {
  if (!abilities(track).focusMode?.includes("continuous")) return;
  await track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
}

export function hasTorch(track) {
  return abilities(track).torch === true;
}

/** Whether the light is now as asked. */
export async function setTorch(track, on) {
  try {
    await track.applyConstraints({ advanced: [{ torch: on }] });
    return true;
  } catch {
    return false;
  }
}

/** A bitmap of the best still picture: the camera's own, else what the live picture shows. */
export async function still(track, video) {
  if ("ImageCapture" in window) {
    try {
      const taking = new ImageCapture(track).takePhoto();
      const tooLong = new Promise((_, reject) => setTimeout(reject, PHOTO_PATIENCE_MS));
      return await createImageBitmap(await Promise.race([taking, tooLong]));
    } catch {
      // Some drivers offer it and fail.
    }
  }
  return createImageBitmap(video);
}

/** When the camera shows another picture. */
export function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

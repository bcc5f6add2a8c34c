// A tone and a buzz for each outcome of a scan, so that eyes may stay on the machine.
const SIGNALS = {
  recorded: { tones: [[880, 0.09]], buzz: [40] },
  shown: { tones: [[660, 0.07]], buzz: [30] },
  duplicate: { tones: [[660, 0.06], [660, 0.06]], buzz: [30, 40, 30] },
  // Kept on the device is as good as recorded to whoever scans: the same sign.
  kept: { tones: [[880, 0.09]], buzz: [40] },
  undone: { tones: [[660, 0.07], [440, 0.1]], buzz: [40, 60, 40] },
  settle: { tones: [[440, 0.12], [330, 0.18]], buzz: [120, 60, 120] },
  unknown: { tones: [[330, 0.14], [330, 0.14]], buzz: [90, 60, 90] },
  refused: { tones: [[220, 0.22], [165, 0.28]], buzz: [200, 80, 200] },
};
let audio = null;

export function signal(outcome) {
  const { tones, buzz } = SIGNALS[outcome] ?? SIGNALS.shown;
  // Absent in Firefox and Safari; the tone and the colour remain.
  // Before the first touch of a page browsers block it and complain.
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(buzz);
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume().catch(() => {});
    let at = audio.currentTime;
    for (const [pitch, length] of tones) {
      const oscillator = audio.createOscillator();
      const volume = audio.createGain();
      oscillator.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + length);
      oscillator.connect(volume).connect(audio.destination);
      oscillator.start(at);
      oscillator.stop(at + length);
      at += length + 0.05;
    }
  } catch {
    // No sound device: nothing is lost but the sound.
  }
}

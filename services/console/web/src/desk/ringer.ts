// The ring, made here: two soft tones, a pause. No file, no network.

const KEPT_AS = "tomoshibi.sound";
let context: AudioContext | undefined;

export function isMuted(): boolean {
  return localStorage.getItem(KEPT_AS) === "off";
}

export function setMuted(muted: boolean): void {
  localStorage.setItem(KEPT_AS, muted ? "off" : "on");
}

/** Browsers let a page sound only after somebody pressed something on it. */
export async function unlock(): Promise<boolean> {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
    return context.state === "running";
  } catch {
    return false;
  }
}

function tone(at: number, pitch: number, seconds: number): void {
  if (!context) return;
  const oscillator = context.createOscillator();
  const loudness = context.createGain();
  oscillator.frequency.value = pitch;
  oscillator.type = "triangle";
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.25, at + 0.03);
  loudness.gain.setValueAtTime(0.25, at + seconds - 0.08);
  loudness.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(loudness).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

export async function ringOnce(): Promise<boolean> {
  const sounds = await unlock();
  if (!sounds || !context) return false;
  tone(context.currentTime, 660, 0.45);
  tone(context.currentTime + 0.5, 880, 0.45);
  return true;
}

/** Rings until told to stop; says whether it can be heard. */
export function ring(heard: (audible: boolean) => void): () => void {
  const turn = () => {
    if (isMuted()) return;
    void ringOnce().then(heard);
  };
  turn();
  const turns = setInterval(turn, 2_500);
  return () => clearInterval(turns);
}

// The caller: says or sounds what a visit scored. It is off until it is turned on for this device.

import { address } from "../api.js";
import { language, t } from "../texts.js";

const KEPT = "dartd.caller";
const TONES_HZ = { bust: [220, 165], maximum: [523, 659, 784, 1047], leg: [523, 784, 1047], visit: [660] };
const TONE_S = 0.16;
const MAXIMUM = 180;

export const CALLERS = ["off", "voice", "sounds"];
export const PACK = "pack:"; // before the name of a voice pack
const FILES = { leg: "gameshot", bust: "busted" };

/** Return how this device calls. */
export function callerMode() {
  const kept = localStorage.getItem(KEPT);
  return CALLERS.includes(kept) || kept?.startsWith(PACK) ? kept : "off";
}

/** Choose how this device calls. */
export function chooseCaller(mode) {
  localStorage.setItem(KEPT, mode);
}

/** Call a visit or the end of a leg. */
export function call(event) {
  const mode = callerMode();
  if (mode === "voice") speak(wordsOf(event));
  if (mode.startsWith(PACK)) playOf(mode.slice(PACK.length), event);
  if (mode === "sounds") sound(TONES_HZ[kindOf(event)]);
}

function kindOf({ event_type, bust, points }) {
  if (event_type === "leg_finished") return "leg";
  if (bust) return "bust";
  return points === MAXIMUM ? "maximum" : "visit";
}

function wordsOf(event) {
  const kind = kindOf(event);
  if (kind === "leg") return t(event.checkout ? "game_shot" : "leg.over").toLowerCase();
  return kind === "bust" ? t("caller.bust") : String(event.points);
}

/** Say words with the voice of the browser; those that wait are dropped, so that the caller is never late. */
function speak(words) {
  if (!window.speechSynthesis) return;
  speechSynthesis.cancel();
  speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(words), { lang: language }));
}

/** Return the voice packs of the daemon. */
export async function loadVoices() {
  return (await (await fetch(address("voices"))).json()).data;
}

let packs = null;

/** Play the sound of a voice pack, one of several at random; what a pack has no sound for is said by the browser. */
async function playOf(name, event) {
  packs ??= loadVoices().catch(() => []);
  const key = FILES[kindOf(event)] ?? String(event.points);
  const found = (await packs).find((each) => each.name === name)?.sounds.filter((each) => each.replace(/\.\w+$/, "").split("+")[0] === key) ?? [];
  if (found.length === 0) return speak(wordsOf(event));
  const path = [name, found[Math.floor(Math.random() * found.length)]].map(encodeURIComponent).join("/");
  audio ??= new AudioContext();
  const file = await (await fetch(address(`voices/${path}`))).arrayBuffer();
  const source = new AudioBufferSourceNode(audio, { buffer: await audio.decodeAudioData(file) });
  source.connect(audio.destination);
  return source.start();
}

let audio = null;

function sound(tones) {
  audio ??= new AudioContext();
  tones.forEach((hz, k) => {
    const from = audio.currentTime + k * TONE_S;
    const tone = new OscillatorNode(audio, { frequency: hz });
    const volume = new GainNode(audio, { gain: 0.2 });
    tone.connect(volume).connect(audio.destination);
    volume.gain.setTargetAtTime(0, from + TONE_S / 2, TONE_S / 6);
    tone.start(from);
    tone.stop(from + TONE_S);
  });
}

// The play page: start screen, match and free throwing, whichever is on.

import { askLogin, may, showModal, startPage, toggleFullScreen, update } from "./frame.js";
import { html } from "./html.js";
import { nameOf } from "./play/cards.js";
import { Correction } from "./play/correct.js";
import { FreeScreen } from "./play/free.js";
import { MatchScreen } from "./play/match.js";
import { client, connect, isEnded, matchShown, mayScore, next, reconnect, resetBoard, screenShown, settings, ui, undo } from "./play/model.js";
import { eraseDigit, submitTotal, takesTotals, typeDigit } from "./play/pad.js";
import { Flash, Help, Trouble, Veil } from "./play/parts.js";
import { StartScreen } from "./play/start.js";
import { t } from "./texts.js";

const HIDE_MS = 5000;
const CONNECTION = ["connecting", "waiting", "closed"];
const SLOT_KEYS = { "/": 0, "*": 1, "-": 2 };

const query = new URLSearchParams(location.search);
const { body, documentElement } = document;
let lock = null;
let hideTimer = null;

body.dataset.view = ui.view;
if (Number(query.get("size")) > 0) documentElement.style.setProperty("--size", Math.min(3, Number(query.get("size"))));
if (/^[0-9a-fA-F]{6}$/.test(query.get("bg") ?? "")) documentElement.style.setProperty("--ground", `#${query.get("bg")}`);

function status() {
  const { state, connection } = client;
  const simulated = state.hello?.simulated ?? settings.simulated;
  if (CONNECTION.includes(connection)) return { name: settings.board.name, simulated, status: connection, word: t(`connection.${connection}`) };
  const isEmpty = state.hello && Object.keys(state.cameras).length === 0;
  return { name: settings.board.name, simulated, status: isEmpty ? "stopped" : state.status, word: t(isEmpty ? "status.no_cameras" : `status.${state.status}`) };
}

function Page() {
  const { state, connection } = client;
  const match = matchShown();
  const screen = screenShown();
  Object.assign(body.dataset, { connection, status: state.status, state: state.state, seq: state.lastSeq, screen });
  body.classList.toggle("stale", ui.staleSince !== null);
  keepAwake(match !== null && !isEnded(match));
  return html`
    ${screen === "match" ? html`<${MatchScreen} match=${match} />` : screen === "free" ? html`<${FreeScreen} />` : html`<${StartScreen} />`}
    <${Trouble} />
    <${Flash} names=${match?.sides.map(nameOf) ?? []} />
    <${Correction} />
    ${ui.help && html`<${Help} showModal=${showModal} close=${closeHelp} />`}
    <${Veil} />
  `;
}

function closeHelp() {
  ui.help = false;
  update();
}

/** Keep the screen on while a match runs, where the browser allows it. */
async function keepAwake(wanted) {
  if (!navigator.wakeLock || wanted === (lock !== null)) return;
  if (!wanted) {
    lock?.release?.();
    lock = null;
    return;
  }
  lock = {};
  lock = await navigator.wakeLock.request("screen").catch(() => ({}));
}

function correctSlot(index) {
  const match = matchShown();
  const side = match?.turn?.darts.length ? match.turn.side : Number(Object.keys(match?.last ?? {}).at(-1) ?? NaN);
  const darts = match?.turn?.darts.length ? match.turn.darts : match?.last?.[side]?.darts ?? [];
  if (darts[index] === undefined) return;
  ui.correcting = { side, index, label: darts[index], darts };
  update();
}

const KEYS = {
  f: toggleFullScreen,
  r: () => (may("board:control") ? resetBoard() : askLogin()),
  "?": () => {
    ui.help = true;
    update();
  },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const match = matchShown();
  const isScoring = match !== null && !isEnded(match) && mayScore();
  const wanted = KEYS[event.key.toLowerCase()] ?? (mayScore() && match ? scoringKey(event, match, isScoring) : null);
  if (!wanted) return;
  event.preventDefault();
  wanted();
}

/** Return what a key does in a match, null for nothing; Enter on a button is the button's, unless a total was typed since. */
function scoringKey({ key, target }, match, isScoring) {
  if (key in SLOT_KEYS) return () => correctSlot(SLOT_KEYS[key]);
  if (key === "Backspace") return ui.total ? eraseDigit : undo;
  if (!isScoring) return null;
  if (/^\d$/.test(key) && takesTotals(match)) return () => typeDigit(key);
  const isButtons = target.closest(ui.total ? ".pad button" : "button, a, summary") !== null;
  if (key === "Enter" && !isButtons) return ui.total ? submitTotal : next;
  return null;
}

/** Hide the bar of a TV after some seconds without pointer and keys. */
function wake() {
  body.classList.remove("idle");
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => body.classList.add("idle"), HIDE_MS);
}

addEventListener("keydown", onKey);
if (ui.view !== "page") {
  for (const kind of ["pointermove", "pointerdown", "keydown"]) addEventListener(kind, wake);
  wake();
}
document.addEventListener("visibilitychange", () => {
  lock = null;
  update();
});

// The files of the page are kept where browsers allow it: over HTTPS and on this machine.
navigator.serviceWorker?.register(new URL("worker.js", import.meta.url), { scope: new URL("../", import.meta.url).pathname }).catch(() => {});

const ready = startPage(Page, { status, callerChanged: () => client.connection !== "closed" && reconnect() });
await ready;
connect();

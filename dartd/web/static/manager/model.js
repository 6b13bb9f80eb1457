// What the board manager shows: the state of the board, the stored cameras, the last throws and the log.

import { get, loadSettings, pairedKey, post } from "../api.js";
import { DartdClient } from "../dartd-client.js";
import { askLogin, attempt, may, say, update } from "../frame.js";
import { number, t } from "../texts.js";

const THROWS = 9;
const LOGGED = ["board_state_changed", "camera_state_changed", "calibration_changed"];
const LOG_ROWS = 100;
const RELOAD_MS = 400;
const POLL_MS = 2000;
const SLOW = 0.8; // of the configured rate

export const settings = await loadSettings().catch(() => ({ ws_path: "/ws", board: { id: "main", name: "" } }));
export const view = { throws: [], log: [], stored: {}, isLoaded: false };
export const board = { client: null, isKnown: false }; // whether its snapshot was received
let timer = null;

/** Connect to the board, again after a login. */
export function connect() {
  board.client?.stop();
  board.isKnown = false;
  const url = new URL(`../..${settings.ws_path}`, import.meta.url);
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  const client = (board.client = new DartdClient(url.href));
  client.addEventListener("state", update);
  client.addEventListener("connection", update);
  client.addEventListener("event", ({ detail }) => onEvent(detail));
  client.start();
}

function onEvent(event) {
  if (event.event_type === "snapshot") {
    board.isKnown = true;
    loadLog();
  } else if (LOGGED.includes(event.event_type)) keep([event]);
  if (!["snapshot", "dart_hit", "dart_corrected", "throw_miss", "calibration_changed"].includes(event.event_type)) return;
  clearTimeout(timer);
  timer = setTimeout(load, RELOAD_MS);
}

const mayRead = () => settings.anonymous_reads || may("throws:read");

/** Load the last throws and the cameras, as far as the caller may read them. */
export async function load() {
  if (!mayRead()) return;
  view.throws = (await get(`throws?limit=${THROWS}`).catch(() => view)).data ?? view.throws;
  await loadCameras();
}

/** Load the cameras with their rates, brightness and sharpness. */
export async function loadCameras() {
  if (!may("cameras:read")) return;
  const found = await get("cameras?limit=20").catch(() => null);
  if (found) view.stored = Object.fromEntries(found.data.map((camera) => [camera.camera_id, camera]));
  update();
}

// Brightness and sharpness are measured while the live pictures are shown.
setInterval(() => {
  if (!document.hidden && document.querySelector(".live")) loadCameras();
}, POLL_MS);

async function loadLog() {
  if (!mayRead()) return;
  const since = Math.max(0, board.client.state.lastSeq - 2000);
  const pages = await Promise.all(LOGGED.map((kind) => get(`events?since=${since}&event_type=${kind}&limit=100`).catch(() => ({ data: [] }))));
  keep(pages.flatMap(({ data }) => data));
}

function keep(events) {
  const known = new Map([...view.log, ...events].map((event) => [event.seq, event]));
  view.log = [...known.values()].sort((one, other) => other.seq - one.seq).slice(0, LOG_ROWS);
  update();
}

/** Command the board, and say what was done. */
export async function command(action) {
  if (!may("board:control")) return askLogin();
  const done = await attempt(() => post(`board/${action}`));
  if (done) say(t(`manager.did.${action}`));
  return done;
}

/** Return the cameras as the board knows them. */
export const cameras = () => Object.values(board.client?.state.cameras ?? {}).filter(({ reason, state }) => !(state === "offline" && reason === "removed"));

/** Return the name of a camera. */
export const nameOf = (camera_id) => view.stored[camera_id]?.name ?? camera_id;

/** Return whether a camera has found the board but not its numbers. */
export const needsOrientation = ({ state, reason }) => state === "error" && reason.startsWith("ready but for its orientation");

/** Return {text, why, action, kind} of the most urgent thing: a sentence, and the action that mends it. */
export function advice() {
  const { state, connection } = board.client;
  const all = cameras();
  const named = (list) => list.map(({ camera_id }) => nameOf(camera_id)).join(", ");
  const offline = all.filter((camera) => camera.state === "offline");
  const open = all.filter(needsOrientation);
  const faulty = all.filter((camera) => camera.state === "error" && !needsOrientation(camera));
  if (connection !== "open") return { text: t("manager.no_connection"), kind: "error" };
  if (!board.isKnown) return { text: t("manager.starting"), kind: "" };
  if (all.length === 0) return { text: t("manager.no_cameras"), action: "setup", kind: "error" };
  if (offline.length) return { text: t("manager.offline", { names: named(offline) }), why: offline[0].reason, kind: "error" };
  if (open.length) return { text: t("manager.unoriented", { names: named(open) }), kind: "error" };
  if (faulty.length) return { text: t("manager.faulty", { names: named(faulty) }), why: faulty[0].reason, action: "calibrate", kind: "error" };
  if (state.status === "stopped") return { text: t("manager.stopped"), action: "start", kind: "takeout" };
  if (state.status === "takeout") return { text: t("manager.takeout"), action: "reset", kind: "takeout" };
  if (state.status === "calibrating" || all.some((camera) => camera.state === "calibrating")) return { text: t("manager.calibrating"), why: all.find(({ reason }) => reason)?.reason, kind: "" };
  if (state.status === "starting" || all.some((camera) => camera.state === "starting")) return { text: t("manager.starting"), kind: "" };
  const weak = all.map(({ camera_id }) => weakness(camera_id)).find((each) => each);
  const worst = Math.max(...all.map(({ residual_mm }) => residual_mm ?? 0));
  const exact = worst ? t("manager.exact", { mm: number(worst, 2) }) : "";
  return { text: `${t("manager.ready", { count: number(all.length) })}${exact}`, why: weak, kind: "throw" };
}

/** Return in a sentence what is wrong with the pictures of a camera; empty if nothing is. */
export function weakness(camera_id) {
  const stored = view.stored[camera_id];
  if (!stored) return "";
  const { name, picture, kind, fps, measured_fps } = stored;
  if (picture && picture.exposure !== "good") return t(`weak.${picture.exposure}`, { name });
  if (picture && picture.focus !== "sharp") return t(`weak.${picture.focus}`, { name });
  if (measured_fps > 0 && measured_fps < SLOW * fps) return t(kind === "usb" ? "weak.slow" : "weak.slow_machine", { name, measured: number(measured_fps, 0), fps: number(fps, 0) });
  return "";
}

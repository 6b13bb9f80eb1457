// The board manager: what is wrong and the button that mends it, the cameras, the controls, the last throws and the log.

import { get, loadSettings, pairedKey, post, remove } from "./api.js";
import { DartdClient } from "./dartd-client.js";
import { askLogin, attempt, may, say, showModal, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { Live, Picture } from "./picture.js";
import { BedKeys } from "./play/bed_keys.js";
import { neighbours } from "./play/beds.js";
import { moment, number, t } from "./texts.js";

const THROWS = 9;
const LOGGED = ["board_state_changed", "camera_state_changed", "calibration_changed"];
const LOG_ROWS = 30;
const RELOAD_MS = 400;

const settings = await loadSettings().catch(() => ({ ws_path: "/ws", board: { id: "main", name: "" } }));
const OVERLAYS = ["wires", "darts", "motion"];

const view = { throws: [], log: [], timer: null, overlay: { wires: true, darts: true, motion: false }, stored: {}, correcting: null, judged: {} };
let client = null;

function connect() {
  client?.stop();
  const url = new URL(`..${settings.ws_path}`, import.meta.url);
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  client = new DartdClient(url.href);
  client.addEventListener("state", update);
  client.addEventListener("connection", update);
  client.addEventListener("event", ({ detail }) => onEvent(detail));
  client.start();
}

function onEvent({ event_type }) {
  if (!["snapshot", "dart_hit", "dart_corrected", "throw_miss", ...LOGGED].includes(event_type)) return;
  clearTimeout(view.timer);
  view.timer = setTimeout(load, RELOAD_MS);
}

/** Load the last throws and what happened to board and cameras, as far as the caller may read it. */
async function load() {
  if (!settings.anonymous_reads && !may("throws:read")) return;
  const [throws, ...logs] = await Promise.all([
    get(`throws?limit=${THROWS}`).catch(() => ({ data: [] })),
    ...LOGGED.map((kind) => lastEvents(kind)),
  ]);
  const stored = may("cameras:read") ? (await get("cameras?limit=20").catch(() => ({ data: [] }))).data : [];
  view.stored = Object.fromEntries(stored.map((camera) => [camera.camera_id, camera]));
  view.throws = throws.data;
  view.log = logs.flat().sort((one, other) => other.seq - one.seq).slice(0, LOG_ROWS);
  update();
}

async function lastEvents(kind) {
  const since = Math.max(0, client.state.lastSeq - 2000);
  const page = await get(`events?since=${since}&event_type=${kind}&limit=100`).catch(() => ({ data: [] }));
  return page.data;
}

/** Return {text, action} of the most urgent thing, and whether all is well. */
function advice() {
  const { status, cameras } = client.state;
  const all = Object.values(cameras);
  const named = (list) => list.map(({ camera_id }) => camera_id).join(", ");
  const offline = all.filter(({ state }) => state === "offline");
  const faulty = all.filter(({ state }) => state === "error");
  if (client.connection !== "open") return { text: t("manager.no_connection"), kind: "error" };
  if (all.length === 0) return { text: t("manager.no_cameras"), kind: "error" };
  if (offline.length) return { text: t("manager.offline", { names: named(offline) }), why: offline[0].reason, kind: "error" };
  if (faulty.length) return { text: t("manager.faulty", { names: named(faulty) }), why: faulty[0].reason, action: "calibrate", kind: "error" };
  if (status === "stopped") return { text: t("manager.stopped"), action: "start", kind: "takeout" };
  if (status === "takeout") return { text: t("manager.takeout"), action: "reset", kind: "takeout" };
  if (status === "calibrating" || all.some(({ state }) => state === "calibrating")) return { text: t("manager.calibrating"), kind: "" };
  if (status === "starting" || all.some(({ state }) => state === "starting")) return { text: t("manager.starting"), kind: "" };
  const worst = Math.max(...all.map(({ residual_mm }) => residual_mm ?? 0));
  const exact = worst ? t("manager.exact", { mm: number(worst, 2) }) : "";
  return { text: `${t("manager.ready", { count: number(all.length) })}${exact}`, kind: "throw" };
}

async function command(action) {
  if (!may("board:control")) return askLogin();
  const done = await attempt(() => post(`board/${action}`));
  if (done) say(t(`manager.did.${action}`));
  return done;
}

function Advice() {
  const { text, why, action, kind } = advice();
  return html`<section class="panel advice ${kind}" role="status">
    <p class="sentence"><span aria-hidden="true">${kind === "throw" ? "✓" : kind === "error" ? "⚠" : "◌"}</span> ${text}</p>
    ${why && html`<p>${why}</p>`}
    ${action && html`<button type="button" class="primary" onClick=${() => command(action)}>${t(`manager.do.${action}`)}</button>`}
  </section>`;
}

function Camera({ camera_id, state, reason, residual_px, residual_mm }) {
  const stored = view.stored[camera_id];
  const path = `cameras/${encodeURIComponent(camera_id)}`;
  const overlay = OVERLAYS.filter((each) => view.overlay[each]).join(",");
  const kind = { ready: "throw", starting: "", calibrating: "" }[state] ?? "error";
  return html`<article class="panel camera ${state}" data-camera=${camera_id}>
    <h3>${stored?.name ?? camera_id} <span class="pill ${kind}">${t(`camera.${state}`)}</span></h3>
    ${reason && html`<p>${reason}</p>`}
    ${may("cameras:read") && ["ready", "calibrating"].includes(state) && html`<${Live} path=${`api/v1/${path}/stream?overlay=${overlay}`} alt=${t("manager.overlay", { name: camera_id })} />`}
    <dl>
      <div><dt>${t("manager.fps")}</dt><dd>${stored?.measured_fps ? number(stored.measured_fps, 0) : "–"}</dd></div>
      <div><dt>${t("manager.residual")}</dt><dd>${typeof residual_mm === "number" ? `${number(residual_mm, 2)} mm · ${number(residual_px, 2)} px` : "–"}</dd></div>
    </dl>
    ${may("cameras:config") &&
    html`<div class="row">
      <button type="button" onClick=${() => attempt(() => post(`${path}/calibrate`))}>${t("manager.calibrate_one")}</button>
      ${stored?.source === "api" && html`<button type="button" class="danger" onClick=${() => attempt(() => remove(path)).then(load)}>${t("remove")}</button>`}
    </div>`}
  </article>`;
}

async function addCamera(event) {
  event.preventDefault();
  const { name, url } = event.target.elements;
  if (!(await attempt(() => post("cameras", { name: name.value.trim(), url: url.value.trim() })))) return;
  event.target.reset();
  load();
}

function Cameras() {
  const toggle = (each) => () => {
    view.overlay[each] = !view.overlay[each];
    update();
  };
  return html`<div class="grid cameras">${Object.values(client.state.cameras).map((camera) => html`<${Camera} key=${camera.camera_id} ...${camera} />`)}</div>
    ${may("cameras:read") && html`<div class="row overlays" role="group" aria-label=${t("manager.drawn")}>${OVERLAYS.map((each) => html`<button type="button" key=${each} aria-pressed=${String(view.overlay[each])} onClick=${toggle(each)}>${t(`overlay.${each}`)}</button>`)}</div>`}
    ${may("cameras:config") &&
    html`<form class="row" onSubmit=${addCamera}>
      <input name="name" required maxlength="80" aria-label=${t("manager.camera_name")} placeholder=${t("manager.camera_name")} />
      <input name="url" required class="grow" aria-label=${t("manager.camera_url")} placeholder="/dev/v4l/by-path/… · rtsp://… · http://…" />
      <button type="submit">+ ${t("manager.add_camera")}</button>
    </form>`}`;
}

function Controls() {
  return html`<section class="controls" aria-label=${t("manager.controls")}>
    ${["calibrate", "start", "stop", "reset"].map((action) => html`<button type="button" key=${action} data-action=${action} onClick=${() => command(action)}>${t(`manager.do.${action}`)}</button>`)}
  </section>`;
}

function judge(throw_id, verdict) {
  return async () => {
    if (!(await attempt(() => post(`throws/${throw_id}/feedback`, { verdict })))) return;
    view.judged[throw_id] = verdict;
    if (verdict === "wrong") view.correcting = view.throws.find((each) => each.throw_id === throw_id);
    update();
  };
}

function Throw({ throw_id, label, points, timestamp, uncertainty_mm, corrected, image_paths, state }) {
  const shown = image_paths.filter((path) => path.endsWith("/annotated"));
  const judged = view.judged[throw_id];
  return html`<article class="panel throw" data-throw=${throw_id}>
    <h3>${label} <small>${number(points)}${corrected ? ` · ${t("manager.corrected")}` : ""}</small></h3>
    <p class="quiet">${moment(timestamp)}${uncertainty_mm === null ? "" : ` · ± ${number(uncertainty_mm, 1)} mm`}</p>
    <div class="pictures">${shown.map((path) => html`<${Picture} key=${path} path=${path.replace(/^\//, "")} alt=${t("manager.picture", { label })} />`)}</div>
    ${may("corrections:write") &&
    state !== "miss" &&
    html`<div class="row">
      <button type="button" aria-pressed=${String(judged === "correct")} onClick=${judge(throw_id, "correct")}>✓ ${t("manager.right")}</button>
      <button type="button" data-wrong aria-pressed=${String(judged === "wrong")} onClick=${judge(throw_id, "wrong")}>✗ ${t("manager.wrong")}</button>
    </div>`}
  </article>`;
}

/** The sheet that gives a throw its right bed. */
function Correction() {
  const asked = view.correcting;
  if (!asked) return null;
  const close = () => {
    view.correcting = null;
    update();
  };
  const choose = async (label) => {
    close();
    await attempt(() => post("corrections", { type: "change", dart_id: asked.throw_id, label }));
    load();
  };
  return html`<dialog class="sheet correction" ref=${showModal} onClose=${close} aria-labelledby="correct-title">
    <h2 id="correct-title">${t("correct.title", { number: asked.dart_number ?? "", label: asked.label })}</h2>
    <div class="likely" role="group" aria-label=${t("correct.likely")}>
      ${neighbours(asked.label).map((label) => html`<button type="button" class="key" key=${label} data-likely=${label} onClick=${() => choose(label)}>${label}</button>`)}
    </div>
    <${BedKeys} onBed=${choose} />
    <div class="row"><button type="button" onClick=${close}>${t("close")}</button></div>
  </dialog>`;
}

function logWords(event) {
  const { event_type, camera_id, state, reason, status, residual_mm } = event;
  if (event_type === "board_state_changed") return `${t(`status.${status}`)}${reason ? ` · ${reason}` : ""}`;
  const exact = residual_mm === null || residual_mm === undefined ? "" : ` · ${number(residual_mm, 2)} mm`;
  return `${camera_id}: ${t(`camera.${state}`)}${exact}${reason ? ` · ${reason}` : ""}`;
}

function Page() {
  document.body.dataset.connection = client?.connection ?? "closed";
  if (!client) return null;
  return html`<h1>${t("page.manager")}</h1>
    <${Advice} />
    <${Controls} />
    <h2>${t("manager.cameras")}</h2>
    <${Cameras} />
    <h2>${t("manager.throws")}</h2>
    ${view.throws.length === 0 && html`<p class="quiet">${t("manager.no_throws")}</p>`}
    <div class="grid throws">${view.throws.map((thrown) => html`<${Throw} key=${thrown.throw_id} ...${thrown} />`)}</div>
    <h2>${t("manager.log")}</h2>
    <table><tbody>${view.log.map((event) => html`<tr key=${event.seq}><td class="quiet">${moment(event.timestamp)}</td><td>${logWords(event)}</td></tr>`)}</tbody></table>
    <p><a href=${new URL("../events", import.meta.url).href}>${t("manager.all_events")}</a></p>
    <${Correction} />`;
}

function status() {
  if (!client) return null;
  const { state, connection } = client;
  const isOpen = connection === "open";
  return {
    name: settings.board.name,
    simulated: state.hello?.simulated ?? settings.simulated,
    status: isOpen ? state.status : connection,
    word: t(isOpen ? `status.${state.status}` : `connection.${connection}`),
  };
}

await startPage(Page, { status, callerChanged: () => client && connect() });
connect();

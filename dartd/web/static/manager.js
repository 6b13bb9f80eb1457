// The board manager: what is wrong and the button that mends it, the cameras, the controls, the last throws and the log.

import { get, loadSettings, pairedKey, post } from "./api.js";
import { DartdClient } from "./dartd-client.js";
import { askLogin, attempt, may, say, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { Picture } from "./picture.js";
import { moment, number, t } from "./texts.js";

const THROWS = 9;
const LOGGED = ["board_state_changed", "camera_state_changed", "calibration_changed"];
const LOG_ROWS = 30;
const RELOAD_MS = 400;

const settings = await loadSettings().catch(() => ({ ws_path: "/ws", board: { id: "main", name: "" } }));
const view = { throws: [], log: [], timer: null };
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

function Camera({ camera_id, state, fps, reason, residual_px, residual_mm }) {
  return html`<article class="panel camera ${state}">
    <h3>${camera_id} <span class="pill ${state === "ready" ? "throw" : state === "calibrating" || state === "starting" ? "" : "error"}">${t(`camera.${state}`)}</span></h3>
    ${reason && html`<p>${reason}</p>`}
    <dl>
      <div><dt>${t("manager.fps")}</dt><dd>${fps ? number(fps, 0) : "–"}</dd></div>
      <div><dt>${t("manager.residual")}</dt><dd>${residual_mm === null || residual_mm === undefined ? "–" : `${number(residual_mm, 2)} mm · ${number(residual_px, 2)} px`}</dd></div>
    </dl>
    ${may("cameras:read") && typeof residual_px === "number" && html`<${Picture} key=${residual_px} path=${`api/v1/cameras/${encodeURIComponent(camera_id)}/calibration/overlay`} alt=${t("manager.overlay", { name: camera_id })} />`}
  </article>`;
}

function Controls() {
  return html`<section class="controls" aria-label=${t("manager.controls")}>
    ${["calibrate", "start", "stop", "reset"].map((action) => html`<button type="button" key=${action} data-action=${action} onClick=${() => command(action)}>${t(`manager.do.${action}`)}</button>`)}
  </section>`;
}

function Throw({ throw_id, label, points, timestamp, uncertainty_mm, corrected, image_paths }) {
  const shown = image_paths.filter((path) => path.endsWith("/annotated"));
  return html`<article class="panel throw" data-throw=${throw_id}>
    <h3>${label} <small>${number(points)}${corrected ? ` · ${t("manager.corrected")}` : ""}</small></h3>
    <p class="quiet">${moment(timestamp)}${uncertainty_mm === null ? "" : ` · ± ${number(uncertainty_mm, 1)} mm`}</p>
    <div class="pictures">${shown.map((path) => html`<${Picture} key=${path} path=${path.replace(/^\//, "")} alt=${t("manager.picture", { label })} />`)}</div>
  </article>`;
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
  const cameras = Object.values(client.state.cameras);
  return html`<h1>${t("page.manager")}</h1>
    <${Advice} />
    <${Controls} />
    <h2>${t("manager.cameras")}</h2>
    <div class="grid cameras">${cameras.map((camera) => html`<${Camera} key=${camera.camera_id} ...${camera} />`)}</div>
    <h2>${t("manager.throws")}</h2>
    ${view.throws.length === 0 && html`<p class="quiet">${t("manager.no_throws")}</p>`}
    <div class="grid throws">${view.throws.map((thrown) => html`<${Throw} key=${thrown.throw_id} ...${thrown} />`)}</div>
    <h2>${t("manager.log")}</h2>
    <table><tbody>${view.log.map((event) => html`<tr key=${event.seq}><td class="quiet">${moment(event.timestamp)}</td><td>${logWords(event)}</td></tr>`)}</tbody></table>
    <p><a href=${new URL("../events", import.meta.url).href}>${t("manager.all_events")}</a></p>`;
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

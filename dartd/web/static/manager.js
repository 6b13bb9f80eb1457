// The board manager: what is wrong and the button that mends it, the cameras, the controls, the last throws and the log; the first visit.

import { address, post, saveFile } from "./api.js";
import { attempt, may, say, showModal, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { Camera, LargePicture } from "./manager/camera.js";
import { Devices, findDevices } from "./manager/devices.js";
import { Log } from "./manager/log.js";
import { advice, board, cameras, command, connect, load, settings, view } from "./manager/model.js";
import { PointsEditor } from "./manager/points.js";
import { isOpen, noteDart, open, resume, Wizard } from "./manager/wizard.js";
import { Picture } from "./picture.js";
import { BedKeys } from "./play/bed_keys.js";
import { neighbours } from "./play/beds.js";
import { moment, number, t } from "./texts.js";

const OVERLAYS = ["wires", "darts", "motion"];

const page = { overlay: { wires: true, darts: true, motion: false }, correcting: null, judged: {}, isAdding: false };

function Advice() {
  const { text, why, action, kind } = advice();
  const mend = action === "setup" ? () => open(may("cameras:config") ? 1 : 0) : () => command(action);
  return html`<section class="panel advice ${kind}" role="status">
    <p class="sentence"><span aria-hidden="true">${kind === "throw" ? "✓" : kind === "error" ? "⚠" : "◌"}</span> ${text}</p>
    ${why && html`<p>${why}</p>`}
    ${action && html`<button type="button" class="primary" onClick=${mend}>${t(`manager.do.${action}`)}</button>`}
  </section>`;
}

function Cameras() {
  const toggle = (each) => () => {
    page.overlay[each] = !page.overlay[each];
    update();
  };
  const overlay = OVERLAYS.filter((each) => page.overlay[each]).join(",");
  const add = () => {
    page.isAdding = !page.isAdding;
    if (page.isAdding) findDevices();
    update();
  };
  return html`${may("cameras:read") && html`<div class="row overlays" role="group" aria-label=${t("manager.drawn")}>${OVERLAYS.map((each) => html`<button type="button" key=${each} aria-pressed=${String(page.overlay[each])} onClick=${toggle(each)}>${t(`overlay.${each}`)}</button>`)}</div>`}
    <div class="grid cameras">${cameras().map((camera) => html`<${Camera} key=${camera.camera_id} ...${camera} overlay=${overlay} />`)}</div>
    ${may("cameras:config") &&
    html`<p class="row"><button type="button" aria-expanded=${String(page.isAdding)} data-add onClick=${add}>+ ${t("manager.add_camera")}</button>
      <button type="button" data-setup onClick=${() => open(1)}>${t("manager.do.setup")}</button></p>
      ${page.isAdding && html`<${Devices} />`}`}`;
}

function Controls() {
  return html`<section class="controls" aria-label=${t("manager.controls")}>
    ${["calibrate", "start", "stop", "reset"].map((action) => html`<button type="button" key=${action} data-action=${action} onClick=${() => command(action)}>${t(`manager.do.${action}`)}</button>`)}
  </section>`;
}

function judge(throw_id, verdict) {
  return async () => {
    if (!(await attempt(() => post(`throws/${throw_id}/feedback`, { verdict })))) return;
    page.judged[throw_id] = verdict;
    if (verdict === "wrong") page.correcting = view.throws.find((each) => each.throw_id === throw_id);
    update();
  };
}

function Throw({ throw_id, label, points, timestamp, uncertainty_mm, corrected, image_paths, state }) {
  const shown = image_paths.filter((path) => path.endsWith("/annotated"));
  const judged = page.judged[throw_id];
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
  const asked = page.correcting;
  if (!asked) return null;
  const close = () => {
    page.correcting = null;
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

async function saveBundle() {
  if (!(await saveFile("debug-bundle", `dartd-${settings.board.id}-debug.zip`))) say(t("bundle.failed"), true);
}

function Manager() {
  return html`<${Advice} />
    <${Controls} />
    <h2>${t("manager.cameras")}</h2>
    <${Cameras} />
    <h2>${t("manager.throws")}</h2>
    ${view.throws.length === 0 && html`<p class="quiet">${t("manager.no_throws")}</p>`}
    <div class="grid throws">${view.throws.map((thrown) => html`<${Throw} key=${thrown.throw_id} ...${thrown} />`)}</div>
    <h2>${t("manager.log")}</h2>
    <${Log} />
    <p class="row"><a href=${address("events")}>${t("manager.all_events")}</a>
      ${may("system:debug") && html`<button type="button" data-bundle onClick=${saveBundle}>${t("bundle.save")}</button> <span class="quiet">${t("bundle.what")}</span>`}</p>
    <${Correction} />`;
}

function Page() {
  document.body.dataset.connection = board.client?.connection ?? "closed";
  if (!board.client) return null;
  return html`<h1>${t("page.manager")}</h1>
    ${isOpen() ? html`<${Wizard} />` : html`<${Manager} />`}
    <${PointsEditor} />
    <${LargePicture} />`;
}

function status() {
  if (!board.client) return null;
  const { state, connection } = board.client;
  const isConnected = connection === "open";
  const isEmpty = isConnected && board.isKnown && cameras().length === 0;
  return {
    name: settings.board.name,
    simulated: (state.hello?.simulated ?? settings.simulated) || Object.values(view.stored).some(({ kind }) => kind === "simulator"),
    status: isEmpty ? "stopped" : isConnected ? state.status : connection,
    word: t(isEmpty ? "status.no_cameras" : isConnected ? `status.${state.status}` : `connection.${connection}`),
  };
}

function reconnect() {
  connect();
  board.client.addEventListener("event", ({ detail }) => noteDart(detail));
  resume();
}

await startPage(Page, { status, callerChanged: () => board.client && reconnect() });
reconnect();

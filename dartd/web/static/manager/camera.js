// One camera: its live picture, the bars of its figures, and what mends it.

import { post, put, remove, request } from "../api.js";
import { attempt, may, showModal, update } from "../frame.js";
import { html } from "../html.js";
import { Live } from "../picture.js";
import { number, t } from "../texts.js";
import { load, loadCameras, nameOf, needsOrientation, view, weakness } from "./model.js";
import { editPoints, editTwenty } from "./points.js";

const SHARP = 0.05; // the bar of the sharpness is full
const SHARP_FROM = 0.025;
const DARK_BELOW = 30;
const BRIGHT_ABOVE = 200;
const RESIDUAL_MM = 2; // the bar of the residual is empty
const EXPOSURE_MS = 10; // where the camera's own exposure is not known
const EXPOSURE_STEP = 1.5;
const SHOWN = ["ready", "calibrating", "error"];

const pathOf = (camera_id) => `cameras/${encodeURIComponent(camera_id)}`;

/** A bar with its word: `share` of it is filled. */
function Bar({ label, share, word, good }) {
  const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
  return html`<div class="measure">
    <span class="what">${label}</span>
    <span class=${`track ${good ? "good" : "weak"}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent} aria-valuetext=${word}><span class="fill" style=${{ width: `${percent}%` }}></span></span>
    <span class="said">${word}</span>
  </div>`;
}

/** The bars of exposure, sharpness, rate and residual. */
export function Bars({ camera_id, residual_mm, residual_px, fps: seenFps }) {
  const stored = view.stored[camera_id];
  const picture = stored?.picture;
  const fps = stored?.measured_fps || seenFps;
  const none = t(may("cameras:read") ? "bars.waiting" : "bars.login_needed");
  const fast = fps && (!stored || fps >= 0.8 * stored.fps);
  return html`<div class="measures">
    ${may("cameras:read") &&
    html`<${Bar} label=${t("bars.exposure")} share=${picture ? picture.brightness / 255 : 0} good=${picture?.exposure === "good"} word=${picture ? t(`exposure.${picture.exposure}`) : none} />
      <${Bar} label=${t("bars.sharpness")} share=${picture ? picture.sharpness / SHARP : 0} good=${picture?.focus === "sharp"} word=${picture ? t(`focus.${picture.focus}`) : none} />`}
    <${Bar} label=${t("manager.fps")} share=${fps ? fps / (stored?.fps ?? fps) : 0} good=${fast} word=${fps ? number(fps, 0) : none} />
    <${Bar} label=${t("manager.residual")} share=${typeof residual_mm === "number" ? 1 - residual_mm / RESIDUAL_MM : 0} good=${typeof residual_mm === "number" && residual_mm < 1} word=${typeof residual_mm === "number" ? `${number(residual_mm, 2)} mm · ${number(residual_px, 2)} px` : t("bars.not_calibrated")} />
  </div>`;
}

const shown = { camera_id: null, overlay: "" };

function enlarge(camera_id, overlay) {
  Object.assign(shown, { camera_id, overlay });
  update();
}

/** The live picture that is shown in full size, while one is. */
export function LargePicture() {
  const { camera_id, overlay } = shown;
  if (!camera_id) return null;
  const close = () => enlarge(null, "");
  return html`<dialog class="sheet large" ref=${showModal} onClose=${close} aria-label=${nameOf(camera_id)}>
    <${Live} path=${`api/v1/${pathOf(camera_id)}/stream?overlay=${overlay}`} alt=${t("manager.overlay", { name: nameOf(camera_id) })} />
    <div class="row"><button type="button" onClick=${close}>${t("close")}</button></div>
  </dialog>`;
}

/** The live picture of a camera with what is drawn over it. */
export function LivePicture({ camera_id, state, overlay }) {
  if (!may("cameras:read") || !SHOWN.includes(state)) return html`<div class="live none"><p>${t(may("cameras:read") ? `camera.${state}` : "manager.pictures_need_login")}</p></div>`;
  const name = nameOf(camera_id);
  return html`<button type="button" class="enlarge" aria-label=${t("manager.enlarge", { name })} style=${{ aspectRatio: (view.stored[camera_id]?.resolution ?? "4x3").replace("x", "/") }} onClick=${() => enlarge(camera_id, overlay)}>
    <${Live} path=${`api/v1/${pathOf(camera_id)}/stream?overlay=${overlay}`} alt=${t("manager.overlay", { name })} />
  </button>`;
}

async function expose(stored, factor) {
  const exposure_ms = Math.round(10 * Math.min(1000, Math.max(0.1, (stored.settings.exposure_ms ?? EXPOSURE_MS) * factor))) / 10;
  await attempt(() => put(pathOf(stored.camera_id), { settings: { ...stored.settings, exposure_ms } }));
  loadCameras();
}

/** What is wrong with the pictures of a camera, and the button that mends it. */
export function Weakness({ camera_id }) {
  const stored = view.stored[camera_id];
  const text = weakness(camera_id);
  if (!text) return null;
  const exposure = stored.picture?.exposure;
  const canExpose = stored.source === "api" && stored.kind === "usb" && may("cameras:config") && ["dark", "bright"].includes(exposure);
  return html`<p class="weakness">⚠ ${text}</p>
    ${canExpose && html`<button type="button" onClick=${() => expose(stored, exposure === "dark" ? EXPOSURE_STEP : 1 / EXPOSURE_STEP)}>${t(`mend.${exposure}`)}</button>`}`;
}

/** The question which number is nearest to a camera that cannot read it. */
function Orientation({ camera_id }) {
  const choose = async ({ target }) => {
    if (target.value) await attempt(() => request("PUT", `${pathOf(camera_id)}/calibration?near_sector=${target.value}`));
  };
  const sectors = Array.from({ length: 20 }, (_, k) => k + 1);
  return html`<div class="row orientation">
    <button type="button" class="primary" data-twenty=${camera_id} onClick=${() => editTwenty(camera_id)}>${t("twenty.set")}</button>
    <label>${t("manager.near_sector")}
    <select name="near_sector" onChange=${choose}><option value="">–</option>${sectors.map((sector) => html`<option key=${sector} value=${sector}>${sector}</option>`)}</select>
    </label>
  </div>`;
}

/** The buttons that calibrate one camera: anew, by the nearest number, or by four points. */
export function CalibrationButtons({ children, ...camera }) {
  if (!may("cameras:config")) return null;
  const { camera_id } = camera;
  return html`${needsOrientation(camera) && html`<${Orientation} camera_id=${camera_id} />`}
    <div class="row">
      <button type="button" onClick=${() => attempt(() => post(`${pathOf(camera_id)}/calibrate`))}>${t("manager.calibrate_one")}</button>
      <button type="button" data-points=${camera_id} onClick=${() => editPoints(camera_id)}>${t("points.set")}</button>
      ${children}
    </div>`;
}

/** The panel of one camera. */
export function Camera(camera) {
  const { camera_id, state, reason, overlay } = camera;
  const stored = view.stored[camera_id];
  const kind = { ready: "throw", starting: "", calibrating: "" }[state] ?? "error";
  const removeIt = () => attempt(() => remove(pathOf(camera_id))).then(load).then(update);
  return html`<article class="panel camera ${state}" data-camera=${camera_id}>
    <h3>${stored?.name ?? camera_id} <span class="pill ${kind}">${t(`camera.${state}`)}</span></h3>
    <${LivePicture} camera_id=${camera_id} state=${state} overlay=${overlay} />
    ${reason && html`<p class="why">${reason}</p>`}
    <${Weakness} camera_id=${camera_id} />
    <${Bars} ...${camera} />
    <${CalibrationButtons} ...${camera}>${stored?.source === "api" && html`<button type="button" class="danger" onClick=${removeIt}>${t("remove")}</button>`}<//>
  </article>`;
}

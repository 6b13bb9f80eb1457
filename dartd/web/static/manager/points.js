// Points that are dragged over the picture of a camera, or moved by the arrow keys: four for a calibration where the rim is not found,
// or the position of the 20 where the numbers cannot be read.

import { post, request } from "../api.js";
import { attempt, say, showModal, update } from "../frame.js";
import { html } from "../html.js";
import { Picture } from "../picture.js";
import { t } from "../texts.js";
import { nameOf, view } from "./model.js";

const WIRES = ["5|20", "6|13", "3|17", "8|11"]; // clockwise
const FIRST = [[0.5, 0.14], [0.82, 0.5], [0.5, 0.86], [0.18, 0.5]]; // shares of the picture
const STEP = 0.002;
const LARGE_STEP = 0.02;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const editor = { camera_id: null, names: WIRES, points: [], taken: 0 };

function edit(camera_id, names) {
  Object.assign(editor, { camera_id, names, points: FIRST.slice(0, names.length).map((point) => [...point]), taken: Date.now() });
  update();
}

/** Ask for the four points of a camera. */
export const editPoints = (camera_id) => edit(camera_id, WIRES);

/** Ask where a camera sees the 20. */
export const editTwenty = (camera_id) => edit(camera_id, ["20"]);

const isTwenty = () => editor.names.length === 1;
const sizeOf = (camera_id) => view.stored[camera_id].resolution.split("x").map(Number);

const within = (share) => Math.min(0.999, Math.max(0, share));

function move(k, x, y) {
  editor.points[k] = [within(x), within(y)];
  update();
}

function onKey(k) {
  return (event) => {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? LARGE_STEP : STEP;
    const [x, y] = editor.points[k];
    move(k, x + step[0] * size, y + step[1] * size);
  };
}

const onPress = ({ target, pointerId }) => target.setPointerCapture(pointerId);

function onDrag(k) {
  return ({ target, pointerId, clientX, clientY }) => {
    if (!target.hasPointerCapture(pointerId)) return;
    const box = target.parentElement.getBoundingClientRect();
    move(k, (clientX - box.left) / box.width, (clientY - box.top) / box.height);
  };
}

function close() {
  editor.camera_id = null;
  update();
}

async function apply() {
  const { camera_id } = editor;
  const [width, height] = sizeOf(camera_id);
  const points = editor.points.map(([x, y]) => [x * width, y * height]);
  const path = `cameras/${encodeURIComponent(camera_id)}/calibration`;
  const [[x, y]] = points;
  const send = () => (isTwenty() ? request("PUT", `${path}?twenty_x=${x.toFixed(1)}&twenty_y=${y.toFixed(1)}`) : post(`${path}/points`, { points }));
  if (!(await attempt(send))) return;
  say(t("points.done"));
  close();
}

/** The editor, while a camera is edited. */
export function PointsEditor() {
  const { camera_id, names, points } = editor;
  if (!camera_id || !view.stored[camera_id]) return null;
  const key = isTwenty() ? "twenty" : "points";
  const [width, height] = sizeOf(camera_id);
  const line = [...points, points[0]].map(([x, y]) => `${100 * x},${100 * y}`).join(" ");
  return html`<dialog class="sheet points" ref=${showModal} onClose=${close} aria-labelledby="points-title" data-points-of=${key}>
    <h2 id="points-title">${t(`${key}.title`, { name: nameOf(camera_id) })}</h2>
    <p>${t(`${key}.how`)}</p>
    <div class="canvas" style=${{ maxWidth: `calc(${width / height} * (100dvh - 20rem))` }}>
      <${Picture} path=${`api/v1/cameras/${encodeURIComponent(camera_id)}/snapshot?overlay=#${editor.taken}`} alt=${t("manager.overlay", { name: nameOf(camera_id) })} />
      ${!isTwenty() && html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points=${line} /></svg>`}
      ${points.map(
        ([x, y], k) => html`<button type="button" class="handle" key=${names[k]} data-handle=${names[k]} aria-label=${isTwenty() ? "20" : t("points.handle", { name: names[k] })} style=${{ left: `${100 * x}%`, top: `${100 * y}%` }} onPointerDown=${onPress} onPointerMove=${onDrag(k)} onKeyDown=${onKey(k)}>${names[k]}</button>`,
      )}
    </div>
    <div class="row">
      <button type="button" class="primary" onClick=${apply}>${t(`${key}.apply`)}</button>
      <button type="button" onClick=${close}>${t("close")}</button>
    </div>
  </dialog>`;
}

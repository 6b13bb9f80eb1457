// Four points that are dragged over the picture of a camera, or moved by the arrow keys: the calibration where the rim is not found.

import { post } from "../api.js";
import { attempt, say, showModal, update } from "../frame.js";
import { html } from "../html.js";
import { Picture } from "../picture.js";
import { t } from "../texts.js";
import { nameOf, view } from "./model.js";

const NAMES = ["5|20", "6|13", "3|17", "8|11"]; // the wires, clockwise
const FIRST = [[0.5, 0.14], [0.82, 0.5], [0.5, 0.86], [0.18, 0.5]]; // shares of the picture
const STEP = 0.002;
const LARGE_STEP = 0.02;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const editor = { camera_id: null, points: [], taken: 0 };

/** Open the editor for a camera. */
export function editPoints(camera_id) {
  Object.assign(editor, { camera_id, points: FIRST.map((point) => [...point]), taken: Date.now() });
  update();
}

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
  const [width, height] = view.stored[camera_id].resolution.split("x").map(Number);
  const points = editor.points.map(([x, y]) => [x * width, y * height]);
  const done = await attempt(() => post(`cameras/${encodeURIComponent(camera_id)}/calibration/points`, { points }));
  if (!done) return;
  say(t("points.done"));
  close();
}

/** The editor, while a camera is edited. */
export function PointsEditor() {
  const { camera_id, points } = editor;
  if (!camera_id || !view.stored[camera_id]) return null;
  const line = [...points, points[0]].map(([x, y]) => `${100 * x},${100 * y}`).join(" ");
  return html`<dialog class="sheet points" ref=${showModal} onClose=${close} aria-labelledby="points-title">
    <h2 id="points-title">${t("points.title", { name: nameOf(camera_id) })}</h2>
    <p>${t("points.how")}</p>
    <div class="canvas">
      <${Picture} path=${`api/v1/cameras/${encodeURIComponent(camera_id)}/snapshot?overlay=#${editor.taken}`} alt=${t("manager.overlay", { name: nameOf(camera_id) })} />
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points=${line} /></svg>
      ${points.map(
        ([x, y], k) => html`<button type="button" class="handle" key=${NAMES[k]} data-handle=${NAMES[k]} aria-label=${t("points.handle", { name: NAMES[k] })} style=${{ left: `${100 * x}%`, top: `${100 * y}%` }} onPointerDown=${onPress} onPointerMove=${onDrag(k)} onKeyDown=${onKey(k)}>${NAMES[k]}</button>`,
      )}
    </div>
    <div class="row">
      <button type="button" class="primary" onClick=${apply}>${t("points.apply")}</button>
      <button type="button" onClick=${close}>${t("close")}</button>
    </div>
  </dialog>`;
}

// The cameras that may be added: those that are plugged in with a picture each, or one by its address.

import { get, post } from "../api.js";
import { attempt, may, update } from "../frame.js";
import { html } from "../html.js";
import { Picture } from "../picture.js";
import { t } from "../texts.js";
import { load, view } from "./model.js";

const USUAL = 3; // cameras of a board
const SIMULATED = { resolution: "800x600", fps: 15 }; // more costs a core

const found = { devices: null, ticked: new Set(), isAdding: false };

/** Look for cameras that may be added, and tick the first three. */
export async function findDevices() {
  if (!may("cameras:config")) return;
  found.devices = (await attempt(() => get("camera-devices")))?.data ?? [];
  found.ticked = new Set(found.devices.filter(({ camera_id }) => !camera_id).slice(0, USUAL).map(({ device_id }) => device_id));
  update();
}

function freeNumber() {
  let number = 1;
  while (view.stored[`cam${number}`]) number += 1;
  return number;
}

async function addTicked() {
  found.isAdding = true;
  update();
  for (const { device_id, url, kind } of found.devices.filter((each) => !each.camera_id && found.ticked.has(each.device_id))) {
    const number = freeNumber();
    const given = { camera_id: `cam${number}`, name: t("devices.name", { number }), url, ...(kind === "simulator" ? SIMULATED : {}) };
    if (!(await attempt(() => post("cameras", given)))) break;
    await load();
  }
  found.isAdding = false;
  await findDevices();
}

async function addByAddress(event) {
  event.preventDefault();
  const form = event.target;
  const { name, url } = form.elements;
  if (!(await attempt(() => post("cameras", { name: name.value.trim(), url: url.value.trim() })))) return;
  form.reset();
  load();
}

function Device({ device_id, name, camera_id, kind }) {
  const tick = () => {
    if (!found.ticked.delete(device_id)) found.ticked.add(device_id);
    update();
  };
  return html`<label class="panel device" data-device=${device_id}>
    <span class="thumbnail"><${Picture} path=${`api/v1/camera-devices/${encodeURIComponent(device_id)}/picture`} alt=${t("devices.picture", { name: name || device_id })} /></span>
    <span class="row"><input type="checkbox" checked=${Boolean(camera_id) || found.ticked.has(device_id)} disabled=${Boolean(camera_id) || found.isAdding} onChange=${tick} /> ${name || device_id}</span>
    ${camera_id ? html`<span class="quiet">${t("devices.used", { name: view.stored[camera_id]?.name ?? camera_id })}</span>` : kind === "simulator" && html`<span class="quiet">${t("devices.simulated")}</span>`}
  </label>`;
}

/** The cameras that may be added. */
export function Devices() {
  const { devices, ticked, isAdding } = found;
  const free = devices?.filter(({ camera_id }) => !camera_id) ?? [];
  const noneReal = devices && !devices.some(({ kind }) => kind === "usb");
  return html`<section class="devices" aria-label=${t("devices.title")}>
    ${!devices && html`<p class="quiet">${t("devices.searching")}</p>`}
    ${noneReal && html`<p>${t(devices.length ? "devices.none_try" : "devices.none")}</p>`}
    ${devices && html`<div class="grid">${devices.map((device) => html`<${Device} key=${device.device_id} ...${device} />`)}</div>`}
    <div class="row">
      ${free.length > 0 && html`<button type="button" class="primary" data-add-devices disabled=${isAdding || !free.some(({ device_id }) => ticked.has(device_id))} onClick=${addTicked}>${t(isAdding ? "devices.adding" : "devices.add")}</button>`}
      <button type="button" onClick=${findDevices}>${t("devices.again")}</button>
    </div>
    <details><summary>${t("devices.by_address")}</summary>
      <form class="row" onSubmit=${addByAddress}>
        <input name="name" required maxlength="80" aria-label=${t("manager.camera_name")} placeholder=${t("manager.camera_name")} />
        <input name="url" required class="grow" aria-label=${t("manager.camera_url")} placeholder="/dev/v4l/by-path/… · rtsp://… · http://…" />
        <button type="submit">+ ${t("manager.add_camera")}</button>
      </form>
    </details>
  </section>`;
}

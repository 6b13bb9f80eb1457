// The first visit in five steps: password, cameras, aim and sharpness, calibration, three darts.

import { pairedKey, post, send } from "../api.js";
import { askLogin, attempt, caller, enter, may, sentence, update } from "../frame.js";
import { html } from "../html.js";
import { Picture } from "../picture.js";
import { t } from "../texts.js";
import { Bars, CalibrationButtons, LivePicture, Weakness } from "./camera.js";
import { Devices, findDevices } from "./devices.js";
import { advice, board, cameras, command, nameOf, view, weakness } from "./model.js";

const KEPT = "dartd.setup"; // the step that was reached on this device, "later" or "done"
const STEPS = ["password", "cameras", "aim", "calibration", "darts"];
const ASKED = [20, 10, 7]; // sectors that are a third of the board apart: a wrong rotation is found out
const SECTOR = /^[SDT]?(\d+)$/;

const wizard = { step: Number.parseInt(localStorage.getItem(KEPT), 10), error: "", isBusy: false, darts: [], pending: null, since: 0 };

/** Return whether the wizard is shown: it was begun here, or there are no cameras and it was not put off. */
export function isOpen() {
  if (Number.isInteger(wizard.step)) return true;
  if (board.client?.connection !== "open" || !board.isKnown || cameras().length > 0 || localStorage.getItem(KEPT) !== null) return false;
  open(caller() && may("cameras:config") ? 1 : 0);
  return true;
}

/** Go on after a reload or a login. */
export function resume() {
  if (STEPS[wizard.step] === "cameras") findDevices();
}

/** Begin the wizard, or go to one of its steps. */
export function open(step = 0) {
  Object.assign(wizard, { step, error: "", pending: null });
  if (STEPS[step] === "darts") Object.assign(wizard, { darts: [], since: board.client.state.lastSeq });
  localStorage.setItem(KEPT, String(step));
  if (STEPS[step] === "cameras") findDevices();
  update();
  document.getElementById("page").focus();
  scrollTo(0, 0);
}

function leave(how) {
  wizard.step = Number.NaN;
  localStorage.setItem(KEPT, how);
  update();
}

/** Note a dart that landed while darts are checked. */
export function noteDart(event) {
  if (STEPS[wizard.step] !== "darts" || event.event_type !== "dart_hit" || event.seq <= wizard.since || wizard.pending) return;
  if (wizard.darts.length >= ASKED.length) return;
  const { dart_id, score, fusion } = event;
  const dart = { dart_id, label: score.label, asked: ASKED[wizard.darts.length], uncertainty_mm: fusion.uncertainty_mm };
  if (Number(SECTOR.exec(score.label)?.[1]) === dart.asked) wizard.darts.push({ ...dart, isRight: true });
  else wizard.pending = dart;
  update();
}

async function judge(isRight) {
  const dart = wizard.pending;
  wizard.pending = null;
  if (isRight) wizard.darts.push({ ...dart, isRight });
  else wizard.error = t("wizard.darts.wrong", { label: dart.label });
  update();
  await attempt(() => post(`throws/${dart.dart_id}/feedback`, { verdict: isRight ? "correct" : "wrong" }));
}

// The steps: each returns what it shows; `isDone` says whether it is complete.

/** Change a password by a login that ends with the change: this page, and what it asks for meanwhile, have no part in that login. */
async function replacePassword(username, old_password, password) {
  const { access_token } = await send("POST", "auth/login", { username, password: old_password });
  await send("PUT", "users/me", { old_password, password }, { Authorization: `Bearer ${access_token}` });
}

async function choosePassword(event) {
  event.preventDefault();
  const { username, first, password } = event.target.elements;
  Object.assign(wizard, { isBusy: true, error: "" });
  update();
  try {
    if (password.value) await replacePassword(username.value, first.value, password.value);
    await enter(username.value, password.value || first.value);
    open(1);
  } catch (error) {
    wizard.error = sentence(error);
  }
  wizard.isBusy = false;
  update();
}

function Password() {
  if (caller() && may("cameras:config")) return html`<p>✓ ${t("wizard.password.in", { name: caller().name })}</p>`;
  return html`<p>${t("wizard.password.how")}</p>
    <form class="fields" onSubmit=${choosePassword}>
      <label>${t("login.name")}<input name="username" value="admin" autocomplete="username" required /></label>
      <label>${t("wizard.password.first")}<input name="first" type="password" autocomplete="current-password" required /></label>
      <label>${t("wizard.password.own")}<input name="password" type="password" minlength="8" autocomplete="new-password" aria-describedby="own-password" /></label>
      <p class="quiet" id="own-password">${t("wizard.password.optional")}</p>
      <p class="problem" role="alert">${wizard.error}</p>
      <div class="row">
        <button type="submit" class="primary" disabled=${wizard.isBusy}>${t("wizard.password.go")}</button>
        ${!pairedKey() && html`<button type="button" onClick=${askLogin}>${t("wizard.password.account")}</button>`}
      </div>
    </form>`;
}

function Cameras() {
  const all = cameras();
  return html`<p>${t("wizard.cameras.how")}</p>
    <${Devices} />
    ${all.length > 0 && html`<h3>${t("wizard.cameras.together")}</h3><${Pictures} overlay="" with="rate" />`}`;
}

function Aim() {
  return html`<p>${t("wizard.aim.how")}</p><${Pictures} overlay="" with="aim" />`;
}

function Calibration() {
  const waiting = cameras().some(({ state }) => state !== "ready");
  return html`<p>${t("wizard.calibration.how")}</p>
    <p class="row"><button type="button" class=${waiting ? "" : "primary"} data-calibrate onClick=${() => command("calibrate")}>${t("manager.do.calibrate")}</button></p>
    <${Pictures} overlay="wires" with="calibration" />`;
}

/** The live pictures of all cameras at once, with what a step needs below each. */
function Pictures({ overlay, with: needed }) {
  return html`<div class="grid cameras">${cameras().map(
    (camera) => html`<article class="panel camera" key=${camera.camera_id} data-camera=${camera.camera_id} data-state=${camera.state}>
      <h3>${nameOf(camera.camera_id)} <span class=${`pill ${camera.state === "ready" ? "throw" : camera.state === "error" || camera.state === "offline" ? "error" : ""}`}>${t(`camera.${camera.state}`)}</span></h3>
      <${LivePicture} ...${camera} overlay=${overlay} />
      ${camera.reason && (needed === "calibration" || camera.state === "offline") && html`<p class="why">${camera.reason}</p>`}
      <${Weakness} camera_id=${camera.camera_id} />
      ${needed !== "rate" && html`<${Bars} ...${camera} />`}
      ${needed === "calibration" && html`<${CalibrationButtons} ...${camera} />`}
    </article>`,
  )}</div>`;
}

function Darts() {
  const asked = ASKED[wizard.darts.length];
  const { text, action, kind } = advice();
  return html`<p>${t("wizard.darts.how")}</p>
    ${kind !== "throw" && html`<p class="weakness">${text} ${action && action !== "setup" && html`<button type="button" onClick=${() => command(action)}>${t(`manager.do.${action}`)}</button>`}</p>`}
    <ol class="asked">${ASKED.map((sector, k) => {
      const dart = wizard.darts[k];
      return html`<li key=${sector} class=${dart ? "right" : ""} data-asked=${sector}>${t("wizard.darts.bed", { sector })} ${dart && html`<b>✓ ${dart.label}</b>`}</li>`;
    })}</ol>
    ${wizard.pending ? html`<${Question} ...${wizard.pending} />` : asked && html`<p class="sentence" role="status">${t("wizard.darts.throw", { sector: asked })}</p>`}
    ${wizard.error && html`<p class="problem" role="alert">${wizard.error}</p><button type="button" onClick=${() => open(3)}>${t("wizard.darts.calibrate")}</button>`}`;
}

function Question({ dart_id, label, asked }) {
  const paths = view.throws.find((thrown) => thrown.throw_id === dart_id)?.image_paths.filter((path) => path.endsWith("/annotated")) ?? [];
  return html`<div class="question" role="group" aria-label=${t("wizard.darts.question", { sector: asked, label })}>
    <p class="sentence" role="status">${t("wizard.darts.question", { sector: asked, label })}</p>
    <div class="pictures">${paths.map((path) => html`<${Picture} key=${path} path=${path.replace(/^\//, "")} alt=${t("manager.picture", { label })} />`)}</div>
    <div class="row">
      <button type="button" class="primary" data-yes onClick=${() => judge(true)}>✓ ${t("wizard.darts.yes", { label })}</button>
      <button type="button" data-no onClick=${() => judge(false)}>✗ ${t("wizard.darts.no")}</button>
    </div>
  </div>`;
}

const VIEWS = { password: Password, cameras: Cameras, aim: Aim, calibration: Calibration, darts: Darts };

/** Return in a sentence what is still missing in a step; empty when it is complete. */
function missing(step) {
  const all = cameras();
  const weak = all.map(({ camera_id }) => weakness(camera_id)).find((each) => each);
  if (step !== "password" && !may("cameras:config")) return t("wizard.missing.login");
  if (step === "password") return may("cameras:config") ? "" : t("wizard.missing.login");
  if (all.length === 0) return t("wizard.missing.cameras");
  if (step === "cameras") return all.some(({ state }) => state === "starting" || state === "offline") ? t("wizard.missing.pictures") : "";
  if (step === "aim") return weak ?? "";
  const open = all.filter(({ state }) => state !== "ready");
  if (step === "calibration") return open.length ? t("wizard.missing.calibration", { names: open.map(({ camera_id }) => nameOf(camera_id)).join(", ") }) : "";
  return wizard.darts.length < ASKED.length ? t("wizard.missing.darts", { count: ASKED.length - wizard.darts.length }) : "";
}

/** The wizard. */
export function Wizard() {
  const { step } = wizard;
  const name = STEPS[step];
  const gap = missing(name);
  const isLast = step === STEPS.length - 1;
  const next = () => (isLast ? leave("done") : open(step + 1));
  return html`<section class="wizard" aria-labelledby="step-title">
    <ol class="steps">${STEPS.map((each, k) => html`<li key=${each} aria-current=${k === step ? "step" : null}><button type="button" onClick=${() => open(k)}>${k + 1}<span class="step-name"> ${t(`wizard.${each}.title`)}</span></button></li>`)}</ol>
    <div class="panel">
      <h2 id="step-title">${t("wizard.step", { number: step + 1, count: STEPS.length })}: ${t(`wizard.${name}.title`)}</h2>
      <${VIEWS[name]} />
      <p class=${`sentence ${gap ? "quiet" : "complete"}`} role="status">${gap || `✓ ${t(`wizard.${name}.done`)}`}</p>
      <div class="row ends">
        ${step > 0 && html`<button type="button" onClick=${() => open(step - 1)}>${t("wizard.back")}</button>`}
        <button type="button" data-next class=${gap ? "" : "primary"} onClick=${next}>${t(isLast ? (gap ? "wizard.skip" : "wizard.finish") : gap ? "wizard.skip" : "wizard.next")}</button>
        <span class="grow"></span>
        <button type="button" data-later onClick=${() => leave("later")}>${t("wizard.later")}</button>
      </div>
    </div>
  </section>`;
}

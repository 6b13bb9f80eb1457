// The frame of every page: the bar, the login, messages, and drawing when something changed.

import { logIn, logOut, pair, pairedKey, whoAmI } from "./api.js";
import { html, render } from "./html.js";
import { hasText, t } from "./texts.js";

const PAGES = [
  ["play", "./", "▷"],
  ["dashboard", "dashboard"],
  ["manager", "board"],
  ["statistics", "statistics"],
  ["people", "people"],
  ["events", "events"],
  ["docs", "docs"],
  ["settings", "settings"],
];
const SHAPES = { throw: "▶", takeout: "↑", error: "⚠", stopped: "■", calibrating: "◌", starting: "◌" };
const MESSAGE_MS = 8000;

const root = new URL("../", import.meta.url);
const name = document.body.dataset.page;
const frame = { user: null, view: null, status: null, message: null, isLoginOpen: false, loginError: "", isMenuOpen: false, code: null, alerts: null };
let watched = null; // the client of the alerts
let due = false;
let changed = () => {};

/** Return whether the caller has a permission. */
export function may(permission) {
  return frame.user?.permissions.includes(permission) ?? false;
}

/** Return the caller who is logged in, null without a login. */
export function caller() {
  return frame.user;
}

/** Draw at the next animation frame, once for a burst of changes. */
export function update() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

function draw() {
  render(html`<${Bar} />`, document.getElementById("bar"));
  if (frame.view) render(html`<${frame.view} />`, document.getElementById("page"));
}

/** Show a page. `status` returns {name, status, word} for the pill of the bar; `callerChanged` is called after a login or logout. */
export async function startPage(view, { status = null, callerChanged = () => {} } = {}) {
  frame.view = view;
  frame.status = status;
  changed = callerChanged;
  document.title = `${t(`page.${name}`)} · dartd`;
  update();
  follow(await whoAmI());
}

/** Draw the page anew for a caller, and count the open alerts if they may be read. */
async function follow(user) {
  frame.user = user;
  frame.alerts = null;
  watched?.stop();
  watched = null;
  changed();
  update();
  if (!may("alerts:read")) return;
  const { watchAlerts } = await import("./open_alerts.js");
  const client = await watchAlerts((alerts) => {
    if (frame.user === user) frame.alerts = alerts;
    update();
  });
  if (frame.user === user) watched = client;
  else client.stop();
}

/** Ask for a login. */
export function askLogin() {
  frame.isLoginOpen = true;
  frame.loginError = "";
  frame.isMenuOpen = false;
  update();
}

/** Show a message for some seconds. */
export function say(text, isError = false) {
  const message = { text, isError };
  frame.message = message;
  setTimeout(() => {
    if (frame.message === message) frame.message = null;
    update();
  }, MESSAGE_MS);
  update();
}

/** Return what a person should know of an error. */
export function sentence(error) {
  const key = `error.${error.code}`;
  if (!error.code) return t("error.OFFLINE");
  return hasText(key) ? `${t(key)} (${error.message})` : error.message;
}

/** Do something that may be refused, and show why it was; return its result, undefined if it failed. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    if (error.status === 401) askLogin();
    say(sentence(error), true);
    return undefined;
  }
}

/** Log in and draw the page anew; throws an ApiError. */
export async function enter(username, password) {
  const user = await logIn(username, password);
  frame.isLoginOpen = false;
  follow(user);
}

async function submitLogin(event) {
  event.preventDefault();
  const { username, password } = event.target.elements;
  try {
    await enter(username.value, password.value);
  } catch (error) {
    frame.loginError = sentence(error);
  }
  update();
}

/** Show a code on this screen until a user has entered it; the login that is open closes with it. */
async function pairScreen() {
  const showCode = (code) => {
    frame.code = code;
    update();
  };
  const isPairedNow = await attempt(() => pair(showCode, () => frame.isLoginOpen));
  frame.code = null;
  if (isPairedNow) {
    frame.isLoginOpen = false;
    follow(await whoAmI());
  }
  update();
}

async function leave() {
  await attempt(logOut);
  follow(await whoAmI());
}

function switchTheme() {
  const { dataset } = document.documentElement;
  dataset.theme = dataset.theme === "light" ? "dark" : "light";
  localStorage.setItem("dartd.theme", dataset.theme);
}

/** Use the whole screen, or no longer. */
export function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

function Bar() {
  const links = PAGES.map(
    ([page, path, shape]) => html`<a key=${page} class="link ${page}" href=${new URL(path, root).href} aria-current=${page === name ? "page" : null}>
      ${shape ? html`<span aria-hidden="true">${shape}</span> ` : ""}${t(`page.${page}`)}
    </a>`,
  );
  const toggle = () => {
    frame.isMenuOpen = !frame.isMenuOpen;
    update();
  };
  const theme = (kind) => html`<button class=${`icon theme ${kind}`} type="button" title=${t("bar.theme")} aria-label=${t("bar.theme")} onClick=${switchTheme}>◐</button>`;
  return html`
    <nav class=${frame.isMenuOpen ? "open" : ""} aria-label=${t("bar.pages")}>${links}${theme("inside")}</nav>
    <button class="icon menu" type="button" aria-expanded=${String(frame.isMenuOpen)} aria-label=${t("bar.menu")} onClick=${toggle}>☰</button>
    <span class="grow"></span>
    <${OpenAlerts} />
    <${Pill} />
    ${name === "play" && document.fullscreenEnabled && html`<button class="icon full" type="button" title=${t("keys.full")} aria-label=${t("keys.full")} onClick=${toggleFullScreen}>⤢</button>`}
    ${theme("outside")}
    ${frame.user
      ? html`<button class="who" type="button" title=${t("bar.logout")} onClick=${leave}>${frame.user.name}</button>`
      : html`<button class="who login" type="button" onClick=${askLogin}>${t("bar.login")}</button>`}
    ${frame.isLoginOpen && html`<${Login} />`}
    <p class=${`message ${frame.message ? "shown" : ""} ${frame.message?.isError ? "error" : ""}`} role="status">${frame.message?.text}</p>
  `;
}

function OpenAlerts() {
  if (!frame.alerts?.count) return null;
  const { count, severity, shape } = frame.alerts;
  return html`<a class="badge open ${severity}" data-alerts=${count} href=${new URL("alerts", root).href}>
    <span aria-hidden="true">${shape}</span> ${count} <span class="word">${t(count === 1 ? "bar.alert" : "bar.alerts")}</span>
  </a>`;
}

function Pill() {
  const shown = frame.status?.();
  if (!shown) return null;
  return html`
    ${shown.name && html`<span class="board-name" title=${shown.name}>${shown.name}</span>`}
    ${shown.simulated && html`<span id="simulated" class="badge">${t("bar.simulated")}</span>`}
    <span id="status" class=${`pill ${shown.status}`} role="status"><span aria-hidden="true">${SHAPES[shown.status] ?? "…"}</span> ${shown.word}</span>
  `;
}

/** Open a dialog over the page when it is drawn; the keyboard stays in it. */
export function showModal(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

function Login() {
  const close = () => {
    frame.isLoginOpen = false;
    update();
  };
  return html`<dialog class="sheet" ref=${showModal} onClose=${close} aria-labelledby="login-title">
    <form onSubmit=${submitLogin}>
      <h2 id="login-title">${t("login.title")}</h2>
      <p class="quiet">${t("login.why")}</p>
      <label>${t("login.name")}<input name="username" autocomplete="username" required autofocus /></label>
      <label>${t("login.password")}<input name="password" type="password" autocomplete="current-password" required /></label>
      <p class="problem" role="alert">${frame.loginError}</p>
      <div class="row">
        <button class="primary" type="submit">${t("login.go")}</button>
        <button type="button" onClick=${close}>${t("close")}</button>
        ${!frame.code && html`<button type="button" data-pair onClick=${pairScreen}>${t("pair.begin")}</button>`}
      </div>
    </form>
    ${frame.code && html`<p>${t("pair.enter")}</p><p class="code" data-code role="status">${frame.code.slice(0, 3)} ${frame.code.slice(3)}</p>`}
  </dialog>`;
}

/** Return whether this screen was paired by a key. */
export function isPaired() {
  return pairedKey() !== null;
}

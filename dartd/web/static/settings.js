// Settings: this device, one's own account, the accounts of others, and API keys, which are shown once.

import { get, pairedKey, post, put, remove, saveFile } from "./api.js";
import { askLogin, attempt, caller, may, say, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { CALLERS, callerMode, chooseCaller, loadVoices, PACK } from "./play/caller.js";
import { chooseLanguage, language, LANGUAGES, moment, number, t } from "./texts.js";

const ROLES = ["viewer", "player", "scorer", "operator", "api_client", "admin"];
const LIMIT = 100;
const view = { users: [], keys: [], made: null, backups: null, voices: [] };

const isAccount = () => caller() && !pairedKey() && !caller().user_id.startsWith("key:");
const mayHaveKeys = () => may("keys:own") || may("keys:admin");

async function load() {
  view.voices = await loadVoices().catch(() => []);
  if (may("users:admin")) view.users = (await attempt(() => get(`users?limit=${LIMIT}`)))?.data ?? [];
  if (mayHaveKeys()) view.keys = (await attempt(() => get(`auth/api-keys?limit=${LIMIT}`)))?.data ?? [];
  if (may("backups:manage")) view.backups = await attempt(() => get("backups"));
  update();
}

const valuesOf = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim?.() ?? value]));

function submitting(action) {
  return async (event) => {
    event.preventDefault();
    const form = event.target;
    if ((await attempt(() => action(valuesOf(form)))) === undefined) return;
    form.reset();
    load();
  };
}

const changePassword = submitting(async ({ old_password, password }) => {
  await put("users/me", { old_password, password });
  say(t("settings.password_changed"));
  return true;
});

const addUser = submitting(({ username, password, role }) => post("users", { username, password, role }));

const addKey = submitting(async ({ name, reach }) => {
  const permissions = reach === "read" ? caller().permissions.filter((each) => each.endsWith(":read")) : undefined;
  view.made = await post("auth/api-keys", { name, ...(permissions ? { permissions } : {}) });
  return view.made;
});

const confirmScreen = submitting(async ({ code, name }) => {
  await post("auth/pairings/confirm", { code: code.replace(/\D/g, ""), name });
  say(t("pair.done", { name }));
  return true;
});

async function changeUser(user, changes) {
  await attempt(() => put(`users/${user.user_id}`, changes));
  load();
}

async function removeUser(user) {
  await attempt(() => remove(`users/${user.user_id}`));
  load();
}

async function removeKey({ key_id }) {
  await attempt(() => remove(`auth/api-keys/${key_id}`));
  load();
}

async function backUp() {
  await attempt(() => post("backups"));
  load();
}

async function saveBackup({ backup_name }) {
  if (!(await saveFile(`backups/${backup_name}`, backup_name))) say(t("settings.backup_failed"), true);
}

async function copy(text) {
  await navigator.clipboard?.writeText(text).catch(() => {});
  say(t("settings.copied"));
}

/** Draw doubles and trebles in colours that everybody can distinguish, or as usual. */
function chooseBeds({ target }) {
  const { dataset } = document.documentElement;
  dataset.beds = target.checked ? "distinct" : "usual";
  localStorage.setItem("dartd.beds", dataset.beds);
}

function Device() {
  return html`<section class="panel">
    <h2>${t("settings.device")}</h2>
    <label>${t("settings.language")}
      <select value=${language} onChange=${({ target }) => chooseLanguage(target.value)}>${LANGUAGES.map((each) => html`<option key=${each} value=${each} selected=${each === language}>${t(`language.${each}`)}</option>`)}</select>
    </label>
    <label>${t("caller")}
      <select data-caller onChange=${({ target }) => chooseCaller(target.value)}>${CALLERS.map((each) => html`<option key=${each} value=${each} selected=${each === callerMode()}>${t(`caller.${each}`)}</option>`)}${view.voices.map(({ name }) => html`<option key=${name} value=${PACK + name} selected=${PACK + name === callerMode()}>${name}</option>`)}</select>
    </label>
    <label class="check"><input type="checkbox" data-beds checked=${document.documentElement.dataset.beds === "distinct"} onChange=${chooseBeds} /> ${t("settings.beds")}</label>
    <p class="quiet">${t(pairedKey() ? "settings.paired" : "settings.not_paired")}</p>
  </section>`;
}

function Account() {
  return html`<section class="panel">
    <h2>${t("settings.account", { name: caller().name })}</h2>
    <p class="quiet">${t("settings.role")}: ${t(`role.${caller().role}`)}</p>
    ${isAccount() &&
    html`<form class="fields" onSubmit=${changePassword}>
      <label>${t("settings.old_password")}<input name="old_password" type="password" autocomplete="current-password" required /></label>
      <label>${t("settings.new_password")}<input name="password" type="password" autocomplete="new-password" minlength="8" required /></label>
      <button type="submit">${t("settings.change_password")}</button>
    </form>`}
  </section>`;
}

function User(user) {
  const { username, role, active, last_login_at } = user;
  return html`<tr>
    <th scope="row">${username}</th>
    <td><select aria-label=${t("settings.role_of", { name: username })} onChange=${({ target }) => changeUser(user, { role: target.value })}>${ROLES.map((each) => html`<option key=${each} value=${each} selected=${each === role}>${t(`role.${each}`)}</option>`)}</select></td>
    <td>${last_login_at ? moment(last_login_at) : "–"}</td>
    <td class="row">
      <button type="button" onClick=${() => changeUser(user, { active: !active })}>${t(active ? "settings.lock" : "settings.unlock")}</button>
      <button type="button" class="danger" onClick=${() => removeUser(user)}>${t("remove")}</button>
    </td>
  </tr>`;
}

function Users() {
  return html`<section class="panel" id="users">
    <h2>${t("settings.users")}</h2>
    <div class="scroll"><table>
      <thead><tr><th scope="col">${t("login.name")}</th><th scope="col">${t("settings.role")}</th><th scope="col">${t("settings.last_login")}</th><th scope="col">${t("settings.actions")}</th></tr></thead>
      <tbody>${view.users.map((user) => html`<${User} key=${user.user_id} ...${user} />`)}</tbody>
    </table></div>
    <form class="fields" onSubmit=${addUser}>
      <label>${t("login.name")}<input name="username" pattern="[A-Za-z0-9_.@\\-]+" maxlength="64" autocomplete="off" required /></label>
      <label>${t("login.password")}<input name="password" type="password" minlength="8" autocomplete="new-password" required /></label>
      <label>${t("settings.role")}<select name="role">${ROLES.map((each) => html`<option key=${each} value=${each}>${t(`role.${each}`)}</option>`)}</select></label>
      <button type="submit" class="primary">+ ${t("add")}</button>
    </form>
  </section>`;
}

function Screens() {
  return html`<section class="panel" id="screens">
    <h2>${t("pair.title")}</h2>
    <p class="quiet">${t("pair.what")}</p>
    <form class="fields" onSubmit=${confirmScreen}>
      <label>${t("pair.code")}<input name="code" inputmode="numeric" pattern="[0-9]{3} ?[0-9]{3}" maxlength="7" autocomplete="off" required /></label>
      <label>${t("settings.key_name")}<input name="name" maxlength="80" autocomplete="off" required /></label>
      <button type="submit" class="primary">${t("pair.go")}</button>
    </form>
  </section>`;
}

function MadeKey() {
  if (!view.made) return null;
  const { api_key, name } = view.made;
  const link = `${new URL("../", import.meta.url).href}#key=${api_key}`;
  return html`<div class="made" role="status">
    <p><b>${t("settings.key_once", { name })}</b></p>
    <p class="row"><code data-key>${api_key}</code><button type="button" onClick=${() => copy(api_key)}>${t("copy")}</button></p>
    <p>${t("settings.key_pair")}</p>
    <p class="row"><code>${link}</code><button type="button" onClick=${() => copy(link)}>${t("copy")}</button></p>
  </div>`;
}

function Keys() {
  return html`<section class="panel" id="keys">
    <h2>${t("settings.keys")}</h2>
    <p class="quiet">${t("settings.keys_what")}</p>
    <${MadeKey} />
    <div class="scroll"><table>
      <thead><tr><th scope="col">${t("settings.key_name")}</th><th scope="col">${t("settings.role")}</th><th scope="col">${t("settings.last_used")}</th><th scope="col">${t("settings.actions")}</th></tr></thead>
      <tbody>${view.keys.map((key) => html`<tr key=${key.key_id}>
        <th scope="row">${key.name} <code class="quiet">${key.prefix}…</code></th>
        <td>${t(`role.${key.role}`)}</td>
        <td>${key.last_used_at ? moment(key.last_used_at) : "–"}</td>
        <td><button type="button" class="danger" onClick=${() => removeKey(key)}>${t("settings.revoke")}</button></td>
      </tr>`)}</tbody>
    </table></div>
    <form class="fields" onSubmit=${addKey}>
      <label>${t("settings.key_name")}<input name="name" maxlength="80" autocomplete="off" required /></label>
      <label>${t("settings.reach")}<select name="reach"><option value="all">${t("settings.reach_all")}</option><option value="read">${t("settings.reach_read")}</option></select></label>
      <button type="submit" class="primary">+ ${t("settings.key_new")}</button>
    </form>
  </section>`;
}

function Backups() {
  const { data, every_hours, keep, problem } = view.backups;
  return html`<section class="panel" id="backups">
    <h2>${t("settings.backups")}</h2>
    <p class="quiet">${t(every_hours ? "settings.backups_what" : "settings.backups_none", { hours: every_hours, keep })}</p>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <div class="scroll"><table>
      <thead><tr><th scope="col">${t("settings.backup_made")}</th><th scope="col">${t("settings.backup_size")}</th><th scope="col">${t("settings.actions")}</th></tr></thead>
      <tbody>${data.map((each) => html`<tr key=${each.backup_name}>
        <th scope="row">${moment(each.created_at)}</th>
        <td>${number(each.size_bytes / 1e6, 1)} MB</td>
        <td><button type="button" data-save onClick=${() => saveBackup(each)}>${t("settings.backup_save")}</button></td>
      </tr>`)}</tbody>
    </table></div>
    <button type="button" data-back-up onClick=${backUp}>${t("settings.backup_now")}</button>
  </section>`;
}

function Links() {
  const links = [["tournaments", "tournaments:read"], ["alerts", "alerts:read"], ["webhooks", "webhooks:read"]].filter(([, permission]) => may(permission));
  return links.length > 0 && html`<p class="row">${links.map(([page]) => html`<a key=${page} class="button" href=${page}>${t(`settings.${page}`)}</a>`)}</p>`;
}

function Page() {
  return html`<h1>${t("page.settings")}</h1>
    <${Links} />
    <${Device} />
    ${caller() ? html`<${Account} />` : html`<section class="panel"><h2>${t("login.title")}</h2><p>${t("settings.login")}</p><button type="button" class="primary" onClick=${askLogin}>${t("bar.login")}</button></section>`}
    ${may("board:control") && html`<${Screens} />`}
    ${may("users:admin") && html`<${Users} />`}
    ${caller() && mayHaveKeys() && html`<${Keys} />`}
    ${may("backups:manage") && view.backups && html`<${Backups} />`}`;
}

startPage(Page, { callerChanged: load });

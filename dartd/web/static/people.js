// The players: add, change, merge, delete, with a photo.

import { address, get, pairedKey, post, put, remove } from "./api.js";
import { askLogin, attempt, may, say, showModal, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { Picture } from "./picture.js";
import { t } from "./texts.js";

const PAGE = 100;
const view = { players: null, editing: null, search: "", isAll: false };

async function load() {
  if (!may("players:read")) {
    view.players = null;
    return update();
  }
  const search = view.search ? `&search=${encodeURIComponent(view.search)}` : "";
  const active = view.isAll ? "" : "&active=true";
  const page = await attempt(() => get(`players?limit=${PAGE}&sort=name${active}${search}`));
  view.players = page?.data ?? [];
  return update();
}

function edit(player) {
  return () => {
    view.editing = player;
    update();
  };
}

const close = edit(null);

function fieldsOf(form) {
  const { name, badge_id, group, active, shared } = form.elements;
  return { name: name.value.trim(), badge_id: badge_id.value.trim() || null, group: group.value.trim() || null, active: active.checked, shared: shared.checked };
}

async function save(event) {
  event.preventDefault();
  const { player_id } = view.editing;
  const fields = fieldsOf(event.target);
  const [photo] = event.target.elements.photo?.files ?? [];
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => player_id || value !== null));
  const saved = await attempt(() => (player_id ? put(`players/${player_id}`, given) : post("players", given)));
  if (!saved || (photo && !(await attempt(() => sendPhoto(saved.player_id, photo))))) return;
  say(t("people.saved", { name: fields.name }));
  view.editing = null;
  load();
}

async function sendPhoto(playerId, file) {
  const csrf = /(?:^|; )dartd_csrf=([^;]*)/.exec(document.cookie)?.[1];
  const rights = pairedKey() ? { "X-API-Key": pairedKey() } : { "X-CSRF-Token": csrf ?? "" };
  const answer = await fetch(address(`api/v1/players/${playerId}/photo`), { method: "PUT", headers: { "Content-Type": file.type, ...rights }, body: file });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error.message), { status: answer.status, code: "PHOTO" });
  return true;
}

async function erase() {
  const { player_id, name } = view.editing;
  await attempt(() => remove(`players/${player_id}`));
  say(t("people.removed", { name }));
  view.editing = null;
  load();
}

async function merge(event) {
  const into = event.target.form.elements.into.value;
  if (!into || !(await attempt(() => post(`players/${view.editing.player_id}/merge`, { into })))) return;
  view.editing = null;
  load();
}

function Editor() {
  const player = view.editing;
  if (!player) return null;
  const others = view.players.filter(({ player_id }) => player_id !== player.player_id);
  return html`<dialog class="sheet" ref=${showModal} onClose=${close} aria-labelledby="editor-title">
    <form onSubmit=${save}>
      <h2 id="editor-title">${player.player_id ? player.name : t("player.new")}</h2>
      <label>${t("people.name")}<input name="name" required maxlength="80" defaultValue=${player.name ?? ""} autofocus /></label>
      <label>${t("people.badge")}<input name="badge_id" maxlength="64" defaultValue=${player.badge_id ?? ""} /></label>
      <label>${t("people.group")}<input name="group" maxlength="80" defaultValue=${player.group ?? ""} /></label>
      <label class="check"><input type="checkbox" name="active" defaultChecked=${player.active ?? true} /> ${t("people.active")}</label>
      <label class="check"><input type="checkbox" name="shared" defaultChecked=${player.shared ?? false} /> ${t("people.shared")}</label>
      <label>${t("people.photo")}<input name="photo" type="file" accept="image/jpeg,image/png,image/webp" /></label>
      <div class="row">
        <button class="primary" type="submit">${t("save")}</button>
        <button type="button" onClick=${close}>${t("close")}</button>
        <span class="grow"></span>
        ${player.player_id && may("players:delete") && html`<button type="button" class="danger" data-remove onClick=${erase}>${t("remove")}</button>`}
      </div>
      ${player.player_id &&
      others.length > 0 &&
      may("players:delete") &&
      html`<div class="row">
        <label>${t("people.merge")}<select name="into"><option value=""></option>${others.map(({ player_id, name }) => html`<option value=${player_id}>${name}</option>`)}</select></label>
        <button type="button" onClick=${merge}>${t("people.merge_now")}</button>
      </div>`}
    </form>
  </dialog>`;
}

function Player(player) {
  const { player_id, name, group, photo, active } = player;
  return html`<li>
    <button type="button" class="player" data-player=${player_id} onClick=${may("players:write") ? edit(player) : null}>
      <span class="face" aria-hidden="true">${photo ? html`<${Picture} path=${photo.replace(/^\//, "")} alt="" />` : name.slice(0, 1).toUpperCase()}</span>
      <span class="who-name"><b>${name}</b><small class="quiet">${[group, active ? "" : t("people.inactive")].filter(Boolean).join(" · ")}</small></span>
    </button>
  </li>`;
}

function Page() {
  if (!may("players:read")) return html`<h1>${t("page.people")}</h1><p>${t("people.login")}</p><p><button type="button" class="primary" onClick=${askLogin}>${t("bar.login")}</button></p>`;
  const search = ({ target }) => {
    view.search = target.value;
    load();
  };
  const showAll = ({ target }) => {
    view.isAll = target.checked;
    load();
  };
  return html`<h1>${t("page.people")}</h1>
    <div class="row">
      <input type="search" aria-label=${t("people.search")} placeholder=${t("people.search")} onInput=${search} />
      <label class="check"><input type="checkbox" onChange=${showAll} /> ${t("people.all")}</label>
      ${may("players:write") && html`<button type="button" class="primary" data-add onClick=${edit({})}>+ ${t("player.new")}</button>`}
    </div>
    ${view.players?.length === 0 && html`<p class="quiet">${t("people.none")}</p>`}
    <ul class="people">${(view.players ?? []).map((player) => html`<${Player} key=${player.player_id} ...${player} />`)}</ul>
    <${Editor} />`;
}

startPage(Page, { callerChanged: load });

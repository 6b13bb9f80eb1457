// Webhooks: addresses that events are posted to, their secrets (shown once) and their deliveries.

import { get, post, put, remove } from "./api.js";
import { askLogin, attempt, may, say, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { moment, t } from "./texts.js";

const LIMIT = 100;
const DELIVERIES = 20;
const view = { webhooks: null, secret: null, opened: null, deliveries: [] };

async function load() {
  if (!may("webhooks:read")) return update();
  view.webhooks = (await attempt(() => get(`webhooks?limit=${LIMIT}`)))?.data ?? [];
  return update();
}

async function add(event) {
  event.preventDefault();
  const form = event.target;
  const { name, url, events } = form.elements;
  const types = events.value.split(/[\s,]+/).filter(Boolean);
  const made = await attempt(() => post("webhooks", { name: name.value.trim(), url: url.value.trim(), ...(types.length ? { events: types } : {}) }));
  if (!made) return;
  view.secret = made;
  form.reset();
  load();
}

const acting = (action) => async () => {
  if ((await attempt(action)) !== undefined) load();
};

const rotate = ({ webhook_id, name }) => async () => {
  const made = await attempt(() => post(`webhooks/${webhook_id}/rotate-secret`));
  if (!made) return;
  view.secret = { ...made, name };
  update();
};

const test = ({ webhook_id, name }) => async () => {
  if (!(await attempt(() => post(`webhooks/${webhook_id}/test`)))) return;
  say(t("webhooks.tested", { name }));
  show(webhook_id);
};

const close = () => {
  view.opened = null;
  update();
};

async function show(webhookId) {
  const page = await attempt(() => get(`webhooks/${webhookId}/deliveries?limit=${DELIVERIES}`));
  if (!page) return;
  view.opened = webhookId;
  view.deliveries = page.data;
  update();
}

const again = ({ delivery_id }) => async () => {
  if (!(await attempt(() => post(`webhooks/deliveries/${encodeURIComponent(delivery_id)}/redeliver`)))) return;
  say(t("webhooks.again"));
  show(view.opened);
};

async function copy(text) {
  await navigator.clipboard?.writeText(text).catch(() => {});
  say(t("webhooks.copied"));
}

function Secret() {
  if (!view.secret) return null;
  const { secret, name } = view.secret;
  return html`<div class="made" role="status">
    <p><b>${t("webhooks.once", { name })}</b></p>
    <p class="row"><code data-secret>${secret}</code><button type="button" onClick=${() => copy(secret)}>${t("copy")}</button></p>
  </div>`;
}

function Deliveries() {
  if (view.deliveries.length === 0) return html`<p class="quiet">${t("webhooks.no_deliveries")}</p>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${t("webhooks.deliveries")}><table>
    <thead><tr>${["event", "status", "attempts", "created", "result"].map((name) => html`<th scope="col">${t(`webhooks.${name}`)}</th>`)}<th scope="col"><span class="unseen">${t("webhooks.redeliver")}</span></th></tr></thead>
    <tbody>${view.deliveries.map((each) => html`<tr key=${each.delivery_id} data-delivery=${each.status}>
      <th scope="row">${each.event_type}</th><td>${t(`webhooks.delivery.${each.status}`)}</td><td>${each.attempts}</td><td>${moment(each.created_at)}</td>
      <td>${each.last_error ?? each.last_status_code ?? "–"}</td>
      <td>${may("webhooks:write") && each.status !== "pending" && each.seq !== null && html`<button type="button" data-again onClick=${again(each)}>${t("webhooks.redeliver")}</button>`}</td>
    </tr>`)}</tbody>
  </table></div>`;
}

function Webhook(webhook) {
  const { webhook_id, name, url, events, is_active, status, last_used_at } = webhook;
  const isOpen = view.opened === webhook_id;
  return html`<li class="panel" data-webhook=${webhook_id}>
    <div class="row"><h2 class="grow">${name}</h2><span class="pill ${status === "failing" ? "error" : ""}">${t(`webhooks.is.${status}`)}</span></div>
    <p><code>${url}</code></p>
    <p class="quiet">${events.includes("*") ? t("webhooks.everything") : events.join(", ")} · ${last_used_at ? t("webhooks.used", { time: moment(last_used_at) }) : t("webhooks.unused")}</p>
    <div class="row">
      <button type="button" data-deliveries aria-expanded=${isOpen} onClick=${isOpen ? close : () => show(webhook_id)}>${t("webhooks.deliveries")}</button>
      ${may("webhooks:write") &&
      html`<button type="button" data-test onClick=${test(webhook)}>${t("webhooks.test")}</button>
        <button type="button" data-rotate onClick=${rotate(webhook)}>${t("webhooks.rotate")}</button>
        <button type="button" data-active onClick=${acting(() => put(`webhooks/${webhook_id}`, { is_active: !is_active }))}>${t(is_active ? "webhooks.stop" : "webhooks.start")}</button>`}
      ${may("webhooks:delete") && html`<button type="button" class="danger" data-remove onClick=${acting(() => remove(`webhooks/${webhook_id}`))}>${t("remove")}</button>`}
    </div>
    ${isOpen && html`<${Deliveries} />`}
  </li>`;
}

function Page() {
  const title = html`<h1>${t("page.webhooks")}</h1>`;
  if (!may("webhooks:read")) return html`${title}<p>${t("webhooks.login")}</p><p><button type="button" class="primary" onClick=${askLogin}>${t("bar.login")}</button></p>`;
  return html`${title}
    <p class="quiet">${t("webhooks.what")}</p>
    <${Secret} />
    <ul class="webhooks">${(view.webhooks ?? []).map((each) => html`<${Webhook} key=${each.webhook_id} ...${each} />`)}</ul>
    ${may("webhooks:write") &&
    html`<section class="panel"><h2>${t("webhooks.new")}</h2>
      <form class="fields" id="add" onSubmit=${add}>
        <label>${t("webhooks.name")}<input name="name" maxlength="100" autocomplete="off" required /></label>
        <label>${t("webhooks.url")}<input name="url" type="url" maxlength="2048" placeholder="https://" autocomplete="off" required /></label>
        <label>${t("webhooks.events")}<input name="events" placeholder="dart_hit, alert" autocomplete="off" /></label>
        <button type="submit" class="primary">+ ${t("add")}</button>
      </form>
    </section>`}`;
}

startPage(Page, { callerChanged: load });

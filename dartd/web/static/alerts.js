// Alerts: what is wrong, why, and what to do about it; acknowledged one by one or together.

import { messageOf } from "./alert_messages.js";
import { address, get, post } from "./api.js";
import { askLogin, attempt, may, say, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { SHAPES } from "./open_alerts.js";
import { hasText, moment, number, t } from "./texts.js";

const LIMIT = 50;
const POLL_MS = 5000;
const view = { alerts: null, anomalies: new Map(), isAll: false, chosen: new Set(), health: null };

const isOpen = ({ status }) => status !== "resolved";

async function load() {
  if (!may("alerts:read")) {
    view.health = await fetch(address("health"), { cache: "no-store" }).then((answer) => answer.json()).catch(() => null);
    return update();
  }
  const [alerts, anomalies] = await Promise.all([get(`alerts?limit=${LIMIT}`), get(`anomalies?limit=${LIMIT}`)]).catch(() => [null, null]);
  if (!alerts) return update(); // the next time
  view.alerts = alerts.data;
  view.anomalies = new Map(anomalies.data.map((each) => [each.alert_id, each]));
  const ids = new Set(alerts.data.filter(({ acknowledged }) => !acknowledged).map(({ alert_id }) => alert_id));
  view.chosen = new Set([...view.chosen].filter((each) => ids.has(each)));
  return update();
}

const choose = (alertId) => ({ target }) => {
  view.chosen[target.checked ? "add" : "delete"](alertId);
  update();
};

function acknowledgeOne(alertId) {
  return async (event) => {
    event.preventDefault();
    const action = event.target.elements.action.value.trim();
    if (await attempt(() => post(`alerts/${alertId}/acknowledge`, action ? { action_taken: action } : {}))) load();
  };
}

async function acknowledgeChosen() {
  const count = await attempt(() => post("alerts/acknowledge", { alert_ids: [...view.chosen] }));
  if (count) say(t("alerts.done", { count: count.acknowledged }));
  view.chosen.clear();
  load();
}

const nameOf = (type) => (hasText(`alerts.type.${type}`) ? t(`alerts.type.${type}`) : type.replaceAll("_", " "));

function Evidence({ evidence }) {
  const { cameras = {}, ...figures } = evidence;
  const rows = [...Object.entries(cameras).map(([camera, { state, fps, faults, error_mm }]) => [camera, [t(`alerts.state.${state}`), `${fps} fps`, ...faults, ...(error_mm === undefined ? [] : [`${error_mm} mm`])].join(", ")]), ...Object.entries(figures)];
  return html`<details><summary>${t("alerts.evidence")}</summary>
    <dl class="evidence">${rows.map(([name, value]) => html`<div key=${name}><dt>${name.replaceAll("_", " ")}</dt><dd>${value}</dd></div>`)}</dl>
  </details>`;
}

function Alert(alert) {
  const { alert_id, alert_type, severity, status, timestamp, resolved_at, acknowledged, acknowledged_by, action_taken } = alert;
  const anomaly = view.anomalies.get(alert_id);
  const times = [moment(timestamp), ...(resolved_at ? [t("alerts.until", { time: moment(resolved_at) })] : [])].join(" ");
  return html`<li class="panel alert ${severity}" data-alert=${alert_id} data-status=${status}>
    <div class="row">
      ${may("alerts:acknowledge") && !acknowledged && html`<input type="checkbox" aria-label=${t("alerts.choose", { name: nameOf(alert_type) })} checked=${view.chosen.has(alert_id)} onChange=${choose(alert_id)} />`}
      <span class="severity"><span aria-hidden="true">${SHAPES[severity]}</span> ${t(`alerts.severity.${severity}`)}</span>
      <b class="grow">${nameOf(alert_type)}</b>
      <span class="quiet">${times}</span>
      <span class="badge">${t(`alerts.status.${status}`)}</span>
    </div>
    <p>${messageOf(alert)}</p>
    ${anomaly && html`<p class="quiet">${t("alerts.cause")}: ${anomaly.root_cause}</p><${Evidence} evidence=${anomaly.evidence} />`}
    ${acknowledged && html`<p class="quiet">${t("alerts.by", { name: acknowledged_by })}${action_taken ? `: ${action_taken}` : ""}</p>`}
    ${may("alerts:acknowledge") && !acknowledged &&
    html`<form class="row" onSubmit=${acknowledgeOne(alert_id)}>
      <input class="grow" name="action" maxlength="500" aria-label=${t("alerts.action")} placeholder=${t("alerts.action")} />
      <button type="submit" data-acknowledge>${t("alerts.acknowledge")}</button>
    </form>`}
  </li>`;
}

/** What everyone may know: whether the board works, and if not why. */
function Health() {
  if (!view.health) return null;
  const { health, reasons, components } = view.health;
  const cameras = Object.entries(components.cameras);
  return html`<section class="panel" data-health=${health}>
    <p><b>${t(`alerts.health.${health}`)}</b></p>
    ${reasons.length > 0 && html`<ul>${reasons.map((each) => html`<li key=${each} lang="en">${each}</li>`)}</ul>`}
    ${cameras.length > 0 && html`<p class="quiet">${cameras.map(([id, { state, fps }]) => `${id}: ${t(`alerts.state.${state}`)}, ${number(fps)} fps`).join(" · ")}</p>`}
  </section>`;
}

function Page() {
  const title = html`<h1>${t("page.alerts")}</h1>`;
  if (!may("alerts:read")) return html`${title}<${Health} /><p>${t("alerts.login")}</p><p><button type="button" class="primary" onClick=${askLogin}>${t("bar.login")}</button></p>`;
  const shown = (view.alerts ?? []).filter((each) => view.isAll || isOpen(each));
  const showAll = ({ target }) => {
    view.isAll = target.checked;
    update();
  };
  return html`${title}
    <div class="row">
      <label class="check"><input type="checkbox" data-all onChange=${showAll} /> ${t("alerts.all")}</label>
      <span class="grow"></span>
      ${may("webhooks:read") && html`<a href="webhooks">${t("alerts.webhooks")}</a>`}
      ${view.chosen.size > 0 && html`<button type="button" class="primary" data-many onClick=${acknowledgeChosen}>${t("alerts.many", { count: view.chosen.size })}</button>`}
    </div>
    ${view.alerts && shown.length === 0 && html`<p class="quiet" data-none>${t("alerts.none")}</p>`}
    <ul class="alerts">${shown.map((each) => html`<${Alert} key=${each.alert_id} ...${each} />`)}</ul>`;
}

startPage(Page, { callerChanged: load });
setInterval(() => document.hidden || load(), POLL_MS);

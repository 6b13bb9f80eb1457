// The dashboard: boards, alerts, tournament, players, what happened, and what to play, in one call.

import { messageOf } from "./alert_messages.js";
import { get, loadSettings } from "./api.js";
import { askLogin, may, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { SHAPES } from "./open_alerts.js";
import { hasText, moment, number, t } from "./texts.js";

const POLL_MS = 10_000;
const settings = await loadSettings().catch(() => ({ anonymous_reads: true }));
const view = { shown: null };

const mayRead = () => settings.anonymous_reads || may("statistics:read");

async function load() {
  if (mayRead()) view.shown = await get("dashboard").catch(() => view.shown); // the next time
  update();
}

const nameOf = (id) => view.shown.players.find(({ player_id }) => player_id === id)?.name ?? null;
const word = (key, otherwise) => (hasText(key) ? t(key) : otherwise);

function Boards({ boards }) {
  return html`<section class="panel" data-boards><h2>${t("dashboard.boards")}</h2><div class="scroll"><table>
    <thead><tr><th scope="col">${t("dashboard.board")}</th><th scope="col">${t("dashboard.status")}</th><th scope="col">${t("dashboard.throws")}</th><th scope="col" class="figure">${t("dashboard.darts")}</th><th scope="col" class="figure">${t("dashboard.visits")}</th></tr></thead>
    <tbody>${boards.map(({ board_id, name, status, player_id, darts, visits }) => html`<tr key=${board_id}>
      <th scope="row">${name ?? board_id}</th><td>${status ? word(`status.${status}`, status) : "–"}</td><td>${nameOf(player_id) ?? "–"}</td>
      <td class="figure">${number(darts, 0)}</td><td class="figure">${number(visits, 0)}</td>
    </tr>`)}</tbody>
  </table></div></section>`;
}

function Alerts({ alerts }) {
  if (alerts === null) return null;
  return html`<section class="panel" data-open-alerts=${alerts.length}><h2>${t("dashboard.alerts")}</h2>
    ${alerts.length === 0 ? html`<p class="quiet">${t("dashboard.no_alerts")}</p>` : html`<ul class="activity">${alerts.map((each) => html`<li key=${each.alert_id}><span aria-hidden="true">${SHAPES[each.severity]}</span> <a href="alerts">${messageOf(each)}</a></li>`)}</ul>`}
  </section>`;
}

function Tournament({ tournament, fixtures }) {
  return html`<section class="panel" data-tournament><h2>${tournament ? `${t("dashboard.tournament")}: ${tournament.name}` : t("dashboard.fixtures")}</h2>
    <p><a href="tournaments">${t("page.tournaments")}</a></p>
    ${tournament?.starts_at && html`<p>${moment(tournament.starts_at)}</p>`}
    <dl class="counts">${Object.entries(fixtures).map(([status, count]) => html`<div key=${status}><dt>${t(`dashboard.${status}`)}</dt><dd>${number(count, 0)}</dd></div>`)}</dl>
  </section>`;
}

function Players({ players }) {
  if (players.length === 0) return null;
  return html`<section class="panel" data-players><h2>${t("dashboard.players")}</h2><div class="scroll"><table>
    <thead><tr><th scope="col">${t("people.name")}</th><th scope="col" class="figure">${t("dashboard.average")}</th><th scope="col" class="figure">${t("dashboard.legs")}</th><th scope="col">${t("dashboard.played")}</th></tr></thead>
    <tbody>${players.map(({ player_id, name, average, legs, last_played_at }) => html`<tr key=${player_id}>
      <th scope="row">${name}</th><td class="figure">${number(average, 2)}</td><td class="figure">${number(legs, 0)}</td><td>${moment(last_played_at)}</td>
    </tr>`)}</tbody>
  </table></div></section>`;
}

function Sides({ sides, winner }) {
  const hasSets = sides.some(({ sets }) => sets > 0);
  const score = ({ sets, legs }) => (hasSets ? sets : legs);
  return html`<span>${sides.map((side, k) => html`<span key=${k}>${k > 0 ? " – " : ""}<span class=${k === winner ? "winner" : ""}>${side.name ?? t("dashboard.somebody")}</span></span>`)}</span>
    <span class="score">${sides.map(score).join(" : ")}</span>`;
}

function Event({ at, kind, game, sides, winner, name, points }) {
  const time = html`<time datetime=${at}>${moment(at)}</time>`;
  if (kind === "high_visit") return html`<li data-kind=${kind}>${time}<b>${t("dashboard.high_visit", { name: name ?? t("dashboard.somebody"), points })}</b></li>`;
  return html`<li data-kind=${kind}>${time}<${Sides} sides=${sides} winner=${winner} /><span class="quiet">${word(`game.${game}`, game)} · ${word(`dashboard.${kind}`, kind)}</span></li>`;
}

function Shown({ boards, open_alerts, next_tournament, fixtures_by_status, players, activity, suggested_formats }) {
  return html`<${Boards} boards=${boards} />
    <${Alerts} alerts=${open_alerts} />
    <${Tournament} tournament=${next_tournament} fixtures=${fixtures_by_status} />
    <${Players} players=${players} />
    <div class="pair">
      <section class="panel" data-activity><h2>${t("dashboard.activity")}</h2>
        ${activity.length === 0 ? html`<p class="quiet">${t("dashboard.nothing")}</p>` : html`<ul class="activity">${activity.map((each) => html`<${Event} key=${`${each.at}${each.match_id}`} ...${each} />`)}</ul>`}
      </section>
      <section class="panel" data-formats><h2>${t("dashboard.formats")}</h2>
        <ul class="formats">${suggested_formats.map(({ format_id, name, description, played }) => html`<li key=${format_id}><b>${name}</b><span>${description}</span>${played > 0 && html`<span class="quiet">${t("dashboard.often", { count: number(played, 0) })}</span>`}</li>`)}</ul>
      </section>
    </div>`;
}

function Page() {
  const login = html`<p>${t(mayRead() ? "dashboard.login" : "dashboard.private")} <button type="button" onClick=${askLogin}>${t("bar.login")}</button></p>`;
  return html`<h1>${t("page.dashboard")}</h1>
    ${!may("players:read") && login}
    ${view.shown && html`<${Shown} ...${view.shown} />`}
    ${may("reports:view") && html`<p><a href="reports">${t("page.reports")}</a></p>`}`;
}

startPage(Page, { callerChanged: load });
setInterval(() => document.hidden || load(), POLL_MS);

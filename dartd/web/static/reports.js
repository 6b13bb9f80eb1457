// The report of a day: figures, plots, where the darts hit, the best players; as PDF and CSV.

import { get, saveFile } from "./api.js";
import { askLogin, attempt, may, say, startPage, update } from "./frame.js";
import { HeatMap } from "./heat_map.js";
import { html } from "./html.js";
import { language, moment, number, t } from "./texts.js";

const FIGURES = ["darts", "visits", "players", "matches", "average", "count_180", "highest_checkout", "active_hours"];
const [WIDTH, HEIGHT, LABEL] = [640, 190, 24];
const FEWEST_HOURS = 8;
const view = { date: dayOf(new Date()), report: null };

function dayOf(date) {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((each) => String(each).padStart(2, "0")).join("-");
}

async function load() {
  if (may("reports:view")) view.report = (await attempt(() => get(`reports/daily?date=${view.date}`))) ?? null;
  update();
}

function choose(date) {
  if (!date) return;
  view.date = date;
  load();
}

const move = (days) => () => {
  const date = new Date(`${view.date}T12:00:00`);
  date.setDate(date.getDate() + days);
  choose(dayOf(date));
};

async function save(format) {
  const done = await saveFile(`reports/daily/export?date=${view.date}&format=${format}&language=${language}`, `daily_report_${view.date}.${format}`);
  if (!done) say(t("reports.failed"), true);
}

const shape = (name, value) => (name === "average" ? number(value, 2) : name === "active_hours" ? number(value, 1) : number(value, 0));

/** A bar for each value, with the value on top and its label below. */
function Bars({ title, bars }) {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const step = WIDTH / bars.length;
  const high = (value) => ((HEIGHT - LABEL - 22) * value) / most;
  return html`<figure class="panel"><h2>${title}</h2><svg class="bars" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`${title}: ${bars.map(({ label, value }) => `${label} ${value}`).join(", ")}`}>
    ${bars.map(({ label, value }, k) => html`<g key=${label}>
      <rect x=${step * (k + 0.12)} y=${HEIGHT - LABEL - high(value)} width=${step * 0.76} height=${high(value)} rx="2" />
      ${value > 0 && html`<text x=${step * (k + 0.5)} y=${HEIGHT - LABEL - high(value) - 3}>${value}</text>`}
      <text class="label" x=${step * (k + 0.5)} y=${HEIGHT - 5}>${label}</text>
    </g>`)}
  </svg></figure>`;
}

/** Return the hours from the first dart to the last one, and some around them. */
function playedHours(hours) {
  const played = hours.filter(({ darts }) => darts > 0).map(({ hour }) => hour);
  const last = Math.min(23, Math.max(...played, Math.min(...played) + FEWEST_HOURS - 1));
  return hours.slice(Math.min(Math.min(...played), last - FEWEST_HOURS + 1), last + 1).map(({ hour, darts }) => ({ label: `${hour}`, value: darts }));
}

function Performers({ players }) {
  if (players.length === 0) return null;
  const columns = ["average", "darts", "legs", "count_180", "highest_visit", "highest_checkout"];
  const value = (player, name) => (name === "legs" ? `${player.legs_won}/${player.legs}` : shape(name, player[name]));
  return html`<section class="panel" data-performers><h2>${t("reports.performers")}</h2><div class="scroll"><table>
    <thead><tr><th scope="col">#</th><th scope="col">${t("people.name")}</th>${columns.map((name) => html`<th key=${name} scope="col" class="figure">${t(`reports.${name}`)}</th>`)}</tr></thead>
    <tbody>${players.map((player) => html`<tr key=${player.player_id}><td>${player.rank}</td><th scope="row">${player.name}</th>${columns.map((name) => html`<td key=${name} class="figure">${value(player, name)}</td>`)}</tr>`)}</tbody>
  </table></div></section>`;
}

function Zones({ zones }) {
  if (zones.length === 0) return null;
  return html`<section class="panel"><h2>${t("reports.zones")}</h2><div class="scroll"><table>
    <thead><tr><th scope="col">${t("people.name")}</th>${["sessions", "players", "active_hours"].map((name) => html`<th key=${name} scope="col" class="figure">${t(`reports.${name}`)}</th>`)}</tr></thead>
    <tbody>${zones.map(({ zone_id, zone_name, sessions, players, active_hours }) => html`<tr key=${zone_id}><th scope="row">${zone_name ?? zone_id}</th><td class="figure">${number(sessions, 0)}</td><td class="figure">${number(players, 0)}</td><td class="figure">${number(active_hours, 1)}</td></tr>`)}</tbody>
  </table></div></section>`;
}

function Issues({ issues }) {
  return html`<section class="panel" data-issues=${issues.length}><h2>${t("reports.issues")}</h2>
    ${issues.length === 0 ? html`<p class="quiet">${t("reports.no_issues")}</p>` : html`<div class="scroll"><table><tbody>${issues.map(({ alert_id, timestamp, message }) => html`<tr key=${alert_id}><td>${moment(timestamp)}</td><td>${message}</td></tr>`)}</tbody></table></div>`}
  </section>`;
}

function Report({ summary, hours, visit_ranges, heat_map, top_performers, zones, issues }) {
  const ranges = visit_ranges.map(({ low, high, visits }) => ({ label: low === high ? `${low}` : `${low}+`, value: visits }));
  const heat = t("reports.heat", { darts: number(heat_map.darts, 0) });
  return html`<section class="panel" data-report>
      <dl class="totals">${FIGURES.map((name) => html`<div key=${name}><dt>${t(`reports.${name}`)}</dt><dd data-figure=${name}>${shape(name, summary[name])}</dd></div>`)}</dl>
      ${summary.darts === 0 && html`<p class="quiet">${t("reports.none")}</p>`}
    </section>
    ${summary.darts > 0 && html`<${Bars} title=${t("reports.hours")} bars=${playedHours(hours)} /><${Bars} title=${t("reports.ranges")} bars=${ranges} />`}
    <${Performers} players=${top_performers} />
    ${heat_map.darts > 0 && html`<section class="panel" data-heat><h2>${heat}</h2><${HeatMap} heat=${heat_map} label=${heat} /></section>`}
    <${Zones} zones=${zones} />
    <${Issues} issues=${issues} />`;
}

function Page() {
  const title = html`<h1>${t("page.reports")}</h1>`;
  if (!may("reports:view")) return html`${title}<p>${t("reports.login")}</p><p><button type="button" class="primary" onClick=${askLogin}>${t("bar.login")}</button></p>`;
  return html`${title}
    <div class="row">
      <button type="button" aria-label=${t("reports.before")} title=${t("reports.before")} onClick=${move(-1)}>◀</button>
      <input type="date" name="date" aria-label=${t("reports.day")} value=${view.date} onChange=${({ target }) => choose(target.value)} />
      <button type="button" aria-label=${t("reports.after")} title=${t("reports.after")} onClick=${move(1)}>▶</button>
      <span class="grow"></span>
      <button type="button" data-save="pdf" onClick=${() => save("pdf")}>${t("reports.pdf")}</button>
      <button type="button" data-save="csv" onClick=${() => save("csv")}>${t("reports.csv")}</button>
    </div>
    ${view.report && html`<${Report} key=${view.report.date} ...${view.report} />`}`;
}

startPage(Page, { callerChanged: load });

// Statistics: the leaders of a period, and one player in figures, on the board and over time; two can be compared.

import { get, loadSettings } from "./api.js";
import { askLogin, attempt, may, startPage, update } from "./frame.js";
import { HeatMap } from "./heat_map.js";
import { html } from "./html.js";
import { Question } from "./question.js";
import { number, t } from "./texts.js";

const PERIODS = ["today", "week", "month", "year", "all"];
const GAMES = ["x01", "cricket", "around_the_clock", "count_up"];
const LEADERS = { x01: ["average", "first9", "checkout_pct", "n180", "highest_checkout", "legs_won"], cricket: ["mpr", "legs_won"] };
const OTHER_LEADERS = ["legs_won"];
const FIGURES = [
  "average", "first9", "checkout_pct", "highest_checkout", "best_leg", "highest_visit", "n60", "n100", "n140", "n180", "busts", "mpr",
  "legs", "legs_won", "matches", "matches_won", "visits", "darts",
];

const settings = await loadSettings().catch(() => ({ board: {}, anonymous_reads: true }));
const view = { period: "month", game: "x01", figure: "average", leaders: null, players: [], player: null, other: null, figures: {}, heat: null };

/** Return the filter of the period, which begins as that of the leaders. */
function since() {
  const day = new Date();
  if (view.period === "all") return "";
  if (view.period === "week") day.setDate(day.getDate() - ((day.getDay() + 6) % 7));
  if (["month", "year"].includes(view.period)) day.setDate(1);
  if (view.period === "year") day.setMonth(0);
  return `&since=${[day.getFullYear(), day.getMonth() + 1, day.getDate()].map((each) => String(each).padStart(2, "0")).join("-")}`;
}

async function load() {
  if (settings.anonymous_reads || may("statistics:read")) {
    const { figure, period, game } = view;
    view.leaders = (await attempt(() => get(`leaderboard?figure=${figure}&period=${period}&game=${game}`)))?.data ?? [];
  }
  if (may("players:read")) {
    view.players = (await attempt(() => get("players?limit=100&sort=name")))?.data ?? [];
    for (const id of [view.player, view.other].filter(Boolean)) view.figures[id] = await figuresOf(id);
    view.heat = view.player && (await attempt(() => get(`players/${view.player}/heat_map?game=${view.game}${since()}`)));
  }
  update();
}

function figuresOf(id) {
  return attempt(() => get(`players/${id}/statistics?game=${view.game}${since()}&resolution=leg`));
}

function choose(name) {
  return (value) => {
    view[name] = value || null;
    if (name === "game") view.figure = (LEADERS[value] ?? OTHER_LEADERS)[0];
    load();
  };
}

const nameOf = (id) => view.players.find(({ player_id }) => player_id === id)?.name ?? "";
const decimals = (value) => (typeof value === "string" ? 2 : 0);

function Select({ name, label, values, word, empty }) {
  return html`<label>${label}
    <select name=${name} value=${view[name] ?? ""} onChange=${({ target }) => choose(name)(target.value)}>
      ${empty && html`<option value="">${empty}</option>`}
      ${values.map((each) => html`<option key=${each} value=${each} selected=${each === view[name]}>${word(each)}</option>`)}
    </select>
  </label>`;
}

function Leaders() {
  if (view.leaders === null) return null;
  if (view.leaders.length === 0) return html`<p class="quiet">${t("statistics.none")}</p>`;
  return html`<div class="scroll"><table class="leaders">
    <thead><tr><th scope="col">#</th><th scope="col">${t("people.name")}</th><th scope="col" class="figure">${t(`figure.${view.figure}`)}</th></tr></thead>
    <tbody>${view.leaders.map(({ rank, player_id, name, value }) => html`<tr key=${player_id}>
      <td>${rank}</td>
      <td>${may("players:read") ? html`<button type="button" class="link" data-leader=${player_id} onClick=${() => choose("player")(player_id)}>${name}</button>` : name}</td>
      <td class="figure">${number(value, decimals(value))}</td>
    </tr>`)}</tbody>
  </table></div>`;
}

/** The averages of the legs, the oldest first. */
function FormLine({ series }) {
  const values = series.map(({ average }) => Number(average)).filter((value) => value > 0);
  if (values.length < 2) return null;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const at = (value, k) => `${(k / (values.length - 1)) * 300},${70 - ((value - least) / (most - least || 1)) * 60}`;
  return html`<figure class="form">
    <svg viewBox="-4 0 308 80" role="img" aria-label=${t("statistics.form", { count: values.length })}><polyline points=${values.map(at).join(" ")} /></svg>
    <figcaption class="quiet">${t("statistics.form", { count: values.length })}: ${number(least, 2)} – ${number(most, 2)}</figcaption>
  </figure>`;
}

function csv(shown) {
  const rows = [["figure", ...shown.map(nameOf)], ...FIGURES.map((figure) => [figure, ...shown.map((id) => view.figures[id]?.[figure] ?? "")])];
  const text = rows.map((row) => row.map((cell) => `"${String(cell).replace(/"/g, '""')}"`).join(",")).join("\r\n");
  return `data:text/csv;charset=utf-8,${encodeURIComponent(text)}`;
}

function Player() {
  if (!view.player || !view.figures[view.player]) return null;
  const shown = [view.player, view.other].filter((id) => id && view.figures[id]);
  return html`<section class="panel" data-figures>
    <h2>${nameOf(view.player)}</h2>
    <div class="grid">
      <div class="scroll"><table>
        ${shown.length > 1 && html`<thead><tr><th scope="col">${t("statistics.figure")}</th>${shown.map((id) => html`<th scope="col" class="figure">${nameOf(id)}</th>`)}</tr></thead>`}
        <tbody>${FIGURES.map((figure) => html`<tr key=${figure}><th scope="row">${t(`figure.${figure}`)}</th>${shown.map((id) => html`<td class="figure">${number(view.figures[id][figure], decimals(view.figures[id][figure]))}</td>`)}</tr>`)}</tbody>
      </table></div>
      <div>
        ${view.heat?.darts > 0 && html`<${HeatMap} heat=${view.heat} label=${t("statistics.heat", { darts: view.heat.darts })} />`}
        <${FormLine} series=${view.figures[view.player].series} />
      </div>
    </div>
    <p><a class="button" download="statistics.csv" href=${csv(shown)}>${t("statistics.csv")}</a></p>
  </section>`;
}

function Page() {
  const names = view.players.map(({ player_id }) => player_id);
  return html`<div class="row"><h1 class="grow">${t("page.statistics")}</h1><a class="button" href="tournaments">${t("statistics.tournaments")}</a></div>
    ${may("query:ask") && html`<${Question} />`}
    <div class="choose">
      <${Select} name="period" label=${t("statistics.period")} values=${PERIODS} word=${(each) => t(`period.${each}`)} />
      <${Select} name="game" label=${t("statistics.game")} values=${GAMES} word=${(each) => t(`game.${each}`)} />
      <${Select} name="figure" label=${t("statistics.by")} values=${LEADERS[view.game] ?? OTHER_LEADERS} word=${(each) => t(`figure.${each}`)} />
    </div>
    <section class="panel"><h2>${t("statistics.leaders")}</h2><${Leaders} /></section>
    ${may("players:read")
      ? html`<div class="choose">
          <${Select} name="player" label=${t("statistics.player")} values=${names} word=${nameOf} empty="–" />
          <${Select} name="other" label=${t("statistics.compare")} values=${names} word=${nameOf} empty="–" />
        </div>`
      : html`<p>${t("statistics.login")} <button type="button" onClick=${askLogin}>${t("bar.login")}</button></p>`}
    <${Player} />
    <p><a href="accuracy">${t("accuracy.link")}</a></p>
    <p><a href="reports">${t("page.reports")}</a></p>`;
}

startPage(Page, { callerChanged: load });

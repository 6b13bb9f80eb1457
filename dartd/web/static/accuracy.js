// Accuracy: how often the published bed was the true one, on the board, in figures, and the throws that failed with their images.

import { get, loadSettings } from "./api.js";
import { BoardView } from "./board.js";
import { askLogin, attempt, may, startPage, update } from "./frame.js";
import { Component, html } from "./html.js";
import { number, t } from "./texts.js";

const PERIODS = { week: 7, month: 30, year: 365, all: null };
const LEVELS = ["green", "yellow", "red"];
const CONFUSIONS = 10;

const settings = await loadSettings().catch(() => ({ board: {}, anonymous_reads: true }));
const view = { period: "month", report: null };

/** Return the filter of the period. */
function filter() {
  const days = PERIODS[view.period];
  if (days === null) return "";
  const since = new Date(Date.now() - days * 86_400_000);
  return `?since=${since.toISOString().slice(0, 10)}`;
}

const mayRead = () => settings.anonymous_reads || may("statistics:read");

async function load() {
  if (mayRead()) view.report = await attempt(() => get(`accuracy${filter()}`));
  update();
}

const percent = (rate) => (rate === null ? "–" : `${number(100 * rate, 1)} %`);

function Figures({ darts, verified, correct, rate }) {
  const shown = { darts, verified, correct };
  return html`<dl class="totals">
    ${Object.entries(shown).map(([name, value]) => html`<div key=${name}><dt>${t(`accuracy.${name}`)}</dt><dd data-figure=${name}>${number(value, 0)}</dd></div>`)}
    <div><dt>${t("accuracy.rate")}</dt><dd data-figure="rate">${percent(rate)}</dd></div>
  </dl>`;
}

/** The board, each verified bed in the color of its level. */
class HeatMap extends Component {
  componentDidMount() {
    this.board = new BoardView(this.svg, settings.board);
    this.board.paint(this.props.beds);
  }

  componentDidUpdate() {
    this.board.paint(this.props.beds);
  }

  render() {
    return html`<svg role="img" aria-label=${t("accuracy.board")} ref=${(svg) => (this.svg = svg)}></svg>`;
  }
}

function Groups({ report }) {
  return html`<div class="scroll"><table>
    <thead><tr><th scope="col">${t("accuracy.rings")}</th>${["darts", "verified", "rate"].map((name) => html`<th scope="col" class="figure">${t(`accuracy.${name}`)}</th>`)}</tr></thead>
    <tbody>${report.by_ring.map(({ ring, darts, verified, rate }) => html`<tr key=${ring}>
      <th scope="row">${t(`accuracy.ring.${ring}`)}</th><td class="figure">${number(darts, 0)}</td><td class="figure">${number(verified, 0)}</td><td class="figure">${percent(rate)}</td>
    </tr>`)}</tbody>
  </table></div>`;
}

function Confusion({ cells }) {
  const read = ({ told: published, true: truth, count }) => ({ published, truth, count }); // codespell:ignore told
  const wrong = cells.map(read).filter(({ published, truth }) => published !== truth).slice(0, CONFUSIONS);
  if (wrong.length === 0) return null;
  return html`<section class="panel" data-confusion><h2>${t("accuracy.confusion")}</h2>
    <div class="scroll"><table>
      <thead><tr><th scope="col">${t("accuracy.published")}</th><th scope="col">${t("accuracy.true")}</th><th scope="col" class="figure">${t("accuracy.count")}</th></tr></thead>
      <tbody>${wrong.map((cell) => html`<tr key=${`${cell.published} ${cell.truth}`}><td>${cell.published}</td><td>${cell.truth}</td><td class="figure">${number(cell.count, 0)}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

function Throw({ throw_id, published, true: truth, image_paths }) {
  const word = `${published} → ${truth ?? "?"}`;
  const after = image_paths.filter((path) => path.endsWith("/after")).slice(0, 1);
  return html`<figure>
    ${after.map((path) => html`<img key=${path} src=${path.slice(1)} alt=${t("accuracy.picture", { throw: throw_id })} loading="lazy" />`)}
    <figcaption>${word}</figcaption>
  </figure>`;
}

function Modes({ modes }) {
  if (modes.length === 0) return null;
  return html`<section class="panel" data-modes><h2>${t("accuracy.modes")}</h2>
    ${modes.map(({ mode, count, share, throws }) => html`<div key=${mode} data-mode=${mode}>
      <h3>${t(`accuracy.mode.${mode}`)} · ${number(count, 0)} · ${percent(share)}</h3>
      <div class="failures">${throws.map((each) => html`<${Throw} key=${each.throw_id} ...${each} />`)}</div>
    </div>`)}
  </section>`;
}

function Report({ report }) {
  if (report.verified === 0) return html`<p class="quiet">${t("accuracy.none")}</p>`;
  return html`<section class="panel" data-accuracy>
      <h2>${t("accuracy.beds")}</h2>
      <${Figures} ...${report} />
      <div class="grid">
        <div><${HeatMap} beds=${report.heat_map} />
          <ul class="legend">${LEVELS.map((level) => html`<li key=${level} class=${level}>${t(`accuracy.level.${level}`)}</li>`)}</ul>
        </div>
        <${Groups} report=${report} />
      </div>
    </section>
    <${Modes} modes=${report.failure_modes} />
    <${Confusion} cells=${report.confusion} />`;
}

function Page() {
  const choose = ({ target }) => {
    view.period = target.value;
    load();
  };
  return html`<h1>${t("page.accuracy")}</h1>
    ${mayRead()
      ? html`<p><label>${t("accuracy.period")} <select name="period" value=${view.period} onChange=${choose}>
          ${Object.keys(PERIODS).map((each) => html`<option key=${each} value=${each} selected=${each === view.period}>${t(`accuracy.period.${each}`)}</option>`)}
        </select></label></p>`
      : html`<p>${t("accuracy.login")} <button type="button" onClick=${askLogin}>${t("bar.login")}</button></p>`}
    ${view.report && html`<${Report} report=${view.report} />`}`;
}

startPage(Page, { callerChanged: load });

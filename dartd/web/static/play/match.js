// The match: its sides, the board, and what the scorer can do.

import { update } from "../frame.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { plain } from "./beds.js";
import { nameOf, SideCard, SideLine } from "./cards.js";
import { client, dismiss, isEnded, mayScore, next, pause, rematch, stop, ui, undo } from "./model.js";
import { Pad } from "./pad.js";
import { Board } from "./parts.js";

const MANY = 5;

/** Return the game with its options, in words. */
export function gameWords({ rules }) {
  if (rules.game !== "x01") return t(`game.${rules.game}`);
  return `${rules.start} ${t(`out.${rules.out}`)}${rules.in === "straight" ? "" : ` · ${t(`in.${rules.in}`)}`}`;
}

function formatWords({ format }) {
  if (format.sets) return t("format.sets", { sets: format.sets, legs: format.legs });
  return format.legs > 1 ? t(`format.${format.goal}`, { legs: format.legs }) : "";
}

function heading(match) {
  const { turn } = match;
  const leg = turn ? t("leg.number", { leg: turn.leg }) : "";
  const set = turn && match.format.sets ? t("set.number", { set: turn.set }) : "";
  return [set, leg, formatWords(match), gameWords(match)].filter(Boolean).join(" · ");
}

function Result({ match }) {
  const words = match.winner !== null && match.winner !== undefined ? t("match.won", { name: nameOf(match.sides[match.winner]) }) : t(match.draw ? "match.draw" : "match.stopped");
  const figures = match.sides.map((side) => (match.format.sets ? side.sets : side.legs)).join(" : ");
  return html`<section class="result" aria-live="polite">
    <p class="won" data-result>${words}</p>
    <p class="score">${figures}</p>
    ${mayScore() &&
    html`<div class="row">
      <button type="button" class="primary" data-rematch onClick=${rematch}>${t("match.again")}</button>
      <button type="button" data-new onClick=${dismiss}>${t("match.new")}</button>
    </div>`}
  </section>`;
}

/** What the scorer can do: always at the same spot. */
function Actions({ match }) {
  if (!mayScore() || ui.view === "tv") return null;
  const toggle = () => {
    ui.pad = ui.pad ? null : "darts";
    update();
  };
  if (match.status === "stopped") return null;
  if (isEnded(match)) return html`<div class="actions"><button type="button" data-undo onClick=${undo}>↶ ${t("undo")}</button></div>`;
  return html`<div class="actions">
    <button type="button" data-undo onClick=${undo}>↶ ${t("undo")}</button>
    <button type="button" data-pad aria-pressed=${String(ui.pad !== null)} onClick=${toggle}>⌨ ${t("pad.title")}</button>
    <button type="button" class="primary" data-next onClick=${next}>${t("next")} ▶</button>
    <details class="more">
      <summary class="button">⋯<span class="unseen">${t("more")}</span></summary>
      <div class="menu-list">
        <button type="button" onClick=${pause}>${t(match.status === "paused" ? "resume" : "pause")}</button>
        <button type="button" class="danger" data-stop onClick=${stop}>${t("match.stop")}</button>
      </div>
    </details>
  </div>`;
}

/** Who throws, or that the darts are to be taken out. */
function Now({ name }) {
  const isTakeout = client.state.status === "takeout";
  return html`<p class="now"><span aria-hidden="true">${isTakeout ? "↑" : "▶"}</span> ${isTakeout ? t("status.takeout") : t("now.throws", { name })}</p>`;
}

/** The match view. */
export function MatchScreen({ match }) {
  const { turn, sides } = match;
  const ended = isEnded(match);
  const aim = ended ? "" : plain(turn?.checkouts[0]?.[0] ?? "");
  const many = sides.length >= MANY;
  const shown = many ? sides.filter(({ side }) => side === (turn?.side ?? match.winner ?? 0)) : sides;
  const isPadOpen = ui.pad && mayScore() && !ended;
  return html`<div class="match sides-${Math.min(sides.length, MANY)}${many ? " many" : ""}${isPadOpen ? " with-pad" : ""}">
    <div class="heading">
      <h1>${heading(match)}</h1>
      ${match.status === "paused" && html`<span class="badge">${t("paused")}</span>`}
      ${turn && !ended && html`<${Now} name=${nameOf(sides[turn.side])} />`}
    </div>
    <div class="sides">${shown.map((side) => html`<${SideCard} key=${side.side} side=${side} match=${match} />`)}
      ${many && html`<ol class="side-list">${sides.map((side) => html`<${SideLine} key=${side.side} side=${side} match=${match} />`)}</ol>`}
    </div>
    <aside class="rail">
      ${ended && html`<${Result} match=${match} />`}
      ${isPadOpen && html`<${Pad} match=${match} />`}
      <figure><${Board} aim=${aim} /></figure>
    </aside>
    <${Actions} match=${match} />
  </div>`;
}

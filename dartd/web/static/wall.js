// A tournament on the wall: who is at which board, who is next, tables and bracket, to be read from three metres.

import { startPage, update } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";
import { groupsOf, listName, load, nameOf, scoreOf, signed, watch } from "./tournaments/model.js";

const NEXT = 6; // fixtures that are called and wait for a board, as many as fit
const ROOM = 4; // fixtures that are played or called, with which results fit as well
const ROUNDS = 4; // of the bracket at a time: quarter-finals to final, and the one before
const [tournamentId] = location.pathname.split("/").slice(-2).map(decodeURIComponent);
const view = { found: null, isMissing: false, isStale: false };
const wanted = new URLSearchParams(location.search).get("show");
let watched = null;

async function refresh() {
  try {
    view.found = await load(tournamentId);
    view.isMissing = false;
    document.title = `${view.found.tournament.name} · dartd`;
  } catch (error) {
    view.isMissing = error.status === 404 || error.status === 401 || error.status === 403;
  }
  update();
}

async function follow() {
  watched?.stop();
  await refresh();
  watched = await watch([`tournament:${tournamentId}`], refresh, (connection) => {
    view.isStale = connection !== "open";
    update();
  });
}

function Side({ side, fixture, fixtures }) {
  const isWinner = fixture.result?.winner === side.side;
  const legs = fixture.result && !fixture.walkover ? (fixture.result.sets.some(Boolean) ? fixture.result.sets : fixture.result.legs)[side.side] : "";
  return html`<span class=${`side ${isWinner ? "winner" : ""} ${side.players.length ? "" : "open"}`}><span class="name" title=${nameOf(side, fixtures)}>${nameOf(side, fixtures)}</span><b>${isWinner && fixture.walkover && !fixture.sides.some(({ bye }) => bye) ? t("tournaments.walkover_short") : legs}</b></span>`;
}

function Boards({ fixtures }) {
  const atBoard = fixtures.filter(({ status, board_id }) => status === "playing" || (status === "called" && board_id));
  if (atBoard.length === 0) return null;
  return html`<section class=${`boards ${atBoard.length > 2 ? "many" : ""}`} aria-label=${t("tournaments.now")}>${atBoard.map((fixture) => html`<article class=${`at ${fixture.status}`} key=${fixture.fixture_id} data-board=${fixture.board_id}>
    <p class="board"><span aria-hidden="true">${fixture.status === "playing" ? "▶" : "↑"}</span> ${fixture.board_id ?? t("tournaments.by_hand")} <span class="word">${t(`tournaments.status.${fixture.status}`)}</span></p>
    <div class="pair">${fixture.sides.map((side) => html`<p class="who" title=${nameOf(side, fixtures)}>${nameOf(side, fixtures)}</p>`)}</div>
  </article>`)}</section>`;
}

function Next({ fixtures }) {
  const waiting = fixtures.filter(({ status, board_id }) => status === "called" && !board_id).sort((one, other) => (one.called_at < other.called_at ? -1 : one.called_at > other.called_at ? 1 : one.position - other.position));
  if (waiting.length === 0) return null;
  return html`<section class="next"><h2>${t("tournaments.up_next")}</h2><ol>${waiting.slice(0, NEXT).map((fixture) => html`<li key=${fixture.fixture_id}>${fixture.sides.map((side) => nameOf(side, fixtures)).join(" – ")}</li>`)}</ol>
    ${waiting.length > NEXT && html`<p class="quiet">${t("tournaments.more_next", { count: waiting.length - NEXT })}</p>`}</section>`;
}

function Tables({ standings }) {
  return html`<section class="tables">${groupsOf(standings).map(([group, rows]) => html`<table key=${group} data-group=${group}>
    <caption>${group ? t("tournaments.list.Group", { rest: group }) : t("tournaments.table")}</caption>
    <thead><tr><th scope="col">#</th><th scope="col">${t("tournaments.player")}</th>${["played", "difference", "points"].map((each) => html`<th scope="col"><abbr title=${t(`tournaments.figure.${each}`)}>${t(`tournaments.short.${each}`)}</abbr></th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><td>${row.rank}</td><th scope="row">${row.name ?? row.player_id}</th><td>${row.played}</td><td>${signed(row.leg_difference)}</td><td><b>${row.points}</b></td></tr>`)}</tbody>
  </table>`)}</section>`;
}

function Bracket({ lists, fixtures }) {
  const knockout = fixtures.filter(({ stage }) => stage === "knockout" || stage === "third_place");
  const rounds = [...new Set(knockout.map(({ round }) => round))].sort((one, other) => one - other);
  const open = rounds.findIndex((round) => knockout.some((each) => each.round === round && each.status !== "finished"));
  const first = open < 0 ? Math.max(0, rounds.length - ROUNDS + 1) : Math.max(0, Math.min(open - 1, rounds.length - ROUNDS + 1));
  const shown = rounds.slice(first, first + ROUNDS);
  return html`<section class="bracket" aria-label=${t("tournaments.bracket")}>${shown.map((round) => {
    const ids = [...new Set(knockout.filter((each) => each.round === round).map(({ list_id }) => list_id))].reverse();
    const count = knockout.filter((each) => each.round === round && each.stage === "knockout").length;
    return html`<div class=${`round ${count > 8 ? "many" : ""}`} key=${round}>${ids.map((id) => html`<h2>${listName(lists.find(({ list_id }) => list_id === id) ?? { name: "" })}</h2>
      <ul>${knockout.filter(({ list_id }) => list_id === id).map((fixture) => html`<li class=${`tie ${fixture.status}`} key=${fixture.fixture_id} data-fixture=${fixture.fixture_id}>${fixture.sides.map((side) => html`<${Side} side=${side} fixture=${fixture} fixtures=${fixtures} />`)}</li>`)}</ul>`)}</div>`;
  })}</section>`;
}

function Latest({ fixtures }) {
  const done = fixtures.filter(({ status, sides }) => status === "finished" && !sides.some(({ bye }) => bye)).sort((one, other) => (one.finished_at < other.finished_at ? 1 : -1));
  const isCrowded = fixtures.filter(({ status }) => status === "playing" || status === "called").length > ROOM;
  if (done.length === 0 || isCrowded) return null;
  return html`<section class="next latest"><h2>${t("tournaments.latest")}</h2><ul>${done.slice(0, NEXT).map((fixture) => html`<li key=${fixture.fixture_id}>${fixture.sides.map((side) => nameOf(side)).join(" – ")} <b>${scoreOf(fixture)}</b></li>`)}</ul></section>`;
}

function Page() {
  if (view.isMissing) return html`<h1>${t("tournaments.missing")}</h1>`;
  if (!view.found) return html`<h1 class="unseen">${t("page.wall")}</h1>`;
  const { tournament, lists, fixtures } = view.found;
  const { summary, status, name } = tournament;
  const hasBracket = fixtures.some(({ stage }) => stage === "knockout");
  const isTabled = tournament.format !== "knockout";
  const isGrouping = fixtures.some((each) => each.stage === "group" && each.status !== "finished");
  const show = wanted ?? (hasBracket && !(isTabled && isGrouping) ? "bracket" : "tables");
  const [champion] = summary.places;
  return html`<div class=${`wall ${view.isStale ? "stale" : ""}`}>
    <header><h1>${name}</h1>${view.isStale && html`<span class="pill error" role="status">⚠ ${t("tournaments.offline")}</span>`}
      ${status === "finished" && champion ? html`<p class="champion">★ ${champion.name ?? champion.player_id}</p>` : html`<span class="pill">${t(`tournaments.is.${status}`)}</span>`}</header>
    <div class="halves">
      <div class="main">${show === "bracket" ? html`<${Bracket} lists=${lists} fixtures=${fixtures} />` : html`<${Tables} standings=${summary.standings} />`}</div>
      <aside><${Boards} fixtures=${fixtures} /><${Next} fixtures=${fixtures} /><${Latest} fixtures=${fixtures} /></aside>
    </div>
  </div>`;
}

startPage(Page, { callerChanged: follow });

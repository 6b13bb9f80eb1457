// Tournaments, for those who run them: entrants, the draw, calling, boards, walkovers, tables.

import { get, loadSettings, post, put, remove } from "./api.js";
import { attempt, may, say, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";
import { Boards, Notes } from "./tournaments/boards.js";
import { all, groupsOf, listName, load, nameOf, scoreOf, signed, watch } from "./tournaments/model.js";

const FORMATS = ["knockout", "round_robin", "groups_knockout", "ladder"];
const BOARDS_MS = 5000; // what boards report is no event here
const view = { tournaments: null, opened: null, boards: [], notes: [], format: "knockout", board: "" };
let watched = null;

async function refresh() {
  view.tournaments = (await attempt(() => get("tournaments?limit=100")))?.data ?? [];
  const wanted = location.hash.slice(1);
  view.opened = wanted && view.tournaments.some(({ tournament_id }) => tournament_id === wanted) ? ((await attempt(() => load(wanted))) ?? null) : null;
  await refreshBoards();
  if (view.opened) view.notes = ((await attempt(() => all("comments?parent_type=fixture"))) ?? []).filter(({ author }) => author.startsWith("board:"));
  update();
}

async function refreshBoards() {
  if (view.opened) view.boards = (await get("boards").catch(() => null))?.boards ?? view.boards;
  update();
}

async function follow() {
  watched?.stop();
  watched = null;
  await refresh();
  const client = await watch(["tournament:*", "list:*", "fixtures:all"], refresh);
  watched?.stop();
  watched = client;
}

const open = (id) => () => {
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  refresh();
};

const doing = (action, message = null) => async () => {
  if ((await attempt(action)) === undefined) return;
  if (message) say(message);
  refresh();
};

/** Return entrants of lines of text: a profile where one has this name, else a guest; the first is seeded best if seeds are wanted. */
async function entrantsOf(text, isSeeded) {
  const names = [...new Set(text.split("\n").map((each) => each.trim()).filter(Boolean))];
  const players = may("players:read") ? await all("players?active=true") : [];
  return names.map((name, k) => {
    const known = players.find((each) => each.name === name);
    return { ...(known ? { player_id: known.player_id } : { name }), ...(isSeeded ? { seed: k + 1 } : {}) };
  });
}

async function create(event) {
  event.preventDefault();
  const form = event.target;
  const { name, entrants, groups, advance, legs, third, double, seeded } = form.elements;
  const made = await attempt(async () =>
    post("tournaments", {
      name: name.value.trim(),
      format: view.format,
      entrants: await entrantsOf(entrants.value, seeded.checked),
      legs_to_win: Number(legs.value),
      ...(groups ? { groups: Number(groups.value), advance: Number(advance.value) } : {}),
      ...(third ? { third_place: third.checked } : {}),
      ...(double ? { double_round: double.checked } : {}),
    }),
  );
  if (!made) return;
  form.reset();
  open(made.tournament_id)();
}

function Create() {
  const isGrouped = view.format === "groups_knockout";
  const choose = ({ target }) => {
    view.format = target.value;
    update();
  };
  const count = (name, value, least, most) => html`<label>${t(`tournaments.${name}`)}<input name=${name} type="number" min=${least} max=${most} defaultValue=${value} required /></label>`;
  const check = (name) => html`<label class="check"><input type="checkbox" name=${name} />${t(`tournaments.${name}`)}</label>`;
  return html`<section class="panel"><h2>${t("tournaments.new")}</h2>
    <form id="create" onSubmit=${create}>
      <div class="fields">
        <label>${t("tournaments.name")}<input name="name" maxlength="100" autocomplete="off" required /></label>
        <label>${t("tournaments.format")}<select name="format" value=${view.format} onChange=${choose}>${FORMATS.map((each) => html`<option value=${each}>${t(`tournaments.format.${each}`)}</option>`)}</select></label>
        ${count("legs", 2, 1, 21)}
        ${isGrouped && count("groups", 4, 1, 32)} ${isGrouped && count("advance", 2, 1, 16)}
      </div>
      <label>${t("tournaments.entrants")}<textarea name="entrants" rows="8" required></textarea></label>
      <div class="row">
        ${check("seeded")}
        ${(isGrouped || view.format === "knockout") && check("third")}
        ${(isGrouped || view.format === "round_robin") && check("double")}
        <button type="submit" class="primary">+ ${t("add")}</button>
      </div>
    </form>
  </section>`;
}

function Table({ group, rows }) {
  const figures = ["played", "won", "drawn", "lost", "legs", "difference", "points"];
  const label = group ? t("tournaments.list.Group", { rest: group }) : t("tournaments.table");
  return html`<section class="panel"><h2>${label}</h2><div class="scroll" role="region" tabindex="0" aria-label=${label}><table data-table=${group}>
    <thead><tr><th scope="col">#</th><th scope="col">${t("tournaments.player")}</th>${figures.map((each) => html`<th scope="col" class="figure"><abbr title=${t(`tournaments.figure.${each}`)}>${t(`tournaments.short.${each}`)}</abbr></th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><td>${row.rank}</td><th scope="row">${row.name ?? row.player_id}</th>
      <td class="figure">${row.played}</td><td class="figure">${row.won}</td><td class="figure">${row.drawn}</td><td class="figure">${row.lost}</td>
      <td class="figure">${row.legs_for}:${row.legs_against}</td><td class="figure">${signed(row.leg_difference)}</td><td class="figure">${row.points}</td></tr>`)}</tbody>
  </table></div></section>`;
}

function Fixture({ fixture, fixtures }) {
  const { fixture_id, status, sides, board_id, match_id } = fixture;
  const isElsewhere = view.boards.some((board) => board.board_id === board_id && !board.own);
  const isAsked = status === "called" && match_id !== null;
  const path = `fixtures/${fixture_id}`;
  const step = (wanted, more = {}) => doing(() => put(`${path}/status`, { status: wanted, ...more }));
  const button = (name, action, label, kind = "") => html`<button type="button" class=${kind} data-act=${name} aria-label=${`${label}: ${sides.map((side) => nameOf(side, fixtures)).join(" – ")}`} onClick=${action}>${label}</button>`;
  const isKnown = sides.every(({ players }) => players.length);
  const isWinner = (side) => fixture.result?.winner === side.side;
  const assign = ({ target }) => doing(() => put(`${path}/assign`, { board_id: target.value.trim() || null }))();
  return html`<li class=${`fixture ${status}`} data-fixture=${fixture_id} data-status=${status}>
    <span class="number">${fixture.position}</span>
    <span class="pair">${sides.map((side, k) => html`${k > 0 && html`<span class="quiet"> – </span>`}<span class=${isWinner(side) ? "winner" : ""}>${nameOf(side, fixtures)}${isWinner(side) ? " ✓" : ""}</span>`)}</span>
    <b class="score">${scoreOf(fixture)}</b>
    <span class=${`pill ${status === "playing" ? "throw" : status === "called" ? "takeout" : ""}`}>${t(`tournaments.status.${status}`)}</span>
    ${may("fixtures:write") && isKnown && status !== "finished" && html`<span class="row acts">
      ${status !== "playing" && !isAsked && html`<label class="inline">${t("tournaments.board")}<input list="boards" defaultValue=${board_id ?? ""} maxlength="64" onChange=${assign} /></label>`}
      ${(status === "playing" || isAsked) && board_id && html`<span data-at=${board_id}>${t(isAsked ? "tournaments.asked" : "tournaments.at_board", { board: board_id })}</span>`}
      ${status === "scheduled" && button("call", step("called"), t("tournaments.call"), "primary")}
      ${status === "called" && !isAsked && button("begin", step("playing"), `▶ ${t("tournaments.begin")}`, "primary")}
      ${status === "called" && button("back", isAsked ? doing(() => put(`${path}/assign`, { board_id: null })) : step("scheduled"), t("tournaments.back"))}
      ${status === "playing" && button("back", step("called"), t("tournaments.back"))}
      <details class="walkover"><summary>${t("tournaments.walkover")}</summary>${sides.map((side) => button(`walkover-${side.side}`, step("finished", { winner: side.side }), t("tournaments.wins", { name: nameOf(side, fixtures) })))}</details>
    </span>`}
    <${Notes} notes=${view.notes.filter(({ parent_id }) => parent_id === fixture_id)} doing=${doing} />
    ${status === "playing" && match_id && !isElsewhere && html`<${ByHand} match=${match_id} sides=${sides} />`}
  </li>`;
}

/** The score by hand of a match at this board, or at one without a daemon. */
function ByHand({ match, sides }) {
  const add = async (event) => {
    event.preventDefault();
    const { points } = event.target.elements;
    const state = await attempt(() => post(`matches/${match}/throws`, { points: Number(points.value) }));
    if (!state) return;
    event.target.reset();
    const rests = state.sides.map(({ score }) => score.remaining ?? score.points ?? "").join(" : ");
    say(state.turn ? t("tournaments.next_thrower", { name: nameOf(sides[state.turn.side]), rests }) : rests);
  };
  return html`<form class="row hand" onSubmit=${add}><label class="inline">${t("tournaments.total")}<input name="points" type="number" min="0" max="180" inputmode="numeric" required /></label><button type="submit">${t("tournaments.score")}</button></form>`;
}

function Opened({ tournament, lists, fixtures }) {
  const { tournament_id, name, status, format, summary, entrants } = tournament;
  const path = `tournaments/${tournament_id}`;
  const wall = `tournaments/${encodeURIComponent(tournament_id)}/wall`;
  const isBegun = fixtures.some((each) => each.status === "playing" || (each.status === "finished" && !each.sides.some(({ bye }) => bye)));
  const next = async (event) => {
    event.preventDefault();
    const found = await attempt(() => post(`${path}/assign`, { board_id: event.target.elements.board.value.trim() }));
    if (found) say(t("tournaments.assigned", { board: found.board_id, pair: found.sides.map((side) => nameOf(side)).join(" – ") }));
    refresh();
  };
  const callAll = () => Promise.all(fixtures.filter((each) => each.status === "scheduled" && each.sides.every(({ players }) => players.length)).map((each) => put(`fixtures/${each.fixture_id}/status`, { status: "called" })));
  return html`<p><button type="button" data-close onClick=${open(null)}>‹ ${t("tournaments.all")}</button></p>
    <div class="row"><h1 class="grow">${name}</h1><span class="pill">${t(`tournaments.is.${status}`)}</span></div>
    <p class="quiet">${t(`tournaments.format.${format}`)} · ${t("tournaments.count", { count: entrants.length })}</p>
    <div class="row">
      ${may("tournaments:write") && !isBegun && html`<button type="button" class="primary" data-draw onClick=${doing(() => post(`${path}/draw`))}>${t("tournaments.draw")}</button>
        <button type="button" data-shuffle onClick=${doing(() => post(`${path}/draw`, { shuffle: true }))}>${t("tournaments.shuffle")}</button>`}
      ${may("fixtures:write") && fixtures.some((each) => each.status === "scheduled") && html`<button type="button" data-call-all onClick=${doing(callAll)}>${t("tournaments.call_all")}</button>`}
      <a class="button" data-wall href=${wall}>▭ ${t("tournaments.wall")}</a>
      ${may("tournaments:delete") && html`<button type="button" class="danger" data-remove onClick=${doing(() => confirm(t("tournaments.sure", { name })) && remove(path))}>${t("remove")}</button>`}
    </div>
    ${may("fixtures:write") && status === "running" && html`<form class="row" id="next" onSubmit=${next}><label class="inline">${t("tournaments.free_board")}<input name="board" list="boards" maxlength="64" required /></label><button type="submit">${t("tournaments.next")}</button></form>`}
    ${summary.places.length > 0 && html`<ol class="places">${summary.places.map((row) => html`<li value=${row.rank}>${row.rank === 1 ? "★ " : ""}${row.name ?? row.player_id}</li>`)}</ol>`}
    <${Boards} boards=${view.boards} tournament=${tournament} lists=${lists} fixtures=${fixtures} doing=${doing} />
    <div class="grid">${groupsOf(summary.standings).map(([group, rows]) => html`<${Table} group=${group} rows=${rows} />`)}</div>
    ${lists.filter((list) => list.type !== "board_queue" || fixtures.some((each) => each.list_id === list.list_id)).map((list) => html`<section class="panel" key=${list.list_id}><h2>${listName(list)}</h2><ul class="fixtures">${fixtures.filter((each) => each.list_id === list.list_id).map((each) => html`<${Fixture} key=${each.fixture_id} fixture=${each} fixtures=${fixtures} />`)}</ul></section>`)}
    ${may("tournaments:write") && status !== "finished" && html`<details class="panel"><summary>${t("tournaments.withdraw")}</summary><div class="row">${entrants
      .filter(({ withdrawn }) => !withdrawn)
      .map((each) => html`<button type="button" onClick=${doing(() => confirm(t("tournaments.sure_withdraw", { name: each.name ?? each.player_id })) && post(`${path}/withdrawals`, each.player_id ? { player_id: each.player_id } : { name: each.name }))}>${each.name ?? each.player_id}</button>`)}</div></details>`}`;
}

function Page() {
  const boards = html`<datalist id="boards">${[...new Set([view.board, ...view.boards.map(({ board_id }) => board_id), ...(view.opened?.fixtures ?? []).map(({ board_id }) => board_id)])].filter(Boolean).map((each) => html`<option value=${each} />`)}</datalist>`;
  if (view.opened) return html`${boards}<${Opened} ...${view.opened} />`;
  return html`${boards}<h1>${t("page.tournaments")}</h1>
    ${view.tournaments?.length === 0 && html`<p class="quiet" data-none>${t("tournaments.none")}</p>`}
    <ul class="tournaments">${(view.tournaments ?? []).map(({ tournament_id, name, status, format, entrants }) => html`<li class="panel row" key=${tournament_id} data-tournament=${tournament_id}>
      <span class="grow"><b>${name}</b> <span class="quiet">${t(`tournaments.format.${format}`)} · ${t("tournaments.count", { count: entrants.length })}</span></span>
      <span class="pill">${t(`tournaments.is.${status}`)}</span>
      <button type="button" data-open aria-label=${`${t("tournaments.open")}: ${name}`} onClick=${open(tournament_id)}>${t("tournaments.open")}</button>
      <a class="button" aria-label=${`${t("tournaments.wall")}: ${name}`} href=${`tournaments/${encodeURIComponent(tournament_id)}/wall`}>▭ ${t("tournaments.wall")}</a>
    </li>`)}</ul>
    ${may("tournaments:write") && html`<${Create} />`}`;
}

loadSettings().then(({ board }) => {
  view.board = board.id;
  update();
});
setInterval(refreshBoards, BOARDS_MS);
startPage(Page, { callerChanged: follow });

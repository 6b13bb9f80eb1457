// The boards at which fixtures are played: which are free, what each has, and which take called fixtures by themselves.

import { post, remove } from "../api.js";
import { may } from "../frame.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { nameOf } from "./model.js";

const SHAPES = { free: ["✓", "throw"], playing: ["▶", ""], called: ["↑", "takeout"], busy: ["▶", ""], unready: ["◌", ""], offline: ["⚠", "error"], refused: ["⚠", "error"] };

/** Return what a board does, in a word: the fixture that it has comes before what it reports. */
function stateOf(board, fixture) {
  if (fixture && board.state !== "offline") return fixture.status === "playing" ? "playing" : "called";
  return board.state;
}

/** The boards of a tournament; nothing where this board is the only one. `doing` carries out an action and reads all again. */
export function Boards({ boards, tournament, lists, fixtures, doing }) {
  if (boards.length < 2 || tournament.status === "finished") return null;
  const queueOf = (board) => lists.find(({ type, name }) => type === "board_queue" && name === board.board_id);
  const isChanging = may("tournaments:write") && may("tournaments:delete");
  const toggle = (board) => {
    const queue = queueOf(board);
    const change = queue ? () => remove(`lists/${queue.list_id}`) : () => post("lists", { name: board.board_id, type: "board_queue", tournament_id: tournament.tournament_id });
    return doing(change);
  };
  return html`<section class="panel" id="boards-of-venue"><h2>${t("tournaments.boards")}</h2>
    ${isChanging && html`<p class="quiet">${t("tournaments.takes.hint")}</p>`}
    <ul class="venue-boards">${boards.map((board) => {
      const fixture = fixtures.find(({ fixture_id }) => fixture_id === board.fixture_id);
      const state = stateOf(board, board.fixture_id && (fixture ?? { status: "playing" }));
      const [shape, kind] = SHAPES[state];
      const label = board.name === "Dartboard" ? board.board_id : `${board.board_id} · ${board.name}`;
      return html`<li key=${board.board_id} data-board=${board.board_id} data-state=${state}>
        <b class="grow">${label}</b>
        <span class=${`pill ${kind}`}><span aria-hidden="true">${shape}</span> ${t(`tournaments.at.${state}`)}</span>
        ${isChanging && html`<label class="check"><input type="checkbox" data-takes checked=${Boolean(queueOf(board))} aria-label=${`${board.board_id}: ${t("tournaments.takes")}`} onChange=${toggle(board)} /><span>${t("tournaments.takes")}</span></label>`}
        ${(fixture || board.reason) && html`<span class="quiet what">${fixture ? fixture.sides.map((side) => nameOf(side, fixtures)).join(" – ") : board.reason}</span>`}
      </li>`;
    })}</ul></section>`;
}

/** What boards reported about a fixture too late to count, with a button that removes it once it was read. */
export function Notes({ notes, doing }) {
  return notes.map((each) => html`<p class="note" key=${each.comment_id} data-note><span aria-hidden="true">⚠</span> <span class="grow">${each.text}</span>
    ${may("comments:delete") && html`<button type="button" data-read onClick=${doing(() => remove(`comments/${each.comment_id}`))}>${t("tournaments.note_read")}</button>`}</p>`);
}

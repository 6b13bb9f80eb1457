// The state of the play page, and what can be done with it.

import { get, loadSettings, pairedKey, post, put } from "../api.js";
import { DartdClient, withNames, withPastVisits } from "../dartd-client.js";
import { attempt, may, update } from "../frame.js";
import { plain } from "./beds.js";
import { call } from "./caller.js";

const STALE_MS = 2000;
const HISTORY = 100;
const ENDED = ["finished", "stopped", "error"];
const FLASH_MS = 1000;

const query = new URLSearchParams(location.search);
export const settings = await loadSettings().catch(() => ({ ws_path: "/ws", board: { id: "main", name: "" } }));

/** What is shown: `free` throwing was chosen or begun by a dart; `dismissed` is a finished match that was put away. */
export const ui = {
  view: query.get("view") ?? "page", // page, tv, stream
  free: false,
  dismissed: null,
  pad: null, // null, "darts", "total"
  total: "",
  correcting: null, // {side, index, label}
  flash: null,
  help: false,
  staleSince: null,
  suggestions: {}, // other beds that a dart may be in, by its id
  asking: null, // a total that ended the leg, while its darts are asked for
};

export const client = new DartdClient(socketAddress(), { topics: ["board:*", "camera:*", "match:*"] });
let historyLoaded = false;
let lostAt = null;
let followed = 0; // counts the events of matches, so that an answer older than one is asked for again
let queue = Promise.resolve();

function socketAddress() {
  const url = new URL(`../..${settings.ws_path}`, import.meta.url);
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  return url.href;
}

/** Connect, and draw whatever changes. */
export function connect() {
  client.addEventListener("state", update);
  client.addEventListener("connection", noteConnection);
  client.addEventListener("event", ({ detail }) => onEvent(detail));
  noteConnection();
  client.start();
}

/** Connect again as another caller. */
export function reconnect() {
  client.stop();
  client.start();
  if (client.state.match) follow(client.state.match.match_id);
}

function noteConnection() {
  if (client.connection === "open") {
    lostAt = null;
    ui.staleSince = null;
  } else if (lostAt === null) {
    const since = (lostAt = new Date());
    setTimeout(() => {
      if (lostAt === since) ui.staleSince = since;
      update();
    }, STALE_MS);
  }
  update();
}

function onEvent(event) {
  if (event.event_type === "snapshot") onSnapshot(event);
  if (event.seq === undefined) return;
  const isNew = event.seq >= client.state.lastSeq;
  if (event.match_id) followed += 1;
  switch (event.event_type) {
    case "dart_hit":
      ui.suggestions = { ...ui.suggestions, [event.dart_id]: event.suggestions ?? [] };
      for (const id of Object.keys(ui.suggestions).slice(0, -12)) delete ui.suggestions[id];
      ui.free = ui.free || matchShown() === null;
      break;
    case "match_state_changed":
      if (event.status === "running" && event.match_id !== client.state.match?.match_id) follow(event.match_id);
      break;
    case "visit_scored":
      if (isNew && event.match_id === matchShown()?.match_id) {
        flashVisit(event);
        call(event);
      }
      break;
    case "leg_finished":
      if (isNew && event.match_id === matchShown()?.match_id) {
        flash("leg", event);
        call(event);
      }
      break;
    default:
  }
}

function onSnapshot({ darts, visit, last_seq, match }) {
  if (darts.length || visit.throws.length) ui.free = true;
  if (!historyLoaded) loadHistory(last_seq);
  if (match) follow(match.match_id);
  else if (query.get("match")) follow(query.get("match"));
}

function flashVisit({ bust, points }) {
  if (bust) flash("bust");
  else if (points === 180) flash("180");
}

function flash(kind, event = null) {
  const shown = { kind, event };
  ui.flash = shown;
  setTimeout(() => {
    if (ui.flash === shown) ui.flash = null;
    update();
  }, FLASH_MS * (kind === "leg" ? 3 : 1));
}

/** Load the visits before this page was opened. */
async function loadHistory(lastSeq) {
  historyLoaded = true;
  if (!settings.anonymous_reads && !may("events:read")) return;
  const page = await get(`events?since=${Math.max(0, lastSeq - HISTORY)}&limit=${HISTORY}`).catch(() => null);
  if (!page) return;
  client.state = withPastVisits(client.state, page.data);
  const { match } = client.state;
  const scored = page.data.filter(({ event_type, match_id }) => event_type === "visit_scored" && match_id === match?.match_id);
  const last = Object.fromEntries(scored.map(({ side, set, leg, visit, darts, points, bust }) => [side, { set, leg, visit, darts, points, bust }]));
  if (match) client.state = { ...client.state, match: { ...match, last: { ...last, ...match.last } } };
  update();
}

/** Show a match of this board, with the names that the caller may read. */
async function follow(matchId) {
  let before;
  let match;
  do {
    before = followed;
    match = await get(`matches/${encodeURIComponent(matchId)}`).catch(() => null);
  } while (match && followed !== before);
  if (!match || (match.board_id !== settings.board.id && query.get("match") !== matchId)) return;
  const known = client.state.match?.match_id === matchId ? client.state.match : null;
  client.state = { ...client.state, match: withNames({ ...match, last: known?.last ?? {} }, known) };
  update();
}

/** Return the match that is shown, null for none. */
export function matchShown() {
  const { match } = client.state;
  return match && match.match_id !== ui.dismissed && match.status !== "scheduled" ? match : null;
}

/** Return whether a match has ended. */
export function isEnded(match) {
  return ENDED.includes(match.status);
}

/** Return which screen is shown: match, free or start. */
export function screenShown() {
  if (matchShown()) return "match";
  return ui.free ? "free" : "start";
}

/** Return whether the caller may score. */
export function mayScore() {
  return may("matches:write") && ui.view !== "stream";
}

// Actions run one after the other, so that quick taps are all counted.

function act(action) {
  queue = queue.then(() => attempt(action)).then(update);
  return queue;
}

const onMatch = (path, body) => post(`matches/${matchShown().match_id}/${path}`, body);

/** Begin a match. */
export function begin(body) {
  return act(async () => {
    const match = await post("matches", body);
    ui.free = false;
    ui.dismissed = null;
    client.state = { ...client.state, match: { last: {}, ...match } };
  });
}

/** Begin a match of the same sides; the other one throws first. */
export function rematch() {
  return act(async () => {
    const { sides, legs } = matchShown();
    const match = await onMatch("rematch", { first: ((legs[0]?.starter ?? 0) + 1) % sides.length });
    client.state = { ...client.state, match: { last: {}, ...match } };
  });
}

/** Count a dart by hand. */
export function enterDart(label) {
  return act(() => onMatch("throws", { darts: [label] }));
}

/** Count a visit by its total. */
export function enterTotal(points, dartsUsed) {
  ui.total = "";
  return act(() => onMatch("throws", { points, ...(dartsUsed ? { darts_used: dartsUsed } : {}) }));
}

export const undo = () => act(() => onMatch("undo", { darts: 1 }));
export const next = () => act(() => onMatch("next"));
export const stop = () => act(() => put(`matches/${matchShown().match_id}/stop`));
export const pause = () => act(() => put(`matches/${matchShown().match_id}/${matchShown().status === "paused" ? "resume" : "pause"}`));
export const resetBoard = () => act(() => post("board/reset"));

/** Put a match away that has ended, or go back to the start screen. */
export function dismiss() {
  ui.dismissed = client.state.match?.match_id ?? null;
  ui.free = false;
  update();
}

/** Return the throw of the board that a dart of a visit is, if the board saw the visit; otherwise it was entered by hand. */
export function boardDart({ index, darts }) {
  const { visit, visits } = client.state;
  const isSame = ({ throws }) => darts.every((label, k) => throws[k] && plain(throws[k].label) === plain(label));
  const seen = [visit, ...visits.slice(0, 1)].find(isSame);
  return seen?.throws[index]?.dart_id ? seen.throws[index] : null;
}

/** Give a dart another bed, or with null delete it. */
export function correct(asked, label) {
  ui.correcting = null;
  const change = label === null ? { type: "delete" } : { type: "change", label };
  const named = asked.side === null ? { dart_id: boardDart(asked)?.dart_id } : inMatch(asked);
  return act(() => post("corrections", { ...change, ...named }));
}

/** Return how a correction names a dart of a visit of the match, whether the board saw it or it was entered by hand. */
function inMatch({ side, index }) {
  const { match_id, turn, last } = matchShown();
  const { set, leg, visit } = turn?.side === side && turn.darts.length > index ? turn : last[side];
  return { match_id, set, leg, visit, dart: index + 1 };
}

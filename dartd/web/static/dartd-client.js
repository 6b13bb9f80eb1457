// A browser client of a dartd board: connects, resumes after disconnects, and keeps the board's state up to date.
//
//   import { DartdClient } from "./dartd-client.js";
//   const client = new DartdClient("ws://board.local:8000/ws");
//   client.addEventListener("state", () => draw(client.state));
//   client.addEventListener("event", ({ detail }) => console.log(detail.event_type, detail.seq));
//   client.start();
//
// Every event arrives once and in order, over any number of connections. `client.state` is the board as of the last of them.
// If no WebSocket can be opened, the client uses server-sent events, and if those are blocked as well, polling.

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
const SILENCE_MS = 40_000; // 2.5 heartbeats
const POLL_MS = 10_000;
const TRIES = 2; // attempts per transport before the next one is tried
const RETRY_WEBSOCKET_MS = 60_000; // time on another transport before the WebSocket is tried again
const RETURN_MS = 2000; // the same after a WebSocket that had worked: the daemon was away, and nothing is in the way
const KEPT_VISITS = 6;
const STREAM_PATH = "/api/v1/events/stream";
const WEBSOCKET_PATH = /\/(api\/v1\/ws\/alerts|ws\/tracking|[^/]*)$/; // what is before it is the prefix of a proxy

/** The state before the first message. */
export function emptyState() {
  return {
    hello: null,
    lastSeq: 0,
    state: "wait_for_throw",
    status: "starting",
    darts: [], // in the board
    visit: { visit_id: null, throws: [], total: 0, completed: false, player_id: null },
    player_id: null, // who is signed on
    visits: [], // completed before this one, newest first
    lastDart: null,
    cameras: {},
    match: null, // the match on the board, as GET /matches/{id} returns it, with `last`: the latest visit of each side
  };
}

/** Return the state after a message, without modifying the given one. Unknown messages, sent by newer versions, change only lastSeq. */
export function reduce(state, message) {
  const next = FOLD[message.event_type]?.(state, message) ?? {};
  return { ...state, ...next, lastSeq: Math.max(next.lastSeq ?? state.lastSeq, message.seq ?? 0) };
}

/** Return the state with completed visits of earlier events added; for pages that are opened during play. */
export function withPastVisits(state, events) {
  const past = events.filter(({ event_type, visit_id }) => event_type === "visit_completed" && visit_id !== state.visit.visit_id);
  return past.reduce((known, { visit_id, throws, total }) => ({ ...known, ...keepVisit(known, { visit_id, throws, total }) }), state);
}

const FOLD = {
  hello: (_, hello) => ({ hello }),
  snapshot: (state, { last_seq, state: machine, status, darts, visit, player_id = null, cameras, match = null }) => ({
    player_id,
    match: match ? withNames({ ...match, last: sameMatch(state, match) ? state.match.last : {} }, state.match) : endedMatch(state),
    lastSeq: last_seq,
    state: machine,
    status,
    darts,
    visit,
    visits: state.visits.filter(({ visit_id }) => visit_id !== visit.visit_id),
    lastDart: darts.at(-1) ?? null,
    cameras: Object.fromEntries(cameras.map((camera) => [camera.camera_id, camera])),
  }),
  dart_hit: (state, event) => withDart(showVisit(state, event), event, event.dart_number, event.fusion.uncertainty_mm),
  dart_unscored: showVisit,
  throw_miss: showVisit,
  extra_dart: (state, event) => ({ ...withDart(state, event, 0, event.uncertainty_mm), lastDart: state.lastDart }),
  dart_moved: (state, { dart_id, new_position }) => changeDart(state, dart_id, { board_coordinates: new_position }),
  dart_removed: (state, { removed_dart_ids }) => withoutDarts(state, removed_dart_ids),
  dart_bounce_out: (state, event) => withoutDarts(reviseVisit(state, event), [event.dart_id]),
  dart_corrected: (state, event) => {
    const { dart_id, operation, score } = event;
    const change = operation === "delete" ? { dart_number: 0 } : score ? { score } : {};
    return changeDart(reviseVisit(state, event), dart_id, change);
  },
  visit_completed: (state, { visit_id, throws, total, player_id = null }) => {
    const visit = { visit_id, throws, total, completed: true, player_id };
    if (state.visit.visit_id === visit_id) return { ...state, visit };
    const known = state.visits.some((each) => each.visit_id === visit_id);
    return known ? reviseVisit(state, { visit }) : { ...state, ...keepVisit(state, visit) };
  },
  takeout_finished: (state, event) => ({ ...showVisit(state, event), darts: [] }),
  board_reset: (state, event) => ({ ...showVisit(state, event), darts: [], lastDart: null }),
  player_signed_on: (state, event) => ({ ...showVisit(state, event), player_id: event.player_id }),
  board_state_changed: (_, { state: machine, status }) => ({ state: machine, status }),
  camera_state_changed: (state, { camera_id, state: camera, reason }) => withCamera(state, camera_id, { state: camera, reason }),
  calibration_changed: (state, { camera_id, residual_px, residual_mm, calibrated_at = null }) =>
    withCamera(state, camera_id, { residual_px, residual_mm, calibrated_at }),
  match_state_changed: (state, event) => changeMatch(state, event, ({ status }) => ({ status })),
  turn_changed: (state, event) => changeMatch(state, event, ({ turn, sides }) => ({ turn, sides })),
  turn_revised: (state, event) => changeMatch(state, event, ({ turn, sides, legs, changed }, { last }) => ({ turn, sides, legs, last: revised(last, changed), winner: null, draw: false })),
  visit_scored: (state, event) =>
    changeMatch(state, event, ({ side, set, leg, visit, darts, points, bust }, { last }) => ({
      last: { ...last, [side]: { set, leg, visit, darts, points, bust } },
    })),
  leg_finished: (state, event) =>
    changeMatch(state, event, ({ event_type, seq, event_id, sides, ...leg }, { legs }) => ({ sides, legs: [...(legs ?? []), leg] })),
  set_finished: (state, event) => changeMatch(state, event, ({ sides }) => ({ sides })),
  match_finished: (state, event) => changeMatch(state, event, ({ winner, draw, sides }) => ({ winner, draw, sides, turn: null })),
};

/** Return the state with a change of the known match; events of other matches change nothing. */
function changeMatch(state, event, change) {
  if (!sameMatch(state, event)) return {};
  const changes = change(event, state.match);
  return { match: withNames({ ...state.match, ...changes }, state.match) };
}

/** Return the latest visits of the sides after a revision; one that is no more is forgotten. */
function revised(last, changed) {
  const next = { ...last };
  for (const { side, set, leg, visit, darts, points, bust } of changed) {
    const known = next[side];
    if (known?.set !== set || known.leg !== leg || known.visit !== visit) continue;
    if (points === null) delete next[side];
    else next[side] = { ...known, darts, points, bust };
  }
  return next;
}

function sameMatch({ match }, { match_id }) {
  return match?.match_id === match_id;
}

/** Return a match that has ended and is still shown; snapshots contain only those that run. */
function endedMatch({ match }) {
  return match && ["finished", "stopped"].includes(match.status) ? match : null;
}

/** Return a match with the names that an earlier answer had: events have none of players with profiles. */
export function withNames(match, known) {
  if (!known || known.match_id !== match.match_id) return match;
  const sides = match.sides.map((side, k) => ({
    ...side,
    name: side.name ?? known.sides[k]?.name ?? null,
    players: side.players.map((player, j) => ({ ...player, name: player.name ?? known.sides[k]?.players[j]?.name ?? null })),
  }));
  return { ...match, sides };
}

/** Show the visit that an event of play carries, as it stands. */
function showVisit(state, { visit }) {
  if (!visit) return state;
  if (visit.visit_id === state.visit.visit_id) return { ...state, visit };
  const kept = state.visit.throws.length ? keepVisit(state, state.visit) : {};
  const visits = (kept.visits ?? state.visits).filter(({ visit_id }) => visit_id !== visit.visit_id);
  return { ...state, visits, visit };
}

/** Put the visit that an event carries in the place of the known one. */
function reviseVisit(state, { visit }) {
  if (!visit) return state;
  if (visit.visit_id === state.visit.visit_id) return { ...state, visit };
  return { ...state, visits: state.visits.map((each) => (each.visit_id === visit.visit_id ? visit : each)) };
}

function withDart(state, { dart_id, board_coordinates, score }, dart_number, uncertainty_mm) {
  const dart = { dart_id, dart_number, board_coordinates, score, uncertainty_mm };
  return { ...state, darts: [...state.darts.filter((each) => each.dart_id !== dart_id), dart], lastDart: dart };
}

function changeDart(state, dart_id, changes) {
  return { ...state, darts: state.darts.map((dart) => (dart.dart_id === dart_id ? { ...dart, ...changes } : dart)) };
}

function withoutDarts(state, gone) {
  return { ...state, darts: state.darts.filter(({ dart_id }) => !gone.includes(dart_id)) };
}

function keepVisit(state, visit) {
  return { visits: [visit, ...state.visits.filter(({ visit_id }) => visit_id !== visit.visit_id)].slice(0, KEPT_VISITS) };
}

function withCamera(state, camera_id, changes) {
  return { cameras: { ...state.cameras, [camera_id]: { camera_id, fps: 0, ...state.cameras[camera_id], ...changes } } };
}

// The transports. Each calls `received` with each message, and `lost` with the reason of the server at most once.

function unavailable(lost) {
  queueMicrotask(() => lost(""));
  return { close() {}, send: () => false };
}

function overWebSocket(address, received, lost) {
  if (typeof WebSocket === "undefined") return unavailable(lost); // older versions of Node
  const url = address("ws", null);
  const socket = new WebSocket(url, "dartd.v1");
  socket.onmessage = ({ data }) => received(JSON.parse(data));
  socket.onclose = ({ reason }) => lost(reason);
  return {
    close() {
      socket.onclose = null; // do not wait for a peer that does not respond
      socket.close(1000);
    },
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
  };
}

/** Read events as the board sends them; throws when it refuses, resolves when it ends. */
async function readEvents(url, received, signal) {
  const token = url.searchParams.get("token");
  url.searchParams.delete("token"); // only WebSockets, which have no headers, carry it in their address
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(url, { headers, signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: ")) received(JSON.parse(line.slice(6)));
  }
}

function overEventStream(address, received, lost) {
  const ending = new AbortController();
  const end = () => ending.signal.aborted || lost("");
  readEvents(address("http", STREAM_PATH), received, ending.signal).then(end, end);
  return { close: () => ending.abort(), send: () => false };
}

function overPolling(address, received, lost, pollMs) {
  const ending = new AbortController();
  let timer = null;
  const ask = async () => {
    try {
      const url = address("http", STREAM_PATH);
      url.searchParams.set("once", "true");
      await readEvents(url, received, ending.signal);
      timer = setTimeout(ask, pollMs);
    } catch {
      if (!ending.signal.aborted) lost("");
    }
  };
  ask();
  return {
    close() {
      clearTimeout(timer);
      ending.abort();
    },
    send: () => false,
  };
}

const TRANSPORTS = [
  ["websocket", overWebSocket],
  ["events", overEventStream],
  ["polling", overPolling],
];

/** A client of one board. Dispatches `event`, `state`, `connection` and `gap`. */
export class DartdClient extends EventTarget {
  #url;
  #topics;
  #pollMs;
  #link = null;
  #transport = 0;
  #tries = 0; // attempts with this transport without a message
  #hadWebSocket = false; // since the last time that one was tried instead of another transport
  #timer = null;
  #silenceTimer = null;
  #retryWebSocketTimer = null;
  #failures = 0;
  #running = false;
  #streamId = null;
  #retryMs = null; // the delay that the board asked for
  #received = 0; // the last seq that was dispatched
  #resuming = false; // hello of the same stream received, snapshot not yet

  constructor(url, { topics = ["board:*", "camera:*"], pollMs = POLL_MS } = {}) {
    super();
    this.#url = url;
    this.#pollMs = pollMs;
    this.#topics = topics;
    this.state = emptyState();
    this.connection = "closed"; // connecting, open, waiting, closed
  }

  /** The current transport: websocket, events or polling. */
  get transport() {
    return TRANSPORTS[this.#transport][0];
  }

  /** Connect, and reconnect whenever the connection is lost, until stopped. */
  start() {
    if (this.#running) return;
    this.#running = true;
    globalThis.addEventListener?.("online", this.#reconnectNow);
    this.#connect();
  }

  /** Disconnect. */
  stop() {
    this.#running = false;
    globalThis.removeEventListener?.("online", this.#reconnectNow);
    clearTimeout(this.#timer);
    this.#disconnect();
    this.#setConnection("closed");
  }

  /** Send a message to the board, such as `{action: "ping"}`; return false if there is no WebSocket. */
  send(message) {
    return this.#link?.send(JSON.stringify(message)) ?? false;
  }

  #reconnectNow = () => {
    if (this.connection === "waiting") {
      clearTimeout(this.#timer);
      this.#connect();
    }
  };

  /** Return the URL of a transport with topics and position in the stream. */
  #address = (scheme, path) => {
    const url = new URL(this.#url, globalThis.location?.href);
    url.protocol = `${scheme}${/^(https|wss):/.test(url.protocol) ? "s" : ""}:`;
    if (path) url.pathname = url.pathname.replace(WEBSOCKET_PATH, "") + path;
    url.searchParams.set("topics", this.#topics.join(","));
    if (this.#streamId !== null) {
      url.searchParams.set("since", this.#received);
      url.searchParams.set("stream_id", this.#streamId);
    }
    return url;
  };

  #connect() {
    this.#setConnection("connecting");
    this.#tries += 1;
    let link = null;
    const received = (message) => (this.#link === link || link === null) && this.#receive(message);
    const lost = (reason) => (this.#link === link || link === null) && this.#retry(reason);
    this.#restartSilenceTimer();
    link = TRANSPORTS[this.#transport][1](this.#address, received, lost, this.#pollMs);
    this.#link = link;
    clearTimeout(this.#retryWebSocketTimer);
    if (this.#transport > 0) this.#retryWebSocketTimer = setTimeout(() => this.#tryWebSocket(), this.#hadWebSocket ? RETURN_MS : RETRY_WEBSOCKET_MS);
  }

  #receive(message) {
    this.#restartSilenceTimer();
    if (message.event_type === "hello") this.#onHello(message);
    if (message.event_type === "gap") {
      this.#resuming = false;
      this.dispatchEvent(new CustomEvent("gap", { detail: message }));
    }
    if (message.event_type === "snapshot" && this.#setsPosition(message)) this.#received = message.last_seq;
    if (message.seq !== undefined) {
      if (message.seq <= this.#received) return;
      this.#received = message.seq;
    }
    // When resuming, missed events follow a snapshot that includes them: they are dispatched and not applied again.
    // Completed visits are not part of the snapshot.
    if (message.seq === undefined || message.seq > this.state.lastSeq || message.event_type === "visit_completed") {
      this.state = reduce(this.state, message);
      this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
    }
    this.dispatchEvent(new CustomEvent("event", { detail: message }));
  }

  #onHello(hello) {
    this.#failures = 0;
    this.#tries = 0;
    this.#hadWebSocket ||= this.#transport === 0;
    this.#retryMs = hello.retry_ms ?? null;
    this.#resuming = this.#streamId === hello.stream_id;
    if (!this.#resuming) this.state = { ...emptyState(), hello };
    this.#streamId = hello.stream_id;
    this.#setConnection("open");
  }

  /** Return whether a snapshot sets the position in the stream: not when resuming, because missed events follow it. */
  #setsPosition() {
    const first = !this.#resuming;
    this.#resuming = false;
    return first;
  }

  #restartSilenceTimer() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#retry(""), SILENCE_MS);
  }

  #disconnect() {
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#retryWebSocketTimer);
    this.#link?.close();
    this.#link = null;
  }

  #tryWebSocket() {
    this.#disconnect();
    this.#transport = 0;
    this.#tries = 0;
    this.#hadWebSocket = false;
    this.#connect();
  }

  #retry(reason) {
    this.#disconnect();
    if (!this.#running) return;
    if (this.#tries === 0) {
      this.#transport = 0; // it worked before: start with the WebSocket again
    } else if (this.#tries >= TRIES) {
      this.#transport = (this.#transport + 1) % TRANSPORTS.length;
      this.#tries = 0;
    }
    const requested = Number(/retry in (\d+) ms/.exec(reason)?.[1] ?? this.#retryMs);
    this.#retryMs = null;
    // Jitter, so that many pages do not reconnect at the same time.
    const delay = Math.min(MAX_DELAY_MS, requested || FIRST_DELAY_MS * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    this.#setConnection("waiting");
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #setConnection(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    this.dispatchEvent(new CustomEvent("connection", { detail: connection }));
  }
}

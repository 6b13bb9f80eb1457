// Listens to a dartd board from a browser: connects, resumes, and keeps the board's state up to date.
//
//   import { DartdClient } from "./dartd-client.js";
//   const client = new DartdClient("ws://board.local:8000/ws");
//   client.addEventListener("state", () => draw(client.state));
//   client.addEventListener("event", ({ detail }) => console.log(detail.event_type, detail.seq));
//   client.start();
//
// Every event arrives once and in order, over any number of connections. `client.state` is the board as of the last of them.

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
const SILENCE_MS = 40_000; // two heartbeats and a half
const KEPT_VISITS = 6;

/** The board before anything is known of it. */
export function emptyState() {
  return {
    hello: null,
    lastSeq: 0,
    state: "wait_for_throw",
    status: "starting",
    darts: [], // standing in the board
    visit: { visit_id: null, throws: [], total: 0, completed: false },
    visits: [], // completed before this one, newest first
    lastDart: null,
    cameras: {},
  };
}

/** Give the state after a message; the state given is not changed. Unknown messages change nothing: newer daemons may tell more. */
export function reduce(state, message) {
  const next = FOLD[message.event_type]?.(state, message) ?? {};
  return { ...state, lastSeq: Math.max(state.lastSeq, message.seq ?? 0), ...next };
}

/** Give the state with the visits that older events tell of; for a page that comes in the middle of an evening. */
export function recall(state, events) {
  const past = events.filter(({ event_type, visit_id }) => event_type === "visit_completed" && visit_id !== state.visit.visit_id);
  return past.reduce((known, { visit_id, throws, total }) => ({ ...known, ...keepVisit(known, { visit_id, throws, total }) }), state);
}

const FOLD = {
  hello: (_, hello) => ({ hello }),
  snapshot: (state, { last_seq, state: machine, status, darts, visit, cameras }) => ({
    lastSeq: last_seq,
    state: machine,
    status,
    darts,
    visit,
    visits: state.visits.filter(({ visit_id }) => visit_id !== visit.visit_id),
    lastDart: darts.at(-1) ?? null,
    cameras: Object.fromEntries(cameras.map((camera) => [camera.camera_id, camera])),
  }),
  dart_hit: (state, hit) => {
    const { dart_id, dart_number, board_coordinates, score, fusion } = hit;
    const dart = { dart_id, dart_number, board_coordinates, score, uncertainty_mm: fusion.uncertainty_mm };
    return {
      darts: [...state.darts.filter((each) => each.dart_id !== dart_id), dart],
      lastDart: dart,
      ...withThrow(state, hit, { label: score.label, points: score.total }),
    };
  },
  dart_unscored: (state, event) => withThrow(state, event, { label: "?", points: 0 }),
  throw_miss: (state, event) => (event.dart_number === null ? {} : withThrow(state, event, { label: "MISS", points: 0 })),
  extra_dart: (state, { dart_id, board_coordinates, score }) => ({
    darts: [...state.darts, { dart_id, dart_number: state.darts.length + 1, board_coordinates, score, extra: true }],
  }),
  dart_moved: (state, { dart_id, new_position }) => ({
    darts: state.darts.map((dart) => (dart.dart_id === dart_id ? { ...dart, board_coordinates: new_position } : dart)),
  }),
  dart_removed: (state, { removed_dart_ids }) => ({ darts: state.darts.filter(({ dart_id }) => !removed_dart_ids.includes(dart_id)) }),
  dart_bounce_out: (state, { dart_id }) => ({
    darts: state.darts.filter((dart) => dart.dart_id !== dart_id),
    visit: {
      ...state.visit,
      throws: state.visit.throws.map((each) => (each.dart_id === dart_id ? { ...each, bounced: true } : each)),
    },
  }),
  dart_corrected: (state, { dart_id, score }) =>
    score ? { darts: state.darts.map((dart) => (dart.dart_id === dart_id ? { ...dart, score } : dart)) } : {},
  visit_completed: (state, { visit_id, throws, total }) => {
    const visit = { visit_id, throws, total, completed: true };
    if (state.visit.visit_id === visit_id) return { visit };
    const known = state.visits.some((each) => each.visit_id === visit_id);
    return known ? { visits: state.visits.map((each) => (each.visit_id === visit_id ? visit : each)) } : keepVisit(state, visit);
  },
  takeout_finished: (state, { count_remaining }) => (count_remaining ? {} : { darts: [] }),
  board_reset: (state, { visit_id }) => ({ darts: [], lastDart: null, ...freshVisit(state, visit_id) }),
  board_state_changed: (_, { state: machine, status }) => ({ state: machine, status }),
  camera_state_changed: (state, { camera_id, state: camera, reason }) => withCamera(state, camera_id, { state: camera, reason }),
  calibration_changed: (state, { camera_id, residual_px, residual_mm }) => withCamera(state, camera_id, { residual_px, residual_mm }),
};

function withThrow(state, { visit_id, dart_number, dart_id = null }, told) {
  const fresh = state.visit.visit_id === visit_id ? {} : freshVisit(state, visit_id);
  const visit = fresh.visit ?? state.visit;
  const throws = [...visit.throws.filter((each) => each.dart_number !== dart_number), { dart_number, dart_id, ...told }];
  throws.sort((a, b) => a.dart_number - b.dart_number);
  return { ...fresh, visit: { ...visit, throws, total: throws.reduce((sum, { points }) => sum + points, 0), completed: false } };
}

function freshVisit(state, visit_id) {
  const visit = { visit_id, throws: [], total: 0, completed: false };
  return { visit, ...(state.visit.throws.length ? keepVisit(state, state.visit) : {}) };
}

function keepVisit(state, visit) {
  return { visits: [visit, ...state.visits.filter(({ visit_id }) => visit_id !== visit.visit_id)].slice(0, KEPT_VISITS) };
}

function withCamera(state, camera_id, told) {
  return { cameras: { ...state.cameras, [camera_id]: { camera_id, fps: 0, ...state.cameras[camera_id], ...told } } };
}

/** One board, listened to for as long as it is started. Fires `event`, `state`, `connection` and `gap`. */
export class DartdClient extends EventTarget {
  #url;
  #topics;
  #socket = null;
  #timer = null;
  #silence = null;
  #failures = 0;
  #running = false;
  #streamId = null;
  #heard = 0; // the last seq that was told to listeners
  #resuming = false; // greeted again in the same stream, and the snapshot has not come yet

  constructor(url, { topics = ["board:*", "camera:*"] } = {}) {
    super();
    this.#url = url;
    this.#topics = topics;
    this.state = emptyState();
    this.connection = "closed"; // connecting, open, waiting, closed
  }

  /** Connect, and connect again whenever the connection is lost, until stopped. */
  start() {
    if (this.#running) return;
    this.#running = true;
    globalThis.addEventListener?.("online", this.#hurry);
    this.#connect();
  }

  /** Leave. */
  stop() {
    this.#running = false;
    globalThis.removeEventListener?.("online", this.#hurry);
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#socket?.close(1000);
    this.#socket = null;
    this.#setConnection("closed");
  }

  /** Send a message to the board, such as `{action: "ping"}`; false when there is no connection. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #hurry = () => {
    if (this.connection === "waiting") {
      clearTimeout(this.#timer);
      this.#connect();
    }
  };

  #connect() {
    const url = new URL(this.#url, globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("topics", this.#topics.join(","));
    if (this.#streamId !== null) {
      url.searchParams.set("since", this.#heard);
      url.searchParams.set("stream_id", this.#streamId);
    }
    this.#setConnection("connecting");
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#listenForSilence(socket);
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(socket, JSON.parse(data));
    socket.onclose = () => this.#socket === socket && this.#retry();
  }

  #receive(socket, message) {
    this.#listenForSilence(socket);
    if (message.event_type === "hello") this.#greet(message);
    if (message.event_type === "gap") {
      this.#resuming = false;
      this.dispatchEvent(new CustomEvent("gap", { detail: message }));
    }
    if (message.event_type === "snapshot" && this.#isOurs(message)) this.#heard = message.last_seq;
    if (message.seq !== undefined) {
      if (message.seq <= this.#heard) return;
      this.#heard = message.seq;
    }
    // On resuming, what was missed follows the snapshot that knows it already: it is told to listeners, and not counted twice.
    // Only of visits that ended meanwhile the snapshot knows nothing.
    if (message.seq === undefined || message.seq > this.state.lastSeq || message.event_type === "visit_completed") {
      this.state = reduce(this.state, message);
      this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
    }
    this.dispatchEvent(new CustomEvent("event", { detail: message }));
  }

  #greet(hello) {
    this.#failures = 0;
    this.#resuming = this.#streamId === hello.stream_id;
    if (!this.#resuming) this.state = { ...emptyState(), hello };
    this.#streamId = hello.stream_id;
    this.#setConnection("open");
  }

  /** A snapshot moves our place in the stream when we come new or were told of a gap; when we resume, what we missed follows it. */
  #isOurs() {
    const first = !this.#resuming;
    this.#resuming = false;
    return first;
  }

  #listenForSilence(socket) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      // A close would wait for a peer that does not answer: we go on without it.
      socket.onclose = null;
      socket.close();
      if (this.#socket === socket) this.#retry();
    }, SILENCE_MS);
  }

  #retry() {
    clearTimeout(this.#silence);
    this.#socket = null;
    if (!this.#running) return;
    // Jitter: a hundred screens must not come back in the same moment.
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    this.#setConnection("waiting");
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #setConnection(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    this.dispatchEvent(new CustomEvent("connection", { detail: connection }));
  }
}

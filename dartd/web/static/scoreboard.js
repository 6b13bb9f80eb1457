// The scoreboard: shows the state of the client whenever it changes.

import { BoardView } from "./board.js";
import { DartdClient, withPastVisits } from "./dartd-client.js";

const STATUS = {
  starting: "Starting",
  calibrating: "Calibrating",
  throw: "Throw",
  takeout: "Take out",
  stopped: "Stopped",
  error: "Error",
};
const CONNECTION = { connecting: "Connecting", open: "Live", waiting: "Reconnecting", closed: "Not connected" };
const SLOTS = 3;
const HISTORY = 100;

const $ = (id) => document.getElementById(id);

const settings = await load("/config.json");
const view = new BoardView($("board"), settings?.board);
const client = new DartdClient(settings?.ws_path ?? "/ws");
let historyLoaded = false;
let due = false;

$("name").textContent = settings?.board.name ?? "Dartboard";
document.title = `${settings?.board.name ?? "Dartboard"} · dartd`;

client.addEventListener("state", () => draw());
client.addEventListener("connection", () => draw());
client.addEventListener("event", ({ detail }) => announce(detail));
client.start();
draw();

/** Draw at the next animation frame, once for a burst of events. */
function draw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    show(client.state, client.connection);
  });
}

function show(state, connection) {
  const { body } = document;
  body.dataset.connection = connection;
  body.dataset.status = state.status;
  body.dataset.state = state.state;
  body.dataset.seq = state.lastSeq;
  $("status").textContent = connection === "open" ? STATUS[state.status] ?? state.status : CONNECTION[connection];
  $("connection").textContent = CONNECTION[connection];
  $("simulated").hidden = !(state.hello?.simulated ?? settings?.simulated);
  view.show(state.darts, state.lastDart);
  showVisit(state.visit, state.lastDart);
  $("visits").replaceChildren(...state.visits.map(pastVisit));
  $("past").hidden = state.visits.length === 0;
  $("cameras").replaceChildren(...Object.values(state.cameras).map(camera));
  if (state.hello && !historyLoaded) loadHistory(state.lastSeq);
}

function showVisit(visit, lastDart) {
  $("total").textContent = visit.total;
  const count = Math.max(SLOTS, ...visit.throws.map(({ dart_number }) => dart_number));
  const slots = Array.from({ length: count }, (_, k) => visit.throws.find(({ dart_number }) => dart_number === k + 1));
  const next = visit.completed ? -1 : slots.findIndex((thrown) => !thrown);
  $("slots").replaceChildren(
    ...slots.map((thrown, k) =>
      item(`slot${thrown ? " filled" : ""}${thrown && thrown.dart_id === lastDart?.dart_id ? " last" : ""}${k === next ? " next" : ""}`, [
        text("span", "label", thrown ? (thrown.bounced ? "OUT" : thrown.label) : "–"),
        text("span", "points", thrown ? thrown.points : ""),
      ]),
    ),
  );
  $("visit").classList.toggle("completed", visit.completed);
  $("visit").classList.toggle("maximum", visit.total === 180);
}

function pastVisit({ throws, total }) {
  return item("", [text("span", "darts", throws.map(({ label }) => label).join("  ")), text("span", "sum", total)]);
}

function camera({ camera_id, state, fps, reason }) {
  const created = item(`camera ${state}`, [text("span", "dot", ""), text("span", "", camera_id)]);
  created.append(text("span", "detail", state === "ready" ? (fps ? `${Math.round(fps)} fps` : "") : state));
  created.title = reason || state;
  return created;
}

/** Announce a dart or a total to screen readers. */
function announce({ event_type, score, total, seq }) {
  if (seq === undefined || seq < client.state.lastSeq) return;
  if (event_type === "dart_hit") $("spoken").textContent = `${score.label}, ${score.total}`;
  if (event_type === "visit_completed") $("spoken").textContent = `Total ${total}`;
}

/** Load the visits before this page was opened. */
async function loadHistory(lastSeq) {
  historyLoaded = true;
  const page = await load(`/api/v1/events?since=${Math.max(0, lastSeq - HISTORY)}&limit=${HISTORY}`);
  if (page) {
    client.state = withPastVisits(client.state, page.data);
    draw();
  }
}

async function load(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function item(name, children) {
  const created = document.createElement("li");
  if (name) created.className = name;
  created.append(...children);
  return created;
}

function text(tag, name, content) {
  const created = document.createElement(tag);
  if (name) created.className = name;
  created.textContent = content;
  return created;
}

// The live view: messages, newest first, with a filter and a pause that loses none.

import { DartdClient } from "./dartd-client.js";

const KEPT = 500;
const CONNECTION = { connecting: "Connecting", open: "Live", waiting: "Reconnecting", closed: "Not connected" };

const $ = (id) => document.getElementById(id);
const settings = await (await fetch("/config.json")).json().catch(() => ({}));

let client = null;
let paused = false;
let held = []; // received while paused
let count = 0;

function connect() {
  client?.stop();
  const topics = $("topics").value.split(",").map((topic) => topic.trim()).filter(Boolean);
  client = new DartdClient(settings.ws_path ?? "/ws", { topics: topics.length ? topics : ["*"] });
  client.addEventListener("event", ({ detail }) => receive(detail));
  client.addEventListener("connection", () => {
    document.body.dataset.connection = client.connection;
    $("connection").textContent = CONNECTION[client.connection] + (client.connection === "open" ? ` (${client.transport})` : "");
  });
  client.start();
}

function receive(message) {
  if (message.seq !== undefined) $("count").textContent = ++count;
  if (paused) held = [message, ...held].slice(0, KEPT);
  else show(message);
}

function show(message) {
  const { event_type, timestamp, seq, topic, ...rest } = message;
  const row = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  for (const [name, text] of [["time", timestamp?.slice(11, 23)], ["seq", seq ?? ""], ["type", event_type], ["topic", topic ?? ""]]) {
    const cell = document.createElement("span");
    cell.className = name;
    cell.textContent = text;
    summary.append(cell);
  }
  const label = document.createElement("span");
  label.className = "label";
  label.textContent = rest.score?.label ?? rest.state ?? rest.total ?? "";
  summary.append(label);
  const body = document.createElement("pre");
  body.textContent = JSON.stringify(message, null, 2);
  details.append(summary, body);
  row.append(details);
  row.dataset.words = JSON.stringify(message).toLowerCase();
  row.dataset.type = event_type;
  row.hidden = !wanted(row);
  $("events").prepend(row);
  while ($("events").children.length > KEPT) $("events").lastChild.remove();
}

function wanted(row) {
  const words = $("filter").value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  return words.every((word) => row.dataset.words.includes(word));
}

$("filter").addEventListener("input", () => {
  for (const row of $("events").children) row.hidden = !wanted(row);
});
$("topics").addEventListener("change", connect);
$("clear").addEventListener("click", () => $("events").replaceChildren());
$("controls").addEventListener("submit", (event) => event.preventDefault());
$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").textContent = paused ? "Resume" : "Pause";
  $("pause").setAttribute("aria-pressed", paused);
  if (!paused) for (const message of held.splice(0).reverse()) show(message);
});

connect();

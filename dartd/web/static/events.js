// The live view: messages, newest first, with a filter and a pause that loses none. It begins with the last hundred of the journal.

import { get, loadSettings, pairedKey } from "./api.js";
import { DartdClient } from "./dartd-client.js";
import { may, startPage, update } from "./frame.js";
import { html } from "./html.js";
import { moment, t } from "./texts.js";

const KEPT = 500;
const HISTORY = 100;

const settings = await loadSettings().catch(() => ({}));
const view = { rows: [], held: [], paused: false, count: 0, filter: "", topics: "*", open: new Set() };
let client = null;
let historyLoaded = false;
let key = 0;

function connect() {
  client?.stop();
  const topics = view.topics.split(",").map((topic) => topic.trim()).filter(Boolean);
  const url = new URL(`..${settings.ws_path ?? "/ws"}`, import.meta.url);
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  client = new DartdClient(url.href, { topics: topics.length ? topics : ["*"] });
  client.addEventListener("event", ({ detail }) => receive(detail));
  client.addEventListener("connection", update);
  client.start();
}

function receive(message) {
  if (message.event_type === "snapshot" && !historyLoaded) loadHistory(message.last_seq);
  if (message.seq !== undefined) view.count += 1;
  if (!view.paused) return show([message]);
  view.held = [message, ...view.held].slice(0, KEPT);
  return update();
}

/** Show what happened before the page was opened, below what was received since. */
async function loadHistory(lastSeq) {
  historyLoaded = true;
  if (!settings.anonymous_reads && !may("events:read")) return;
  const page = await get(`events?since=${Math.max(0, lastSeq - HISTORY)}&limit=${HISTORY}`).catch(() => ({ data: [] }));
  const known = new Set(view.rows.map(({ message }) => message.seq));
  const before = page.data.filter(({ seq }) => !known.has(seq) && seq <= lastSeq).reverse();
  view.rows = [...view.rows, ...before.map(row)].slice(0, KEPT);
  update();
}

function row(message) {
  return { key: (key += 1), message, text: JSON.stringify(message).toLowerCase() };
}

function show(messages) {
  view.rows = [...messages.map(row), ...view.rows].slice(0, KEPT);
  update();
}

function togglePause() {
  view.paused = !view.paused;
  if (!view.paused) show(view.held.splice(0));
  update();
}

function Row({ message, id }) {
  const { event_type, timestamp, seq, topic, score, state, total } = message;
  const toggle = ({ target }) => {
    view.open[target.open ? "add" : "delete"](id);
    update();
  };
  return html`<li data-type=${event_type} data-family=${event_type.split("_")[0]}>
    <details onToggle=${toggle}>
      <summary>
        <span class="time">${timestamp ? moment(timestamp) : ""}</span><span class="seq">${seq ?? ""}</span><span class="type">${event_type}</span>
        <span class="topic">${topic ?? ""}</span><span class="label">${score?.label ?? state ?? total ?? ""}</span>
      </summary>
      ${view.open.has(id) && html`<pre tabindex="0">${JSON.stringify(message, null, 2)}</pre>`}
    </details>
  </li>`;
}

function Page() {
  document.body.dataset.connection = client?.connection ?? "closed";
  const words = view.filter.toLowerCase().split(/[\s,]+/).filter(Boolean);
  const shown = view.rows.filter(({ text }) => words.every((word) => text.includes(word)));
  return html`<h1>${t("page.events")}</h1>
    <p><span id="connection" role="status">${t(`connection.${client?.connection ?? "closed"}`)}</span> · <span id="count" data-count=${view.count}>${t("events.count", { count: view.count })}</span></p>
    <form id="controls" onSubmit=${(event) => event.preventDefault()}>
      <label>${t("events.filter")} <input id="filter" type="search" placeholder="dart_hit, board:main, T20 …" autocomplete="off" onInput=${({ target }) => setFilter(target.value)} /></label>
      <label>${t("events.topics")} <input id="topics" defaultValue=${view.topics} autocomplete="off" onChange=${({ target }) => setTopics(target.value)} /></label>
      <button id="pause" type="button" aria-pressed=${String(view.paused)} onClick=${togglePause}>
        ${view.paused ? `${t("events.resume")} · ${t("events.waiting", { count: view.held.length })}` : t("events.pause")}
      </button>
      <button id="clear" type="button" onClick=${() => show((view.rows = []))}>${t("events.clear")}</button>
    </form>
    <ol id="events">${shown.map(({ key: id, message }) => html`<${Row} key=${id} id=${id} message=${message} />`)}</ol>`;
}

function setFilter(filter) {
  view.filter = filter;
  update();
}

function setTopics(topics) {
  view.topics = topics;
  connect();
}

await startPage(Page, { callerChanged: () => client && connect() });
connect();

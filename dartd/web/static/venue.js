// The venue: all boards, trouble first, with who plays and what remains; start, stop and reset of each with a key of the board.

import { address, get, pairedKey, post } from "./api.js";
import { html, render } from "./html.js";
import { hasText, moment, number, t } from "./texts.js";

const PERIOD_MS = 2000;
const SHOWN = 200; // boards at a time; the others are found by the filter
const KEY = "dartd.key";
const ACTIONS = ["start", "stop", "reset"];
const SHAPES = { throw: "▶", takeout: "↑", error: "⚠", stopped: "■", calibrating: "◌", starting: "◌", offline: "✕" };

const view = { venue: null, filter: "", problem: "", message: "", isKeyOpen: false };

function update() {
  render(html`<${Bar} />`, document.getElementById("bar"));
  render(html`<${Page} />`, document.getElementById("page"));
}

async function load() {
  try {
    view.venue = await get("venue");
    view.problem = "";
  } catch (error) {
    view.problem = error.code ? error.message : t("error.OFFLINE");
  }
  update();
}

const order = (board, action) => async () => {
  if (action === "reset" && !confirm(t("venue.sure", { name: board.name }))) return;
  try {
    await post(`venue/boards/${encodeURIComponent(board.board_id)}/${action}`);
    view.message = t("venue.done", { action: t(`venue.${action}`), name: board.name });
  } catch (error) {
    view.message = hasText(`error.${error.code}`) ? `${t(`error.${error.code}`)} (${error.message})` : error.message;
  }
  load();
};

function switchTheme() {
  const { dataset } = document.documentElement;
  dataset.theme = dataset.theme === "light" ? "dark" : "light";
  localStorage.setItem("dartd.theme", dataset.theme);
}

function keepKey(event) {
  event.preventDefault();
  const key = event.target.elements.key.value.trim();
  if (key) localStorage.setItem(KEY, key);
  view.isKeyOpen = false;
  update();
}

function toggleKey() {
  if (pairedKey()) localStorage.removeItem(KEY);
  else view.isKeyOpen = !view.isKeyOpen;
  update();
}

function Bar() {
  return html`<b class="name">${view.venue ? t("venue.title", { name: view.venue.venue }) : t("page.venue")}</b>
    <span class="grow"></span>
    <button class="icon" type="button" title=${t("bar.theme")} aria-label=${t("bar.theme")} onClick=${switchTheme}>◐</button>
    <button type="button" data-key onClick=${toggleKey} aria-expanded=${String(view.isKeyOpen)}>${t(pairedKey() ? "venue.forget" : "venue.key")}</button>`;
}

function KeyForm() {
  return html`<form class="panel" onSubmit=${keepKey}>
    <p>${t("venue.why")}</p>
    <div class="row"><label class="grow">${t("venue.secret")}<input name="key" type="password" autocomplete="off" required /></label>
      <button class="primary" type="submit">${t("venue.use")}</button></div>
  </form>`;
}

function Side({ side }) {
  const { name, sets, legs, remaining, average, is_throwing } = side;
  return html`<tr class=${is_throwing ? "on" : ""}>
    <th scope="row">${is_throwing && html`<span aria-hidden="true">▸ </span><span class="unseen">${t("venue.throws")} </span>`}${name}</th>
    <td class="figure">${remaining ?? "–"}</td><td>${sets} : ${legs}</td><td>${number(average)}</td>
  </tr>`;
}

function Board({ board }) {
  const { board_id, name, status, online, trouble, game, sides, visit, visit_total, seen_at, simulated } = board;
  return html`<li class="panel ${trouble.length ? "trouble" : ""}" data-board=${board_id}>
    <div class="row"><h2 class="grow">${name} <span class="quiet">${board_id}</span></h2>
      <span class="pill ${status === "offline" ? "error" : status}"><span aria-hidden="true">${SHAPES[status] ?? "…"}</span> ${hasText(`status.${status}`) ? t(`status.${status}`) : status}</span></div>
    ${trouble.length > 0 && html`<ul class="wrong">${trouble.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
    ${!online && html`<p class="quiet">${t("venue.heard", { time: moment(seen_at) })}</p>`}
    ${game !== null && sides.length > 0
      ? html`<table><caption class="quiet">${game.toUpperCase()}</caption>
          <thead><tr>${["side", "remaining", "score", "average"].map((each) => html`<th key=${each} scope="col">${t(`venue.${each}`)}</th>`)}</tr></thead>
          <tbody>${sides.map((side, index) => html`<${Side} key=${index} side=${side} />`)}</tbody></table>`
      : html`<p class="quiet">${t("venue.free")}</p>`}
    <p class="visit">${visit.length ? html`${visit.join(" · ")} <b>${visit_total}</b>` : html`<span class="quiet">–</span>`}</p>
    ${simulated && html`<p><span class="badge">${t("bar.simulated")}</span></p>`}
    ${pairedKey() && online && html`<div class="row">${ACTIONS.map((action) => html`<button key=${action} type="button" class=${action === "reset" ? "danger" : ""} data-action=${action} onClick=${order(board, action)}>${t(`venue.${action}`)}</button>`)}</div>`}
  </li>`;
}

function matches({ board_id, name, sides }) {
  const wanted = view.filter.toLowerCase();
  return [board_id, name, ...sides.map((side) => side.name ?? "")].some((text) => text.toLowerCase().includes(wanted));
}

function Page() {
  const { venue } = view;
  const problem = view.problem && html`<p class="problem" role="alert">${view.problem}</p>`;
  if (!venue) return html`<h1>${t("page.venue")}</h1>${problem}`;
  const found = venue.boards.filter(matches);
  const filter = ({ target }) => {
    view.filter = target.value;
    update();
  };
  return html`<h1>${t("venue.title", { name: venue.venue })}</h1>${problem}
    ${view.isKeyOpen && html`<${KeyForm} />`}
    <p class="row counts">
      <span class="pill" data-count="online">${t("venue.online", { count: venue.online, all: venue.boards.length })}</span>
      <span class="pill ${venue.in_trouble ? "error" : ""}" data-count="trouble">${t("venue.in_trouble", { count: venue.in_trouble })}</span>
      <span class="pill" data-count="playing">${t("venue.playing", { count: venue.playing })}</span>
    </p>
    <label>${t("venue.filter")}<input type="search" value=${view.filter} onInput=${filter} /></label>
    <p role="status">${view.message}</p>
    ${found.length === 0 && html`<p class="quiet">${t("venue.none")}</p>`}
    <ul class="venue">${found.slice(0, SHOWN).map((board) => html`<${Board} key=${board.board_id} board=${board} />`)}</ul>
    ${found.length > SHOWN && html`<p class="quiet">${t("venue.more", { count: found.length - SHOWN })}</p>`}
    <p class="quiet">${t("venue.url")} <code>${address("boards/BOARD/ws").replace(/^http/, "ws")}</code></p>`;
}

document.title = `${t("page.venue")} · dartd`;
update();
await load();
setInterval(() => document.hidden || load(), PERIOD_MS);

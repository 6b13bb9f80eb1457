// The start screen: a game, who plays, and how long. Two taps lead to the first dart.

import { address, get, post } from "../api.js";
import { askLogin, attempt, may, update } from "../frame.js";
import { html } from "../html.js";
import { language, number, t } from "../texts.js";
import { begin, screenShown, settings, ui } from "./model.js";

const KEPT = "dartd.start";
const MAX_PLAYERS = 16;
const GUESTS_KEPT = 12;
const TILES = ["x01", "cricket", "around_the_clock"];
const OTHERS = ["bobs_27", "shanghai", "count_up", "halve_it", "killer"];
const STARTS = [101, 301, 501, 701];
const OUTS = ["double", "straight", "master"];
const IDLE_MS = 180_000;
const CLOCK_MS = 10_000;
const LEADERS = 8;
const LARGEST = { legs: 21, sets: 13 };

const setup = { game: "x01", start: 501, out: "double", legs: 1, sets: 0, players: [], guests: [], ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
let profiles = null;
let isAsked = false;
let newName = "";
let touchedAt = Date.now();
let leaders = null; // shown while the screen is not touched

/** Show the start screen again, because somebody is there. */
function touch() {
  touchedAt = Date.now();
  if (leaders === null) return;
  leaders = null;
  update();
}

/** After three minutes show the leaders of the evening. */
async function tick() {
  if (screenShown() !== "start" || Date.now() - touchedAt < IDLE_MS) return;
  const mayRead = settings.anonymous_reads || may("statistics:read");
  leaders = mayRead ? ((await get(`leaderboard?figure=average&period=today&limit=${LEADERS}`).catch(() => null))?.data ?? []) : [];
  update();
}

for (const kind of ["pointerdown", "pointermove", "keydown"]) addEventListener(kind, touch);
setInterval(tick, CLOCK_MS);

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(setup));
  update();
}

/** Load the players for the chips, if the caller may read them. */
export async function loadPlayers() {
  if (isAsked || !may("players:read")) return;
  isAsked = true;
  profiles = (await get("players?active=true&limit=100&sort=-updated_at").catch(() => null))?.data ?? [];
  update();
}

/** Return everyone who may be chosen: {id, name}; guests have no id. */
function everyone() {
  const known = (profiles ?? []).map(({ player_id, name }) => ({ id: player_id, name }));
  const guests = setup.guests.map((name) => ({ id: null, name }));
  return [...known, ...guests.filter(({ name }) => !known.some((each) => each.name === name))];
}

const same = (one, other) => one.id === other.id && one.name === other.name;

function chosen() {
  const present = setup.players.filter((player) => player.id === null || profiles === null || profiles.some(({ player_id }) => player_id === player.id));
  return present.length ? present : [1, 2].map((k) => ({ id: null, name: t("player.number", { number: k }) }));
}

function toggle(player) {
  const now = setup.players.filter((each) => !same(each, player));
  setup.players = now.length < setup.players.length ? now : [...now, player].slice(0, MAX_PLAYERS);
  keep();
}

async function addPlayer(event) {
  event.preventDefault();
  const name = newName.trim();
  if (!name) return;
  newName = "";
  if (may("players:write") && event.target.elements.keep?.checked) {
    const made = await attempt(() => post("players", { name }));
    if (!made) return;
    profiles = [{ player_id: made.player_id, name: made.name }, ...(profiles ?? [])];
    toggle({ id: made.player_id, name: made.name });
  } else {
    setup.guests = [name, ...setup.guests.filter((each) => each !== name)].slice(0, GUESTS_KEPT);
    toggle({ id: null, name });
  }
}

function startMatch() {
  if (!may("matches:write")) {
    askLogin();
    return;
  }
  const { game, start, out, legs, sets } = setup;
  const rules = game === "x01" ? { game, start, out } : { game };
  const format = { goal: "first_to", legs, sets: sets || null };
  const sides = chosen().map(({ id, name }) => ({ players: [id ?? { name }] }));
  begin({ rules, format, sides, board_id: settings.board.id });
}

function choose(changes) {
  return () => {
    Object.assign(setup, changes);
    keep();
  };
}

function throwFreely() {
  ui.free = true;
  update();
}

function Tile({ game }) {
  const isOn = setup.game === game;
  return html`<button type="button" class="tile" data-game=${game} aria-pressed=${String(isOn)} onClick=${choose({ game })}>
    <span class="name">${game === "x01" ? setup.start : t(`game.${game}`)}</span>
    <span class="what">${t(`game.${game}.what`)}</span>
  </button>`;
}

function Stepper({ name, least }) {
  const step = (by) => choose({ [name]: Math.min(LARGEST[name], Math.max(least, setup[name] + by)) });
  return html`<div class="stepper" role="group" aria-label=${t(name)}>
    <span class="name">${t(name)}</span>
    <button type="button" aria-label=${t("fewer", { what: t(name) })} onClick=${step(-1)}>−</button>
    <output data-value=${name}>${setup[name] || "–"}</output>
    <button type="button" aria-label=${t("more_of", { what: t(name) })} onClick=${step(1)}>+</button>
  </div>`;
}

function Choices({ name, label, values, word }) {
  return html`<div class="choices" role="group" aria-label=${label}>
    ${values.map((each) => html`<button type="button" key=${each} data-choice=${each} aria-pressed=${String(setup[name] === each)} onClick=${choose({ [name]: each })}>${word(each)}</button>`)}
  </div>`;
}

function Players() {
  const on = chosen();
  const off = everyone().filter((player) => !on.some((each) => same(each, player)));
  return html`<section class="players" aria-label=${t("players")}>
    <h2>${t("players")}</h2>
    <div class="chips">
      ${on.map((player, k) => html`<button type="button" class="chip" key=${`on-${player.id}-${player.name}`} aria-pressed="true" title=${player.name} onClick=${() => toggle(player)}><b>${k + 1}</b> <span>${player.name}</span></button>`)}
      ${off.map((player) => html`<button type="button" class="chip" key=${`off-${player.id}-${player.name}`} aria-pressed="false" title=${player.name} onClick=${() => toggle(player)}><span>${player.name}</span></button>`)}
    </div>
    <form class="row" onSubmit=${addPlayer}>
      <input name="name" maxlength="40" aria-label=${t("player.new")} placeholder=${t("player.new")} value=${newName} onInput=${({ target }) => (newName = target.value)} autocomplete="off" />
      ${may("players:write") && html`<label class="check"><input type="checkbox" name="keep" /> ${t("player.keep")}</label>`}
      <button type="submit">+ ${t("add")}</button>
    </form>
  </section>`;
}

function IdleScreen() {
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(new Date());
  return html`<div class="idle-screen">
    <p class="clock">${time}</p>
    ${leaders.length > 0 && html`<h1>${t("idle.leaders")}</h1>`}
    <ol>${leaders.map(({ rank, name, value, player_id }) => html`<li key=${player_id}><span>${rank}</span><span class="name">${name}</span><b>${number(value, 2)}</b></li>`)}</ol>
    ${settings.join_url && html`<figure class="join"><img src=${address("join.svg")} alt=${t("idle.join.code")} /><figcaption>${t("idle.join")} <b>${settings.join_url}</b></figcaption></figure>`}
    <p class="quiet">${t("idle.throw")}</p>
  </div>`;
}

/** The start screen. */
export function StartScreen() {
  loadPlayers();
  if (leaders !== null) return html`<${IdleScreen} />`;
  const other = OTHERS.includes(setup.game) ? setup.game : "";
  return html`<div class="start">
    <h1 class="unseen">${t("match.begin")}</h1>
    <section class="tiles" aria-label=${t("games")}>
      ${TILES.map((game) => html`<${Tile} key=${game} game=${game} />`)}
      <button type="button" class="tile" data-game="free" onClick=${throwFreely}>
        <span class="name">${t("game.just_throw")}</span>
        <span class="what">${t("game.just_throw.what")}</span>
      </button>
    </section>
    <section class="options" aria-label=${t("options")}>
      <select aria-label=${t("games.other")} value=${other} onChange=${({ target }) => target.value && choose({ game: target.value })()}>
        <option value="">${t("games.other")}</option>
        ${OTHERS.map((game) => html`<option key=${game} value=${game}>${t(`game.${game}`)}</option>`)}
      </select>
      ${setup.game === "x01" && html`<${Choices} name="start" label=${t("start_score")} values=${STARTS} word=${String} />`}
      ${setup.game === "x01" && html`<${Choices} name="out" label=${t("out")} values=${OUTS} word=${(each) => t(`out.${each}`)} />`}
      <${Stepper} name="legs" least=${1} />
      <${Stepper} name="sets" least=${0} />
    </section>
    <${Players} />
    <div class="actions">
      <p class="quiet">${may("matches:write") ? t("start.hint") : t("start.login")}</p>
      <button type="button" class="primary" data-begin onClick=${startMatch}>${t("match.begin")} ▶</button>
    </div>
  </div>`;
}

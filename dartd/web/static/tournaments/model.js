// What both pages of tournaments know: how fixtures are read and named, and when to ask again.

import { address, get, loadSettings, pairedKey } from "../api.js";
import { DartdClient } from "../dartd-client.js";
import { number, t } from "../texts.js";

const PAGE = 100;
const TOGETHER_MS = 150;

/** Return every entry of a list. */
export async function all(path) {
  const found = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    found.push(...page.data);
    cursor = page.pagination.next_cursor;
  }
  return found;
}

/** Return a tournament with its lists and fixtures. */
export async function load(tournamentId) {
  const id = encodeURIComponent(tournamentId);
  const [tournament, lists, fixtures] = await Promise.all([get(`tournaments/${id}`), all(`lists?tournament_id=${id}`), all(`fixtures?tournament_id=${id}`)]);
  return { tournament, lists, fixtures };
}

/** Call `onChange` whenever an event of the topics came, once for a burst of them, and when the connection is open again. */
export async function watch(topics, onChange, onConnection = () => {}) {
  let timer = null;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, TOGETHER_MS);
  };
  const url = new URL(address((await loadSettings()).ws_path.slice(1)));
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  const client = new DartdClient(url.href, { topics });
  client.addEventListener("connection", () => {
    onConnection(client.connection);
    if (client.connection === "open") ask();
  });
  client.addEventListener("event", ({ detail }) => "seq" in detail && ask());
  client.start();
  return client;
}

/** Return the name of a side, or who will get its seat. */
export function nameOf(side, fixtures = []) {
  if (side.bye) return t("tournaments.bye");
  const names = side.players.map((player) => player.name ?? player.player_id);
  if (side.name ?? names.length) return side.name ?? names.join(" & ");
  const { takes, fixture_id, group, rank } = side.source ?? {};
  if (takes === "rank") return t("tournaments.rank", { rank, group: String.fromCharCode(64 + group) });
  const feeding = fixtures.find((each) => each.fixture_id === fixture_id);
  return feeding ? t(`tournaments.${takes}`, { number: feeding.position }) : "–";
}

/** Return the result of a fixture in a few characters. */
export function scoreOf({ result, walkover, sides }) {
  if (!result) return null;
  if (sides.some(({ bye }) => bye)) return "";
  if (walkover) return t("tournaments.walkover_short");
  return (result.sets?.some(Boolean) ? result.sets : result.legs).join(" : ");
}

/** Return the name of a list: those that the draw has made are in the language of the device. */
export function listName({ name }) {
  const [, word, rest] = /^(Group|Round|Last) (\w+)$/.exec(name) ?? [];
  if (word) return t(`tournaments.list.${word}`, { rest });
  const fixed = { Final: "final", "Semi-finals": "semi", "Quarter-finals": "quarter", "Third place": "third", Ladder: "ladder" }[name];
  return fixed ? t(`tournaments.list.${fixed}`) : name;
}

/** Return the rows of the table by the name of their group, "" where there is none. */
export function groupsOf(standings) {
  const groups = new Map();
  for (const row of standings) groups.set(row.group ?? "", [...(groups.get(row.group ?? "") ?? []), row]);
  return [...groups];
}

/** Return a difference with its sign. */
export function signed(value) {
  return value > 0 ? `+${value}` : number(value);
}

// Parts that several screens of the play page show: the board, trouble in words, the veil, and the moment of a big visit.

import { BoardView } from "../board.js";
import { Component, html } from "../html.js";
import { language, t } from "../texts.js";
import { client, settings, ui } from "./model.js";

/** The board with the darts in it and the bed to aim at. */
export class Board extends Component {
  componentDidMount() {
    this.view = new BoardView(this.svg, settings.board);
    this.show();
  }

  componentDidUpdate() {
    this.show();
  }

  show() {
    const { darts, lastDart } = client.state;
    this.view.show(darts, lastDart);
    this.view.aimAt(this.props.aim ?? "");
  }

  shouldComponentUpdate(next) {
    this.props = next;
    this.show();
    return false;
  }

  render() {
    return html`<svg id="board" role="img" aria-label=${t("board.drawing")} ref=${(svg) => (this.svg = svg)}></svg>`;
  }
}

const isLost = ({ state }) => ["offline", "error", "degraded"].includes(state);

/** Return what is wrong with the cameras, in words; nothing while all is well. */
export function trouble() {
  const cameras = Object.values(client.state.cameras);
  const lost = cameras.filter(isLost);
  if (lost.length === 0) return null;
  const names = lost.map(({ camera_id }) => camera_id).join(", ");
  const left = cameras.length - lost.length;
  return { text: `${t(lost.length === 1 ? "camera.lost" : "camera.lost_many", { names })} – ${t(left > 0 ? "camera.others" : "camera.none", { left })}`, why: lost[0].reason };
}

/** The footer: only trouble. */
export function Trouble() {
  const found = trouble();
  return html`<p class="trouble" role="status">
    ${found && html`<span aria-hidden="true">⚠</span> ${found.text}${found.why ? html` <span class="why">(${found.why})</span>` : ""}`}
  </p>`;
}

/** Grey over everything that may be stale. */
export function Veil() {
  if (!ui.staleSince) return null;
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(ui.staleSince);
  return html`<div class="veil" role="alert"><p><span aria-hidden="true">⚠</span> ${t("stale", { time })}</p></div>`;
}

/** One second for a maximum, a bust, a leg. */
export function Flash({ names }) {
  if (!ui.flash) return null;
  const { kind, event } = ui.flash;
  if (kind !== "leg") return html`<div class="flash ${kind === "bust" ? "bust" : ""}" aria-live="assertive"><p>${kind === "bust" ? t("bust") : kind}</p></div>`;
  const winner = event.winner === null ? "" : names[event.winner];
  const darts = event.winner === null ? null : event.darts[event.winner];
  return html`<div class="flash" aria-live="assertive">
    <p>${event.checkout ? t("game_shot") : t("leg.over")}</p>
    <p class="small">${winner}${darts ? ` · ${t("leg.darts", { darts })}` : ""}</p>
  </div>`;
}

/** A key with what it does, for the list of keys. */
const KEYS = [
  ["0–9", "keys.score"],
  ["Enter", "keys.enter"],
  ["⌫", "keys.undo"],
  ["/ * -", "keys.correct"],
  ["F", "keys.full"],
  ["R", "keys.reset"],
  ["?", "keys.help"],
];

/** The list of keys. */
export function Help({ showModal, close }) {
  return html`<dialog class="sheet" ref=${showModal} onClose=${close} aria-labelledby="help-title">
    <h2 id="help-title">${t("keys.title")}</h2>
    <table><tbody>${KEYS.map(([key, what]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${t(what)}</td></tr>`)}</tbody></table>
    <p><button type="button" onClick=${close}>${t("close")}</button></p>
  </dialog>`;
}

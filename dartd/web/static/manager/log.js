// The log of the board in plain sentences.

import { html } from "../html.js";
import { hasText, moment, number, t } from "../texts.js";
import { nameOf, view } from "./model.js";

/** Return an event of board or camera as a sentence. */
export function sentenceOf(event) {
  const { event_type, camera_id, state, reason, status, residual_mm } = event;
  const why = reason?.includes(" ") && reason !== "looking for the board" ? ` (${reason})` : ""; // a word alone is the name of a state
  if (event_type === "board_state_changed") return `${t(`log.board.${status}`)}${why}`;
  const values = { name: nameOf(camera_id), mm: number(residual_mm, 2) };
  if (event_type === "calibration_changed") return `${t(`log.calibration.${state}`, values)}${why}`;
  const key = reason === "removed" ? "log.camera.removed" : `log.camera.${state}`;
  return `${t(hasText(key) ? key : "log.camera.error", values)}${reason === "removed" ? "" : why}`;
}

// The state of the throw changes with every dart: the log is of what the board does.
const isNews = ({ event_type, status, previous_status }) => event_type !== "board_state_changed" || status !== previous_status;

/** The last events, the newest first. */
export function Log() {
  return html`<div class="scroll log" tabindex="0" role="region" aria-label=${t("manager.log")}>
    <table><tbody>${view.log.filter(isNews).map((event) => html`<tr key=${event.seq}><td class="quiet">${moment(event.timestamp)}</td><td>${sentenceOf(event)}</td></tr>`)}</tbody></table>
  </div>`;
}

// The keys of the beds: a ring, then a number.

import { update } from "../frame.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { NUMBERS } from "./beds.js";

const TIMES = ["S", "D", "T"];

let times = "S"; // the ring of the next number

/** The keys of the beds; `onBed` gets the label of the one that was tapped. */
export function BedKeys({ onBed }) {
  const choose = (ring) => () => {
    times = times === ring ? "S" : ring;
    update();
  };
  const take = (label) => () => {
    times = "S";
    onBed(label);
    update();
  };
  return html`<div class="bed-keys" role="group" aria-label=${t("pad.darts")}>
    <div class="times">
      ${TIMES.map((each) => html`<button type="button" key=${each} class="key" aria-pressed=${String(times === each)} onClick=${choose(each)}>${t(`times.${each}`)}</button>`)}
    </div>
    <div class="numbers">
      ${NUMBERS.map((each) => html`<button type="button" key=${each} class="key" data-bed=${`${times}${each}`} onClick=${take(`${times}${each}`)}>${times === "S" ? "" : times}${each}</button>`)}
      <button type="button" class="key" data-bed="25" onClick=${take("25")}>25</button>
      <button type="button" class="key" data-bed="BULL" onClick=${take("BULL")}>${t("bull")}</button>
      <button type="button" class="key wide" data-bed="MISS" onClick=${take("MISS")}>${t("miss")}</button>
    </div>
  </div>`;
}

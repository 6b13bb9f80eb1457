// The sheet that corrects a dart: what it may also be first, then every bed.

import { showModal, update } from "../frame.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { BedKeys } from "./bed_keys.js";
import { neighbours, plain } from "./beds.js";
import { shortBed } from "./cards.js";
import { boardDart, correct, ui } from "./model.js";

const FIRST_KEYS = 5;

/** Return the most likely beds in place of one: those the daemon suggests, then its neighbours. */
export function likely(asked) {
  const { label } = asked;
  const suggested = (ui.suggestions[boardDart(asked)?.dart_id] ?? []).map((each) => plain(each.label));
  const found = [...suggested, ...neighbours(label === "MISS" ? "S20" : label)].filter((each) => each !== plain(label));
  return [...new Set(found)].slice(0, FIRST_KEYS);
}

/** The sheet, while a dart is corrected. */
export function Correction() {
  const asked = ui.correcting;
  if (!asked) return null;
  const close = () => {
    ui.correcting = null;
    update();
  };
  const choose = (label) => correct(asked, label);
  return html`<dialog class="sheet correction" ref=${showModal} onClose=${close} aria-labelledby="correct-title">
    <h2 id="correct-title">${t("correct.title", { number: asked.index + 1, label: shortBed(asked.label) })}</h2>
    <div class="likely" role="group" aria-label=${t("correct.likely")}>
      ${likely(asked).map((label) => html`<button type="button" class="key" key=${label} data-likely=${label} onClick=${() => choose(label)}>${shortBed(label)}</button>`)}
    </div>
    <${BedKeys} onBed=${choose} />
    <div class="row">
      <button type="button" class="danger" data-delete onClick=${() => choose(null)}>${t("correct.delete")}</button>
      <span class="grow"></span>
      <button type="button" onClick=${close}>${t("close")}</button>
    </div>
  </dialog>`;
}

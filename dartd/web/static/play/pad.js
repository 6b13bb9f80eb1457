// Entry by hand: each dart by its bed, or the visit by its total.

import { update } from "../frame.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { BedKeys } from "./bed_keys.js";
import { enterDart, enterTotal, matchShown, ui } from "./model.js";

/** Return the total that was typed, null for one that is no visit. */
function typedTotal() {
  const total = Number(ui.total);
  return ui.total !== "" && total <= 180 ? total : null;
}

/** Count the typed total; a visit that ends the leg asks for its darts first. */
export function submitTotal() {
  const total = typedTotal();
  if (total === null) return;
  const { turn, sides } = matchShown();
  if (total > 0 && sides[turn.side].score.remaining === total) ui.asking = total;
  else enterTotal(total);
  update();
}

/** Type a digit of a total. */
export function typeDigit(digit) {
  ui.pad = "total";
  ui.asking = null;
  ui.total = `${ui.total}${digit}`.replace(/^0+(?=\d)/, "").slice(0, 3);
  update();
}

/** Take the last digit back. */
export function eraseDigit() {
  ui.asking = null;
  ui.total = ui.total.slice(0, -1);
  update();
}

function TotalKeys() {
  if (ui.asking) return html`<${DartsUsed} total=${ui.asking} />`;
  return html`<div class="total-keys" role="group" aria-label=${t("pad.total")}>
    <output aria-live="polite" class=${typedTotal() === null && ui.total !== "" ? "wrong" : ""}>${ui.total || "–"}</output>
    ${[7, 8, 9, 4, 5, 6, 1, 2, 3].map((digit) => html`<button type="button" class="key" data-digit=${digit} key=${digit} onClick=${() => typeDigit(digit)}>${digit}</button>`)}
    <button type="button" class="key" aria-label=${t("pad.erase")} onClick=${eraseDigit}>⌫</button>
    <button type="button" class="key" data-digit="0" onClick=${() => typeDigit(0)}>0</button>
    <button type="button" class="key primary" data-enter disabled=${typedTotal() === null} onClick=${submitTotal}>${t("pad.enter")}</button>
  </div>`;
}

function DartsUsed({ total }) {
  const count = (darts) => () => {
    ui.asking = null;
    enterTotal(total, darts);
  };
  return html`<div class="total-keys" role="group" aria-label=${t("pad.used")}>
    <p class="asked">${t("pad.used")}</p>
    ${[1, 2, 3].map((darts) => html`<button type="button" class="key primary" key=${darts} data-used=${darts} onClick=${count(darts)}>${darts}</button>`)}
  </div>`;
}

/** Return whether visits of this game may be entered by their total. */
export function takesTotals(match) {
  return ["x01", "count_up", "free"].includes(match.rules.game);
}

/** The pad with both ways. */
export function Pad({ match }) {
  const open = (pad) => () => {
    ui.pad = pad;
    update();
  };
  const kind = takesTotals(match) ? ui.pad : "darts";
  return html`<section class="pad" aria-label=${t("pad.title")}>
    ${takesTotals(match) &&
    html`<div class="tabs">
      <button type="button" aria-pressed=${String(kind === "darts")} onClick=${open("darts")}>${t("pad.darts")}</button>
      <button type="button" aria-pressed=${String(kind === "total")} onClick=${open("total")}>${t("pad.total")}</button>
    </div>`}
    ${kind === "darts" ? html`<${BedKeys} onBed=${enterDart} />` : html`<${TotalKeys} />`}
  </section>`;
}

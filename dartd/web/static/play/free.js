// Free throwing: the visit that runs, the board, and the visits before.

import { may, update } from "../frame.js";
import { html } from "../html.js";
import { number, t } from "../texts.js";
import { shortBed } from "./cards.js";
import { client, dismiss, resetBoard, ui } from "./model.js";
import { Board } from "./parts.js";

const SLOTS = 3;

function Slot({ thrown, index, isNext }) {
  const { lastDart } = client.state;
  const isLast = thrown && thrown.dart_id && thrown.dart_id === lastDart?.dart_id;
  const open = () => {
    ui.correcting = { side: null, index, label: thrown.label, darts: client.state.visit.throws.map(({ label }) => label) };
    update();
  };
  const inside = html`<span class="label">${thrown ? (thrown.bounced ? t("bounced") : shortBed(thrown.label)) : "–"}</span><span class="points">${thrown ? thrown.points : ""}</span>`;
  const isOpen = thrown?.dart_id && may("corrections:write") && ui.view !== "stream";
  return html`<li class="dart-box${thrown ? " filled" : ""}${isLast ? " last" : ""}${isNext ? " next" : ""}">
    ${isOpen
      ? html`<button type="button" data-slot=${index} onClick=${open} title=${t("correct.open", { number: index + 1, label: shortBed(thrown.label) })}>${inside}</button>`
      : html`<span class="box">${inside}</span>`}
  </li>`;
}

/** The free throwing view. */
export function FreeScreen() {
  const { visit, visits } = client.state;
  const count = Math.max(SLOTS, ...visit.throws.map(({ dart_number }) => dart_number));
  const slots = Array.from({ length: count }, (_, k) => visit.throws.find(({ dart_number }) => dart_number === k + 1));
  const nextSlot = visit.completed ? -1 : slots.findIndex((thrown) => !thrown);
  return html`<div class="free">
    <figure><${Board} /></figure>
    <section class="visit${visit.completed ? " completed" : ""}" aria-label=${t("visit.this")}>
      <p id="total" aria-live="polite">${number(visit.total)}</p>
      <ol id="slots" class="darts-row">${slots.map((thrown, k) => html`<${Slot} key=${k} index=${k} thrown=${thrown} isNext=${k === nextSlot} />`)}</ol>
    </section>
    <section class="past" aria-label=${t("visits.earlier")} hidden=${visits.length === 0}>
      <h2>${t("visits.earlier")}</h2>
      <ol id="visits">
        ${visits.map(({ visit_id, throws, total }) => html`<li key=${visit_id}><span class="darts">${throws.map(({ label }) => shortBed(label)).join("  ")}</span><span class="sum">${total}</span></li>`)}
      </ol>
    </section>
    ${ui.view === "page" &&
    html`<div class="actions">
      ${may("board:control") && html`<button type="button" data-reset onClick=${resetBoard}>↺ ${t("reset")}</button>`}
      <button type="button" class="primary" data-new onClick=${dismiss}>${t("match.begin")}</button>
    </div>`}
  </div>`;
}

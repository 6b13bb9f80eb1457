// One side of a match: what it has left, its ways to finish, its darts and its figures.

import { update } from "../frame.js";
import { html } from "../html.js";
import { number, t } from "../texts.js";
import { plain, pointsOf } from "./beds.js";
import { isEnded, mayScore, ui } from "./model.js";

const MARKS = ["·", "╱", "╳", "⊗"];

/** Return the name of a side as it is shown. */
export function nameOf(side) {
  const names = side.players.map(({ name }, k) => name ?? t("player.number", { number: side.side + 1 + k }));
  return side.name ?? names.join(" & ");
}

/** Return a bed as players write it: "5" for "S5". */
export function shortBed(label) {
  return label === "MISS" ? t("miss") : label === "BULL" ? "BULL" : label.replace(/^S(?=\d)/, "");
}

function Outs({ ways, isOn }) {
  if (ways.length === 0) return html`<p class="outs" aria-label=${t("outs")}><span class="none">–</span></p>`;
  return html`<p class="outs" aria-label=${t("outs")}>
    ${ways[0].map((bed, k) => html`<span class=${isOn && k === 0 ? "aim-at" : ""}>${shortBed(plain(bed))}</span> `)}
  </p>`;
}

function Dart({ side, index, darts, isLast, isNext }) {
  const label = darts[index];
  const filled = label !== undefined;
  const open = () => {
    ui.correcting = { side, index, label, darts };
    update();
  };
  const inside = html`<span class="label">${filled ? shortBed(label) : "○"}</span><span class="points">${filled ? pointsOf(label) : ""}</span>`;
  const classes = `dart-box${filled ? " filled" : ""}${isLast ? " last" : ""}${isNext ? " next" : ""}`;
  return html`<li class=${classes}>
    ${filled && mayScore()
      ? html`<button type="button" data-slot=${index} onClick=${open} title=${t("correct.open", { number: index + 1, label: shortBed(label) })}>${inside}</button>`
      : html`<span class="box" data-slot=${index}>${inside}</span>`}
  </li>`;
}

function Darts({ side, darts, isRunning }) {
  const slots = Array.from({ length: Math.max(3, darts.length) });
  return html`<ol class="darts-row" aria-label=${t("darts")}>
    ${slots.map((_, k) => html`<${Dart} key=${k} side=${side} index=${k} darts=${darts} isLast=${isRunning && k === darts.length - 1} isNext=${isRunning && k === darts.length} />`)}
  </ol>`;
}

function Marks({ marks }) {
  return html`<table class="marks"><tbody>
    ${Object.entries(marks)
      .sort(([a], [b]) => Number(b) - Number(a))
      .map(([bed, count]) => html`<tr><th scope="row">${bed === "25" ? t("bull") : bed}</th><td>${MARKS[Math.min(3, count)]}<span class="unseen">${count}</span></td></tr>`)}
  </tbody></table>`;
}

/** Return the big figure of a side and what it means. */
export function figureOf(score) {
  if ("remaining" in score) return { big: score.remaining, label: t(score.in === false ? "score.not_in" : "score.remaining") };
  if ("lives" in score) return { big: score.lives, label: `${t("score.lives")}${score.number ? ` · ${score.number}` : ""}${score.killer ? ` · ${t("score.killer")}` : ""}` };
  if ("progress" in score) return { big: score.target ?? "✓", label: `${t("score.target")} · ${score.progress}` };
  const target = score.target ?? null;
  return { big: number(score.points ?? 0), label: target === null ? t("score.points") : `${t("score.points")} · ${t("score.target")} ${target}` };
}

function Legs({ side, match }) {
  const { format } = match;
  const wanted = format.goal === "best_of" ? Math.floor(format.legs / 2) + 1 : format.legs;
  const dots = wanted <= 7 ? "●".repeat(Math.min(side.legs, wanted)) + "○".repeat(Math.max(0, wanted - side.legs)) : "";
  return html`<p class="legs">
    ${format.sets ? html`<span>${t("sets")} <b>${side.sets}</b></span> ` : ""}<span>${t("legs")} <b>${side.legs}</b> <span class="dots" aria-hidden="true">${dots}</span></span>
  </p>`;
}

function visitWords(visit) {
  if (!visit) return "–";
  return visit.bust ? t("bust") : number(visit.points);
}

/** A side as a card; the one that throws is large. */
export function SideCard({ side, match }) {
  const { turn } = match;
  const isOn = turn?.side === side.side && !isEnded(match);
  const isWinner = match.winner === side.side;
  const { big, label } = figureOf(side.score);
  const last = match.last?.[side.side];
  const darts = isOn && turn.darts.length ? turn.darts : isOn ? [] : last?.darts ?? [];
  const isBust = isOn && turn.bust;
  const isDone = isOn && turn.darts_left === 0;
  const ways = isOn ? turn.checkouts : [];
  const name = nameOf(side);
  return html`<section class="side${isOn ? " on" : ""}${isWinner ? " winner" : ""}${isBust ? " is-bust" : ""}" data-side=${side.side} aria-current=${isOn ? "true" : null} aria-label=${name}>
    <header>
      <h2 title=${name}>${isOn ? html`<span class="on-mark" aria-hidden="true">▶ </span>` : ""}${isWinner ? "★ " : ""}${name}</h2>
      <${Legs} side=${side} match=${match} />
    </header>
    <div class="middle">
      <div class="count">
        <p class="figure" data-figure data-length=${String(big).length}>${big}</p>
        <p class="meaning">${label}</p>
      </div>
      ${side.score.marks && html`<${Marks} marks=${side.score.marks} />`}
    </div>
    ${match.rules.game === "x01" && html`<${Outs} ways=${ways} isOn=${isOn} />`}
    <${Darts} side=${side.side} darts=${darts} isRunning=${isOn} />
    <p class="figures">
      ${isOn
        ? html`<span class=${isDone ? "done" : ""}>${t("visit")} <b data-visit>${isBust ? t("bust") : number(turn.points)}</b></span>`
        : html`<span>${t("last")} <b data-last>${visitWords(last)}</b></span>`}
      <span title=${t("average.long")}>Ø <b>${number(side.average, 2)}</b></span>
      <span>${t("darts.thrown")} <b>${side.darts}</b></span>
    </p>
  </section>`;
}

/** A side as a line of the list, for many sides. */
export function SideLine({ side, match }) {
  const isOn = match.turn?.side === side.side && !isEnded(match);
  const { big } = figureOf(side.score);
  return html`<li class=${isOn ? "on" : ""} data-side=${side.side}>
    <span class="name" title=${nameOf(side)}>${isOn ? "▶ " : ""}${nameOf(side)}</span><b>${big}</b><span class="quiet">${side.legs}</span>
  </li>`;
}

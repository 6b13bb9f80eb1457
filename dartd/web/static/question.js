// A question in words, and its answer with the rows that its numbers are from.

import { post } from "./api.js";
import { attempt, update } from "./frame.js";
import { html } from "./html.js";
import { language, t } from "./texts.js";

const ANSWERED = ["en", "de", "th"];
const view = { isAsking: false, found: null };

async function ask(event) {
  event.preventDefault();
  const query = event.target.elements.query.value.trim();
  if (!query) return;
  view.isAsking = true;
  update();
  const found = await attempt(() => post("query", { query }));
  view.isAsking = false;
  view.found = found ?? view.found;
  update();
}

function Rows({ rows }) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–"));
  return html`<div class="scroll"><table>
    <thead><tr>${names.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((row, k) => html`<tr key=${k}>${names.map((name) => html`<td key=${name}>${cell(row[name])}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function Answer({ answer, reasoning, sources, language: of }) {
  return html`<div data-answer lang=${of}>
    <p class="answer" role="status">${answer}</p>
    ${sources.length > 0 && html`<details><summary>${t("question.sources")}</summary>
      <p class="quiet">${reasoning}</p>
      ${sources.map(({ type, query, rows }, k) => html`<section key=${k}><h3>${type}</h3><p><code>${query}</code></p><${Rows} rows=${rows} /></section>`)}
    </details>`}
  </div>`;
}

/** The box: a field, examples, the answer. */
export function Question() {
  const example = t("question.example");
  return html`<section class="panel" data-question><h2>${t("question.title")}</h2>
    <form class="row" onSubmit=${ask}>
      <input class="grow" name="query" maxlength="500" required aria-label=${t("question.title")} placeholder=${example} />
      <button class="primary" type="submit" disabled=${view.isAsking}>${t("question.ask")}</button>
    </form>
    ${!ANSWERED.includes(language) && html`<p class="quiet">${t("question.languages")}</p>`}
    ${view.found && html`<${Answer} ...${view.found} />`}
  </section>`;
}

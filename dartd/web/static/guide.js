// Shows a topic of the documentation, with the subset of Markdown that its files use. Of the guide the sections for developers of dartd are
// left out.

import { address } from "./api.js";
import { startPage } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";

const name = location.pathname.split("/").pop();
const text = await (await fetch(address(`docs/${name}.md`))).text();
const shown = name === "guide" ? text.slice(text.indexOf("\n## Logging in"), text.indexOf("\n## What must stay true")) : text;

startPage(() => html`${name === "guide" ? html`<h1>${t("page.guide")}</h1>` : null}
  <p class="row">
    <a href=${address("docs")}>${t("page.docs")}</a>
    <a href=${address("docs/api")}>${t("docs.routes")}</a>
    <a href=${address("redoc")}>${t("docs.reference")}</a>
    <a href=${address("asyncapi")}>${t("docs.websocket")}</a>
    <a href=${address(`docs/${name}.md`)}>${t("docs.markdown")}</a>
  </p>
  <article id="guide">${blocksOf(shown).map(blockElement)}</article>`);

/** Split Markdown into its blocks; a fenced block of code is one, whatever lines it has. */
function blocksOf(markdown) {
  return markdown
    .split(/^```.*\n([\s\S]*?)^```$/m)
    .flatMap((part, k) => (k % 2 ? [part.replace(/^/gm, "    ")] : part.split(/\n{2,}/)))
    .map((each) => each.replace(/^\n+|\s+$/g, ""))
    .filter((each) => each && !each.startsWith("!["));
}

function blockElement(block) {
  if (block.startsWith("# ")) return html`<h1>${inline(block.slice(2))}</h1>`;
  if (block.startsWith("## ")) return html`<h2>${inline(block.slice(3))}</h2>`;
  if (block.startsWith("### ")) return html`<h3>${inline(block.slice(4))}</h3>`;
  if (block.startsWith("    ")) return html`<pre tabindex="0">${block.replace(/^ {4}/gm, "")}</pre>`;
  if (block.startsWith("- ")) return html`<ul>${block.slice(2).split(/\n- /).map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
  if (/^\d+\. /.test(block)) return html`<ol>${block.replace(/^\d+\. /, "").split(/\n\d+\. /).map((item) => html`<li>${inline(item)}</li>`)}</ol>`;
  if (block.startsWith("|")) return table(block);
  return html`<p>${inline(block)}</p>`;
}

function table(block) {
  const rows = block.split("\n").filter((row) => !/^[|\s:-]+$/.test(row));
  const cells = (row) => row.slice(1, row.lastIndexOf("|")).split("|").map((cell) => inline(cell.trim()));
  const [head, ...body] = rows.map(cells);
  return html`<div class="scroll" tabindex="0"><table>
    <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
    <tbody>${body.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function inline(words) {
  return words.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith("**")) return html`<strong>${part.slice(2, -2)}</strong>`;
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    if (!link) return part;
    return /^(https?:|\/)/.test(link[2]) ? html`<a href=${link[2]}>${link[1]}</a>` : link[1]; // other files are part of the source alone
  });
}

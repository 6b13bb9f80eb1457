// Shows the guide, with the subset of Markdown that it uses. The sections for developers of dartd before and after it are left out.

import { address } from "./api.js";
import { startPage } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";

const text = await (await fetch(address("docs/guide.md"))).text();
const guide = text.slice(text.indexOf("\n## Logging in"), text.indexOf("\n## What must stay true"));
const blocks = guide.split(/\n{2,}/).map((each) => each.replace(/^\n+/, "")).filter(Boolean);

startPage(() => html`<h1>${t("page.guide")}</h1>
  <p class="row">
    <a href=${address("docs/api")}>${t("docs.routes")}</a>
    <a href=${address("redoc")}>${t("docs.reference")}</a>
    <a href=${address("asyncapi")}>${t("docs.websocket")}</a>
    <a href=${address("docs/guide.md")}>${t("docs.markdown")}</a>
  </p>
  <article id="guide">${blocks.map(blockElement)}</article>`);

function blockElement(block) {
  if (block.startsWith("## ")) return html`<h2>${block.slice(3)}</h2>`;
  if (block.startsWith("    ")) return html`<pre tabindex="0">${block.replace(/^ {4}/gm, "")}</pre>`;
  if (block.startsWith("- ")) return html`<ul>${block.slice(2).split(/\n- /).map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
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
    return link ? html`<a href=${link[2]}>${link[1]}</a>` : part;
  });
}

// Shows the AsyncAPI document: each message with its fields.

import { address } from "./api.js";
import { startPage } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";

const api = await (await fetch(address("asyncapi.json"))).json();
const { stream } = api.channels;

startPage(() => html`<h1>${t("page.asyncapi")}</h1>
  <p>${stream.address}: ${withCode(stream.description)}</p>
  <p class="row">
    <a href=${address("asyncapi.json")}>${t("docs.document")}</a>
    <a href=${address("schemas")}>${t("docs.schemas")}</a>
    <a href=${address("events")}>${t("page.events")}</a>
  </p>
  ${Object.values(api.operations).map(
    ({ summary, messages }) => html`<section class="panel">
      <h2>${summary}</h2>
      ${messages.map(({ $ref }) => html`<${Message} ...${api.components.messages[$ref.split("/").at(-1)]} />`)}
    </section>`,
  )}`);

function Message({ name, summary, payload, tags = [] }) {
  const fields = JSON.stringify(api.components.schemas[payload.$ref.split("/").at(-1)], null, 2);
  return html`<details>
    <summary><b>${name}</b> ${withCode(summary)} <span class="quiet">${tags.map((tag) => `${tag.name} `)}</span></summary>
    <pre tabindex="0">${fields}</pre>
  </details>`;
}

function withCode(text) {
  return text.split(/(`[^`]+`)/).map((part) => (part.startsWith("`") ? html`<code>${part.slice(1, -1)}</code>` : part));
}

// The front page of the documentation, for those who play, who run a board, and who build on it. The recipes name the address of this page.

import { address } from "./api.js";
import { say, startPage } from "./frame.js";
import { html } from "./html.js";
import { recipes } from "./recipes.js";
import { t } from "./texts.js";

const topic = (name) => [`docs/${name}`, `docs.topic.${name}`];
const PLAY = [["./", "page.play"], ["dashboard", "page.dashboard"], ["statistics", "page.statistics"], ["reports", "page.reports"]];
const OPERATE = [["board", "page.board"], ["settings", "page.settings"], ["people", "page.people"], ["health", "docs.health"],
  ...["deployment", "configuration", "hardware", "troubleshooting", "club", "tournaments", "metrics", "venue"].map(topic)];
const BUILD = [
  ["docs/api", "docs.routes"],
  ["redoc", "docs.reference"],
  ["docs/guide", "docs.guide"],
  ["asyncapi", "docs.websocket"],
  ["events", "page.events"],
  ["openapi.json", "docs.openapi"],
  ["asyncapi.json", "docs.document"],
  ["schemas", "docs.schemas"],
  ...["authentication", "messages", "corrections", "architecture", "contributing"].map(topic),
];

const copy = async (text) => {
  await navigator.clipboard?.writeText(text).catch(() => {});
  say(t("settings.copied"));
};

function Picture({ name }) {
  return html`<a class="picture" href=${address(`static/pictures/${name}.webp`)}><img src=${address(`static/pictures/${name}.webp`)} alt=${t(`docs.picture.${name}`)} width="1280" height="720" loading="lazy" /></a>`;
}

function Links({ to }) {
  return html`<ul class="links">${to.map(([path, word]) => html`<li key=${path}><a href=${address(path)}>${t(word)}</a></li>`)}</ul>`;
}

function Steps({ reader, count }) {
  return html`<ol>${Array.from({ length: count }, (_, k) => html`<li key=${k}>${t(`docs.${reader}.${k + 1}`)}</li>`)}</ol>`;
}

function Recipe({ id, code }) {
  return html`<section class="recipe">
    <h3 id=${`recipe-${id}`}>${t(`docs.recipe.${id}`)}</h3>
    <pre tabindex="0" data-recipe=${id} aria-labelledby=${`recipe-${id}`}>${code}</pre>
    <button type="button" onClick=${() => copy(code)} aria-describedby=${`recipe-${id}`}>${t("copy")}</button>
  </section>`;
}

startPage(() => html`<h1>${t("page.docs")}</h1>
  <div class="grid">
    <section class="panel"><h2>${t("docs.play")}</h2><${Picture} name="play" /><${Steps} reader="play" count=${4} /><${Links} to=${PLAY} /></section>
    <section class="panel"><h2>${t("docs.operate")}</h2><${Picture} name="manager" /><${Steps} reader="operate" count=${4} /><${Links} to=${OPERATE} /></section>
    <section class="panel"><h2>${t("docs.build")}</h2><${Picture} name="events" /><p>${t("docs.build.what")}</p><${Links} to=${BUILD} /></section>
  </div>
  <h2>${t("docs.recipes")}</h2>
  <p class="quiet">${t("docs.recipes.what")}</p>
  ${recipes(address("")).map((each) => html`<${Recipe} key=${each.id} ...${each} />`)}`);

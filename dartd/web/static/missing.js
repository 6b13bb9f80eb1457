// The page for an address that has none.

import { startPage } from "./frame.js";
import { html } from "./html.js";
import { t } from "./texts.js";

const home = new URL("../", import.meta.url).href;

startPage(() => html`<h1>404 · ${t("page.missing")}</h1>
  <p>${t("missing.words", { path: location.pathname })}</p>
  <p><a class="button" href=${home}>${t("missing.back")}</a></p>`);

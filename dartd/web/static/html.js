// Components as functions that return html`…`, drawn by preact.

import htm from "./vendor/htm/htm.mjs";
import { Component, h, render } from "./vendor/preact/preact.mjs";

export const html = htm.bind(h);
export { Component, render };

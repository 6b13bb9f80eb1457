// ReDoc below the bar.

import { startPage } from "./frame.js";

window.Redoc.init(new URL("../openapi.json", import.meta.url).href, { disableGoogleFont: true }, document.getElementById("page"));
startPage(null);

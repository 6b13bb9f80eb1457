// Swagger UI below the bar.

import { startPage } from "./frame.js";

window.SwaggerUIBundle({ url: new URL("../openapi.json", import.meta.url).href, dom_id: "#page", deepLinking: true, validatorUrl: null });
startPage(null);

// ReDoc below the bar.

import { startPage } from "./frame.js";

// The column of samples is as light as the rest; its code keeps its own ground.
const theme = { rightPanel: { backgroundColor: "#eef1f4", textColor: "#15181c" } };
window.Redoc.init(new URL("../openapi.json", import.meta.url).href, { disableGoogleFont: true, theme }, document.getElementById("page"));
startPage(null);

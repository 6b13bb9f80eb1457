// How many alerts are open, for the bar of every page: asked for once, and again when one has changed.

import { address, get, loadSettings, pairedKey } from "./api.js";
import { DartdClient } from "./dartd-client.js";

const LIMIT = 100;
const TOGETHER_MS = 200;

/** The shape of each severity, the least first. */
export const SHAPES = { info: "ℹ", warning: "▲", high: "◆", critical: "■" };

/** Call `onChange` with {count, severity, shape} of the open alerts, the last two of the worst, now and whenever it changes. */
export async function watchAlerts(onChange) {
  let timer = null;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const found = await get(`alerts?limit=${LIMIT}`).catch(() => null);
      const open = found?.data.filter(({ status }) => status !== "resolved");
      const severity = Object.keys(SHAPES).findLast((each) => open?.some((alert) => alert.severity === each));
      if (open) onChange({ count: open.length, severity, shape: SHAPES[severity] });
    }, TOGETHER_MS);
  };
  const url = new URL(address((await loadSettings()).ws_path.slice(1)));
  if (pairedKey()) url.searchParams.set("token", pairedKey());
  const client = new DartdClient(url.href, { topics: ["alerts"] });
  client.addEventListener("connection", () => client.connection === "open" && ask());
  client.addEventListener("event", ({ detail }) => detail.event_type === "alert" && ask());
  client.start();
  return client;
}

// What alerts say, in the language of this device.

import { addTexts, language, loadTexts, number, t } from "./texts.js";

await addTexts("alerts");
// The texts of the daemon: a message that differs from them is of a rule that was changed, and is shown as it is.
const written = language === "en" ? {} : await loadTexts("texts/alerts/en.json");

/** Return whether a message is the one of the built-in rule, whatever was filled in. */
function isBuiltin(key, message) {
  const parts = written[key]?.split(/\{\w+\}/).map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return parts !== undefined && new RegExp(`^${parts.join(".+")}$`).test(message);
}

/** Return what is wrong in the language of this device. */
export function messageOf({ alert_type, camera_id, context, message }) {
  const key = `alerts.message.${alert_type}`;
  if (!isBuiltin(key, message)) return message;
  const shown = Object.entries({ ...context, camera: camera_id }).map(([name, value]) => [name, typeof value === "number" ? number(value) : value]);
  const faults = (context.faults ?? "").split(", ").map((each) => t(`alerts.fault.${each}`));
  return t(key, { ...Object.fromEntries(shown), faults: faults.join(", ") });
}

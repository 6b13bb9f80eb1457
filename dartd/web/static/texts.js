// The texts of the pages in the language of this device. A text is chosen by its key; `{name}` in it is replaced.

export const LANGUAGES = ["en", "de", "nl"];
// pages with texts of their own: the play page is small
const WITH_OWN = ["accuracy", "dashboard", "docs", "manager", "reports", "settings", "statistics", "tournaments", "venue", "webhooks"];
const OF_OTHERS = { asyncapi: "docs", guide: "docs", wall: "tournaments" }; // pages with the texts of another one
const KEPT = "dartd.language";

function chosen() {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages].map((each) => each?.slice(0, 2));
  return wanted.find((each) => LANGUAGES.includes(each)) ?? "en";
}

export const language = chosen();
document.documentElement.lang = language;
const texts = await loadTexts(`texts/${language}.json`);
const page = OF_OTHERS[document.body.dataset.page] ?? document.body.dataset.page;
if (WITH_OWN.includes(page)) await addTexts(page);

/** Return the texts of a file. */
export async function loadTexts(path) {
  return (await fetch(new URL(path, import.meta.url))).json();
}

/** Let `t` know the texts of a folder too. */
export async function addTexts(folder) {
  Object.assign(texts, await loadTexts(`texts/${folder}/${language}.json`));
}

/** Return a text. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Return whether there is a text. */
export function hasText(key) {
  return key in texts;
}

/** Use another language on this device. */
export function chooseLanguage(wanted) {
  localStorage.setItem(KEPT, wanted);
  location.reload();
}

/** Return a number as people write it here, with a true minus. */
export function number(value, digits) {
  if (value === null || value === undefined || value === "") return "–";
  const shape = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, shape).format(Number(value)).replace("-", "−");
}

/** Return the time of day of a timestamp, with the date if it is of another day. */
export function moment(timestamp) {
  const at = new Date(timestamp);
  const today = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

// Requests to the API as the caller who is logged in here: by cookie, or by the key with which this screen was paired.

const ROOT = new URL("../", import.meta.url);
const KEY = "dartd.key";
const EXPIRES = "dartd.expires";
const EARLY_MS = 60_000;
const PAIRING_POLL_MS = 2000;

/** An answer of the API that is an error. */
export class ApiError extends Error {
  constructor(status, { code, message, details }) {
    super(message);
    Object.assign(this, { status, code, details: details ?? {} });
  }
}

/** Return the address of a path of the daemon, such as `api/v1/board`. */
export function address(path) {
  return new URL(path, ROOT).href;
}

/** Return the key with which this screen was paired, if it was. */
export function pairedKey() {
  return localStorage.getItem(KEY);
}

// A screen is paired by opening `/#key=dk_live_…` on it once.
const given = /^#key=([\w-]+)$/.exec(location.hash)?.[1];
if (given) {
  localStorage.setItem(KEY, given);
  history.replaceState(null, "", location.pathname + location.search);
}

/** Pair this screen: show a code by `onCode`; return true once a user has entered it, false when it has expired or `isWanted` says no. */
export async function pair(onCode, isWanted) {
  const { code, secret } = await send("POST", "auth/pairings");
  onCode(code);
  while (isWanted()) {
    await new Promise((resolve) => setTimeout(resolve, PAIRING_POLL_MS));
    const answer = await send("POST", "auth/pairings/claim", { secret }).catch(({ status }) => ({ status: status === 404 ? "ended" : "waiting" }));
    if (answer.status === "ended") return false;
    if (answer.status !== "paired") continue;
    localStorage.setItem(KEY, answer.api_key);
    return true;
  }
  return false;
}

/** Save a file of the API under a name: by fetch, because a link would not send a key. Return false if it cannot be loaded. */
export async function saveFile(path, name) {
  const answer = await fetch(address(`api/v1/${path}`), { headers: pairedKey() ? { "X-API-Key": pairedKey() } : {} }).catch(() => null);
  if (!answer?.ok) return false;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return true;
}

function csrf() {
  return /(?:^|; )dartd_csrf=([^;]*)/.exec(document.cookie)?.[1];
}

/** Send a request as this page's caller, or with the headers of another login. */
export async function send(method, path, body, rights = null) {
  const headers = { ...rights };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (!rights && pairedKey()) headers["X-API-Key"] = pairedKey();
  else if (!rights && csrf()) headers["X-CSRF-Token"] = csrf();
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(address(`api/v1/${path}`), { method, headers, body: sent, cache: "no-store" });
  if (answer.status === 204) return null;
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, value.error ?? { code: "UNKNOWN", message: answer.statusText });
  return value;
}

/** Renew the login before it expires; tabs take turns, because a refresh is valid once. */
async function renew() {
  const isDue = () => !pairedKey() && csrf() && Number(localStorage.getItem(EXPIRES) ?? 0) - EARLY_MS < Date.now();
  if (!isDue()) return;
  const refresh = async () => {
    if (!isDue()) return;
    try {
      keepLogin(await send("POST", "auth/refresh"));
    } catch (error) {
      if (error instanceof ApiError) forgetLogin();
    }
  };
  await (navigator.locks ? navigator.locks.request("dartd.refresh", refresh) : refresh());
}

function keepLogin(session) {
  localStorage.setItem(EXPIRES, Date.now() + session.expires_in * 1000);
  return session;
}

function forgetLogin() {
  localStorage.removeItem(EXPIRES);
  document.cookie = `dartd_csrf=; path=${ROOT.pathname}; max-age=0`;
}

/** Send a request and return the answer; throws an ApiError. */
export async function request(method, path, body) {
  await renew();
  return send(method, path, body);
}

export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);
export const put = (path, body = {}) => request("PUT", path, body);
export const remove = (path) => request("DELETE", path);

/** Return the caller, null without a login; asks only if someone logged in here or the screen was paired. */
export async function whoAmI() {
  if (!pairedKey() && !csrf()) return null;
  try {
    return await get("auth/me");
  } catch (error) {
    if (pairedKey() && error.status === 401) localStorage.removeItem(KEY);
    return null;
  }
}

/** Log in, and return the caller; throws LOGIN_NOT_KEPT where the browser keeps no cookie, as in a frame of another site. */
export async function logIn(username, password) {
  localStorage.removeItem(KEY);
  const session = await send("POST", "auth/login", { username, password, cookie: true });
  if (!csrf()) throw new ApiError(401, { code: "LOGIN_NOT_KEPT", message: location.host });
  return keepLogin(session).user;
}

/** Log out, or forget the key of this screen. */
export async function logOut() {
  if (pairedKey()) localStorage.removeItem(KEY);
  else await post("auth/logout");
  localStorage.removeItem(EXPIRES);
}

/** Return the settings of the board for pages. */
export async function loadSettings() {
  return (await fetch(address("config.json"))).json();
}

// The service worker: keeps the files of the play page, so that it opens while the daemon is away. What the board says is never kept.

const KEPT = "dartd-shell";
const ROOT = new URL("../", self.location).pathname;
const OTHERS = /\/vendor\/(swagger-ui|redoc)\//;

/** Return whether the play page needs this address to be drawn. */
function isShell({ origin, pathname }) {
  if (origin !== self.location.origin) return false;
  return pathname === ROOT || pathname === `${ROOT}config.json` || (pathname.startsWith(`${ROOT}static/`) && !OTHERS.test(pathname));
}

/** Return the answer of the daemon, else the one that is kept. */
async function answerOf(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const before = await kept.match(request, { ignoreSearch: true });
    if (before) return before;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isShell(new URL(event.request.url))) event.respondWith(answerOf(event.request));
});

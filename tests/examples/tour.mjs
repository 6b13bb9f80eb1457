// Log in, make a key, list players, and show darts as they hit.
// node tests/examples/tour.mjs http://localhost:8000 admin PASSWORD [EVENTS]

const [server, username, password, count = "10"] = process.argv.slice(2);

async function ask(path, token, body) {
  const answer = await fetch(server + path, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(`${found.error.code}: ${found.error.message}`);
  return found;
}

const session = await ask("/api/v1/auth/login", null, { username, password });
console.log("hello", session.user.name);
const made = await ask("/api/v1/auth/api-keys", session.access_token, { name: "tour", permissions: ["board:read", "events:read", "players:read"] });
const players = await ask("/api/v1/players?limit=100", made.key);
console.log("players", ...players.data.map((player) => player.name));

// A board is shown by asking for what came after the last event that was seen; with a WebSocket at hand it is told instead, see dartd-client.js.
let since = (await ask("/api/v1/board", made.key)).last_seq;
console.log("board", (await ask("/api/v1/board", made.key)).status);
let left = Number(count);
while (left > 0) {
  const page = await ask(`/api/v1/events?since=${since}`, made.key);
  for (const event of page.data) {
    since = event.seq;
    left -= 1;
    if (event.event_type === "dart_hit") console.log("dart", event.score.label);
  }
  if (!page.data.length) await new Promise((resolve) => setTimeout(resolve, 600));
}

// Log in, create a key, list players, and print darts as they hit.
// node tests/examples/tour.mjs http://localhost:8000 admin PASSWORD [EVENTS]

const [server, username, password, count = "10"] = process.argv.slice(2);

async function request(path, token, body) {
  const response = await fetch(server + path, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  const value = await response.json();
  if (!response.ok) throw new Error(`${value.error.code}: ${value.error.message}`);
  return value;
}

const session = await request("/api/v1/auth/login", null, { username, password });
console.log("hello", session.user.name);
const created = await request("/api/v1/auth/api-keys", session.access_token, { name: "tour", permissions: ["board:read", "events:read", "players:read"] });
const players = await request("/api/v1/players?limit=100", created.api_key);
console.log("players", ...players.data.map((player) => player.name));

// Poll for events after the last one received; dartd-client.js uses a WebSocket instead.
let since = (await request("/api/v1/board", created.api_key)).last_seq;
console.log("board", (await request("/api/v1/board", created.api_key)).status);
let left = Number(count);
while (left > 0) {
  const page = await request(`/api/v1/events?since=${since}`, created.api_key);
  for (const event of page.data) {
    since = event.seq;
    left -= 1;
    if (event.event_type === "dart_hit") console.log("dart", event.score.label);
  }
  if (!page.data.length) await new Promise((resolve) => setTimeout(resolve, 600));
}

// Watch the alerts: print each as it is raised, and acknowledge it.
// node tests/examples/alerts.mjs http://localhost:8000 operator PASSWORD [ALERTS]

const [server, username, password, count = "1000000"] = process.argv.slice(2);

async function request(path, token, body) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(server + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${(await response.json()).error.message}`);
  return response;
}

async function post(path, token, body) {
  return (await request(path, token, body)).json();
}

const { access_token } = await post("/api/v1/auth/login", null, { username, password });
// The events as a stream over HTTP: without a WebSocket it runs in older versions of Node as well.
const stream = await request("/api/v1/events/stream?topics=alerts", access_token);
let left = Number(count);
let text = "";
for await (const part of stream.body.pipeThrough(new TextDecoderStream())) {
  const lines = (text + part).split("\n");
  text = lines.pop();
  for (const line of lines.filter((each) => each.startsWith("data:"))) {
    const { event_type, alert } = JSON.parse(line.slice(5));
    if (event_type === "snapshot") console.log("watching");
    if (event_type !== "alert" || alert.status !== "pending") continue;
    console.log(alert.severity, alert.message);
    const done = await post(`/api/v1/alerts/${alert.alert_id}/acknowledge`, access_token, { action_taken: "someone is on the way" });
    console.log("acknowledged by", done.acknowledged_by);
    left -= 1;
    if (left === 0) process.exit();
  }
}

// Watch the alerts: print each as it is raised, and acknowledge it.
// node tests/examples/alerts.mjs http://localhost:8000 operator PASSWORD [ALERTS]

const [server, username, password, count = "1000000"] = process.argv.slice(2);

async function post(path, token, body) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(server + path, { method: "POST", headers, body: JSON.stringify(body) });
  const value = await response.json();
  if (!response.ok) throw new Error(`${value.error.code}: ${value.error.message}`);
  return value;
}

const { access_token } = await post("/api/v1/auth/login", null, { username, password });
const stream = new WebSocket(`${server.replace("http", "ws")}/api/v1/ws/alerts?token=${access_token}`);
let left = Number(count);
stream.onmessage = async ({ data }) => {
  const { event_type, alert } = JSON.parse(data);
  if (event_type === "snapshot") console.log("watching");
  if (event_type !== "alert" || alert.status !== "pending") return;
  console.log(alert.severity, alert.message);
  const done = await post(`/api/v1/alerts/${alert.alert_id}/acknowledge`, access_token, { action_taken: "someone is on the way" });
  console.log("acknowledged by", done.acknowledged_by);
  left -= 1;
  if (left === 0) stream.close();
};

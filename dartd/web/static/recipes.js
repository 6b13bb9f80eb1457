// Short programs against this daemon, with its address filled in: they run as they stand.

/** Return the recipes for the daemon at an address that ends in "/": {id, code}. */
export function recipes(root) {
  const { host, hostname, protocol, pathname } = new URL(root);
  return [
    { id: "curl", code: `curl -sN '${root}api/v1/events/stream?topics=board:*&once=true'\ncurl -s '${root}api/v1/board'` },
    { id: "python", code: python(root) },
    { id: "javascript", code: javascript(root) },
    { id: "home_assistant", code: homeAssistant(root) },
    { id: "home_assistant_mqtt", code: MQTT },
    { id: "lights", code: lights(root) },
    { id: "wled", code: wled(hostname) },
    { id: "obs", code: obs(root) },
    { id: "node_red", code: nodeRed(root) },
    { id: "voice", code: voice(root) },
    { id: "grafana", code: prometheus(protocol, host, pathname) },
  ];
}

const python = (root) => `import json, urllib.request

with urllib.request.urlopen("${root}api/v1/events/stream?topics=board:*") as stream:
    for line in stream:
        if line.startswith(b"data:"):
            event = json.loads(line[5:])
            print(event["event_type"], event.get("score", {}).get("label", ""), flush=True)`;

const javascript = (root) => `const { DartdClient } = await import("${root}static/dartd-client.js");
const client = new DartdClient("${root}ws");
client.addEventListener("event", ({ detail }) => console.log(detail.event_type, detail.score?.label ?? ""));
client.start();`;

const homeAssistant = (root) => `rest:
  - resource: ${root}api/v1/board
    scan_interval: 5
    sensor:
      - name: Dartboard
        unique_id: dartd_board
        value_template: "{{ value_json.status }}"`;

const prometheus = (protocol, host, pathname) => `scrape_configs:
  - job_name: dartd
    scheme: ${protocol.slice(0, -1)}
    metrics_path: ${pathname}metrics
    static_configs:
      - targets: ["${host}"]`;

const MQTT = `# pip install 'dartd[mqtt]', then in dartd.toml; Home Assistant finds the board by itself:
[mqtt]
url = "mqtt://board.local:1883"
username = "dartd"
password_file = "/etc/dartd/mqtt-password"
commands = true`;

const lights = (root) => `import json, urllib.request

LIGHTS = "http://192.168.1.50/json/state"  # the address of WLED
RED, WHITE, RAINBOW = {"fx": 0, "col": [[255, 0, 0]]}, {"fx": 0, "col": [[255, 255, 255]]}, {"fx": 9}

def show(segment):
    body = json.dumps({"on": True, "seg": [segment]}).encode()
    urllib.request.urlopen(urllib.request.Request(LIGHTS, body, {"Content-Type": "application/json"}), timeout=5).close()

with urllib.request.urlopen("${root}api/v1/events/stream?topics=board:*") as stream:
    for line in stream:
        event = json.loads(line[5:]) if line.startswith(b"data:") else {}
        match event.get("event_type"):
            case "takeout_started":
                show(RED)
            case "takeout_finished":
                show(WHITE)
            case "visit_completed" if event["total"] == 180:
                show(RAINBOW)`;

const wled = (hostname) => `# pip install 'dartd[caller]', and in dartd.toml: [compat] caller = 8079
python darts-wled.py -CON ${hostname}:8079 -WEPS 192.168.1.50 -IDE "solid|white" -TOE "solid|red" -S180 "rainbow"`;

const obs = (root) => `${root}

/* Sources > Browser: the address above, and this as custom CSS */
html, body { background: transparent !important; }
#bar, .primary { display: none !important; }`;

const nodeRed = (root) => {
  const common = { z: "", wires: [] };
  const flow = [
    { ...common, id: "dartd-client", type: "websocket-client", path: `${root.replace(/^http/, "ws")}ws`, wholemsg: "true", wires: undefined },
    { ...common, id: "dartd-in", type: "websocket in", name: "dartd", server: "", client: "dartd-client", x: 150, y: 80, wires: [["dartd-180"]] },
    {
      ...common, id: "dartd-180", type: "switch", name: "180", property: "total", propertyType: "msg", rules: [{ t: "eq", v: "180", vt: "num" }],
      outputs: 1, x: 310, y: 80, wires: [["dartd-show"]],
    },
    { ...common, id: "dartd-show", type: "debug", name: "one hundred and eighty", complete: "true", x: 500, y: 80 },
  ];
  return JSON.stringify(flow, null, 1);
};

const voice = (root) => `import json, subprocess, urllib.request

with urllib.request.urlopen("${root}api/v1/events/stream?topics=board:*") as stream:
    for line in stream:
        event = json.loads(line[5:]) if line.startswith(b"data:") else {}
        if event.get("event_type") == "visit_completed" and not event["revised"]:
            subprocess.run(["espeak-ng", str(event["total"] or "no score")])`;

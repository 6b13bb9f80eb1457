// Short programs against this daemon, with its address filled in: they run as they stand.

/** Return the recipes for the daemon at an address that ends in "/": {id, code}. */
export function recipes(root) {
  const { host, protocol, pathname } = new URL(root);
  return [
    { id: "curl", code: `curl -sN '${root}api/v1/events/stream?topics=board:*&once=true'\ncurl -s '${root}api/v1/board'` },
    { id: "python", code: python(root) },
    { id: "javascript", code: javascript(root) },
    { id: "home_assistant", code: homeAssistant(root) },
    { id: "grafana", code: prometheus(protocol, host, pathname) },
  ];
}

const python = (root) => `import json, urllib.request

with urllib.request.urlopen("${root}api/v1/events/stream?topics=board:*") as stream:
    for line in stream:
        if line.startswith(b"data:"):
            event = json.loads(line[5:])
            print(event["event_type"], event.get("label", ""), flush=True)`;

const javascript = (root) => `const { DartdClient } = await import("${root}static/dartd-client.js");
const client = new DartdClient("${root}ws");
client.addEventListener("event", ({ detail }) => console.log(detail.event_type, detail.label ?? ""));
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

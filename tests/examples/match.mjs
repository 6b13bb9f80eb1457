// Begin a match, score it by hand and print each turn: node match.mjs http://localhost:8000 USER PASSWORD

const [address, username, password] = process.argv.slice(2);

async function post(path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(`${address}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const { access_token: token } = await post("/auth/login", { username, password });
const rules = { game: "x01", start: 101, out: "double" };
const sides = [{ players: [{ name: "Ada" }] }, { players: [{ name: "Bob" }] }];
let match = await post("/matches", { rules, sides }, token);
for (const darts of [["T20", "S1", "S20"], ["T20", "S5", "S1"], ["D10"]]) {
  match = await post(`/matches/${match.match_id}/throws`, { darts }, token);
  console.log(match.sides.map((side) => `${side.name} ${side.score.remaining}`).join(" "));
}
console.log("winner", match.sides[match.winner].name);

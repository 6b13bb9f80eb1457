"""Write a report of a player as Markdown, compared with a level.

python report.py http://localhost:8000 USER PASSWORD PLAYER_ID league
"""

import sys

import httpx2

address, username, password, player_id, level = sys.argv[1:6]
with httpx2.Client(base_url=f"{address}/api/v1") as http:
    login = http.post("/auth/login", json={"username": username, "password": password}).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {login['access_token']}"
    asked = {"player_id": player_id, "benchmark": f"level:{level}"}
    performance = http.get("/performance", params=asked).raise_for_status().json()
    labels = {each["name"]: each["label"] for each in http.get("/performance/metrics").raise_for_status().json()["data"]}

print(f"# {player_id} and level {level}\n\n| | own | {level} | difference |\n|---|---|---|---|")
for name, difference in performance["difference"].items():
    print(f"| {labels[name]} | {performance['figures'][name]} | {performance['benchmark'][name]} | {difference} |")

"""Begin a match, score it by hand and print each turn: `python match.py http://localhost:8000 USER PASSWORD`."""

import sys

import httpx2

address, username, password = sys.argv[1:4]
with httpx2.Client(base_url=f"{address}/api/v1") as http:
    login = http.post("/auth/login", json={"username": username, "password": password}).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {login['access_token']}"
    rules = {"game": "x01", "start": 101, "out": "double"}
    sides = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]
    match = http.post("/matches", json={"rules": rules, "sides": sides}).raise_for_status().json()
    for darts in (["T20", "S1", "S20"], ["T20", "S5", "S1"], ["D10"]):
        match = http.post(f"/matches/{match['match_id']}/throws", json={"darts": darts}).raise_for_status().json()
        print(" ".join(f"{side['name']} {side['score']['remaining']}" for side in match["sides"]))
    print("winner", match["sides"][match["winner"]]["name"])

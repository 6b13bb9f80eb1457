"""Draw the averages of a player's legs as a chart: `python history.py http://localhost:8000 USER PASSWORD PLAYER_ID FILE.svg`."""

import sys
from pathlib import Path
from typing import Any

import httpx2

WIDTH, HEIGHT, HIGHEST = 800, 300, 180.0

address, username, password, player_id, file = sys.argv[1:6]
with httpx2.Client(base_url=f"{address}/api/v1") as http:
    login = http.post("/auth/login", json={"username": username, "password": password}).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {login['access_token']}"
    legs, cursor = list[dict[str, Any]](), dict[str, str]()
    while True:
        page = http.get(f"/players/{player_id}/history", params={"resolution": "leg", "limit": 100, **cursor}).raise_for_status().json()
        legs += page["data"]
        if page["pagination"]["next_cursor"] is None:
            break
        cursor = {"cursor": page["pagination"]["next_cursor"]}

averages = [float(leg["average"]) for leg in reversed(legs) if leg["average"] is not None]
step = WIDTH / max(len(averages) - 1, 1)
points = " ".join(f"{number * step:.1f},{HEIGHT * (1 - average / HIGHEST):.1f}" for number, average in enumerate(averages))
Path(file).write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    f'<polyline points="{points}" fill="none" stroke="#06c" stroke-width="2"/></svg>\n',
    encoding="utf-8",
)
print(f"{len(averages)} legs, the last {averages[-1]:.2f}" if averages else "no legs")

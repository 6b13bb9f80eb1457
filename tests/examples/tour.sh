#!/bin/sh
# Log in, create a key, list players, and print darts as they hit.
# sh tests/examples/tour.sh http://localhost:8000 admin PASSWORD [EVENTS]
set -eu
server=$1 username=$2 password=$3 left=${4:-10}

field() { python3 -c 'import json, sys; found = json.load(sys.stdin); print(eval(sys.argv[1], {"found": found}))' "$1"; }

session=$(curl -fsS "$server/api/v1/auth/login" -H 'Content-Type: application/json' -d "{\"username\": \"$username\", \"password\": \"$password\"}")
echo "hello $(echo "$session" | field 'found["user"]["name"]')"
token=$(echo "$session" | field 'found["access_token"]')
key=$(curl -fsS "$server/api/v1/auth/api-keys" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
  -d '{"name": "tour", "permissions": ["board:read", "events:read", "players:read"]}' | field 'found["api_key"]')
echo "players $(curl -fsS "$server/api/v1/players?limit=100" -H "X-API-Key: $key" | field '" ".join(each["name"] for each in found["data"])')"

board=$(curl -fsS "$server/api/v1/board" -H "X-API-Key: $key")
echo "board $(echo "$board" | field 'found["status"]')"
since=$(echo "$board" | field 'found["last_seq"]')
while [ "$left" -gt 0 ]; do
  page=$(curl -fsS "$server/api/v1/events?since=$since" -H "X-API-Key: $key")
  count=$(echo "$page" | field 'len(found["data"])')
  if [ "$count" -eq 0 ]; then sleep 0.6; continue; fi
  echo "$page" | field '"\n".join("dart " + each["score"]["label"] for each in found["data"] if each["event_type"] == "dart_hit")'
  since=$(echo "$page" | field 'found["data"][-1]["seq"]')
  left=$((left - count))
done

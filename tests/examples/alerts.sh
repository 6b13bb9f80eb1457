#!/bin/sh
# Watch the alerts: print each that is open, and acknowledge it.
# sh tests/examples/alerts.sh http://localhost:8000 operator PASSWORD [ALERTS]
set -eu
server=$1 username=$2 password=$3 left=${4:-1000000}

field() { python3 -c 'import json, sys; found = json.load(sys.stdin); print(eval(sys.argv[1], {"found": found}))' "$1"; }

token=$(curl -fsS "$server/api/v1/auth/login" -H 'Content-Type: application/json' \
  -d "{\"username\": \"$username\", \"password\": \"$password\"}" | field 'found["access_token"]')
ask() { curl -fsS -H "Authorization: Bearer $token" "$@"; }

echo watching
while [ "$left" -gt 0 ]; do
  page=$(ask "$server/api/v1/alerts?status=pending&sort=timestamp&limit=1")
  if [ "$(echo "$page" | field 'len(found["data"])')" -eq 0 ]; then sleep 0.6; continue; fi
  echo "$page" | field '"{severity} {message}".format(**found["data"][0])'
  alert=$(echo "$page" | field 'found["data"][0]["alert_id"]')
  ask "$server/api/v1/alerts/$alert/acknowledge" -H 'Content-Type: application/json' -d '{"action_taken": "someone is on the way"}' |
    field '"acknowledged by {acknowledged_by}".format(**found)'
  left=$((left - 1))
done

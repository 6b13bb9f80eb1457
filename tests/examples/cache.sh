#!/bin/sh
# Read the figures of the results cache, warm it, and remove the answers of one kind.
# sh tests/examples/cache.sh http://localhost:8000 admin PASSWORD
set -eu
server=$1 username=$2 password=$3

field() { python3 -c 'import json, sys; found = json.load(sys.stdin); print(eval(sys.argv[1], {"found": found}))' "$1"; }

token=$(curl -fsS "$server/api/v1/auth/login" -H 'Content-Type: application/json' \
  -d "{\"username\": \"$username\", \"password\": \"$password\"}" | field 'found["access_token"]')
ask() { curl -fsS -H "Authorization: Bearer $token" "$@"; }

echo "warmed $(ask -X POST "$server/api/v1/cache/warm" | field 'found["warmed_entries"]')"
ask "$server/api/v1/webhooks" > /dev/null
ask "$server/api/v1/cache/stats" | field '"hits {cache_hits} of {total_requests}, hit rate {hit_rate}".format(**found)'
ask "$server/api/v1/cache/invalidate" -H 'Content-Type: application/json' -d '{"pattern": "webhooks*"}' | field '"removed {invalidated}".format(**found)'

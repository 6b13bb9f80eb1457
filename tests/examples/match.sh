#!/bin/sh
# Begin a match, score it by hand and print each turn: sh match.sh http://localhost:8000 USER PASSWORD
set -eu
address=$1 username=$2 password=$3

post() { # PATH BODY
  curl --silent --show-error --fail -X POST "$address/api/v1$1" -H "Authorization: Bearer ${token:-}" -H "Content-Type: application/json" -d "$2"
}
text() { # NAME: the first text of this name
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}

token=$(curl --silent --show-error --fail -X POST "$address/api/v1/auth/login" -H "Content-Type: application/json" \
  -d "{\"username\":\"$username\",\"password\":\"$password\"}" | text access_token)
match=$(post /matches '{"rules":{"game":"x01","start":101,"out":"double"},"sides":[{"players":[{"name":"Ada"}]},{"players":[{"name":"Bob"}]}]}' | text match_id)
for darts in '"T20","S1","S20"' '"T20","S5","S1"' '"D10"'; do
  post "/matches/$match/throws" "{\"darts\":[$darts]}" | grep -o '"remaining":[0-9]*' | tr '\n' ' ' | sed 's/"remaining":\([0-9]*\) "remaining":\([0-9]*\) /Ada \1 Bob \2/'
  echo
done
curl --silent --show-error --fail "$address/api/v1/matches/$match" -H "Authorization: Bearer $token" | sed -n 's/.*"winner":0,.*/winner Ada/p'

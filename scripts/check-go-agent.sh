#!/bin/sh
# Lets Go's own HTTP client and JSON decoder, which Argo's agent is made of, talk to the sidecar in front of a slow
# dev-driver. Needs Go; prints a skip line without it. Run `npm run build` first.
set -eu
cd "$(dirname "$0")/.."
if ! command -v go > /dev/null; then
  echo "skipped: the agent's client needs Go, and there is none"
  exit 0
fi
folder=$(mktemp -d)
pids=
trap 'kill $pids 2> /dev/null || true; rm -rf "$folder"' EXIT
echo 'abcdefghijklmnopqrstuvwxyz012345' > "$folder/token"

# address_of LOG: waits for the "listening" line and prints its address.
address_of() {
  until grep -q '"message":"listening"' "$1"; do sleep 0.1; done
  sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$1" | head -n 1
}
node dist/src/main.js dev-driver --port 0 --delay-ms 1500 > "$folder/driver.log" &
pids="$pids $!"
driver=$(address_of "$folder/driver.log")
SERVER_PORT=0 DRIVER_HOST=$driver TOKEN_PATH=$folder/token ANSWER_WINDOW_SECONDS=0.2 \
  node dist/src/main.js > "$folder/sidecar.log" &
pids="$pids $!"
sidecar=$(address_of "$folder/sidecar.log")
(cd scripts/peers/agent && go run . "$sidecar" "$folder/token" ../../../examples/template.json)

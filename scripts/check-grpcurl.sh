#!/bin/sh
# Talks to the dev-driver with the real grpcurl: reflection, comments, health, one call for each example file.
# Needs Go; prints a skip line without it. Run `npm run build` first.
set -eu
cd "$(dirname "$0")/.."
if ! command -v go > /dev/null; then
  echo "skipped: grpcurl needs Go, and there is none"
  exit 0
fi
bin="$PWD/dist/peers"
[ -x "$bin/grpcurl" ] || GOBIN="$bin" GOFLAGS=-mod=mod go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3

log=$(mktemp)
node dist/src/server/dev-driver/main.js --port 0 > "$log" &
driver=$!
trap 'kill "$driver" 2> /dev/null || true; rm -f "$log"' EXIT
until grep -q '"message":"listening"' "$log"; do
  kill -0 "$driver"
  sleep 0.1
done
address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$log" | head -n 1)

# expect WHAT TEXT COMMAND...: the command's output has the text.
expect() {
  what=$1 text=$2
  shift 2
  if ! "$@" 2>&1 | grep -qF -- "$text"; then
    echo "failed: $what: no \"$text\" in the output of $*"
    exit 1
  fi
  echo "ok: $what"
}
grpcurl="$bin/grpcurl -plaintext"
service=kfp.driver.v1.DriverService
expect 'list' "$service" $grpcurl "$address" list
expect 'describe with the contract in comments' 'Idempotent by request_id' $grpcurl "$address" describe "$service"
expect 'describe with options' 'idempotency_level = IDEMPOTENT' $grpcurl "$address" describe "$service"
expect 'describe a message' 'untrusted author' $grpcurl "$address" describe kfp.driver.v1.UntrustedOverrides
for file in examples/grpcurl/*.json; do
  # shellcheck disable=SC2016
  expect "$file" 'executionId' sh -c '"$1" -plaintext -d @ "$2" "$3/Execute" < "$4"' - "$bin/grpcurl" "$address" "$service" "$file"
done
echo 'grpcurl: all ok'

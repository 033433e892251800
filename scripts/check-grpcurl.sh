#!/bin/sh
# Talks with the real grpcurl to the dev-driver (reflection, comments, health, one call for each example file) and to the
# kfp-driver-server behind a bearer token, TLS and mTLS, by reflection and by the .proto files. The lines of README.md
# and docs/ that begin with grpcurl are run as they stand there.
# Needs Go; prints a skip line without it. Run `npm run build` first.
set -eu
cd "$(dirname "$0")/.."
if ! command -v go > /dev/null; then
  echo "skipped: grpcurl needs Go, and there is none"
  exit 0
fi
bin="$PWD/dist/peers"
[ -x "$bin/grpcurl" ] || GOBIN="$bin" GOFLAGS=-mod=mod go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3

folder=$(mktemp -d)
pids=
trap 'kill $pids 2> /dev/null || true; rm -rf "$folder"' EXIT

# listening LOG: waits for the "listening" line and prints its address.
listening() {
  tries=0
  until grep -q '"message":"listening"' "$1"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { cat "$1" >&2; exit 1; }
    sleep 0.1
  done
  sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$1" | head -n 1
}

node dist/src/main.js dev-driver --port 0 > "$folder/dev-driver.log" &
pids="$pids $!"
address=$(listening "$folder/dev-driver.log")

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
expect 'health' 'SERVING' $grpcurl "$address" grpc.health.v1.Health/Check
expect 'describe a message' 'untrusted author' $grpcurl "$address" describe kfp.driver.v1.UntrustedOverrides
for file in examples/grpcurl/*.json; do
  # shellcheck disable=SC2016
  expect "$file" 'executionId' sh -c '"$1" -plaintext -d @ "$2" "$3/Execute" < "$4"' - "$bin/grpcurl" "$address" "$service" "$file"
done

# start_server NAME VARIABLE=VALUE...: a kfp-driver-server with the memory engine; its address is in $address.
start_server() {
  name=$1
  shift
  env ENGINE=memory NAMESPACE=kubeflow SERVER_HOST=127.0.0.1 SERVER_PORT=0 ADMIN_PORT=off "$@" \
    node dist/src/server/main.js > "$folder/$name.log" 2>&1 &
  pids="$pids $!"
  address=$(listening "$folder/$name.log")
}
# refuse WHAT TEXT COMMAND...: the same, for a command that must fail.
refuse() {
  what=$1 text=$2
  shift 2
  if "$@" > "$folder/output" 2>&1; then
    echo "failed: $what: $* succeeded"
    exit 1
  fi
  grep -qF -- "$text" "$folder/output" || { echo "failed: $what: no \"$text\" in the output of $*"; exit 1; }
  echo "ok: $what"
}
# drove_nothing NAME: the server of that name has run no driver.
drove_nothing() {
  ! grep -q '"message":"drove"' "$folder/$1.log" || { echo "failed: the server $1 drove for a refused caller"; exit 1; }
}
# execute FLAGS...: one call of Execute, by reflection or by what the flags name.
execute() {
  # shellcheck disable=SC2086
  "$bin/grpcurl" "$@" -d @ "$address" "$service/Execute" < examples/grpcurl/root-dag.json
}
proto='-import-path proto -proto kfp/driver/v1/driver.proto'
certificates=test/support/certificates

printf 'the-token' > "$folder/token"
start_server bearer SERVER_TOKEN_FILE="$folder/token"
refuse 'a call without the token' 'Unauthenticated' execute -plaintext $proto
refuse 'a call with another token' 'Unauthenticated' execute -plaintext $proto -H 'authorization: Bearer other'
refuse 'reflection without the token' 'Unauthenticated' "$bin/grpcurl" -plaintext "$address" list
drove_nothing bearer
expect 'health without the token' 'SERVING' "$bin/grpcurl" -plaintext -import-path node_modules/grpc-health-check/proto \
  -proto health/v1/health.proto "$address" grpc.health.v1.Health/Check
expect 'bearer, by reflection' 'executionId' execute -plaintext -H 'authorization: Bearer the-token'
expect 'bearer, by .proto files' 'executionId' execute -plaintext $proto -H 'authorization: Bearer the-token'

start_server tls SERVER_TOKEN_FILE="$folder/token" \
  SERVER_TLS_CERT=$certificates/server.pem SERVER_TLS_KEY=$certificates/server.key
refuse 'plaintext at a TLS port' 'Failed to dial' execute -plaintext -max-time 3 $proto
refuse 'TLS with an unknown CA' 'certificate' execute $proto -H 'authorization: Bearer the-token'
drove_nothing tls
expect 'TLS and bearer, by reflection' 'executionId' execute -cacert $certificates/ca.pem -H 'authorization: Bearer the-token'
expect 'TLS and bearer, by .proto files' 'executionId' \
  execute -cacert $certificates/ca.pem $proto -H 'authorization: Bearer the-token'

start_server mtls SERVER_TLS_CERT=$certificates/server.pem SERVER_TLS_KEY=$certificates/server.key \
  SERVER_TLS_CLIENT_CA=$certificates/ca.pem
refuse 'mTLS without a certificate' 'Failed to dial' execute -cacert $certificates/ca.pem -max-time 3 $proto
refuse 'mTLS with a stranger' 'Failed to dial' execute -cacert $certificates/ca.pem -cert $certificates/stranger.pem \
  -key $certificates/stranger.key -max-time 3 $proto
drove_nothing mtls
mtls="-cacert $certificates/ca.pem -cert $certificates/client.pem -key $certificates/client.key"
expect 'mTLS, by reflection' 'executionId' execute $mtls
expect 'mTLS, by .proto files' 'executionId' execute $mtls $proto

# The documented lines speak to localhost:9000.
start_server documented ALLOW_UNAUTHENTICATED=true SERVER_PORT=9000
sed -n 's/^grpcurl /grpcurl /p' README.md docs/*.md > "$folder/lines"
[ -s "$folder/lines" ] || { echo 'failed: no documented line begins with grpcurl'; exit 1; }
while IFS= read -r line; do
  PATH="$bin:$PATH" sh -c "$line" > "$folder/output" 2>&1 < /dev/null || { echo "failed: $line"; cat "$folder/output"; exit 1; }
  echo "ok: $line"
done < "$folder/lines"
echo 'grpcurl: all ok'

#!/bin/sh
# Checks manifests/ and plugin.yaml by strict decoding with Kubernetes' own types. Needs Go; skips without it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v go >/dev/null 2>&1; then
  echo "check-manifests: skipped, Go is not installed"
  exit 0
fi
set -- "$root"/manifests/*/*.yaml
[ -f "$root/plugin.yaml" ] && set -- "$@" "$root/plugin.yaml"
cd "$root/scripts/peers/manifests"
exec go run . "$@"

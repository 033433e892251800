#!/bin/sh
# Checks manifests/ and plugin.yaml by strict decoding with Kubernetes' own types, and that the chart's ConfigMap is what
# `argo executor-plugin build` writes of plugin.yaml. Needs Go; skips without it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v go >/dev/null 2>&1; then
  echo "check-manifests: skipped, Go is not installed"
  exit 0
fi
cd "$root/scripts/peers/manifests"
go run . "$root/plugin.yaml" "$root/manifests/kfp/kustomization.yaml" "$root/manifests/kfp/workflow-controller.yaml" "$root/manifests/kfp/driver-plugin.yaml"
go run . --build-of "$root/plugin.yaml" "$root/scripts/cluster/golden/default.yaml"
# The same rule on a pair that the real `argo executor-plugin build` wrote.
pair="$root/../shared/argo-configmap"
if [ -d "$pair" ]; then
  go run . --build-of "$pair/plugin.yaml" "$pair/driver-plugin-executor-plugin-configmap.yaml"
else
  echo "skipped: $pair is absent"
fi

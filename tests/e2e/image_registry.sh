#!/usr/bin/env bash
# A container image pushed to and pulled from a registry through the proxy: the same blobs, and flat memory.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need skopeo docker-registry python3
open_workspace image-registry
readonly layer_megabytes=${UNDERSTUDY_LAYER_MEGABYTES:-48} layers=2 growth_kib_max=$((24 * 1024))

start_registry() {
  cat >"$workspace/registry.yaml" <<CONFIG
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $workspace/stored}}
http: {addr: "127.0.0.1:$1"}
CONFIG
  start registry docker-registry serve "$workspace/registry.yaml"
  await_port "$1"
}

# push_and_pull NAME PORT: the image that comes back must have the blobs that went in.
push_and_pull() {
  skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$workspace/image:v1" "docker://127.0.0.1:$2/$1:v1" ||
    fail "push, $1"
  skopeo --insecure-policy copy -q --src-tls-verify=false "docker://127.0.0.1:$2/$1:v1" "oci:$workspace/$1:v1" ||
    fail "pull, $1"
  diff <(cd "$workspace/image/blobs" && find . -type f | sort) <(cd "$workspace/$1/blobs" && find . -type f | sort) ||
    fail "$1: other blobs came back"
  (cd "$workspace/$1/blobs/sha256" && for blob in *; do echo "$blob  $blob"; done | sha256sum --check --quiet) ||
    fail "$1: a blob is damaged"
  skopeo inspect --tls-verify=false "docker://127.0.0.1:$2/$1:v1" >/dev/null || fail "inspect, $1"
  echo "ok: image, $1"
}

python3 "$behind_proxy/make_image.py" "$workspace/image" "$layers" "$layer_megabytes"
origin=$(free_port)
start_registry "$origin"
start_recording_proxy "$origin"
push_and_pull direct "$origin"
before=$(peak_kib proxy)
push_and_pull proxied "$port"
after=$(peak_kib proxy)
echo "memory of the proxy: $before KiB, then $after KiB at most, $layers layers of $layer_megabytes MiB"
((after - before < growth_kib_max)) || fail "the proxy grew by $((after - before)) KiB"
stop_recording_proxy

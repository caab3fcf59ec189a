#!/usr/bin/env bash
# Real clients through the proxy in front of nginx, and large bodies both ways: no error, every byte, flat memory.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
PATH=$PATH:/usr/sbin
readonly requests=3000 connections=16 megabytes=50 growth_kib_max=$((60 * 1024))

for program in nginx curl python3; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
open_workspace real-clients
chmod 755 "$workspace"

# start_nginx NAME PORT
start_nginx() {
  cat >"$workspace/$1.conf" <<CONFIG
worker_processes 1; daemon off; pid $workspace/$1.pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path $workspace/$1.body; proxy_temp_path $workspace/$1.proxy;
  fastcgi_temp_path $workspace/$1.fastcgi; uwsgi_temp_path $workspace/$1.uwsgi; scgi_temp_path $workspace/$1.scgi;
  server { listen 127.0.0.1:$2; default_type text/plain; location / { return 200 "hello from nginx\n"; } }
}
CONFIG
  start "$1" nginx -e stderr -c "$workspace/$1.conf"
  await_port "$2"
}

# start_proxy NAME PRIMARY-PORT SHADOW-PORT: with everything on; sets $port.
start_proxy() {
  port=$(free_port)
  mkdir "$workspace/$1.captures"
  start "$1" "$UNDERSTUDY_PROGRAM" proxy --listen "127.0.0.1:$port" --primary "http://127.0.0.1:$2" \
    --shadow "http://127.0.0.1:$3" --capture "$workspace/$1.captures"
  await_port "$port"
}

memory_kib() { sed -nE "s/^$2:\s+([0-9]+) kB/\1/p" "/proc/${process_of[$1]}/status"; }

fail() { echo "FAILED: $*" >&2; exit 1; }

# client NAME PATTERN COMMAND...: runs a client when it is installed; its output must match PATTERN.
client() {
  local name=$1 pattern=$2
  shift 2
  command -v "$1" >/dev/null || { echo "SKIPPED: $name is not installed"; return 0; }
  "$@" >"$workspace/$name.out" 2>&1 || { tail -n 20 "$workspace/$name.out" >&2; fail "$name exits with an error"; }
  if ! grep -qE "$pattern" "$workspace/$name.out" ||
    grep -qE 'Non-2xx|Socket errors|Error distribution|Failed requests: +[1-9]' "$workspace/$name.out"; then
    cat "$workspace/$name.out" >&2
    fail "$name saw errors"
  fi
  echo "ok: $name"
}

run_clients() {
  local url=http://127.0.0.1:$port/hello
  client curl '^hello from nginx$' curl -sS --fail --max-time 10 "$url"
  client wrk '[0-9]+ requests in' wrk -t1 "-c$connections" -d2s "$url"
  client h2load "$requests succeeded, 0 failed, 0 errored, 0 timeout" h2load --h1 -n "$requests" -c "$connections" "$url"
  client ab '^Failed requests: +0$' ab -q -k -n "$requests" -c "$connections" "$url"
  client ab_http10 '^Failed requests: +0$' ab -q -n 300 -c "$connections" "$url"
  client hey "\[200\]" hey -n "$requests" -c "$connections" "$url"
}

# check_digest WHAT ACTUAL
check_digest() { [[ $2 == "$digest $length" ]] || fail "$1: got '$2', not '$digest $length'"; echo "ok: $1"; }

run_large_bodies() {
  local origin_port=$1 round kind
  curl -sS --fail --max-time 60 "http://127.0.0.1:$origin_port/length" >"$workspace/body"
  digest=$(sha256sum <"$workspace/body" | cut -d' ' -f1)
  length=$(stat -c %s "$workspace/body")
  ((length == megabytes * 1024 * 1024)) || fail "the origin's own body has $length bytes"
  local before
  before=$(memory_kib large VmRSS)
  for round in 1 2; do
    for kind in length chunked; do
      curl -sS --fail --max-time 60 -o "$workspace/got" "http://127.0.0.1:$port/$kind"
      check_digest "download, $kind, round $round" "$(sha256sum <"$workspace/got" | cut -d' ' -f1) $(stat -c %s "$workspace/got")"
    done
    check_digest "upload, length, round $round" \
      "$(curl -sS --fail --max-time 60 -T "$workspace/body" "http://127.0.0.1:$port/upload")"
    check_digest "upload, chunked, round $round" \
      "$(curl -sS --fail --max-time 60 -X POST -H 'Transfer-Encoding: chunked' -T - "http://127.0.0.1:$port/upload" <"$workspace/body")"
  done
  local peak
  peak=$(memory_kib large VmHWM)
  echo "memory: $before KiB before, $peak KiB at most"
  ((peak - before < growth_kib_max)) || fail "the proxy grew by $(((peak - before) / 1024)) MiB"
}

primary=$(free_port)
start_nginx primary "$primary"
shadow=$(free_port)
start_nginx shadow "$shadow"
start_proxy proxy "$primary" "$shadow"
run_clients
stop proxy || fail "the proxy ends with $?"

start origin python3 "$UNDERSTUDY_SOURCE/tests/e2e/large_body_origin.py" "$megabytes"
origin=$(log_value origin listening address)
start_proxy large "${origin##*:}" "$shadow"
run_large_bodies "${origin##*:}"
stop large || fail "the proxy ends with $?"

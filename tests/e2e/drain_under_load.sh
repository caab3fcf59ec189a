#!/usr/bin/env bash
# TERM under load, again and again: nobody whose handshake was complete is reset or left without a response.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
open_workspace drain_under_load
cd "$workspace"
client="$UNDERSTUDY_SOURCE/tests/e2e/strict_client.py"

start origin python3 "$UNDERSTUDY_SOURCE/tests/e2e/small_origin.py"
origin=$(log_value origin listening port)
requests=0
for turn in 1 2 3 4; do
  : >proxy.log
  start proxy "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "http://127.0.0.1:$origin" --workers 2
  port=$(log_value proxy listening address)
  port=${port##*:}
  mode=--once
  ((turn % 2)) || mode=
  # shellcheck disable=SC2086
  python3 "$client" "$port" 10 16 $mode --until-refused >load.txt &
  load=$!
  sleep 0.7
  status=0
  stop proxy || status=$?
  if ((status != 0)); then
    echo "FAILED: the proxy exited with $status" >&2
    exit 1
  fi
  if ! wait "$load"; then
    cat load.txt >&2
    echo "FAILED: the drain was noticed" >&2
    exit 1
  fi
  requests=$((requests + $(python3 -c 'import json; print(json.load(open("load.txt"))["requests"])')))
done
if ((requests < 200)); then
  echo "FAILED: only $requests requests were made" >&2
  exit 1
fi
echo "drain under load: $requests requests over four drains, none failed"

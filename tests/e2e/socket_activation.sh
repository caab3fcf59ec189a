#!/usr/bin/env bash
# Restarts over an inherited socket: whoever connects while nobody runs waits in its queue and is served.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
open_workspace socket_activation
cd "$workspace"
tests="$UNDERSTUDY_SOURCE/tests/e2e"

start origin python3 "$tests/small_origin.py"
origin=$(log_value origin listening port)
cat >proxy.yaml <<YAML
listeners: [{address: "fd:http"}]
primary: {url: "http://127.0.0.1:$origin"}
workers: 2
YAML
start owner python3 "$tests/socket_owner.py" 3 1.2 "$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml
port=$(log_value owner listening port)
if ! python3 "$tests/strict_client.py" "$port" 3 8 --once >load.txt; then
  cat load.txt owner.log >&2
  echo "FAILED: a restart was noticed" >&2
  exit 1
fi
log_value owner all_ended ok >/dev/null
read -r requests refused < <(python3 -c 'import json; d = json.load(open("load.txt")); print(d["requests"], d["refused"])')
if ((requests < 100 || refused > 0)); then
  cat load.txt owner.log >&2
  echo "FAILED: $requests requests, $refused refused" >&2
  exit 1
fi
echo "socket activation: $requests requests over three runs of the proxy, none refused"

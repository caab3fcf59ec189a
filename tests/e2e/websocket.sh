#!/usr/bin/env bash
# WebSocket conversations through the proxy, and directly: text, binary, fragments, pings, close codes, 16 MB messages,
# compression, two hundred in parallel. Both must see the same.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need python3 curl
/usr/bin/python3 -c 'import websockets' 2>/dev/null || { echo "SKIPPED: python3-websockets is not installed"; exit 77; }
open_workspace websocket
export PYTHONDONTWRITEBYTECODE=1

# converse NAME PORT
converse() {
  timeout 60 /usr/bin/python3 "$behind_proxy/websocket/client.py" "$2" >"$workspace/$1.out" 2>&1 ||
    { tail -n 20 "$workspace/$1.out" >&2; fail "the client, $1, ends with an error"; }
}

start server /usr/bin/python3 "$behind_proxy/websocket/server.py"
origin=$(log_value server listening address)
start_recording_proxy "${origin##*:}"
converse direct "${origin##*:}"
converse proxied "$port"
diff "$workspace/direct.out" "$workspace/proxied.out" || fail "the client sees something else through the proxy"
grep -q 'in parallel 200 of 200' "$workspace/proxied.out" || fail "parallel conversations failed"
! grep -w False "$workspace/proxied.out" || fail "a message came back changed"
echo "ok: $(wc -l <"$workspace/proxied.out") observations, the same"
peak=$(peak_kib proxy)
echo "memory of the proxy: $peak KiB at most"
((peak < 80 * 1024)) || fail "the proxy used $peak KiB"
stop_recording_proxy

#!/usr/bin/env bash
# Server-sent events, a long poll and an upload in pieces through the proxy: nothing waits in a buffer, shown without a
# clock: the other side goes on only after it was told that the last piece had arrived.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need python3 curl
open_workspace event-stream

start server python3 "$behind_proxy/event_stream/server.py"
origin=$(log_value server listening address)
start_recording_proxy "${origin##*:}"
timeout 100 python3 "$behind_proxy/event_stream/client.py" "127.0.0.1:$port" "$origin" || fail "something was held back"
stop_recording_proxy

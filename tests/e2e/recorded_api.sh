#!/usr/bin/env bash
# Real recorded traffic through import, stock tools, stub and replay: nothing differs; one changed field is found alone.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
har=${UNDERSTUDY_DATA:-$UNDERSTUDY_SOURCE/../shared/data}/github-api.har.zst
[[ -f $har ]] || { echo "SKIPPED: $har is not here; set UNDERSTUDY_DATA"; exit 77; }
for program in zstd jq protoc python3; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
open_workspace recorded-api
fail() { echo "FAILED: $*" >&2; exit 1; }

# import NAME HAR: one key for all, so that equal values get equal tokens.
import() {
  "$UNDERSTUDY_PROGRAM" capture import --from har --key-file "$workspace/key" --output "$workspace/$1.ucap.zst" "$2" ||
    fail "import of $1"
}

# replay_stub NAME CAPTURE: replays the recorded capture in full against a stub that serves CAPTURE.
replay_stub() {
  local address
  start "stub_$1" "$UNDERSTUDY_PROGRAM" stub --capture "$2" --listen 127.0.0.1:0
  address=$(log_value "stub_$1" listening address)
  verdict=0
  "$UNDERSTUDY_PROGRAM" replay --target "http://$address" --max --guard "$workspace/guard.yaml" \
    --report "$workspace/$1" "$workspace/recorded.ucap.zst" >"$workspace/$1.out" 2>&1 || verdict=$?
  stop "stub_$1" || fail "the stub ends with $?"
  cat "$workspace/$1.out"
}

head -c 32 /dev/urandom >"$workspace/key"
# A stub has nothing that could be written to: every method may go there.
echo 'guard: {rules: [{name: stub, allow: {methods: [POST, PUT, PATCH, DELETE], paths: ["/**"]}}]}' >"$workspace/guard.yaml"
zstd -dcq "$har" >"$workspace/recorded.har"
import recorded "$workspace/recorded.har"
zstd -tq "$workspace/recorded.ucap.zst" || fail "zstd -t"
zstd -dcq "$workspace/recorded.ucap.zst" | protoc --decode=understudy.capture.v1.CaptureStream \
  -I "$UNDERSTUDY_SOURCE/capture-format/proto" capture.proto >"$workspace/decoded" || fail "protoc --decode"

replay_stub same "$workspace/recorded.ucap.zst"
((verdict == 0)) || fail "replay against its own recording ends with $verdict"
jq -e '.comparison.mismatch == 0 and .records.failed == 0 and .records.sent > 1000 and .records.in_capture ==
  (.records.sent + .records.blocked + .records.filtered + .records.shed + .records.failed)' "$workspace/same/report.json" ||
  fail "the report of the same recording: $(jq -c '.comparison, .records' "$workspace/same/report.json")"

read -r path target < <("$UNDERSTUDY_SOURCE/tests/e2e/change_one_field.py" "$workspace/recorded.har" "$workspace/changed.har")
import changed "$workspace/changed.har"
replay_stub changed "$workspace/changed.ucap.zst"
((verdict == 1)) || fail "a changed field gives $verdict"
jq -e --arg path "$path" '.differences | length == 1 and .[0].path == $path and .[0].kind == "value_changed"
  and .[0].count == 1' "$workspace/changed/report.json" ||
  fail "$path of $target was changed, found: $(jq -c '.differences' "$workspace/changed/report.json")"
echo "ok: $path of $target is the one difference"

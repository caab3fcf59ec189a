#!/usr/bin/env bash
# kill -9 of the recording proxy under load, again and again (UNDERSTUDY_CRASHES, 3): every chunk that was written is
# readable and gets sealed by the next start, which says in its own file and in the log since when nothing was recorded.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
for program in python3 jq zstd; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
crashes=${UNDERSTUDY_CRASHES:-3}
open_workspace capture_crash
cd "$workspace"
fail() { echo "FAILED: $*" >&2; tail -n 5 "$workspace"/*.log >&2; exit 1; }
eventually() { local i; for i in {1..200}; do "$@" && return; sleep 0.05; done; return 1; }
chunk_written() { [[ -n $(find captures -name '*.part' -size +20k) ]]; }
told() { [[ $(grep -c event=capture_interrupted proxy.log) -ge 1 ]]; }
verified() { "$UNDERSTUDY_PROGRAM" capture verify --deep "$@" >verify.txt 2>&1 || fail "verify: $(cat verify.txt)"; }

# start_proxy: and the port in $port.
start_proxy() {
  : >proxy.log
  start proxy "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "http://127.0.0.1:$origin" --capture captures
  port=$(log_value proxy listening address)
  port=${port##*:}
}

start origin python3 "$UNDERSTUDY_SOURCE/tests/e2e/small_origin.py" 300
origin=$(log_value origin listening port)
exchanges=0 longest_ms=0 cut_short=0
for ((crash = 1; crash <= crashes; ++crash)); do
  start_proxy
  ((crash == 1)) || eventually told || fail "crash $((crash - 1)) was not noticed"
  start load python3 "$UNDERSTUDY_SOURCE/tests/e2e/strict_client.py" "$port" 20 4 --until-refused
  eventually chunk_written || fail "nothing was recorded"
  sleep "0.$((RANDOM % 10))"
  kill -KILL "${process_of[proxy]}"
  killed_ns=$(date +%s%N)
  wait "${process_of[proxy]}" 2>/dev/null || true
  unset 'process_of[proxy]'
  stop load || true

  # Before anybody repairs anything: what is there can be read by us and by stock tools.
  part=$(find captures -name '*.part')
  [[ $(wc -w <<<"$part") == 1 ]] || fail "open files: $part"
  # A kill can cut the last write short: then info says so (1), and zstd too.
  torn=0
  "$UNDERSTUDY_PROGRAM" capture info --json "$part" >info.json 2>info.txt || torn=$?
  ((torn <= 1)) || fail "info of $part: exit $torn, $(cat info.txt)"
  zstd -dcq "$part" >/dev/null 2>&1 || ((torn == 1)) || fail "zstd of $part"
  cut_short=$((cut_short + torn))
  exchanges=$((exchanges + $(jq '.files[0].exchanges' info.json)))
  last_ns=$(jq '.files[0].last_end_ns' info.json)
  lost_ms=$(((killed_ns - last_ns) / 1000000))
  ((lost_ms <= longest_ms)) || longest_ms=$lost_ms
done
start_proxy
eventually told || fail "the last crash was not noticed"
stop proxy || fail "the proxy ends with $?"

[[ -z $(find captures -name '*.part' -o -name '*.damaged' -o -name '*.recovering') ]] || fail "left: $(ls captures)"
verified captures/*.ucap.zst
for file in captures/*.ucap.zst; do zstd -tq "$file" || fail "zstd -t $file"; done
"$UNDERSTUDY_PROGRAM" capture info --json captures/*.ucap.zst >info.json || fail "info: exit $?"
jq -e --argjson n "$exchanges" '([.files[].exchanges] | add) == $n and all(.files[]; .sealed)' info.json >/dev/null ||
  fail "of $exchanges exchanges are sealed: $(jq -c '[.files[] | {exchanges, sealed}]' info.json)"
jq -e --argjson n "$crashes" '[.files[] | select(.gaps.reasons | has("crash"))] | length == $n' info.json >/dev/null ||
  fail "gaps after $crashes crashes: $(jq -c '[.files[].gaps]' info.json)"
echo "capture crash: $exchanges exchanges survived $crashes kills; the longest unrecorded time before one was $longest_ms ms," \
  "$cut_short cut a write short"

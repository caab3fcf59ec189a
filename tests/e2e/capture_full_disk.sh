#!/usr/bin/env bash
# A small tmpfs fills up under load: production answers all the time, the capture pauses, goes on when there is room, and
# the gap records say how much was lost. UNDERSTUDY_FULL_DISKS (1): how often it fills up.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
for program in python3 jq curl; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
rounds=${UNDERSTUDY_FULL_DISKS:-1}
open_workspace capture_full_disk
cd "$workspace"
mkdir disk
if ! mount -t tmpfs -o size=6m tmpfs disk 2>/dev/null; then
  # Not root: in a mount namespace of our own, where that is allowed.
  if [[ -z ${UNDERSTUDY_IN_NAMESPACE:-} ]] && unshare -rm true 2>/dev/null; then
    rm -rf "$workspace"
    UNDERSTUDY_IN_NAMESPACE=1 exec unshare -rm "$0" "$@"
  fi
  echo "SKIPPED: no tmpfs can be mounted here"
  exit 77
fi
trap 'umount -l "$workspace/disk"; close_workspace' EXIT
fail() { echo "FAILED: $*" >&2; tail -n 5 "$workspace"/*.log >&2; exit 1; }
eventually() { local i; for i in {1..400}; do "$@" && return; sleep 0.05; done; return 1; }
metric() { curl -fs "http://$admin/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
paused_is() { [[ $(metric understudy_capture_paused) == "$1" ]]; }
recorded_more_than() { [[ $(metric understudy_capture_records_total) -gt $1 ]]; }

start origin python3 "$UNDERSTUDY_SOURCE/tests/e2e/small_origin.py" 800
origin=$(log_value origin listening port)
admin="127.0.0.1:$(free_port)"
start proxy "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "http://127.0.0.1:$origin" --capture disk/captures --admin "$admin"
port=$(log_value proxy listening address)
port=${port##*:}
start load python3 "$UNDERSTUDY_SOURCE/tests/e2e/strict_client.py" "$port" 60 4 --until-refused
for ((round = 1; round <= rounds; ++round)); do
  head -c 4M /dev/zero >disk/ballast || true
  eventually paused_is 1 || fail "the disk is full and the capture goes on"
  # Room again: the ballast goes, and what was sealed so far moves elsewhere.
  mkdir -p kept
  rm disk/ballast
  find disk/captures -name '*.ucap.zst' -exec mv {} kept/ \;
  eventually paused_is 0 || fail "there is room and the capture stays paused"
  before=$(metric understudy_capture_records_total)
  eventually recorded_more_than "$before" || fail "nothing is recorded any more"
done
status=0
stop proxy || status=$?
((status == 0)) || fail "the proxy ends with $status"
wait "${process_of[load]}" || fail "production noticed: $(cat load.log)"
unset 'process_of[load]'
requests=$(jq .requests load.log)

grep -q 'event=capture_paused cause=disk_full' proxy.log || fail "the log does not say that the disk was full"
grep -q 'event=capture_resumed' proxy.log || fail "the log does not say that it goes on"
find disk/captures -type f -exec mv {} kept/ \;
[[ -z $(find kept -name '*.part') ]] || fail "left: $(ls kept)"
"$UNDERSTUDY_PROGRAM" capture verify --deep kept/*.ucap.zst >verify.txt 2>&1 || fail "verify: $(cat verify.txt)"
"$UNDERSTUDY_PROGRAM" capture info --json kept/*.ucap.zst >info.json || fail "info: exit $?"
jq -e --argjson n "$requests" '([.files[] | .exchanges + .gaps.exchanges] | add) == $n
  and ([.files[].gaps.reasons.disk_full // 0] | add) > 0' info.json >/dev/null ||
  fail "$requests requests, but $(jq -c '[.files[] | {exchanges, gaps}]' info.json)"
echo "full disk: $requests requests, none failed; $(jq '[.files[].exchanges] | add' info.json) recorded," \
  "$(jq '[.files[].gaps.reasons.disk_full // 0] | add' info.json) in gap records, after $rounds full disks"

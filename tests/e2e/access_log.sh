#!/usr/bin/env bash
# The access log of the whole program: lines that jq and goaccess read, rotation by USR1, a reader that goes away, a
# full disk (a small tmpfs where we may mount one, /dev/full elsewhere). Production answers all the time.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
open_workspace access_log
cd "$workspace"

fail() { echo "FAILED: $*" >&2; tail -n 5 "$workspace"/*.log >&2; exit 1; }
eventually() { local i; for i in {1..100}; do "$@" && return; sleep 0.05; done; return 1; }
lines() { [[ $(wc -l <"$1") -ge $2 ]]; }
# fetch PORT PATH: the status.
fetch() { curl -s -o /dev/null -w '%{http_code}' -m 10 "http://127.0.0.1:$1$2"; }
# metric PORT NAME: its value.
metric() { curl -fs "http://127.0.0.1:$1/metrics" | awk -v name="$2" '$1 == name { print $2 }'; }

"$UNDERSTUDY_PROGRAM" capture import --from har "$UNDERSTUDY_SOURCE/docs/examples/shop.har" -o shop.ucap.zst >/dev/null 2>&1
start origin "$UNDERSTUDY_PROGRAM" stub --capture shop.ucap.zst --listen 127.0.0.1:0
primary="http://$(log_value origin listening address)"

# 1. A JSON line each, nothing personal in it, its owner's file; rotation loses nothing.
start proxy "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "$primary" --access-log access.json
port=$(log_value proxy listening address); port=${port##*:}
[[ $(fetch "$port" '/search?q=lamp') == 200 ]] || fail "the recorded answer"
[[ $(fetch "$port" '/nowhere/jane.doe@corp.example?q=verysecret') == 501 ]] || fail "an unknown request"
eventually lines access.json 2 || fail "two lines expected"
mv access.json access.json.1
kill -USR1 "${process_of[proxy]}"
eventually test -e access.json || fail "USR1 opened no new file"
fetch "$port" /products >/dev/null
eventually lines access.json 1 || fail "no line in the new file"
[[ $(stat -c %a access.json) == 600 ]] || fail "mode $(stat -c %a access.json)"
! grep -E 'verysecret|lamp|jane' access.json access.json.1 || fail "client's data in the log"
[[ $(jq -s 'map(select(.status == 200 and .method == "GET" and .duration_seconds > 0)) | length' access.json access.json.1) == 2 ]] ||
  fail "jq reads something else: $(cat access.json access.json.1)"
stop proxy || fail "exit $?"

# 2. Combined lines through a configuration file; goaccess and our own importer read them.
cat >proxy.yaml <<YAML
listeners: [{address: "127.0.0.1:0"}]
primary: {url: "$primary"}
log: {access: {path: lines.combined, format: combined}}
YAML
start combined "$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml
port=$(log_value combined listening address); port=${port##*:}
for path in /products /search?q=lamp /nowhere; do fetch "$port" "$path" >/dev/null; done
stop combined
[[ $(wc -l <lines.combined) == 3 ]] || fail "$(cat lines.combined)"
"$UNDERSTUDY_PROGRAM" capture import --from access-log lines.combined -o imported.ucap.zst >import.log 2>&1 || fail "import"
if command -v goaccess >/dev/null; then
  goaccess lines.combined --log-format=COMBINED -o goaccess.json >/dev/null 2>&1
  [[ $(jq .general.failed_requests goaccess.json) == 0 ]] || fail "goaccess"
fi

# 3. A reader of standard output that goes away is no end of the proxy.
mkfifo out
head -n 1 out >first &
reader=$!
start piped bash -c "exec $UNDERSTUDY_PROGRAM proxy --listen 127.0.0.1:0 --primary $primary --access-log - --admin 127.0.0.1:0 2>&1 >out"
port=$(log_value piped listening address); port=${port##*:}
admin=$(log_value piped admin_listening address); admin=${admin##*:}
fetch "$port" /products >/dev/null
wait "$reader"
for _ in {1..20}; do [[ $(fetch "$port" /products) == 200 ]] || fail "not served any more"; done
eventually test "$(metric "$admin" understudy_access_log_failing)" = 1 || fail "failing is not shown"
stop piped || fail "exit $? after its reader had gone"

# 4. A full disk costs lines, which are counted; production goes on, and so does the log when there is room.
full=/dev/full
mkdir small
if mount -t tmpfs -o size=100k tmpfs small 2>/dev/null; then
  trap 'umount -l "$workspace/small"; close_workspace' EXIT
  full=small/access.json
fi
start full "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "$primary" --access-log "$full" --admin 127.0.0.1:0
port=$(log_value full listening address); port=${port##*:}
admin=$(log_value full admin_listening address); admin=${admin##*:}
seq 300 | sed "s|.*|url = \"http://127.0.0.1:$port/products\"\noutput = /dev/null|" >urls
[[ $(curl -sK urls -w '%{http_code}\n' | sort | uniq -c | xargs) == '300 200' ]] || fail "production felt the full disk"
eventually test "$(metric "$admin" understudy_access_log_failing)" = 1 || fail "a full disk is not shown"
if [[ $full != /dev/full ]]; then
  mv small/access.json small/old && kill -USR1 "${process_of[full]}" && eventually test -e small/access.json && rm small/old
  eventually grep -q access_log_recovered full.log || fail "no recovery"
  jq -es 'length > 0' small/access.json >/dev/null || fail "a torn line"
fi
stop full || fail "exit $?"

# 5. A template that is wrong is refused with its place before anything is opened.
sed -i "s/combined}/'{client} {stauts}'}/" proxy.yaml
code=0
"$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml --validate 2>err || code=$?
[[ $code == 2 ]] && grep -q "proxy.yaml:3:.*'stauts' at character 11: did you mean 'status'" err || fail "$(cat err)"
echo "access log: JSON, combined, rotation, lost readers, full disk ($full): production answered all the time"

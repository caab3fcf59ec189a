#!/usr/bin/env bash
# Three nginx as primary hosts under load: one is killed and comes back without a failed request; all dead is an
# honest 502.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
PATH=$PATH:/usr/sbin

for program in nginx wrk curl python3; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
open_workspace several-primaries
chmod 755 "$workspace"

fail() { echo "FAILED: $*" >&2; tail -n 20 "$workspace/proxy.log" >&2; exit 1; }

# start_host NAME PORT: one process, so that killing it kills all of it.
start_host() {
  cat >"$workspace/$1.conf" <<CONFIG
master_process off; daemon off; pid $workspace/$1.pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path $workspace/$1.body; proxy_temp_path $workspace/$1.proxy;
  fastcgi_temp_path $workspace/$1.fastcgi; uwsgi_temp_path $workspace/$1.uwsgi; scgi_temp_path $workspace/$1.scgi;
  server { listen 127.0.0.1:$2; default_type text/plain; location / { return 200 "$1\n"; } }
}
CONFIG
  start "$1" nginx -e stderr -c "$workspace/$1.conf"
  await_port "$2"
}

kill_host() {
  kill -KILL "${process_of[$1]}"
  wait "${process_of[$1]}" 2>/dev/null || true
  unset "process_of[$1]"
}

# metric NAME PORT: of that host.
metric() {
  curl -sS --max-time 5 "http://127.0.0.1:$admin/metrics" |
    sed -nE "s/^understudy_upstream_$1\{host=\"http:\/\/127.0.0.1:$2\"[^}]*\} ([0-9]+)\$/\1/p" | head -n 1
}

# await_metric NAME PORT VALUE
await_metric() {
  local deadline=$((SECONDS + 15))
  until [[ $(metric "$1" "$2") == "$3" ]]; do
    ((SECONDS < deadline)) || fail "understudy_upstream_$1 of port $2 is $(metric "$1" "$2"), not $3"
    sleep 0.05
  done
}

ports=("$(free_port)" "$(free_port)" "$(free_port)")
listen=$(free_port)
admin=$(free_port)
for i in 0 1 2; do start_host "host$i" "${ports[$i]}"; done
cat >"$workspace/proxy.yaml" <<CONFIG
listeners: [{address: "127.0.0.1:$listen"}]
primary:
  urls: ["http://127.0.0.1:${ports[0]}", "http://127.0.0.1:${ports[1]}", "http://127.0.0.1:${ports[2]}"]
  health: {interval: 100ms, timeout: 1s, healthy: 1, unhealthy: 1}
  outlier: {eject: 500ms}
admin: {address: "127.0.0.1:$admin"}
CONFIG
start proxy "$UNDERSTUDY_PROGRAM" proxy --config "$workspace/proxy.yaml"
await_port "$listen"
await_port "$admin"

start load wrk -t1 -c16 -d5s "http://127.0.0.1:$listen/"
await_metric healthy "${ports[1]}" 1
kill_host host1
await_metric healthy "${ports[1]}" 0
start_host host1 "${ports[1]}"
await_metric healthy "${ports[1]}" 1
await_metric ejected "${ports[1]}" 0
wait "${process_of[load]}" || fail "wrk failed"
unset "process_of[load]"
grep -qE '[0-9]+ requests in' "$workspace/load.log" || fail "wrk did not run"
if grep -E 'Non-2xx|Socket errors' "$workspace/load.log"; then fail "a host that was killed cost requests"; fi
echo "ok: $(grep -oE '[0-9]+ requests in [0-9.]+s' "$workspace/load.log"), one host killed and started again"

# On one connection, so that one worker takes turns.
url="http://127.0.0.1:$listen/"
answers=$(curl -sS --max-time 5 "$url" "$url" "$url" "$url" "$url" "$url" | sort | uniq -c | tr -s ' \n' ' ')
[[ $answers == " 2 host0 2 host1 2 host2 " ]] || fail "answers came from$answers"
echo "ok: all three serve again"

for i in 0 1 2; do kill_host "host$i"; done
status=$(curl -sS --max-time 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$listen/")
[[ $status == 502 ]] || fail "without any host the answer is $status"
start_host host2 "${ports[2]}"
[[ $(curl -sS --max-time 5 "http://127.0.0.1:$listen/") == host2 ]] || fail "the host that came back is not asked"
echo "ok: without any host 502, with one again its answer"
stop proxy || fail "the proxy did not end cleanly"

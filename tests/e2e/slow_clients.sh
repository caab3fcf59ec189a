#!/usr/bin/env bash
# Three slow attacks at once, by slowhttptest: heads that never end, bodies that stall, answers that nobody reads. While
# the attackers hold on, every other client is served, and every attacker's connection is closed at its deadline.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need slowhttptest python3 curl
open_workspace slow-clients
readonly attackers=40

# metric NAME [LABELS]: of the proxy, now; all series whose labels match together.
metric() {
  curl -sS --fail --max-time 5 "http://$admin/metrics" | awk -v name="understudy_$1" -v labels="${2:-}" '
    $1 ~ "^" name "({|$)" && index($1, labels) { sum += $NF }
    END { print sum + 0 }'
}

# attack NAME PATH OPTION...: in the background, for longer than the test lasts.
attack() {
  local name=$1 path=$2
  shift 2
  start "$name" slowhttptest -c "$attackers" -r 20 -l 120 -p 3 -u "http://127.0.0.1:$port/$path" "$@"
}

# await WHAT COMMAND...: until the command is true. Other clients ask all the while.
await() {
  local what=$1 deadline=$((SECONDS + 40))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || fail "$what: not within 40 s, $(metric downstream_connections_active) are open"
    [[ $(curl -sS --fail --max-time 10 --data-binary hello "http://127.0.0.1:$port/other") == *" 5" ]] ||
      fail "another client was not served"
    served=$((served + 1))
    sleep 0.1
  done
  echo "ok: $what"
}

all_there() { (($(metric downstream_connections_total) >= 3 * attackers + served)); }
all_closed() { (($(metric downstream_connections_active) == 0)); }

start origin python3 "$behind_proxy/large_body_origin.py" 32
origin=$(log_value origin listening address)
cat >"$workspace/proxy.yaml" <<CONFIG
listeners: [{address: "127.0.0.1:0"}]
primary: {url: "http://$origin"}
admin: {address: "127.0.0.1:0"}
timeouts: {client_head: 2s, body_idle: 2s, keep_alive_idle: 2s}
CONFIG
start proxy "$UNDERSTUDY_PROGRAM" proxy --config "$workspace/proxy.yaml"
port=$(log_value proxy listening address)
port=${port##*:}
admin=$(log_value proxy admin_listening address)

served=0
attack heads '' -H -i 1
attack bodies upload -B -i 100 -s 100000 -t POST
attack readers length -X -w 512 -y 1024 -n 100 -z 32
await "the attackers have connected" all_there
await "their connections are closed" all_closed
timeouts=$(metric timeouts_total 'timeout="client_head"')
((timeouts >= attackers)) || fail "$timeouts heads timed out, not $attackers"
echo "ok: $served other requests were served meanwhile"
for name in heads bodies readers; do stop "$name" || true; done
stop proxy || fail "the proxy ends with $?"

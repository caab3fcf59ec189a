#!/usr/bin/env bash
# Reloads follow each other under load, between two configurations that differ in nearly everything; nobody notices.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
for needed in python3 wrk; do
  command -v "$needed" >/dev/null || { echo "skipped: no $needed"; exit 77; }
done
open_workspace reload_under_load
cd "$workspace"
client="$UNDERSTUDY_SOURCE/tests/e2e/strict_client.py"
seconds=6

start origin python3 "$UNDERSTUDY_SOURCE/tests/e2e/small_origin.py"
origin=$(log_value origin listening port)
read -r port other admin < <(python3 "$UNDERSTUDY_SOURCE/tests/e2e/free_ports.py" 3)

cat >one.yaml <<YAML
listeners: [{address: "127.0.0.1:$port"}]
primary: {url: "http://127.0.0.1:$origin"}
admin: {address: "127.0.0.1:$admin"}
workers: 2
YAML
cat >two.yaml <<YAML
listeners: [{address: "127.0.0.1:$other"}, {address: "127.0.0.1:$port"}]
primary: {url: "http://127.0.0.1:$origin"}
admin: {address: "127.0.0.1:$admin"}
capture: {directory: captures}
sample: {percent: 5}
limits: {request_head: 8KiB, connections: 500}
timeouts: {client_head: 2s, keep_alive_idle: 5s}
workers: 2
YAML
cp one.yaml proxy.yaml
start proxy "$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml
log_value proxy proxy_started workers >/dev/null

wrk -t1 -c16 -d"${seconds}s" "http://127.0.0.1:$port/" >wrk.txt &
load=($!)
python3 "$client" "$port" "$seconds" 4 --once >once.txt & load+=($!)
python3 "$client" "$port" "$seconds" 4 >kept.txt & load+=($!)
python3 "$client" "$other" "$seconds" 2 --once >alternating.txt & load+=($!)

end=$((SECONDS + seconds - 1))
turn=0
while ((SECONDS < end)); do
  turn=$((turn + 1))
  case $((turn % 5)) in
    0) echo "listeners: [{address: nonsense}]" >next.yaml ;; # refused, changes nothing
    1 | 3) cp two.yaml next.yaml ;;
    *) cp one.yaml next.yaml ;;
  esac
  mv next.yaml proxy.yaml
  kill -HUP "${process_of[proxy]}"
  sleep 0.2
done
failed=0
for process in "${load[@]}"; do wait "$process" || failed=1; done
cat wrk.txt once.txt kept.txt alternating.txt
if ((failed)) || grep -qE 'Socket errors|Non-2xx' wrk.txt; then
  echo "FAILED: a reload was noticed" >&2
  exit 1
fi
applied=$(grep -c 'event=config_reloaded' proxy.log)
refused=$(grep -c 'event=reload_failed' proxy.log)
if ((applied < 5 || refused < 1)); then
  echo "FAILED: $applied reloads were applied, $refused refused" >&2
  exit 1
fi
stop proxy
echo "reload under load: $applied applied, $refused refused, nobody noticed"

# Sourced by scripts/demo and the end-to-end tests: a temporary workspace, and background processes that never outlive
# the script. Callers have `set -euo pipefail`.

workspace=
keep_workspace=false
declare -A process_of=()

# open_workspace NAME: makes the directory and ends everything when the script ends, however it ends.
open_workspace() {
  workspace=$(mktemp -d "${TMPDIR:-/tmp}/understudy-$1.XXXXXX")
  trap close_workspace EXIT
  trap 'exit 130' INT TERM
}

close_workspace() {
  local status=$? name
  trap - EXIT
  for name in "${!process_of[@]}"; do stop "$name" || true; done
  if $keep_workspace; then
    echo "kept: $workspace" >&2
  else
    rm -rf "$workspace"
  fi
  exit "$status"
}

# start NAME COMMAND...: in the background, its output in $workspace/NAME.log.
start() {
  local name=$1
  shift
  : >"$workspace/$name.log"
  "$@" >>"$workspace/$name.log" 2>&1 </dev/null &
  process_of[$name]=$!
}

# stop NAME: TERM, then KILL when it has not ended after thirty seconds; returns its exit code.
stop() {
  local name=$1 pid=${process_of[$1]:-} deadline=$((SECONDS + 30)) status=0
  [[ -n $pid ]] || return 0
  unset "process_of[$name]"
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" || status=$?
  return "$status"
}

# log_value NAME EVENT KEY: waits until NAME has logged EVENT, prints the value of KEY. Fails when it ends before.
log_value() {
  local name=$1 event=$2 key=$3 deadline=$((SECONDS + 20)) line ended=false
  while ((SECONDS < deadline)); do
    if line=$(grep -m1 -E "event=$event( |\$)" "$workspace/$name.log"); then
      sed -nE "s/.*(^| )$key=\"?([^ \"]+)\"?( .*|\$)/\2/p" <<<"$line"
      return 0
    fi
    # Its last words may come between the look at the log and the look at the process.
    $ended && break
    kill -0 "${process_of[$name]}" 2>/dev/null || ended=true
    sleep 0.02
  done
  echo "$name did not log event=$event:" >&2
  tail -n 20 "$workspace/$name.log" >&2
  return 1
}

# free_port: a loopback port that nobody listens on just now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# await_port PORT: until somebody listens there, ten seconds at most.
await_port() {
  local deadline=$((SECONDS + 10))
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    ((SECONDS < deadline)) || { echo "nobody listens on port $1" >&2; return 1; }
    sleep 0.02
  done
}

# Sourced by the end-to-end tests that put real parts behind the proxy, after scripts/lib/processes.sh: a proxy with a
# shadow and a capture, and the check that staging got no write and every exchange is accounted for.

behind_proxy=$UNDERSTUDY_SOURCE/tests/e2e

fail() { echo "FAILED: $*" >&2; exit 1; }

# need PROGRAM...: the test is skipped, visibly, without them.
need() {
  local program
  PATH=$PATH:/usr/sbin
  for program; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
  done
}

# start_recording_proxy PRIMARY-PORT [OPTION...]: with a shadow that writes down what it gets; sets $port and $admin.
start_recording_proxy() {
  local primary=$1 shadow
  shift
  : >"$workspace/shadow.requests"
  start shadow python3 "$behind_proxy/recording_shadow.py" "$workspace/shadow.requests"
  shadow=$(log_value shadow listening address)
  mkdir "$workspace/captures"
  start proxy "$UNDERSTUDY_PROGRAM" proxy --listen 127.0.0.1:0 --primary "http://127.0.0.1:$primary" \
    --shadow "http://$shadow" --capture "$workspace/captures" --admin 127.0.0.1:0 "$@"
  port=$(log_value proxy listening address)
  port=${port##*:}
  admin=$(log_value proxy admin_listening address)
}

# stop_recording_proxy: what the shadow and the capture got must add up with what production served.
stop_recording_proxy() {
  python3 "$behind_proxy/accounts.py" "$admin" "$workspace/shadow.requests" || fail "the accounts do not add up"
  stop proxy || fail "the proxy ends with $?"
  if ! "$UNDERSTUDY_PROGRAM" capture verify "$workspace"/captures/*.ucap.zst >"$workspace/verify.out" 2>&1; then
    cat "$workspace/verify.out" >&2
    fail "the capture is damaged"
  fi
}

# peak_kib NAME: the most memory that a process has had resident.
peak_kib() { sed -nE 's/^VmHWM:\s+([0-9]+) kB/\1/p' "/proc/${process_of[$1]}/status"; }

# start_apache PORT: reads its server configuration from standard input. Its children must be able to enter $workspace.
start_apache() {
  chmod 755 "$workspace"
  {
    echo "ServerRoot $workspace"
    echo "ServerName 127.0.0.1"
    echo "PidFile $workspace/apache.pid"
    echo "ErrorLog $workspace/apache.errors"
    echo "DefaultRuntimeDir $workspace"
    echo "Listen 127.0.0.1:$1"
    echo "User www-data"
    echo "Group www-data"
    echo "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so"
    echo "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so"
    cat
  } >"$workspace/apache.conf"
  start apache apache2 -X -f "$workspace/apache.conf"
  await_port "$1"
}

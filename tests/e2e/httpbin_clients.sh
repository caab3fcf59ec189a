#!/usr/bin/env bash
# Six HTTP client libraries ask httpbin for the same, directly and through the proxy, and see the same: status, fields,
# decoded bodies, redirects, cookies. httpbin echoes what it got, so this compares the forwarded requests too.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need gunicorn curl python3
/usr/bin/python3 -c 'import httpbin' 2>/dev/null || { echo "SKIPPED: python3-httpbin is not installed"; exit 77; }
open_workspace httpbin-clients
readonly cases=$behind_proxy/httpbin/cases.txt

with_curl() {
  local method target kind given
  while read -r method target kind; do
    [[ $method != \#* ]] || continue
    case $kind in
      form) given=(--data-urlencode 'name=Ann' --data-urlencode 'mark=é&') ;;
      json) given=(--json '{"deep": [{"er": 1.5}]}') ;;
      chunked) given=(-H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue' --data-binary "@$cases") ;;
      *) given=() ;;
    esac
    [[ $method != HEAD ]] || given+=(--head)
    printf "\n== %s\n" "$method $target $kind"
    curl -sS -i --compressed -L --max-time 10 -b '' -X "$method" "${given[@]}" "$1$target"
  done
}

with_wget() {
  local method target kind given
  while read -r method target kind; do
    [[ $method != \#* ]] || continue
    given=()
    [[ -z $kind ]] || given=(--body-data='{"deep": [{"er": 1.5}]}' --header='Content-Type: application/json')
    # It cannot send chunked bodies, and waits for a 304 to an unconditional request to have a body.
    [[ $kind != chunked && $target != /status/304 ]] || continue
    printf "\n== %s\n" "$method $target"
    wget -q -S -O - --content-on-error --compression=auto --tries=1 --timeout=10 --method="$method" "${given[@]}" \
      "$1$target" || true
  done
}

# Slow to start: every third case.
with_httpie() {
  local method target kind given
  while read -r method target kind; do
    [[ $method != \#* ]] || continue
    case $kind in
      form) given=(--form name=Ann mark='é&') ;;
      json) given=('deep:=[{"er": 1.5}]') ;;
      chunked) given=(--chunked name=Ann) ;;
      *) given=() ;;
    esac
    printf "\n== %s\n" "$method $target $kind"
    http --ignore-stdin --print=hb --pretty=none --follow --timeout=10 "$method" "$1$target" "${given[@]}"
  done < <(awk 'NR % 3 == 2')
}

# ask HOST COMMAND...: what the client prints about all cases, its errors too.
ask() {
  local host=$1
  shift
  { "$@" "http://$host" <"$cases" 2>&1 || echo "exit code $?"; } |
    python3 -B "$behind_proxy/httpbin/normalise.py" "$host"
}

# compare NAME COMMAND...: runs the client against both, with the base URL as its argument.
compare() {
  local name=$1
  shift
  ask "127.0.0.1:$origin" "$@" >"$workspace/$name.direct"
  ask "127.0.0.1:$port" "$@" >"$workspace/$name.proxied"
  diff -a "$workspace/$name.direct" "$workspace/$name.proxied" >"$workspace/$name.diff" ||
    { head -n 40 "$workspace/$name.diff" >&2; fail "$name sees something else through the proxy"; }
  local asked
  asked=$(grep -ac '^== ' "$workspace/$name.proxied")
  ((asked >= 12)) || { tail "$workspace/$name.proxied" >&2; fail "$name did not finish"; }
  echo "ok: $name, $asked requests"
}

# client PROGRAM NAME COMMAND...
client() {
  local program=$1
  shift
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; return 0; }
  compare "$@"
}

origin=$(free_port)
start httpbin env PYTHONDONTWRITEBYTECODE=1 gunicorn -b "127.0.0.1:$origin" --threads 8 --worker-tmp-dir "$workspace" \
  --log-level warning --pythonpath "$behind_proxy/httpbin" plain_httpbin:app
await_port "$origin"
start_recording_proxy "$origin"
client curl curl with_curl
client wget wget with_wget
client http httpie with_httpie
compare requests /usr/bin/python3 -B "$behind_proxy/httpbin/with_requests.py"
compare http.client /usr/bin/python3 -B "$behind_proxy/httpbin/with_http_client.py"
client perl HTTP::Tiny perl "$behind_proxy/httpbin/with_http_tiny.pl"
client node fetch node "$behind_proxy/httpbin/with_fetch.mjs"
stop_recording_proxy

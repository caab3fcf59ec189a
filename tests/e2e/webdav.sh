#!/usr/bin/env bash
# The WebDAV suite litmus against Apache's mod_dav, directly and through the proxy: the same tests pass with the same
# warnings, and staging gets none of the writes.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need litmus apache2 python3
open_workspace webdav
mkdir "$workspace/files" "$workspace/locks"
((EUID != 0)) || chown www-data: "$workspace/files" "$workspace/locks"

# run_litmus NAME PORT: keeps the summaries. The suite names what it makes after itself and cleans up first.
run_litmus() {
  mkdir "$workspace/$1"
  (cd "$workspace/$1" && litmus --keep-going "http://127.0.0.1:$2/") >"$workspace/$1.out" 2>&1 ||
    { tail -n 40 "$workspace/$1.out"; fail "litmus, $1, ends with an error"; }
  tr '\r' '\n' <"$workspace/$1.out" | sed -nE 's/^<- //p; s/^-> //p' >"$workspace/$1.summary"
  awk '/summary/ { passed += $8 } END { exit passed < 100 }' "$workspace/$1.summary" ||
    fail "litmus, $1: $(cat "$workspace/$1.summary")"
}

origin=$(free_port)
start_apache "$origin" <<CONFIG
LoadModule dav_module /usr/lib/apache2/modules/mod_dav.so
LoadModule dav_fs_module /usr/lib/apache2/modules/mod_dav_fs.so
DavLockDB $workspace/locks/database
DocumentRoot $workspace/files
<Directory $workspace/files>
  Dav On
  Require all granted
</Directory>
CONFIG
start_recording_proxy "$origin"
run_litmus direct "$origin"
run_litmus proxied "$port"
diff "$workspace/direct.summary" "$workspace/proxied.summary" || fail "the suite's results differ"
cat "$workspace/proxied.summary"
stop_recording_proxy

#!/usr/bin/env bash
# Git over HTTP through the proxy in front of git's own server: a push with chunked bodies, a clone, a fetch, fsck.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need git apache2 python3
backend=$(git --exec-path)/git-http-backend
[[ -x $backend ]] || { echo "SKIPPED: git-http-backend is not installed"; exit 77; }
open_workspace git-http
readonly megabytes=${UNDERSTUDY_GIT_MEGABYTES:-16}
export GIT_CONFIG_GLOBAL=$workspace/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
git config --global user.name understudy
git config --global user.email understudy@example.com
git config --global init.defaultBranch main
# Larger requests than this are sent chunked.
git config --global http.postBuffer 65536

# make_work NAME: a repository with files that do not compress, in some commits.
make_work() {
  git init -q "$workspace/$1"
  for number in 1 2 3 4; do
    head -c "$((megabytes * 1024 * 1024 / 4))" /dev/urandom >"$workspace/$1/file$number"
    git -C "$workspace/$1" add .
    git -C "$workspace/$1" commit -qm "File $number"
  done
}

# push_and_clone NAME PORT: into NAME.git, and back out of it; both ends must hold the same commit.
push_and_clone() {
  local url=http://127.0.0.1:$2/$1.git wanted got
  git init -q --bare "$workspace/served/$1.git"
  git -C "$workspace/served/$1.git" config http.receivepack true
  ((EUID != 0)) || chown -R www-data: "$workspace/served/$1.git"
  git -C "$workspace/work" push -q "$url" HEAD:main || fail "push, $1"
  git clone -q "$url" "$workspace/$1.clone" || fail "clone, $1"
  git -C "$workspace/$1.clone" fsck --full --strict || fail "fsck, $1"
  wanted=$(git -C "$workspace/work" rev-parse HEAD)
  got=$(git -C "$workspace/$1.clone" rev-parse HEAD)
  [[ $got == "$wanted" ]] || fail "$1: cloned $got, pushed $wanted"
  git -C "$workspace/$1.clone" fetch -q origin || fail "fetch, $1"
  git ls-remote --exit-code "$url" refs/heads/main | grep -q "^$wanted" || fail "ls-remote, $1"
  echo "ok: git, $1"
}

make_work work
mkdir "$workspace/served"
origin=$(free_port)
start_apache "$origin" <<CONFIG
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule env_module /usr/lib/apache2/modules/mod_env.so
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
ScriptSock $workspace/cgid.socket
SetEnv GIT_PROJECT_ROOT $workspace/served
SetEnv GIT_HTTP_EXPORT_ALL
ScriptAlias / $backend/
<Location />
  Require all granted
</Location>
CONFIG
start_recording_proxy "$origin"
push_and_clone direct "$origin"
before=$(peak_kib proxy)
push_and_clone proxied "$port"
after=$(peak_kib proxy)
echo "memory of the proxy: $before KiB, then $after KiB at most"
grep -q '^GET /proxied.git/info/refs?service=git-receive-pack' "$workspace/shadow.requests" ||
  fail "the shadow did not see the push's discovery"
((after - before < 16 * 1024)) || fail "the proxy grew by $((after - before)) KiB"
stop_recording_proxy

#!/usr/bin/env bash
# Runs what README.md tells people to run: every ```sh block that follows a line "<!-- run -->", in order, in one shell
# and one empty directory, with the built programs on the PATH. The first command that fails fails the test.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
readme=${1:-$UNDERSTUDY_SOURCE/README.md}
[[ -f $readme ]] || { echo "SKIPPED: there is no $readme"; exit 77; }
open_workspace readme

{
  echo 'set -euo pipefail'
  echo 'trap '\''jobs=$(jobs -p); [[ -z $jobs ]] || kill $jobs 2>/dev/null || true; wait'\'' EXIT'
  awk '
    /^<!-- run -->[ \t]*$/ { marked = NR; next }
    /^```/ && inside { inside = 0; next }
    /^```sh[ \t]*$/ && marked == NR - 1 { inside = 1; count++; printf "echo \"--- README.md, line %d\"\n", NR; next }
    inside { print }
    END { if (count == 0) exit 3 }
  ' "$readme" || { echo "SKIPPED: no block of $readme is marked <!-- run -->" >&2; exit 77; }
} >"$workspace/commands.sh"

mkdir "$workspace/directory"
cd "$workspace/directory"
PATH=$UNDERSTUDY_BUILD:$PATH bash "$workspace/commands.sh"

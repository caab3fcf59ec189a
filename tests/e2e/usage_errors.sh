#!/usr/bin/env bash
# What is wrong on a command line is told in one line on stderr with exit code 2, and leaves nothing behind.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
open_workspace usage_errors
mkdir "$workspace/directory"
cd "$workspace/directory"

refused() {
  local words=$1 code=0 && shift
  timeout 10 "$UNDERSTUDY_PROGRAM" "$@" </dev/null >../out 2>../err || code=$?
  if [[ $code != 2 || $(wc -l <../err) != 1 || -s ../out || -n $(ls -A) ]] || ! grep -qF -- "$words" ../err; then
    echo "FAILED: understudy $*: exit $code, wanted 2 and one line with '$words':" >&2
    cat ../err ../out >&2
    ls -A >&2
    exit 1
  fi
}

proxy=(proxy --listen 127.0.0.1:0 --primary http://127.0.0.1:1)
refused "'bogus'" bogus
refused "'bogus'" capture bogus
refused '--bogus' proxy --bogus
refused 'sub-command' --bogus
refused '--capture: needs a value' "${proxy[@]}" --capture ''
refused '--shadow: needs a value' "${proxy[@]}" --shadow ''
refused '--config: needs a value' proxy --config ''
refused '--report: needs a value' replay --target http://127.0.0.1:1 --report '' x.ucap.zst
refused '--seed' replay --target http://127.0.0.1:1 --seed -1 x.ucap.zst
refused '--output: needs a value' capture export --to har x.ucap.zst --output ''
refused 'x.ucap.zst: No such file' replay --target http://127.0.0.1:1 --report report x.ucap.zst
echo "usage errors: one line each, exit 2"

#!/usr/bin/env bash
# The comparison runs, measures a cost for every proxy, and no proxy fails a request.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
for program in nginx wrk jq; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "SKIPPED: $program is not installed"; exit 77; }
done
open_workspace bench-smoke

python3 -B "$UNDERSTUDY_SOURCE/bench/versus/versus.py" plain --seconds 1 --rounds 1 --json "$workspace/result.json"
jq -e '.scenarios.plain.rows | length >= 2 and all(.cpu_us_per_request > 0 and .rounds[0].requests > 0
       and .rounds[0].errors == 0)' "$workspace/result.json"

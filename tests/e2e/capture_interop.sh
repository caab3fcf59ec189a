#!/usr/bin/env bash
# What exports say is read by other people's tools: jq, Python's json and csv, curl against a stub of the same capture;
# and a capture that comes back from a HAR, or from a .gor file, holds the same exchanges.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
command -v jq >/dev/null && command -v curl >/dev/null || { echo "SKIPPED: jq and curl are not installed"; exit 77; }
open_workspace capture_interop
cd "$workspace"
capture() { "$UNDERSTUDY_BUILD/understudy" capture "$@"; }
shop=$UNDERSTUDY_SOURCE/docs/examples/shop.har

capture import --from har --allow-unscrubbed "$shop" --output shop.ucap.zst >import.txt
grep -q '^read 4, imported 4, refused 0$' import.txt
[[ $(capture export --to ndjson --allow-unscrubbed shop.ucap.zst | jq -s 'length') == 4 ]]
capture export --to csv --allow-unscrubbed shop.ucap.zst --output shop.csv
capture export --to har --allow-unscrubbed shop.ucap.zst --output back.har
python3 - "$shop" back.har shop.csv <<'PYTHON'
import csv, json, sys
def entries(path):
    return [(e["request"]["method"], e["request"]["url"], e["response"]["status"], e["response"]["content"].get("text"))
            for e in json.load(open(path))["log"]["entries"]]
assert entries(sys.argv[1]) == entries(sys.argv[2])
rows = list(csv.DictReader(open(sys.argv[3], newline="")))
assert [(r["method"], r["url"], int(r["status"])) for r in rows] == [e[:3] for e in entries(sys.argv[1])]
PYTHON

# Further HARs, of other projects: UNDERSTUDY_HARS=DIRECTORY.
python3 "$UNDERSTUDY_SOURCE/tests/e2e/compare_hars.py" "$UNDERSTUDY_BUILD/understudy" "$shop" ${UNDERSTUDY_HARS:+"$UNDERSTUDY_HARS"/*.har}

# Numbering and the scrubber's work apart, which are an import's own.
content() { capture cat --json "$1" | jq -c 'del(.id, .scrub)'; }
capture import --from har --allow-unscrubbed back.har --output from_har.ucap.zst >/dev/null
cmp <(content shop.ucap.zst) <(content from_har.ucap.zst)
capture export --to gor --allow-unscrubbed shop.ucap.zst --output shop.gor 2>losses.txt
capture import --from gor --allow-unscrubbed shop.gor --output from_gor.ucap.zst >/dev/null
messages() { capture cat --json "$1" | jq -c '[.start_ns, .request.method, .request.target, .request.authority, .response.status, .response.body]'; }
cmp <(messages shop.ucap.zst) <(messages from_gor.ucap.zst)

port=$(python3 "$UNDERSTUDY_SOURCE/tests/e2e/free_ports.py" 1)
start stub "$UNDERSTUDY_BUILD/understudy" stub --capture shop.ucap.zst --allow-unscrubbed --listen "127.0.0.1:$port"
log_value stub listening address >/dev/null
{
  echo "curl() { command curl --connect-to ::127.0.0.1:$port -o /dev/null -w '%{http_code}\\n' \"\$@\"; }"
  capture export --to curl --allow-unscrubbed shop.ucap.zst
} >requests.sh
cmp <(sh requests.sh) <(capture cat --json shop.ucap.zst | jq .response.status)

# A command that changes nothing says so, and an index that is rebuilt is the one that was there.
cp shop.ucap.zst copy.ucap.zst
capture purge --session 00000000000000aa copy.ucap.zst | grep -q '^removed 0 exchanges'
head -c -50 shop.ucap.zst >copy.ucap.zst
capture index --rebuild copy.ucap.zst >/dev/null
cmp shop.ucap.zst copy.ucap.zst
echo "ok"

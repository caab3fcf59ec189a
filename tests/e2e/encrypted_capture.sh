#!/usr/bin/env bash
# Encryption at rest, from the proxy to the replay: stock tools find legal files with nothing in them, every command
# works with the key and says in one line which one it misses, rotation keeps everything readable.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"

for program in zstd protoc curl jq; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
open_workspace encrypted
cd "$workspace"
unset UNDERSTUDY_CAPTURE_KEY_FILE UNDERSTUDY_CAPTURE_KEY_COMMAND UNDERSTUDY_CAPTURE_KEY_ID

fail() { echo "FAILED: $*" >&2; tail -n 20 ./*.log out err 2>/dev/null >&2; exit 1; }
capture() { "$UNDERSTUDY_PROGRAM" capture "$@"; }

# refused WORDS COMMAND...: exit 2 and one line with these words.
refused() {
  local words=$1 code=0 && shift
  "$@" </dev/null >out 2>err || code=$?
  [[ $code == 2 && $(wc -l <err) == 1 ]] && grep -qF -- "$words" err || fail "$*: exit $code, wanted 2 and '$words'"
}

# count WANTED FILE...: so many exchanges come back with the key.
count() {
  local wanted=$1 got && shift
  got=$(capture cat --count --key-file capture.key "$@") || fail "cat $*: exit $?"
  [[ $got == "$wanted" ]] || fail "$* has $got exchanges, not $wanted"
}

legal_and_empty() {
  zstd -tq "$1" || fail "$1 is no zstd file"
  zstd -dc "$1" | protoc --decode=understudy.capture.v1.CaptureStream --proto_path="$UNDERSTUDY_SOURCE/capture-format/proto" \
    capture.proto >message || fail "$1 is no protobuf message"
  [[ ! -s message ]] || fail "$1 shows something without its key"
}

echo "== the proxy records, encrypted"
capture keygen --id first --output capture.key 2>err
[[ $(stat -c %a capture.key) == 600 ]] || fail "the key file can be read by others"
origin=$(free_port) listen=$(free_port)
capture import --from har "$UNDERSTUDY_SOURCE/docs/examples/shop.har" --output shop.ucap.zst >/dev/null
start origin "$UNDERSTUDY_PROGRAM" stub --capture shop.ucap.zst --listen "127.0.0.1:$origin"
cat >proxy.yaml <<CONFIG
listeners: [{address: "127.0.0.1:$listen"}]
primary: {url: "http://127.0.0.1:$origin"}
capture: {directory: recorded, encryption: {key_file: capture.key}}
CONFIG
"$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml --validate >/dev/null || fail "the configuration is refused"
chmod 644 capture.key
refused 'chmod 600 it' "$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml --validate
chmod 600 capture.key
await_port "$origin"
start proxy "$UNDERSTUDY_PROGRAM" proxy --config proxy.yaml
await_port "$listen"
for i in $(seq 20); do curl -s --max-time 5 "http://127.0.0.1:$listen/products?planted-$i" >/dev/null; done
stop proxy || fail "the proxy ended with $?"
recorded=(recorded/*.ucap.zst)
legal_and_empty "${recorded[0]}"
! grep -qaE 'planted|/products|GET /' "${recorded[0]}" || fail "the file shows what was recorded"
count 20 "${recorded[0]}"
count 20 --where 'target~planted status=501' "${recorded[0]}"

echo "== without the key"
for command in info 'cat' 'verify --deep' 'export --to har' 'merge --output x' 'compact --output x' 'split --by time --output x'; do
  # shellcheck disable=SC2086
  refused "encrypted with key 'first'; give --key-file" "$UNDERSTUDY_PROGRAM" capture $command "${recorded[0]}"
done
refused 'give --key-file' "$UNDERSTUDY_PROGRAM" replay --target "http://127.0.0.1:$origin" "${recorded[0]}"
refused 'give --key-file' "$UNDERSTUDY_PROGRAM" stub --capture "${recorded[0]}" --listen 127.0.0.1:0
capture verify "${recorded[0]}" | grep -q 'ok, .*checksums only (no key)' || fail "verify without the key"
[[ ! -e x ]] || fail "a refused command has left something"

echo "== derived files stay encrypted"
export UNDERSTUDY_CAPTURE_KEY_FILE=$workspace/capture.key
capture verify --deep "${recorded[0]}" | grep -q 'ok, .*encrypted, authentic' || fail "verify with the key"
capture merge "${recorded[0]}" shop.ucap.zst --output merged.ucap.zst >/dev/null
capture compact "${recorded[0]}" --output compact.ucap.zst >/dev/null
capture recover "${recorded[0]}" --output recovered.ucap.zst >/dev/null
capture split --by shard --parts 1 "${recorded[0]}" --output parts >/dev/null
capture import --from har --encrypt "$UNDERSTUDY_SOURCE/docs/examples/shop.har" --output imported.ucap.zst >/dev/null
shop=$(capture cat --count shop.ucap.zst)
for file in merged.ucap.zst compact.ucap.zst recovered.ucap.zst parts/0000.ucap.zst imported.ucap.zst; do legal_and_empty "$file"; done
count $((20 + shop)) merged.ucap.zst
count 20 compact.ucap.zst
count 20 recovered.ucap.zst
count 20 parts/0000.ucap.zst
count "$shop" imported.ucap.zst
capture compact --decrypt "${recorded[0]}" --output plain.ucap.zst >/dev/null
[[ $(env -u UNDERSTUDY_CAPTURE_KEY_FILE "$UNDERSTUDY_PROGRAM" capture cat --count plain.ucap.zst) == 20 ]] ||
  fail "--decrypt"
cat "${recorded[0]}" shop.ucap.zst merged.ucap.zst >joined.ucap.zst
zstd -tq joined.ucap.zst
count $((40 + 2 * shop)) joined.ucap.zst

echo "== replay and stub"
"$UNDERSTUDY_PROGRAM" replay --target "http://127.0.0.1:$origin" --max --json "${recorded[0]}" >report.json 2>err ||
  fail "replay ended with $?"
[[ $(jq .records.sent report.json) == 20 ]] || fail "replay has sent $(jq .records.sent report.json)"

echo "== rotation"
cp "${recorded[0]}" rekeyed.ucap.zst
capture keygen --rotate --id second --output capture.key 2>err
capture rekey rekeyed.ucap.zst >/dev/null
sed -n 1p capture.key >second.key && chmod 600 second.key
capture cat --count --key-file second.key rekeyed.ucap.zst >/dev/null || fail "the new key does not open it"
refused "encrypted with key 'first', which key file second.key does not hold" "$UNDERSTUDY_PROGRAM" capture cat \
  --key-file second.key "${recorded[0]}"
legal_and_empty rekeyed.ucap.zst

echo "== a key command"
cat >kms <<'KMS'
#!/bin/sh
case $1 in wrap) base64 ;; unwrap) base64 -d ;; esac
KMS
chmod 700 kms
capture merge --key-file capture.key "${recorded[0]}" --decrypt --output by-hand.ucap.zst >/dev/null
env -u UNDERSTUDY_CAPTURE_KEY_FILE "$UNDERSTUDY_PROGRAM" capture compact --encrypt --key-command ./kms --key-id prod/1 \
  by-hand.ucap.zst --output kms.ucap.zst >/dev/null
legal_and_empty kms.ucap.zst
[[ $(capture cat --count --key-command ./kms kms.ucap.zst) == 20 ]] || fail "the key command does not open it"
refused 'ended with code 1' "$UNDERSTUDY_PROGRAM" capture cat --key-command false kms.ucap.zst
env -u UNDERSTUDY_CAPTURE_KEY_FILE UNDERSTUDY_CAPTURE_KEY_COMMAND=./kms "$UNDERSTUDY_PROGRAM" capture compact kms.ucap.zst \
  --output kms2.ucap.zst >/dev/null
legal_and_empty kms2.ucap.zst

echo "== cut off, and recovered without the key"
size=$(stat -c %s merged.ucap.zst)
summary=$(od -An -tu8 -j $((size - 32)) -N 8 merged.ucap.zst | tr -d ' ')
head -c $((size - summary)) merged.ucap.zst >cut.ucap.zst
code=0 && capture verify cut.ucap.zst >out || code=$?
[[ $code == 1 ]] && grep -q 'authentic end is missing' out || fail "an end that is missing is not told (exit $code)"
code=0 && env -u UNDERSTUDY_CAPTURE_KEY_FILE "$UNDERSTUDY_PROGRAM" capture recover "${recorded[0]}" --output sealed.ucap.zst >out || code=$?
[[ $code == 0 ]] && grep -q 'still encrypted' out || fail "recover without the key (exit $code)"
cmp -s "${recorded[0]}" sealed.ucap.zst || fail "recover without the key changes an intact file"
echo "encrypted captures: recorded, read, refused, derived, replayed, rotated, recovered"

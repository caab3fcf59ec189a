#!/usr/bin/env bash
# TLS at the proxy's front and back with curl, openssl and wrk: what clients of production would see. Certificates are
# replaced under load without one failed request.
set -euo pipefail
source "$UNDERSTUDY_SOURCE/scripts/lib/processes.sh"
source "$UNDERSTUDY_SOURCE/tests/e2e/behind_proxy.sh"
need openssl curl wrk nginx
open_workspace tls
cd "$workspace"

# issue NAME SUBJECT-ALT-NAMES: NAME.crt and NAME.key signed by the test's authority, put in place by renaming.
issue() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key.new" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt.new" 2>/dev/null
  mv "$1.key.new" "$1.key"
  mv "$1.crt.new" "$1.crt"
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=test authority" \
  -keyout ca.key -out ca.crt 2>/dev/null
issue shop DNS:shop.example,IP:127.0.0.1
issue pay 'DNS:*.pay.example'
issue origin DNS:origin.example
issue client DNS:client.example

# Two origins: one with TLS that asks for our certificate, one behind a Unix socket.
origin_port=$(free_port)
chmod 755 "$workspace"
cat >nginx.conf <<CONF
worker_processes 1; daemon off; pid $workspace/nginx.pid; error_log $workspace/nginx.errors error;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path $workspace/body; proxy_temp_path $workspace/proxy; fastcgi_temp_path $workspace/fastcgi;
  uwsgi_temp_path $workspace/uwsgi; scgi_temp_path $workspace/scgi;
  server {
    listen 127.0.0.1:$origin_port ssl;
    ssl_certificate $workspace/origin.crt; ssl_certificate_key $workspace/origin.key;
    ssl_client_certificate $workspace/ca.crt; ssl_verify_client on;
    location / { return 200 "from the tls origin for \$ssl_client_s_dn\n"; }
  }
  server { listen unix:$workspace/origin.sock; location / { return 200 "from the socket for \$http_host\n"; } }
}
CONF
start origin nginx -e "$workspace/nginx.errors" -c "$workspace/nginx.conf"
await_port "$origin_port"

cat >front.yaml <<CONF
listeners:
  - address: 127.0.0.1:0
    tls: {certificate: $workspace/shop.crt, key: $workspace/shop.key, certificates: [{certificate: $workspace/pay.crt, key: $workspace/pay.key}]}
primary: {url: "unix:$workspace/origin.sock"}
admin: {address: "127.0.0.1:0"}
CONF
start front "$UNDERSTUDY_PROGRAM" proxy --config front.yaml
front=$(log_value front listening address)
admin=$(log_value front admin_listening address)

get() { curl -sS --max-time 10 --cacert ca.crt "$@"; }
[[ $(get "https://$front/") == "from the socket for $front" ]] || fail "curl over TLS to a Unix socket"
[[ $(get --http1.0 -H Host: "https://$front/") == "from the socket for localhost" ]] || fail "Host of an HTTP/1.0 request to a socket"
[[ $(curl -sS --max-time 10 "http://$front/" -o plain -w '%{http_code}') == 400 ]] || fail "plain HTTP is told to use https"
curl -sS --max-time 10 "https://$front/" >/dev/null 2>&1 && fail "an unknown authority is believed"

# served NAME: the subject that a client with this server name is shown.
served() { openssl s_client -connect "$front" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
[[ $(served www.pay.example) == *pay ]] || fail "certificate by wildcard"
[[ $(served nobody.example) == *shop ]] || fail "the first certificate for other names"
refused() {
  openssl s_client -connect "$front" "$@" </dev/null >refused.out 2>&1 || true
  grep -q 'Cipher is (NONE)\|alert' refused.out || fail "accepted: $*"
}
refused -tls1_1
refused -alpn h2
refused -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256
openssl s_client -connect "$front" -alpn h2,http/1.1 </dev/null 2>/dev/null | grep -q 'ALPN protocol: http/1.1' || fail "ALPN"
openssl s_client -connect "$front" -tls1_2 -reconnect </dev/null 2>/dev/null | grep -c '^Reused' | grep -qx 5 || fail "resumption"

# Certificates are replaced while requests run on kept and on new connections.
serial() { openssl s_client -connect "$front" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
wrk -t1 -c8 -d6s "https://$front/" >kept.out 2>&1 &
kept=$!
wrk -t1 -c4 -d6s -H 'Connection: close' "https://$front/" >new.out 2>&1 &
new=$!
for _ in 1 2 3; do
  sleep 0.7
  issue shop DNS:shop.example,IP:127.0.0.1
  wanted=$(openssl x509 -in shop.crt -noout -serial)
  sleep 1
  [[ $(serial) == "$wanted" ]] || fail "a new certificate is not served a second later"
done
cp shop.crt good.crt
echo garbage >shop.crt
sleep 1.5
[[ $(serial) == "$wanted" ]] || fail "a bad certificate replaced the good one"
wait "$kept" "$new"
grep -q 'Socket errors\|Non-2xx' kept.out new.out && { cat kept.out new.out; fail "requests failed while certificates changed"; }
metric() { curl -sS --max-time 5 "http://$admin/metrics" | sed -nE "s/^$1(\{[^}]*$2[^}]*\})? (.*)/\2/p" | head -1; }
[[ $(metric understudy_tls_reload_failed listener) == 1 ]] || fail "the refused certificate is not told"
mv good.crt shop.crt
sleep 1.5
[[ $(metric understudy_tls_reload_failed listener) == 0 ]] || fail "the good certificate did not make up for it"
(($(metric understudy_tls_certificate_expires_in_seconds shop.crt | cut -d. -f1 | sed 's/e.*/0/') > 0)) || fail "days to expiry"

# The other way round: plain in front, TLS with our certificate behind, and nobody else's certificate.
cat >back.yaml <<CONF
listeners: [{address: "127.0.0.1:0"}]
primary:
  url: "https://127.0.0.1:$origin_port"
  tls: {ca: $workspace/ca.crt, certificate: $workspace/client.crt, key: $workspace/client.key, server_name: origin.example}
CONF
start back "$UNDERSTUDY_PROGRAM" proxy --config back.yaml
back=$(log_value back listening address)
[[ $(curl -sS --max-time 10 "http://$back/") == 'from the tls origin for CN=client' ]] || fail "mutual TLS to the origin"
sed 's/server_name: origin.example/server_name: other.example/' back.yaml >wrong.yaml
start wrong "$UNDERSTUDY_PROGRAM" proxy --config wrong.yaml
wrong=$(log_value wrong listening address)
[[ $(curl -sS --max-time 10 "http://$wrong/" -o wrong.out -w '%{http_code}') == 502 ]] || fail "an origin with another name is believed"
log_value wrong primary_error cause >/dev/null
stop front || fail "front ends with $?"
stop back || fail "back ends with $?"
echo "tls: names, refusals, rotation under load ($(grep -o '[0-9]* requests' new.out) over new connections), mutual TLS, Unix socket"

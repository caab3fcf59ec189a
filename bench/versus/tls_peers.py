"""The same programs with TLS in front: one certificate, the same suites in the same order, sessions resumable."""

import subprocess
from pathlib import Path

from peers import HAPROXY, PROXY_HTTP, UNDERSTUDY, _nginx, installed
from processes import Process, free_port

SUITES_1_3 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

HAPROXY_TLS = f"""
global
  ssl-default-bind-ciphersuites {SUITES_1_3}
  ssl-default-bind-curves X25519:P-256
  ssl-default-bind-options ssl-min-ver TLSv1.2
"""

NGINX_TLS = """
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ecdh_curve X25519:P-256;
    ssl_prefer_server_ciphers on;
    ssl_conf_command Ciphersuites {suites};
    ssl_session_cache shared:versus:10m;
    ssl_buffer_size 16k;
"""

UNDERSTUDY_TLS = """
listeners:
  - address: 127.0.0.1:{port}
    tls: {{certificate: {certificate}, key: {key}}}
primary: {{url: "http://127.0.0.1:{primary}"}}
workers: 1
"""


def make_certificate(directory: Path) -> tuple[Path, Path]:
    certificate, key = directory / "tls.crt", directory / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def _https(process: Process) -> Process:
    process.scheme = "https"
    return process


def nginx(primary: int, directory: Path, certificate: Path, key: Path) -> Process:
    port = free_port()
    tls = NGINX_TLS.format(certificate=certificate, key=key, suites=SUITES_1_3)
    http = PROXY_HTTP.format(port=f"{port} ssl", primary=primary, shadow_upstream="", shadow_location=tls, mirror="")
    return _https(_nginx("nginx_tls", http, port, directory))


def haproxy(primary: int, directory: Path, certificate: Path, key: Path) -> Process:
    port = free_port()
    both = directory / "haproxy_tls.pem"
    both.write_text(certificate.read_text() + key.read_text())
    config = directory / "haproxy_tls.cfg"
    bind = f"127.0.0.1:{port} ssl crt {both} alpn http/1.1"
    config.write_text(HAPROXY_TLS + HAPROXY.format(port=port, primary=primary).replace(f"127.0.0.1:{port}", bind, 1))
    return _https(Process("haproxy", [installed("haproxy"), "-db", "-f", str(config)], port, directory / "haproxy_tls.log"))


def understudy(primary: int, directory: Path, certificate: Path, key: Path) -> Process:
    port = free_port()
    config = directory / "understudy_tls.yaml"
    config.write_text(UNDERSTUDY_TLS.format(port=port, primary=primary, certificate=certificate, key=key))
    return _https(Process("understudy", [str(UNDERSTUDY), "proxy", "--config", str(config)], port,
                          directory / "understudy_tls.log"))

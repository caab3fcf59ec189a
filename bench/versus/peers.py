"""The programs that are compared, each with one worker and the configuration that its makers advise for this job."""

import json
import os
import shutil
from pathlib import Path

from processes import Process, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
UNDERSTUDY = Path(os.environ.get("UNDERSTUDY_PROGRAM", ROOT / "build/release/understudy"))
# Debian keeps servers in a directory that not every user's PATH has.
SEARCH_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"

TEXT_BODY = "understudy " * 18 + "ok"  # 200 bytes
JSON_BODY = json.dumps({"items": [{"id": n, "name": f"product {n}", "price": n * 1.25, "tags": ["oak", "new"],
                                   "stock": n % 7} for n in range(24)], "page": 1, "total": 240})

NGINX_FRAME = """
worker_processes 1;
daemon off;
pid {directory}/{name}.pid;
error_log {directory}/{name}.error.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 100000000;
  client_body_temp_path {directory}/{name}.body;
  proxy_temp_path {directory}/{name}.proxy;
  fastcgi_temp_path {directory}/{name}.fastcgi;
  uwsgi_temp_path {directory}/{name}.uwsgi;
  scgi_temp_path {directory}/{name}.scgi;
{http}
}}
"""

ORIGIN_HTTP = """
  server {{
    listen 127.0.0.1:{port} backlog=1024 reuseport;
    location = /text {{ default_type text/plain; return 200 "{text}"; }}
    location = /json {{ default_type application/json; alias {directory}/body.json; }}
    location = /large {{ default_type application/octet-stream; alias {directory}/large.body; }}
    # Answered only once the whole body is here.
    location = /upload {{ proxy_pass http://127.0.0.1:{port}/text; }}
    location = /versus-status {{ stub_status; }}
    location / {{ default_type text/plain; return 200 "{text}"; }}
  }}
  open_file_cache max=16;
"""

PROXY_HTTP = """
  upstream primary {{ server 127.0.0.1:{primary}; keepalive 64; keepalive_requests 100000000; }}
{shadow_upstream}
  server {{
    listen 127.0.0.1:{port} backlog=1024 reuseport;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
{shadow_location}
    location / {{ {mirror} proxy_pass http://primary; }}
  }}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-keep-alive
  http-reuse always
frontend in
  bind 127.0.0.1:{port}
  default_backend primary
backend primary
  server primary 127.0.0.1:{primary}
"""


def installed(program: str) -> str | None:
    return shutil.which(program, path=SEARCH_PATH)


def _nginx(name: str, http: str, port: int, directory: Path) -> Process:
    config = directory / f"{name}.conf"
    config.write_text(NGINX_FRAME.format(directory=directory, name=name, http=http))
    return Process(name, [installed("nginx"), "-e", f"{directory}/{name}.error.log", "-c", str(config)], port,
                   directory / f"{name}.log")


def origin(name: str, directory: Path) -> Process:
    (directory / "body.json").write_text(JSON_BODY)
    (directory / "large.body").write_bytes(b"understudy\n" * 100_000)
    port = free_port()
    return _nginx(name, ORIGIN_HTTP.format(port=port, text=TEXT_BODY, directory=directory), port, directory)


def nginx(primary: int, directory: Path) -> Process:
    port = free_port()
    http = PROXY_HTTP.format(port=port, primary=primary, shadow_upstream="", shadow_location="", mirror="")
    return _nginx("nginx", http, port, directory)


def nginx_logging(primary: int, directory: Path) -> Process:
    """Lines are gathered in a buffer, as its makers advise."""
    port = free_port()
    log = f"access_log {directory}/nginx_logging.access combined buffer=64k flush=1s;"
    http = PROXY_HTTP.format(port=port, primary=primary, shadow_upstream="", shadow_location="", mirror=log)
    return _nginx("nginx_logging", http, port, directory)


def nginx_mirror(primary: int, shadow: int, directory: Path) -> Process:
    port = free_port()
    http = PROXY_HTTP.format(
        port=port, primary=primary, mirror="mirror /mirror;",
        shadow_upstream=f"  upstream shadow {{ server 127.0.0.1:{shadow}; keepalive 64; keepalive_requests 100000000; }}",
        shadow_location="    location = /mirror { internal; proxy_pass http://shadow$request_uri; }")
    return _nginx("nginx_mirror", http, port, directory)


def haproxy(primary: int, directory: Path) -> Process:
    port = free_port()
    config = directory / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, primary=primary))
    return Process("haproxy", [installed("haproxy"), "-db", "-f", str(config)], port, directory / "haproxy.log")


def understudy(primary: int, directory: Path, shadow: int | None = None, name: str = "understudy",
               access_log: bool = False) -> Process:
    """With a shadow everything is mirrored to it, scrubbed and recorded."""
    port = free_port()
    command = [str(UNDERSTUDY), "proxy", "--listen", f"127.0.0.1:{port}", "--primary", f"http://127.0.0.1:{primary}",
               "--workers", "1"]
    if shadow is not None:
        captures = directory / f"{name}.captures"
        captures.mkdir()
        command += ["--shadow", f"http://127.0.0.1:{shadow}", "--capture", str(captures)]
    if access_log:
        command += ["--access-log", str(directory / f"{name}.access")]
    return Process(name, command, port, directory / f"{name}.log")

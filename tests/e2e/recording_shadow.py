#!/usr/bin/env python3
"""usage: recording_shadow.py FILE: a staging service: answers 200 to everything, appends "METHOD target" to FILE."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

received = open(sys.argv[1], "a", encoding="latin-1")
one_at_a_time = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def __getattr__(self, name):
        if not name.startswith("do_"):
            raise AttributeError(name)
        return self.answer

    def answer(self):
        with one_at_a_time:
            received.write(f"{self.command} {self.path}\n")
            received.flush()
        if length := int(self.headers.get("Content-Length", 0)):
            self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Handler)
print(f"event=listening address=127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()

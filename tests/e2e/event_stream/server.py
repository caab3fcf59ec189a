#!/usr/bin/env python3
"""Server-sent events, of which the next one goes out only after the one before was acknowledged, so that a buffer in
between stops everything. GET /events?id=I&count=N streams, GET /events?...&close=1 without chunks; POST /seen?id=I
acknowledges; POST /upload?id=I takes a body and tells by GET /arrived?id=I how many bytes have come; GET /wait?id=I
is a long poll that ends at POST /seen?id=I."""

import collections
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 10
seen = collections.defaultdict(lambda: threading.Semaphore(0))
arrived = collections.Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one(self):
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        getattr(self, "on_" + url.path[1:])(asked["id"], asked)

    do_GET = do_POST = handle_one

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def on_events(self, stream, asked):
        chunked = "close" not in asked
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")))
        self.end_headers()
        for number in range(int(asked["count"])):
            event = b"id: %d\ndata: %.6f\n\n" % (number, time.time())
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event) if chunked else event)
            if not seen[stream].acquire(timeout=PATIENCE_SECONDS):
                self.close_connection = True
                return  # the stream breaks off: the client notices
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def on_wait(self, stream, _):
        self.answer("waited" if seen[stream].acquire(timeout=PATIENCE_SECONDS) else "gave up")

    def on_seen(self, stream, _):
        seen[stream].release()
        self.answer("ok")

    def on_arrived(self, stream, _):
        self.answer(str(arrived[stream]))

    def on_upload(self, stream, _):
        while size := int(self.rfile.readline(), 16):
            arrived[stream] += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        self.answer("uploaded")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"event=listening address=127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()

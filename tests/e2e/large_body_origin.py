#!/usr/bin/env python3
"""An origin for large bodies. GET /length and /chunked send MEGABYTES of a fixed pattern, framed as named; PUT and POST
answer with the SHA-256 and the length of what came. Prints its port."""

import hashlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = hashlib.sha512(b"understudy").digest() * 1024  # 64 KiB
BLOCKS = int(sys.argv[1]) * 1024 * 1024 // len(BLOCK)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        chunked = self.path == "/chunked"
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(BLOCKS * len(BLOCK)))
        self.end_headers()
        for _ in range(BLOCKS):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK) if chunked else BLOCK)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def do_PUT(self):
        digest, length = hashlib.sha256(), 0
        for piece in self.body():
            digest.update(piece)
            length += len(piece)
        answer = f"{digest.hexdigest()} {length}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left:
            piece = self.rfile.read(min(left, 65536))
            if not piece:
                return
            left -= len(piece)
            yield piece

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"event=listening address=127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()

#!/usr/bin/env python3
"""Loads an HTTP server from many connections and counts everything that is not a whole 200.

usage: strict_client.py PORT SECONDS CONNECTIONS [--once] [--until-refused]

--once: a new connection per request; otherwise connections are kept until the server says close.
--until-refused: ends when nobody listens any more; a refused connect is then no failure.
Prints one line of JSON: requests, connections, refused, and the failures by kind; exit 1 if there are any.
A connect that does not complete (refused, or given up on) never was a connection; anything after the
handshake that is not a whole response is a failure.
"""
import collections
import json
import socket
import sys
import threading
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: strict\r\n\r\n"
FINAL_REQUEST = b"GET / HTTP/1.1\r\nHost: strict\r\nConnection: close\r\n\r\n"


class Failure(Exception):
    pass


def read_response(connection):
    """The head of one whole response with Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise Failure("closed_before_head" if not data else "closed_in_head")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            raise Failure("closed_in_body")
        body += piece
    if not head.startswith(b"HTTP/1.1 200"):
        raise Failure("status_" + head[9:12].decode("latin-1"))
    return head.lower()


class Load:
    def __init__(self, port, seconds, once, until_refused):
        self.port, self.once, self.until_refused = port, once, until_refused
        self.end = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = collections.Counter()
        self.gone = threading.Event()

    def running(self):
        return time.monotonic() < self.end and not self.gone.is_set()

    def connect(self):
        try:
            return socket.create_connection(("127.0.0.1", self.port), timeout=10)
        except ConnectionRefusedError:
            self.count("refused")
            if self.until_refused:
                self.gone.set()
            else:
                time.sleep(0.01)
        except (socket.timeout, OSError) as error:
            self.fail("connect_" + type(error).__name__)
        return None

    def count(self, name):
        with self.lock:
            self.counts[name] += 1

    def fail(self, kind):
        with self.lock:
            self.failures[kind] += 1

    def converse(self, connection):
        requests = 0
        while self.running():
            connection.sendall(FINAL_REQUEST if self.once else REQUEST)
            head = read_response(connection)
            requests += 1
            if self.once or b"connection: close" in head:
                if connection.recv(1):
                    raise Failure("bytes_after_close")
                break
        with self.lock:
            self.counts["requests"] += requests

    def work(self):
        while self.running():
            connection = self.connect()
            if connection is None:
                continue
            self.count("connections")
            with connection:
                try:
                    self.converse(connection)
                except Failure as failure:
                    self.fail(str(failure))
                except (socket.timeout, OSError) as error:
                    self.fail(type(error).__name__)


def main():
    flags = [word for word in sys.argv[1:] if word.startswith("--")]
    port, seconds, connections = (word for word in sys.argv[1:] if not word.startswith("--"))
    load = Load(int(port), float(seconds), "--once" in flags, "--until-refused" in flags)
    threads = [threading.Thread(target=load.work) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = {name: load.counts[name] for name in ("requests", "connections", "refused")}
    print(json.dumps({**counts, "failures": dict(load.failures)}))
    sys.exit(1 if load.failures else 0)


main()

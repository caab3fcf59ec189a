#!/usr/bin/env python3
"""usage: client.py PROXY ORIGIN: event streams, a long poll and a slow upload through the proxy at PROXY; what arrives
is acknowledged to server.py at ORIGIN, which waits for that before it goes on."""

import http.client
import statistics
import sys
import threading
import time

PROXY, ORIGIN = sys.argv[1:3]
EVENTS, STREAMS = 100, 20


def tell(path):
    origin = http.client.HTTPConnection(ORIGIN, timeout=10)
    origin.request("POST" if path.startswith("/seen") else "GET", path)
    return origin.getresponse().read().decode()


def read_events(stream, how=""):
    """The delay of each event in seconds; fewer than asked for if the stream stopped."""
    proxy, delays, got = http.client.HTTPConnection(PROXY, timeout=20), [], b""
    proxy.request("GET", f"/events?id={stream}&count={EVENTS}{how}")
    answer = proxy.getresponse()
    while piece := answer.read1(65536):
        got += piece
        if got.endswith(b"\n\n"):
            delays.append(time.time() - float(got.split(b"data: ")[-1]))
            tell(f"/seen?id={stream}")
    return delays if got.count(b"\n\n") == EVENTS else []


def check(what, good):
    print("ok:" if good else "FAILED:", what)
    if not good:
        sys.exit(1)


def streams():
    for name, how in (("chunked", ""), ("until close", "&close=1")):
        delays = read_events(name.replace(" ", ""), how)
        check(f"events, {name}: each alone", len(delays) == EVENTS)
        print(f"  delay: median {statistics.median(delays) * 1000:.2f} ms, worst {max(delays) * 1000:.2f} ms")
    counts = {}
    def count(number):
        counts[number] = len(read_events(f"s{number}"))

    threads = [threading.Thread(target=count, args=(number,)) for number in range(STREAMS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(f"{STREAMS} streams at once", set(counts.values()) == {EVENTS})


def long_poll():
    proxy = http.client.HTTPConnection(PROXY, timeout=20)
    proxy.request("GET", "/wait?id=poll")
    tell("/seen?id=poll")
    check("long poll", proxy.getresponse().read() == b"waited")


def slow_upload():
    """Each piece must reach the origin before the next one is sent."""
    proxy, size = http.client.HTTPConnection(PROXY, timeout=20), 0
    proxy.putrequest("POST", "/upload?id=up")
    proxy.putheader("Transfer-Encoding", "chunked")
    proxy.endheaders()
    for _ in range(20):
        proxy.send(b"5\r\npiece\r\n")
        size += 5
        deadline = time.monotonic() + 10
        while (there := tell("/arrived?id=up")) != str(size) and time.monotonic() < deadline:
            time.sleep(0.001)
        check(f"upload: {size} bytes are there", there == str(size)) if there != str(size) else None
    proxy.send(b"0\r\n\r\n")
    check("upload: each piece at once", proxy.getresponse().read() == b"uploaded")


streams()
long_poll()
slow_upload()

#!/usr/bin/env python3
"""usage: normalise.py HOST < output: takes out of a client's output what differs by nature: the server's address, the
date, hop-by-hop fields, a proxy's own response fields, and the order of different fields."""

import re
import sys

DROPPED = re.compile(rb"\s*(date|via|connection|keep-alive|transfer-encoding|x-request-id):", re.IGNORECASE)
FIELD = re.compile(rb"\s*[A-Za-z0-9-]+: ")

fields = []
for line in sys.stdin.buffer.read().replace(sys.argv[1].encode(), b"HOST").replace(b"\0", b"NUL").split(b"\n"):
    line = line.rstrip(b"\r")
    if FIELD.match(line):
        if not DROPPED.match(line):
            fields.append(line)
        continue
    for text in (*sorted(fields, key=lambda field: field.split(b":")[0].lower()), line):
        sys.stdout.buffer.write(text + b"\n")
    fields.clear()

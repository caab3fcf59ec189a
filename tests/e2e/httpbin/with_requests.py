#!/usr/bin/python3
"""usage: with_requests.py BASE < cases: what Python's requests library makes of each, with one kept connection."""

import hashlib
import sys

import requests

session = requests.Session()
for line in sys.stdin:
    if line.startswith("#"):
        continue
    method, target, *body = line.split()
    given = {"form": {"data": {"name": "Ann", "mark": "é&="}}, "json": {"json": {"deep": [{"er": 1.5}]}},
             "chunked": {"data": iter([b"one", b"two" * 5000])}}.get(body[0] if body else "", {})
    answer = session.request(method, sys.argv[1] + target, timeout=10, **given)
    print("==", line.strip(), answer.status_code, [step.status_code for step in answer.history])
    print("\n".join(f"{name.lower()}: {value}" for name, value in sorted(answer.headers.items())))
    content = answer.content
    print(session.cookies.get_dict(), answer.text if content[:1] == b"{" else hashlib.sha256(content).hexdigest())

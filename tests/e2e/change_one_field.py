#!/usr/bin/env python3
"""usage: change_one_field.py IN.har OUT.har: adds one to a nested number of one response, of a GET that occurs once and
whose field is not repeated elsewhere. Prints the changed field's path as reports write it, and the request's target."""

import collections
import json
import sys
from urllib.parse import urlsplit


def nested_number(value, path=()):
    """The path of the first number at least two members deep, objects only."""
    for key, member in value.items() if isinstance(value, dict) else ():
        if isinstance(member, dict) and (found := nested_number(member, (*path, key))):
            return found
        if path and type(member) is int:
            return (*path, key)
    return None


with open(sys.argv[1], encoding="utf-8") as source:
    har = json.load(source)
entries = har["log"]["entries"]
seen = collections.Counter((e["request"]["method"], e["request"]["url"]) for e in entries)
for entry in entries:
    request, content = entry["request"], entry["response"]["content"]
    if request["method"] != "GET" or seen["GET", request["url"]] > 1 or not content.get("text", "").startswith("{"):
        continue
    body = json.loads(content["text"])
    if not (path := nested_number(body)):
        continue
    holder = body
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] += 1
    content["text"] = json.dumps(body)
    break
else:
    sys.exit("no response has a nested number")
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(har, out)
print("/" + "/".join(path), urlsplit(request["url"]).path)

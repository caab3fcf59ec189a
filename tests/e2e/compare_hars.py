#!/usr/bin/env python3
"""usage: compare_hars.py UNDERSTUDY HAR...: imports each HAR, exports it again, and compares every entry with what the
file itself says: method, URL, fields in their order, bodies, status and times. What cannot be said is told by the import's
own report, whose sums must add up. Exit 1: something differs."""

import base64
import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

TOKEN = re.compile(r":?[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def load(path):
    text = path.read_bytes().decode("utf-8-sig", "replace")
    wrapped = re.fullmatch(r"\s*[\w.$]+\((.*)\)\s*;?\s*", text, re.DOTALL)
    return json.loads(wrapped[1] if wrapped else text, strict=False)


def milliseconds(text):
    try:
        at = datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text).replace("Z", "+00:00"))
    except (TypeError, ValueError):
        return None
    return round(at.replace(tzinfo=at.tzinfo or datetime.timezone.utc).timestamp() * 1000)


def fields(message):
    """As they stood on the wire: one for each line of a value, none without a name that can be sent."""
    found = []
    for field in message.get("headers") or []:
        values = field.get("value") or ""
        for value in values if isinstance(values, list) else [values]:
            lines = re.split(r"\r?\n(?![ \t])", str(value))
            found += [(field["name"], line.replace("\r", " ").replace("\n", " ")) for i, line in enumerate(lines)
                      if line or i + 1 == len(lines)]
    return [field for field in found if TOKEN.fullmatch(field[0])]


def body(content):
    text = (content or {}).get("text") or ""
    if not isinstance(text, str):
        return None
    coded = "base64" in (content.get("encoding"), content.get("_encoding")) if content else False
    return base64.b64decode(text + "===") if coded else text.encode(errors="replace")


def differences(source, exported):
    """Names of what differs. What the source does not say is not compared."""
    request, response = source["request"], source.get("response") or {}
    back, answer = exported["request"], exported["response"]
    compared = {"method": (request.get("method") or "GET", back["method"]), "url": (request["url"], back["url"])}
    sent = fields(back)
    if not any(name.lower() == "cookie" for name, _ in fields(request)):
        sent = [field for field in sent if field[0] != "Cookie"]
    compared["request fields"] = fields(request), sent
    if (request.get("postData") or {}).get("text"):
        compared["request body"] = body(request["postData"]), body(back.get("postData"))
    if milliseconds(source.get("startedDateTime")) is not None:
        compared["start"] = milliseconds(source["startedDateTime"]), milliseconds(exported["startedDateTime"])
    if isinstance(source.get("time"), (int, float)) and source["time"] > 0:
        compared["time"] = round(source["time"], 4), round(exported["time"], 4)
    if int(response.get("status") or 0) > 0:
        compared["status"] = int(response["status"]), answer["status"]
        compared["response fields"] = fields(response), fields(answer)
        if (response.get("content") or {}).get("text"):
            compared["response body"] = body(response["content"]), body(answer["content"])
    return [name for name, (one, other) in compared.items() if one is not None and one != other]


def exported_entries(understudy, path, directory):
    """The import's report and the entries that came back; nothing where the import refuses the file."""
    capture, again = directory / "in.ucap.zst", directory / "back.har"
    done = subprocess.run([understudy, "capture", "import", "--from", "har", "--allow-unscrubbed", "--force", "--json", path, "-o", capture],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(f"{path.name}: {done.stderr.strip().removeprefix('understudy: ')}")
        return None, []
    report = json.loads(done.stdout)
    assert report["read"] == report["imported"] + report["refused"], report
    assert report["refused"] == sum(report["refused_by_reason"].values()), report
    subprocess.run([understudy, "capture", "export", "--to", "har", "--allow-unscrubbed", "--force", capture, "-o", again],
                   check=True, stderr=subprocess.DEVNULL)
    return report, load(again)["log"]["entries"]


def compare(understudy, path, directory, totals):
    report, back = exported_entries(understudy, path, directory)
    if report is None:
        totals["files refused"] += 1
        return
    totals.update({"files": 1, "entries": report["read"], "refused": report["refused"]})
    waiting = collections.defaultdict(list)
    for entry in back:
        waiting[entry["request"]["method"], entry["request"]["url"]].append(entry)
    source = [entry for entry in load(path)["log"]["entries"] if isinstance(entry.get("request"), dict)]
    missing = 0
    for entry in source:
        candidates = waiting[entry["request"].get("method") or "GET", entry["request"].get("url")]
        if not candidates:
            missing += 1
            continue
        best = min(candidates, key=lambda other: len(differences(entry, other)))
        candidates.remove(best)
        for name in differences(entry, best):
            totals["different"] += 1
            print(f"{path.name}: another {name}: {entry['request']['method']} {entry['request']['url'][:100]}")
    if missing != report["refused"]:
        totals["different"] += 1
        print(f"{path.name}: {missing} entries did not come back, {report['refused']} were refused")


def main():
    totals = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="understudy-hars-") as directory:
        for name in sys.argv[2:]:
            compare(sys.argv[1], pathlib.Path(name), pathlib.Path(directory), totals)
    print(", ".join(f"{name} {count}" for name, count in totals.items()))
    return 1 if totals["different"] else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""usage: accounts.py ADMIN SHADOW-LOG: waits until the proxy's shadow plane is done, then checks that every exchange
was mirrored or counted under a reason, recorded or counted under a reason, and that the shadow got no write."""

import collections
import re
import sys
import time
import urllib.request

SAFE = {"GET", "HEAD", "OPTIONS"}


def metrics(admin):
    series = collections.Counter()
    with urllib.request.urlopen(f"http://{admin}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if matched := re.fullmatch(r"understudy_(\w+?)(?:\{.*\})? (\S+)", line):
                series[matched[1]] += float(matched[2])
    return series


def settled(admin):
    deadline = time.monotonic() + 20
    while True:
        now = metrics(admin)
        busy = now["downstream_connections_active"] + now["tee_depth"] + now["shadow_in_flight"]
        done = not busy and now["shadow_events_total"] >= now["downstream_requests_total"]
        if done or time.monotonic() > deadline:
            return now
        time.sleep(0.05)


def main():
    now = settled(sys.argv[1])
    events = now["shadow_events_total"]
    mirrored, withheld = now["shadow_requests_total"], now["shadow_not_mirrored_total"]
    recorded, unrecorded = now["capture_records_total"], now["capture_not_recorded_total"]
    with open(sys.argv[2], encoding="latin-1") as log:
        received = collections.Counter(line.split(" ", 1)[0] for line in log)
    print(f"{events:.0f} exchanges: {mirrored:.0f} mirrored, {withheld:.0f} withheld, {recorded:.0f} recorded")
    wrong = []
    if not events or mirrored + withheld != events:
        wrong.append(f"{events:.0f} exchanges, but {mirrored:.0f} mirrored and {withheld:.0f} withheld")
    if recorded + unrecorded != events:
        wrong.append(f"{events:.0f} exchanges, but {recorded:.0f} recorded and {unrecorded:.0f} not recorded")
    if received.total() != mirrored:
        wrong.append(f"the shadow got {received.total()} requests, {mirrored:.0f} were mirrored")
    if writes := set(received) - SAFE:
        wrong.append(f"writes reached the shadow: {writes}")
    for sentence in wrong:
        print(f"WRONG: {sentence}", file=sys.stderr)
    sys.exit(bool(wrong))


main()

#!/usr/bin/env python3
"""Measures understudy beside the proxies that are installed: same machine, same minute, same load, runs interleaved.

usage: scripts/bench [plain|access-log|tls|tls-connections|mirror|mirror-paced|shadow-states|slow-clients|slow-clients-nginx|all] [--json FILE] [--seconds N] [--rounds N] [--body text|json]
See bench/versus/README.md for how to read it.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import peers
import tls_peers
from load import CONNECTIONS, Sample, finite, measure
from processes import BadShadow, Process, free_port
from slow_clients import MODES, Attack, off_the_last_core

# A rate that every proxy can mirror in full, far below what it can serve.
PACED_MS = 4
# 32 connections: 1,000 requests a second, which leave a core mostly idle.
SLOW_CLIENTS_PACE_MS = 32
OURS = "understudy"


class Bench:
    """Origins and settings that all scenarios share."""

    def __init__(self, options: argparse.Namespace, directory: Path):
        self.options = options
        self.directory = directory
        self.path = f"/{options.body}"
        self.running: list[Process | BadShadow] = []
        self.primary = self.start(lambda: peers.origin("primary", directory))

    def start(self, make: Callable):
        started = make()
        self.running.append(started)
        return started

    def sample(self, proxy: Process, pace_ms: int = 0, shadow_port: int | None = None, new_connections: bool = False,
               attack: str | None = None) -> Sample:
        with Attack(attack, proxy, self.directory) if attack else contextlib.nullcontext():
            return measure(proxy, self.path, self.options.seconds, pace_ms, self.directory, shadow_port, new_connections)

    def stop_all(self) -> None:
        for started in reversed(self.running):
            started.stop()
        self.running.clear()


def interleave(bench: Bench, proxies: list[tuple[str, Process, dict]]) -> dict[str, list[Sample]]:
    """A B C A B C ...: whatever disturbs the machine disturbs all of them."""
    samples: dict[str, list[Sample]] = {name: [] for name, _, _ in proxies}
    for _, proxy, settings in proxies:  # warm connections, caches and branch predictors; not counted
        measure(proxy, bench.path, 1, settings.get("pace_ms", 0), bench.directory)
    for round_number in range(bench.options.rounds):
        for name, proxy, settings in proxies:
            if sys.stderr.isatty():
                print(f"  round {round_number + 1}/{bench.options.rounds}: {name:<24}", end="\r", file=sys.stderr, flush=True)
            samples[name].append(bench.sample(proxy, **settings))
    return samples


def plain(bench: Bench) -> dict[str, list[Sample]]:
    port = bench.primary.port
    proxies = [(OURS, bench.start(lambda: peers.understudy(port, bench.directory)), {})]
    if present("haproxy"):
        proxies.append(("haproxy", bench.start(lambda: peers.haproxy(port, bench.directory)), {}))
    proxies.append(("nginx", bench.start(lambda: peers.nginx(port, bench.directory)), {}))
    return interleave(bench, proxies)


def access_log(bench: Bench) -> dict[str, list[Sample]]:
    port = bench.primary.port
    return interleave(bench, [
        ("understudy, access log", bench.start(lambda: peers.understudy(port, bench.directory, name="logging",
                                                                        access_log=True)), {}),
        (OURS, bench.start(lambda: peers.understudy(port, bench.directory)), {}),
        ("nginx, access log", bench.start(lambda: peers.nginx_logging(port, bench.directory)), {}),
        ("nginx", bench.start(lambda: peers.nginx(port, bench.directory)), {}),
    ])


def tls(bench: Bench, new_connections: bool = False) -> dict[str, list[Sample]]:
    arguments = (bench.primary.port, bench.directory, *tls_peers.make_certificate(bench.directory))
    settings = {"new_connections": new_connections}
    proxies = [(OURS, bench.start(lambda: tls_peers.understudy(*arguments)), settings)]
    if present("haproxy"):
        proxies.append(("haproxy", bench.start(lambda: tls_peers.haproxy(*arguments)), settings))
    proxies.append(("nginx", bench.start(lambda: tls_peers.nginx(*arguments)), settings))
    return interleave(bench, proxies)


def tls_connections(bench: Bench) -> dict[str, list[Sample]]:
    return tls(bench, new_connections=True)


def mirror(bench: Bench, pace_ms: int = 0) -> dict[str, list[Sample]]:
    port = bench.primary.port
    shadow = bench.start(lambda: peers.origin("shadow", bench.directory)).port
    counted = {"pace_ms": pace_ms, "shadow_port": shadow}
    return interleave(bench, [
        (OURS, bench.start(lambda: peers.understudy(port, bench.directory, shadow, "mirroring")), counted),
        ("nginx mirror", bench.start(lambda: peers.nginx_mirror(port, shadow, bench.directory)), counted),
        ("understudy, plain", bench.start(lambda: peers.understudy(port, bench.directory, name="beside")),
         {"pace_ms": pace_ms}),
    ])


def mirror_paced(bench: Bench) -> dict[str, list[Sample]]:
    return mirror(bench, PACED_MS)


def shadow_states(bench: Bench) -> dict[str, list[Sample]]:
    port = bench.primary.port
    healthy = bench.start(lambda: peers.origin("healthy", bench.directory)).port
    hung = bench.start(lambda: BadShadow(garbage=False)).port
    garbage = bench.start(lambda: BadShadow(garbage=True)).port
    targets = [("healthy shadow", healthy), ("hung shadow", hung), ("dead shadow", free_port()), ("garbage shadow", garbage)]
    counted = {"shadow_port": healthy}
    proxies = [(state, bench.start(lambda: peers.understudy(port, bench.directory, target, state.split()[0])),
                counted if target == healthy else {}) for state, target in targets]
    proxies.append(("nginx mirror, healthy", bench.start(lambda: peers.nginx_mirror(port, healthy, bench.directory)), counted))
    samples = interleave(bench, proxies)
    # Last and once: wrk waits for connections that nginx holds back.
    bench.running[-1].stop()
    stuck = bench.start(lambda: peers.nginx_mirror(port, hung, bench.directory))
    samples["nginx mirror, hung"] = [bench.sample(stuck)]
    return samples


def slow_clients(bench: Bench, peer: str = OURS) -> dict[str, list[Sample]]:
    """In every round one quiet run and one beside each kind of attack, at the same modest rate."""
    if not present("slowhttptest"):
        return {}
    start = peers.understudy if peer == OURS else peers.nginx
    with off_the_last_core(bench.primary):
        proxy = bench.start(lambda: start(bench.primary.port, bench.directory))
        return interleave(bench, [(mode or "quiet", proxy, {"pace_ms": SLOW_CLIENTS_PACE_MS, "attack": mode})
                                  for mode in (None, *MODES)])


def slow_clients_nginx(bench: Bench) -> dict[str, list[Sample]]:
    return slow_clients(bench, "nginx")


def present(program: str) -> bool:
    if peers.installed(program):
        return True
    print(f"  {program} is not installed: SKIPPED", file=sys.stderr)
    return False


def median(samples: list[Sample], value: Callable[[Sample], float]) -> float:
    return statistics.median(value(sample) for sample in samples)


MEASURES = {"cpu": lambda s: s.cpu_us_per_request, "throughput": lambda s: s.requests_per_second,
            "p99": lambda s: s.p99_seconds, "mirrored_cpu": lambda s: s.cpu_us_per_mirrored}


def ratios(samples: dict[str, list[Sample]]) -> dict[str, dict[str, float | None]]:
    """Each measure of the first row over that of each other row, round by round; None where there is nothing."""
    first, *others = samples or [None]

    def ratio(other: str, value: Callable[[Sample], float]) -> float | None:
        pairs = [(value(ours), value(theirs)) for ours, theirs in zip(samples[first], samples[other])]
        usable = [ours / theirs for ours, theirs in pairs if ours > 0 and theirs > 0]  # false for NaN too
        return statistics.median(usable) if usable else None

    return {other: {name: ratio(other, value) for name, value in MEASURES.items()} for other in others}


def print_table(title: str, samples: dict[str, list[Sample]]) -> None:
    first = next(iter(samples))
    against = ratios(samples)
    print(f"\n{title}")
    print(f"  {'':<24}{'CPU us/req':>11}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'RSS MiB':>9}{'mirrored':>10}"
          f"{'us/mirrored':>12}{'errors':>8}   {first} / this: CPU, req/s, p99, CPU per mirrored exchange")
    for name, rows in samples.items():
        shadowed = [row.shadow_requests / row.requests for row in rows if row.shadow_requests is not None and row.requests]
        per_mirrored = median(rows, lambda s: s.cpu_us_per_mirrored)
        share = f"{statistics.median(shadowed):.1%}" if shadowed else "-"
        ratio = against.get(name)
        tail = "".join(f"{value:>8.2f}" if value else f"{'-':>8}" for value in ratio.values()) if ratio else ""
        print(f"  {name:<24}{median(rows, lambda s: s.cpu_us_per_request):>11.1f}"
              f"{median(rows, lambda s: s.requests_per_second):>10.0f}{median(rows, lambda s: s.p50_seconds * 1e3):>9.2f}"
              f"{median(rows, lambda s: s.p99_seconds * 1e3):>9.2f}{median(rows, lambda s: s.rss_bytes / 2**20):>9.1f}"
              f"{share:>10}{f'{per_mirrored:.1f}' if finite(per_mirrored) else '-':>12}{sum(row.errors for row in rows):>8}   {tail}")


SCENARIOS = {
    "plain": (plain, "Plain proxying, wrk at full speed"),
    "access-log": (access_log, "Plain proxying with an access log: ours JSON and scrubbed, nginx's combined and buffered"),
    "tls": (tls, "TLS in front, plain behind, connections kept alive, wrk at full speed"),
    "tls-connections": (tls_connections, "The same with a new connection for every request, sessions resumed by ticket"),
    "mirror": (mirror, "Everything mirrored, scrubbed and recorded (nginx: mirrored only), wrk at full speed"),
    "mirror-paced": (mirror_paced, f"The same, every connection pauses {PACED_MS} ms between requests"),
    "shadow-states": (shadow_states, "Production's view while the shadow is in trouble, wrk at full speed"),
    "slow-clients": (slow_clients, "Understudy's other clients while slowhttptest attacks it, at a modest rate"),
    "slow-clients-nginx": (slow_clients_nginx, "The same with nginx in its place"),
}


def run_scenario(name: str, options: argparse.Namespace) -> dict:
    scenario, title = SCENARIOS[name]
    directory = Path(tempfile.mkdtemp(prefix="understudy-versus-"))
    directory.chmod(0o755)  # nginx's worker drops to another user when the master is root
    bench = None
    try:
        bench = Bench(options, directory)
        samples = scenario(bench)
    finally:
        if bench:
            bench.stop_all()
        shutil.rmtree(directory, ignore_errors=True)
    if samples:
        print_table(title, samples)
    return {"title": title, "ratios": ratios(samples),
            "rows": [{"name": row, "rounds": [sample.as_json() for sample in rounds],
                      "cpu_us_per_request": finite(median(rounds, lambda s: s.cpu_us_per_request))}
                     for row, rounds in samples.items()]}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0],
                                     epilog="scripts/bench capture measures the capture format, scripts/bench overload a slow primary;"
                                            " each has a --help of its own.")
    parser.add_argument("scenario", nargs="?", default="all", choices=[*SCENARIOS, "all"])
    parser.add_argument("--json", metavar="FILE", help="write every round to FILE")
    parser.add_argument("--seconds", type=float, default=5, help="length of one run (default 5)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each proxy (default 5)")
    parser.add_argument("--body", choices=["text", "json"], default="text",
                        help="200 bytes of text, or 2 KB of JSON (default text)")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    missing = [program for program in ("nginx", "wrk") if not peers.installed(program)]
    if missing or not peers.UNDERSTUDY.exists():
        print(f"scripts/bench: SKIPPED, not installed or built: {', '.join(missing) or peers.UNDERSTUDY}", file=sys.stderr)
        return 2
    cores = os.cpu_count() or 1
    print(f"{platform.platform()}, {cores} cores, {CONNECTIONS} connections, "
          f"{options.rounds} rounds of {options.seconds:g} s, medians")
    if cores < 4:
        print(f"wrk, origin and proxy share {cores} cores: throughput and latency measure their contest for the CPU,"
              " CPU per request is the measure")
    chosen = SCENARIOS if options.scenario == "all" else [options.scenario]
    results = {name: run_scenario(name, options) for name in chosen}
    if options.json:
        Path(options.json).write_text(json.dumps(
            {"schema": 1, "cores": cores, "platform": platform.platform(), "connections": CONNECTIONS,
             "seconds": options.seconds, "rounds": options.rounds, "body": options.body, "scenarios": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

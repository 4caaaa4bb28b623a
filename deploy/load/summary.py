#!/usr/bin/env python3
"""Puts the runs of a folder together: of each figure the middle one of all rounds, and their spread.

    deploy/load/summary.py target/measured/20260101T000000Z
"""

import json
import re
import statistics
import sys
from pathlib import Path


def main(folder: Path) -> None:
    rounds: dict[str, list[dict]] = {}
    for document in sorted(folder.glob("*/run.json")):
        name = re.sub(r"-\d+$", "", document.parent.name)
        rounds.setdefault(name, []).append(json.loads(document.read_text()))
    for name, runs in rounds.items():
        show_runs(name, runs)
    for answer in sorted(folder.glob("*.json")):
        show_rates(answer.stem, json.loads(answer.read_text()))
    show_growth(folder)


def show_runs(name: str, runs: list[dict]) -> None:
    print(f"\n{name}: {len(runs)} runs")
    verdicts = [run["verdict"] for run in runs]
    print("  verdicts:", ", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts))))
    checks = [check for run in runs for check in run["checks"]]
    print(f"  checks: {sum(check['ok'] for check in checks)} of {len(checks)} ok")
    for run in runs:
        for why in run["validity"]["reasons"]:
            print("  invalid:", why)
        for slo in run["slos"]:
            if not slo["met"]:
                print("  missed:", slo["slo"], slo["measured"], slo["unit"])
    line("seconds", [run["seconds"] for run in runs])
    line("dispatch p99 ms", [run["health"]["dispatch"]["p99_ms"] for run in runs])
    line("memory MiB", [run["health"]["resident_max_bytes"] / 2**20 for run in runs])
    sales = [run["sale"] for run in runs if run["sale"]]
    if sales:
        line("seats sold", [sale["sold"] for sale in sales])
        line("waited p50 s", [sale["wait"]["p50_ms"] / 1e3 for sale in sales])
        line("most inside", [sale["max_inside"] for sale in sales])
    for step in sorted({step["name"] for run in runs for step in run["steps"]}):
        steps = [(run, s) for run in runs for s in run["steps"] if s["name"] == step]
        felt = [s["response"] or s["service"] for _, s in steps]
        line(f"{step} per s", [s["count"] / run["active_seconds"] for run, s in steps])
        for statistic in ("mean_ms", "p50_ms", "p99_ms", "max_ms"):
            line(f"{step} {statistic[:-3]} ms", [times[statistic] for times in felt])


def line(name: str, values: list[float]) -> None:
    middle = statistics.median(values)
    print(f"  {name:<20} {middle:>10.1f}  ({min(values):.1f} to {max(values):.1f})")


def show_rates(name: str, answer: dict) -> None:
    met = answer["met_per_second"]
    ends = "the generator ended there" if answer["generator_ended"] else "the objectives did"
    print(f"\n{name}: {met} buyers per second met, {answer['not_met_per_second']} not: {ends}")
    for probe in answer["probes"]:
        rates = ", ".join(f"{step} {rate:.0f}/s" for step, rate in probe["rates"].items())
        print(f"  {probe['per_second']:>8.1f}/s {probe['verdict']:<14} {rates}")
        for why in probe["missed"]:
            print(f"           {why}")


def show_growth(folder: Path) -> None:
    """Memory over time, of runs that last long enough for it to matter."""
    for series in sorted(folder.glob("*/series.ndjson")):
        moments = [json.loads(line) for line in series.read_text().splitlines()]
        if len(moments) < 60:
            continue
        print(f"\n{series.parent.name}: memory over time")
        for share in (0.05, 0.1, 0.25, 0.5, 0.75, 0.95):
            moment = moments[int(len(moments) * share)]
            resident = moment["health"]["resident_bytes"] / 2**20
            waiting = moment["buyers"]["in_line"]
            print(f"  {moment['second']:>8.0f} s  {resident:>8.1f} MiB  {waiting} in line")


main(Path(sys.argv[1]))

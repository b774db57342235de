# SPDX-License-Identifier: GPL-2.0-only
"""`make bench`: what allocating and freeing costs, beside the real kernel's figures.

Each row runs on a freshly booted machine of 256 MiB with one CPU (`pageflow bench ROW COUNT`), several times by the
clock, and once under callgrind, which counts the instructions of the measured loop; the same loop around nothing is
counted too and subtracted. The real kernel's figures are arm64 instructions of 5.8.18, counted on an emulated machine.

Writes build/bench/bench.json and prints a table.
"""

import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGEFLOW = ROOT / "build" / "pageflow"
OUT = ROOT / "build" / "bench"

PAIRS = [401, 1077, 997, 1163, 1751, 2165, 3132, 5363, 9875, 18685, 36537]
# name, unit, operations, function measured, row and function of the bare loop, the real kernel's instructions
ROWS = [
    (f"pair-order{order}", "pair", 20000 if order < 6 else 2000, "measured_pair", "empty", "measured_empty", kernel)
    for order, kernel in enumerate(PAIRS)
]
ROWS += [
    ("bulk-alloc", "page", 8000, "measured_bulk_alloc", "bulk-empty", "measured_bulk_empty", 379),
    ("bulk-free", "page", 8000, "measured_bulk_free", "bulk-empty", "measured_bulk_empty", 638),
    ("bulk-free-random", "page", 8000, "measured_bulk_free", "bulk-empty", "measured_bulk_empty", 626),
    ("mixed", "operation", 20000, "measured_mixed", "mixed-empty", "measured_mixed_empty", 448),
]
GROWTH_MIB = [64, 256, 1024, 4096, 16384, 65536]
# Valgrind itself cannot reserve a larger machine: beyond this, time alone.
MOST_COUNTED_MIB = 16384
GROWTH_ROWS = [("pair-order0", 20000), ("pair-order3", 20000), ("mixed", 20000)]
TIMED_RUNS = 5
TIMED_COUNT = {"pair": 200000, "page": 8000, "operation": 200000}


def nanoseconds(row, count, spec="256M"):
    """The best of several runs, per operation."""
    runs = [subprocess.check_output([PAGEFLOW, "bench", row, str(count), spec], text=True) for _ in range(TIMED_RUNS)]
    return min(float(run) for run in runs) / count


def counted(row, count, function, spec="256M"):
    """Instructions of the measured function and what it calls, per operation."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={function}*"]
    run = subprocess.run([*command, PAGEFLOW, "bench", row, str(count), spec], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"make bench: {row} on {spec}: {run.stderr.strip().splitlines()[-1]}")
    found = re.search(r"Collected : (\d+)", run.stderr)
    if not found or not int(found[1]):
        sys.exit(f"make bench: callgrind counted nothing in {function}")
    return int(found[1]) / count


def instructions(row, count, function, bare_row, bare_function, spec="256M"):
    """The same, less the bare loop."""
    return round(counted(row, count, function, spec) - counted(bare_row, count, bare_function, spec))


def machine():
    """The host's processor."""
    try:
        model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    return f"{platform.machine()} {model[1].strip() if model else platform.processor()}".strip()


def measure(counting):
    """All rows and the growth."""
    rows, growth = [], []
    stack = nanoseconds("stack", 200000)
    by_name = {}
    for name, unit, count, function, bare_row, bare_function, kernel in ROWS:
        row = {"name": name, "unit": unit, "ns": round(nanoseconds(name, min(TIMED_COUNT[unit], 10 * count)), 1)}
        if counting:
            row["instructions"] = instructions(name, count, function, bare_row, bare_function)
        row["kernel_instructions"] = kernel
        row["stack_ratio"] = round(row["ns"] / stack, 1)
        rows.append(row)
        by_name[name] = (function, bare_row, bare_function)
        print(f"  {name}", file=sys.stderr)
    for mib in GROWTH_MIB:
        for name, count in GROWTH_ROWS:
            size = {"mib": mib, "name": name, "ns": round(nanoseconds(name, count, f"{mib}M"), 1)}
            if counting and mib <= MOST_COUNTED_MIB:
                size["instructions"] = instructions(name, count, *by_name[name], spec=f"{mib}M")
            growth.append(size)
        print(f"  growth {mib} MiB", file=sys.stderr)
    # struct page, and the byte of its pageblock.
    return {"machine": machine(), "rows": rows, "bytes_per_frame": round(64 + 1 / 512, 3), "growth": growth}


def table(result):
    """The same for people."""
    yield f"{'row':<18}{'unit':<11}{'ns':>9}{'instructions':>14}{'kernel (arm64)':>16}{'x stack':>9}"
    for row in result["rows"]:
        yield (
            f"{row['name']:<18}{row['unit']:<11}{row['ns']:>9.1f}{row.get('instructions', '-'):>14}"
            f"{row['kernel_instructions']:>16}{row['stack_ratio']:>9.1f}"
        )
    yield ""
    yield "instructions and ns by machine size"
    yield f"{'MiB':>8}" + "".join(f"{name:>22}" for name, _ in GROWTH_ROWS)
    for mib in GROWTH_MIB:
        sizes = {size["name"]: size for size in result["growth"] if size["mib"] == mib}
        yield f"{mib:>8}" + "".join(
            f"{sizes[name].get('instructions', '-'):>12}{sizes[name]['ns']:>10.1f}" for name, _ in GROWTH_ROWS
        )


def main():
    """Measures, writes and prints."""
    counting = shutil.which("valgrind") is not None
    if not counting:
        print("make bench: valgrind is not installed: instructions are not counted", file=sys.stderr)
    result = measure(counting)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    print("\n".join(table(result)))


if __name__ == "__main__":
    main()

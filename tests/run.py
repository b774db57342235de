#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the test programs of one flavour and the Python tests, all at once, and adds up.

The last line on stdout is `tests: N passed, N failed` (and `, N skipped` where some were). All else goes to stderr.
Exit 0 when all passed, 1 when some failed, 2 when the filter matches nothing.

With --durations N the N tests that took longest are listed: measured, never judged. With --counts DIRECTORY (the coverage build) every test leaves its counters in DIRECTORY/CONFIGURATION/STEM/NAME.
With --profiles DIRECTORY (clang's, of the mcdc build) all tests add theirs to DIRECTORY/CONFIGURATION-*.profraw.
"""

import argparse
import concurrent.futures
import os
import re
import resource
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matching
import words

PROGRAMS = ("uma", "numa", "front")
# What they find must not be taken for one of the program's own ways to end. A reader's own settings come first.
SANITIZERS = {
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=1:exitcode=99"),
    "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", "print_stacktrace=1:exitcode=99"),
}
EXPECTED_NOISE = "qemu: uncaught target signal"  # qemu's remark on every test that is meant to die


def launcher(flavour):
    """The words to put before a program of this flavour."""
    if not flavour.startswith("arm64"):
        return []
    for name in ("qemu-aarch64", "qemu-aarch64-static"):
        if shutil.which(name):
            return [name]
    sys.exit("tests: no qemu-aarch64 to run arm64 code with; run `.ci/setup arm64`")


def log_of(args, program):
    """Where a test program, or pytest, leaves how long each test took."""
    return os.path.join("build", f"tests-{program}-{args.flavour}.xml")


def environment(args, program):
    """Environment of one test program."""
    env = dict(os.environ, CK_FORK="yes", **SANITIZERS)
    if args.durations:
        env["CK_XML_LOG_FILE_NAME"] = log_of(args, program)
    if args.profiles:  # %m: those of one program are added up in one file
        env["LLVM_PROFILE_FILE"] = os.path.abspath(os.path.join(args.profiles, f"{program}-%m.profraw"))
    if args.counts:
        objects = os.path.join(os.getcwd(), "build", program, args.flavour)
        env["PAGEFLOW_COVERAGE_DIR"] = os.path.abspath(os.path.join(args.counts, program))
        os.makedirs(env["PAGEFLOW_COVERAGE_DIR"], exist_ok=True)
        env["GCOV_PREFIX"] = os.path.join(env["PAGEFLOW_COVERAGE_DIR"], "-program")  # what no test owns
        env["GCOV_PREFIX_STRIP"] = str(len(objects.strip("/").split("/")))
    return env


def run_program(args, program):
    """Runs build/PROGRAM/FLAVOUR/tests/program; gives (passed, failed) and what it said on stderr."""
    path = os.path.join("build", program, args.flavour, "tests", "program")
    if not os.path.exists(path):
        return 0, 0, ""
    piece = matching.filter_of(args.filter)
    done = subprocess.run(
        launcher(args.flavour) + [path] + ([piece] if piece else []),
        env=environment(args, program),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    if done.returncode == 2:
        return 0, 0, ""
    found = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
    told = ""
    if done.returncode != 0:
        lines = done.stderr.splitlines(keepends=True)
        told = "".join(line for line in lines if not line.startswith(EXPECTED_NOISE))
    if not found:
        return 0, 1, f"{told}{path} ended with status {done.returncode} and no summary\n{done.stdout}"
    return int(found[1]), int(found[2]), told


def run_pytest(args):
    """Runs the Python tests; gives (passed, failed, skipped)."""
    report = log_of(args, "pytest")
    env = dict(os.environ, PAGEFLOW_TEST_FILTER=args.filter, PYTHONDONTWRITEBYTECODE="1", **SANITIZERS)
    env["PAGEFLOW"] = " ".join(launcher(args.flavour) + [os.path.abspath(args.command)])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--tb=short",
        "--no-header",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        "-o",
        "junit_family=xunit2",
        "--rootdir=tests",
        "-c",
        "/dev/null",
        "--import-mode=importlib",
    ]
    if not args.filter and not args.scripts:  # a few tests are not worth further processes
        command += ["-n", str(os.cpu_count()), "--dist", "worksteal"]
    done = subprocess.run(
        command + args.pytests,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    )
    if done.returncode == 5:  # nothing collected, or nothing left by the filter
        return 0, 0, 0
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")
    except (OSError, ElementTree.ParseError):
        return 0, 1, 0
    total, skipped = int(suite.get("tests")), int(suite.get("skipped"))
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    if done.returncode not in (0, 1):
        failed = max(failed, 1)
    return max(total - failed - skipped, 0), failed, skipped


def durations(args, wanted):
    """(seconds, test) of all that left how long it took."""
    for program in wanted:
        if os.path.exists(log_of(args, program)):
            for test in ElementTree.parse(log_of(args, program)).iter("{*}test"):
                yield float(test.findtext("{*}duration")), f"{program}: {test.findtext('{*}id')}"
    if matching.SCRIPTED & set(wanted) and os.path.exists(log_of(args, "pytest")):
        for test in ElementTree.parse(log_of(args, "pytest")).iter("testcase"):
            yield float(test.get("time")), f"{test.get('classname')}: {test.get('name')}"


def show_durations(args, wanted):
    for seconds, test in sorted(durations(args, wanted), reverse=True)[: args.durations]:
        print(f"{seconds:8.2f} s  {test}", file=sys.stderr)


def run_all(args, wanted):
    """Runs what is wanted; gives {what: (passed, failed, skipped)}.

    Python's part is the longer one and runs as many processes as there are processors; the programs, one after the other
    where they are not alone, fill what it leaves.
    """
    results = {}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        python = pool.submit(run_pytest, args) if matching.SCRIPTED & set(wanted) else None
        with concurrent.futures.ThreadPoolExecutor(max_workers=1 if python else 2) as programs:
            mine = [one for one in PROGRAMS if one in wanted]
            done = dict(zip(mine, programs.map(lambda program: run_program(args, program), mine)))
        sys.stderr.write(words.tell({program: told for program, (_passed, _failed, told) in done.items()}))
        results |= {program: (passed, failed, 0) for program, (passed, failed, _told) in done.items()}
        if python:
            results["python"] = python.result()
    return results


def counted(results):
    """How many of each kind ran: a test in C counts in each configuration."""
    kinds = {
        "uma": "in C without NUMA",
        "numa": "in C with NUMA",
        "front": "of the library and its texts",
        "python": "in Python",
    }
    return ", ".join(f"{sum(results[one])} {kind}" for one, kind in kinds.items() if sum(results.get(one, ())))


def wanted_of(args):
    """What is to run: that which holds a test that matches."""
    if args.scripts:
        return ["python"]
    wanted = matching.needed(args.filter)
    if args.counts or args.profiles:
        return [one for one in wanted if one in PROGRAMS[:2]]
    return wanted if args.pytests else [one for one in wanted if one in PROGRAMS]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flavour", default="O0")
    parser.add_argument("--filter", default="", metavar="T", help="what tests/matching.py takes")
    parser.add_argument("--scripts", action="store_true", help="the Python tests alone, one after the other")
    parser.add_argument("--counts", default="")
    parser.add_argument("--profiles", default="")
    parser.add_argument("--durations", type=int, default=0, metavar="N", help="list the N tests that took longest")
    parser.add_argument("--command", default="build/pageflow", help="the pageflow command that the Python tests run")
    parser.add_argument("pytests", nargs="*", help="directories of Python tests")
    args = parser.parse_args()

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wanted = wanted_of(args)
    results = run_all(args, wanted)
    passed, failed, skipped = map(sum, zip((0, 0, 0), *results.values()))
    if args.durations:
        show_durations(args, wanted)
    if passed + failed + skipped == 0:
        print(f"tests: {matching.nothing(args.filter)}", file=sys.stderr)
        return 2
    print(f"ran: {counted(results)}", file=sys.stderr)
    print(f"tests: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Carries out the book's exercises: `make exercises`, and `make exercise E=09-1` for one.

An exercise that changes code is `docs/exercises/ID.patch` and an `exercise` directive of a chapter, whose options say what
is asked when the change is made:

    :fails: NAME ...       `make test T=NAME` fails
    :passes: NAME ...      it passes
    :recordings: diverge   all are replayed, and some diverge
    :recordings: identical all are replayed, and none diverges
    :recordings: NAME ...  these are replayed, and each diverges
    :scenarios: NAME=same  docs/scenarios/NAME.pf prints what it did before, `other` things, or goes on for ever (`endless`)

What was seen is kept in docs/exercises/results.json, from which the book takes every figure in an answer. Exit 0 when all
was seen again as it is kept and as the options say, 1 when not; --keep writes the file.
"""

import argparse
import concurrent.futures
import functools
import json
import os
import pathlib
import re
import sys

import programs
import workshop

ROOT = programs.ROOT
PATCHES = pathlib.Path("docs/exercises")
RESULTS = PATCHES / "results.json"
PAGES = ("docs/stages", "docs/exhibits", "docs/continued")
DIRECTIVE = re.compile(r"^\.\. exercise:: +(\S+)\n((?:   :.*\n)*)", re.M)
OPTION = re.compile(r"^   :([a-z-]+): *(.*)$", re.M)
ENDS = {"same": "prints what it printed before", "other": "prints something else", "endless": "does not end"}


# ---- What the book says --------------------------------------------------------------------------------------------


class Exercise:
    """One exercise that changes code: its id, and what is asked when the change is made."""

    def __init__(self, name, options):
        self.name = name
        self.patch = PATCHES / f"{name}.patch"
        self.fails, self.passes, recordings, scenarios = (
            options.get(key, "").split() for key in ("fails", "passes", "recordings", "scenarios")
        )
        self.all = recordings in (["diverge"], ["identical"])
        self.wanted = recordings[0] if self.all else "each"
        self.recordings = None if self.all else recordings
        self.scenarios = dict(one.split("=", 1) for one in scenarios)

    def programs(self):
        """What has to be linked for it."""
        asked = self.all or self.recordings or self.scenarios
        return [*(programs.CONFIGURATIONS if self.fails or self.passes else ()), *(["command"] if asked else ())]

    def unlike(self, result):
        """What was seen that is not as the options say, a line each."""
        if "error" in result:
            return [result["error"]]
        said = [f"T={one} passes" for one in self.fails if not result["tests"][one]]
        said += [f"T={one} fails" for one in self.passes if result["tests"][one]]
        diverged = result["recordings"]
        if self.all and (self.wanted == "diverge") != bool(diverged):
            said.append(f"{len(diverged)} recordings diverge")
        said += [f"{one} is identical" for one in self.recordings or () if one not in diverged]
        ends = result["scenarios"]
        return said + [f"{one} {ENDS[ends[one]]}" for one, end in self.scenarios.items() if ends[one] != end]


def pages():
    return sorted(path for page in PAGES for path in (ROOT / page).glob("*.rst"))


def exercises():
    """{id: Exercise} of all that change code, in the book's order."""
    found = {}
    for page in pages():
        for name, options in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            options = dict(OPTION.findall(options))
            if options.get("kind", "change") == "change":
                found[name] = Exercise(name, options)
    return found


# ---- What is seen --------------------------------------------------------------------------------------------------


def carry_out(exercise, jobs=1):
    """What is seen when the change is made in a copy, as results.json has it, and the workshop's own words."""
    with workshop.Workshop(f"exercise-{exercise.name}", jobs=jobs) as shop:
        try:
            shop.apply(exercise.patch)
            built = shop.build(exercise.programs())
            if not built.ok:
                return {"error": f"does not compile:\n{built.said}"}
            return {
                "tests": {one: tests_of(shop, one) for one in exercise.fails + exercise.passes},
                "recordings": recordings_of(shop, exercise.recordings),
                "scenarios": {one: end_of(shop, one) for one in exercise.scenarios},
            }
        except workshop.Unusable as error:
            return {"error": str(error)}


def tests_of(shop, filter_):
    """The names of those that fail; there must be some that could."""
    tests = shop.tests(filter_)
    if not tests.passed and not tests.failed:
        raise workshop.Unusable(f"T={filter_} matches no test")
    return sorted(tests.failed)


def recordings_of(shop, names):
    """{name: what is kept of it} of those that diverge; None: of all recorded requests."""
    if names is None:
        suffix = ".trace.xz"
        names = sorted(path.name.removesuffix(suffix) for path in (ROOT / workshop.TRACES).glob(f"*{suffix}"))
    return {name: seen(one) for name, one in shop.recordings(names).items() if one.outcome != "identical"}


def seen(recording):
    """What is kept of a recording that is not identical."""
    if recording.outcome != "diverged":
        return {"outcome": recording.outcome}
    facts = recording.facts
    return {"op": recording.op, "expected": facts["expected"], "got": facts["got"]}


def end_of(shop, name):
    """Does a scenario print what it did before the change?"""
    words = ("shell", f"docs/scenarios/{name}.pf")
    done = shop.command(*words)
    if done.returncode == programs.STOPPED:
        return "endless"
    return "same" if (done.returncode, done.stdout) == before(words) else "other"


@functools.cache
def before(words):
    """(status, output) of the command as it is."""
    done = programs.ran([workshop.own_program("command"), *words], cwd=ROOT)
    return done.returncode, done.stdout


# ---- Comparing -----------------------------------------------------------------------------------------------------


def kept():
    """{id: what was seen}, from the file."""
    path = ROOT / RESULTS
    return json.loads(path.read_text(encoding="utf-8"))["exercises"] if path.exists() else {}


def keep(results):
    """Writes the file, in the book's order."""
    results = {name: results[name] for name in exercises() if name in results}
    text = {"SPDX-License-Identifier": "GPL-2.0-only", "command": "make exercises KEEP=1", "exercises": results}
    (ROOT / RESULTS).write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")


def told(result):
    """What was seen, in a line."""
    said = [f"T={one}: {len(failed)} fail" for one, failed in result["tests"].items()]
    said.append(f"{len(result['recordings'])} recordings diverge")
    said += [f"{one} {ENDS[end]}" for one, end in result["scenarios"].items()]
    return "; ".join(said)


def differences(result, was):
    """What is not as it is kept, a line each."""
    if was is None:
        return [f"{RESULTS} does not have it: make exercises KEEP=1"]
    if "error" in result or result == was:
        return []
    return [f"the book says {told(was)}", f"seen was {told(result)} (make exercises KEEP=1 keeps that)"]


def judge(args):
    """Carries out those that are asked for; gives {id: what was seen} and how many were not as they should be."""
    wanted = exercises()
    if args.names:
        wanted = {name: one for name, one in wanted.items() if name in args.names}
    was, results, wrong = kept(), {}, 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for exercise, result in zip(wanted.values(), pool.map(carry_out, wanted.values())):
            results[exercise.name] = result
            said = exercise.unlike(result)
            if args.keep and "error" not in result:
                keep({**kept(), exercise.name: result})
            elif not args.keep:
                said += differences(result, was.get(exercise.name))
            wrong += bool(said)
            print(f"{exercise.name}: {'; '.join(said) if said else told(result)}", flush=True)
    return results, wrong


def strays():
    """Patches that no exercise has."""
    known = exercises()
    return [path.name for path in sorted((ROOT / PATCHES).glob("*.patch")) if path.stem not in known]


# ---- One exercise, for a reader ------------------------------------------------------------------------------------


def show(name):
    """Carries one out and tells all that was seen."""
    known = exercises()
    if name not in known:
        sys.exit(f"exercise: there is no '{name}' that changes code; there are {', '.join(known)}")
    exercise = known[name]
    print("\n".join((ROOT / exercise.patch).read_text(encoding="utf-8").splitlines()[1:]), flush=True)
    result = carry_out(exercise, os.cpu_count())
    if "error" in result:
        sys.exit(f"exercise: {result['error']}")
    for filter_, failed in result["tests"].items():
        print(f"\nmake test T={filter_}: {len(failed)} fail")
        print("".join(f"  {one}\n" for one in failed), end="")
    recordings = result["recordings"]
    if exercise.all or recordings:
        print(f"\nrecordings: {len(recordings)} diverge")
    for one, fact in recordings.items():
        where = f"at operation {fact['op']}" if "op" in fact else fact["outcome"]
        print(f"  {one} {where}")
    for one, end in result["scenarios"].items():
        print(f"\nbuild/pageflow shell docs/scenarios/{one}.pf {ENDS[end]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="ID", help="of exercises; all when none is named")
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS}")
    parser.add_argument("--show", action="store_true", help="tell all that one exercise shows, and judge nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="exercises at once")
    args = parser.parse_args()
    if args.show:
        return show(args.names[0])
    results, wrong = judge(args)
    for stray in strays():
        wrong += 1
        print(f"{PATCHES / stray}: no chapter has such an exercise")
    print(f"exercises: {len(results) - wrong} as the book says, {wrong} not")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

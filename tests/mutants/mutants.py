#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Changes one line at a time and asks whether a test notices: `make mutants`.

The changes ("mutants") come from the rules of universalmutator for C. Of each part, a stage or the world, a number of
them is drawn: a line by chance, then one of its changes. One that does not compile does not count, and neither does one that compiles
to the same code. The others meet, until one fails,

  1. the tests of that stage, in both configurations;
  2. the other tests that run the function that was changed (build/coverage/coverage.json; all where it does not say);
  3. the same tests with the sanitizers, which alone see a leak.

A test that goes round for ever fails when it has entered more blocks of code than it ever needed: counted, not timed. What nothing
notices survives, and is either a missing test or tests/mutants/equivalents.tsv says why nobody could tell the difference.

Exit 0 when at least --least per cent of each part were noticed (with --together, of all parts), 1 when not or when the ledger is wrong.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import universalmutator.mutator

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "coverage"), str(ROOT / "tests" / "house"), str(ROOT / "tests" / "workshop")]
import measured  # noqa: E402
import programs  # noqa: E402
import source  # noqa: E402
from programs import CONFIGURATIONS  # noqa: E402

RULES = ("universal.rules", "c_like.rules", "c.rules")
LEDGER = pathlib.Path("tests/mutants/equivalents.tsv")
COVERAGE = pathlib.Path("build/coverage/coverage.json")
WORK = pathlib.Path("build/mutants")
UNCHANGED = WORK / "unchanged"
WRONG_C = ("return-type", "incompatible-pointer-types", "int-conversion")  # what gcc only warns of
VERDICTS = ("own", "others", "sanitizers", "survived", "equivalent")  # who noticed, and what nobody did
ROOM = 10  # times the blocks that the longest test enters, before one is taken for endless


def parts():
    """{"01": its C files, ..., "world": [...]}."""
    found = {}
    for path in sorted(pathlib.Path("src/stages").glob("[0-9][0-9]-*.c")):
        found.setdefault(path.name[:2], []).append(path)
    found["world"] = sorted(pathlib.Path("src/world").glob("*.c"))
    return found


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One line of one file, and what stands there instead."""

    path: pathlib.Path
    line: int
    was: str
    now: str

    def text(self, lines):
        return "".join(lines[: self.line - 1]) + self.now + "".join(lines[self.line :])

    def __str__(self):
        return f"{self.path}:{self.line}\n    - {self.was.strip()}\n    + {self.now.strip() or '(nothing)'}"


def mutants_of(path):
    """{line: [mutants]} of a file, by all rules."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    with contextlib.redirect_stdout(io.StringIO()):
        made = universalmutator.mutator.mutants_regexp(lines, list(RULES), ignorePatterns=[r"^\s*\*", r"^#"])
    found = {}
    for line, now, *_ in made:
        found.setdefault(line, []).append(Mutant(path, line, lines[line - 1], now))
    return found


def drawn(paths, chance):
    """All mutants of these files in an order of chance that favours no line over another."""
    lines = [found for path in paths for found in mutants_of(path).values()]
    while lines:
        i = chance.randrange(len(lines))
        yield lines[i].pop(chance.randrange(len(lines[i])))
        if not lines[i]:
            del lines[i]


# ---- The programs that a mutant is built into --------------------------------------------------------------------


class Program:
    """The test program of one configuration and flavour, as make builds it."""

    def __init__(self, configuration, flavour):
        self.configuration, self.flavour = configuration, flavour
        self.objects = programs.Objects(configuration, flavour)
        self.path = self.objects.directory / "tests" / "program"
        self.environment = {"CK_FORK": "yes"}
        if flavour == "asan":
            self.environment["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=1"
        listed = subprocess.run([self.path, "-l"], capture_output=True, text=True, check=True).stdout
        self.tests = {row.split("\t")[1]: row.split("\t")[0] for row in listed.splitlines()}

    def compile(self, path, directory, counted=True, into=None):
        """The object of `path`, whose text is directory/path; None when it is no valid C. Where blocks are not counted, it is made
        small, which tells least about how a thing is written."""
        made = (into or directory) / f"{path.stem}-{self.configuration}-{self.flavour}{'' if counted else '-plain'}.o"
        compiler = self.objects.compiler(path, counted)
        compiler += ["-Wno-error", *(f"-Werror={one}" for one in WRONG_C), *([] if counted else ["-Os"])]
        words = [*compiler, f"-ffile-prefix-map={directory}/=", "-c", "-o", made, directory / path]
        return made if programs.ran(words).returncode == 0 else None

    def link(self, path, made, directory):
        """A program with `made` in place of the object of `path`; None when that cannot be, as with another name."""
        program = directory / f"{self.configuration}-{self.flavour}"
        said = programs.link(self.objects.told["link"], program, {self.objects.place(path): made}, directory)
        return None if said else program

    def run(self, program, names, steps=None):
        """(whether all these tests passed, the most blocks that one entered)."""
        file = WORK / "tests" / f"{program.parent.name}-{self.configuration}-{self.flavour}"
        file.write_text("\n".join(names), encoding="utf-8")
        limit = None if self.flavour == "asan" else programs.limit_memory
        done = programs.ran([program, "-f", file], steps, env=self.environment, preexec_fn=limit)
        if done.returncode not in (0, 1):
            sys.exit(f"mutants: {program} -f {file}: {done.stderr}")
        most = [int(row.split()[-1]) for row in done.stdout.splitlines() if row.startswith("most steps: ")]
        return done.returncode == 0, max(most, default=0)


# ---- Which tests a mutant meets ----------------------------------------------------------------------------------


class Reach:
    """Which tests run a function: what the coverage run saw, where it measured the file as it is."""

    def __init__(self):
        self.known = json.loads(COVERAGE.read_text(encoding="utf-8")) if COVERAGE.exists() else None
        if not self.known:
            print(
                f"mutants: no {COVERAGE}: survivors of a stage's tests meet all tests; `make coverage`", file=sys.stderr
            )

    def tests(self, program, mutant):
        """Names of the tests of `program` that run the function around the line; all of them where nobody knows."""
        file = self.known and self.known["files"].get(str(mutant.path))
        if not file or file["source"] != hashlib.sha1(mutant.path.read_bytes()).hexdigest():
            return list(program.tests)
        functions = file["configurations"].get(program.configuration, {"functions": {}})["functions"]
        for function in functions.values():
            if function["line"] <= mutant.line <= function["end"]:
                names = (self.known["tests"][i]["name"] for i in function["tests"])
                return [name for name in names if name in program.tests]
        return list(program.tests)


def own_tests(program, part):
    """The tests of a stage, or of the world: by the name of their file."""
    if part == "world":
        stems = {path.stem for path in pathlib.Path("tests/world").glob("*.c")}
        return [name for name, stem in program.tests.items() if stem in stems]
    return [name for name, stem in program.tests.items() if stem.startswith(f"{part}-")]


class Judges:
    """What the mutants of all parts are judged by: the programs, who reaches what, and the ledger."""

    def __init__(self, own):
        self.ledger = Ledger()
        self.plain = [Program(configuration, "mutants") for configuration in CONFIGURATIONS]
        self.checked = [] if own else [Program(configuration, "asan") for configuration in CONFIGURATIONS]
        self.reach = None if own else Reach()


class Part:
    """A stage, or the world: its sources, its tests, and what its mutants meet."""

    def __init__(self, name, paths, args, judges):
        self.name, self.paths, self.args = name, paths, args
        self.lines = {path: path.read_text(encoding="utf-8").splitlines(keepends=True) for path in paths}
        self.plain, self.checked, self.reach, self.ledger = judges.plain, judges.checked, judges.reach, judges.ledger
        self.same = {}
        self.steps = {}
        for path in paths:
            place = UNCHANGED / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
        for program in self.plain:
            self.learn(program)

    def learn(self, program):
        """What the unchanged sources compile to, and how many blocks their tests enter."""
        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            made = pool.map(lambda path: program.compile(path, UNCHANGED).read_bytes(), self.paths)
            self.same.update(((program, path), code) for path, code in zip(self.paths, made))
        passed, most = program.run(program.path, own_tests(program, self.name))
        if not passed:
            sys.exit(f"mutants: a test of {self.name} fails without any change; `make test T={self.name}-`")
        self.steps[program] = max(ROOM * most, 1_000_000)

    def judge(self, mutant, number):
        """What becomes of a mutant: "invalid", "same", "equivalent"; "own", "others", "sanitizers" (who noticed); or
        "survived". What the ledger excuses meets the stage's own tests only."""
        directory = WORK / "work" / str(number)
        place = directory / mutant.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(mutant.text(self.lines[mutant.path]), encoding="utf-8")
        try:
            return self.meet(mutant, directory)
        finally:
            shutil.rmtree(directory)

    def meet(self, mutant, directory):
        built = []
        for program in self.plain:
            made = program.compile(mutant.path, directory)
            if not made:
                return "invalid"
            if made.read_bytes() != self.same[program, mutant.path]:
                built.append((program, program.link(mutant.path, made, directory)))
        if not built:
            return "same"
        if not all(path for _, path in built):
            return "invalid"
        for program, path in built:
            if not program.run(path, own_tests(program, self.name), self.steps[program])[0]:
                return "own"
        if all(self.only_counts(program, mutant, directory) for program, _ in built):
            return "same"
        if self.ledger.excuses(mutant):
            return "equivalent"
        if self.args.own:
            return "survived"
        for program, path in built:
            own = set(own_tests(program, self.name))
            others = [name for name in self.reach.tests(program, mutant) if name not in own]
            if not program.run(path, others, max(self.steps.values()) * ROOM)[0]:
                return "others"
        return "sanitizers" if self.leaks(mutant, directory) else "survived"

    def only_counts(self, program, mutant, directory):
        """Does it differ in nothing but the blocks that are counted, as a `continue` does at the end of a loop?"""
        changed, unchanged = (
            program.compile(mutant.path, one, counted=False, into=directory).read_bytes()
            for one in (directory, UNCHANGED)
        )
        return changed == unchanged

    def leaks(self, mutant, directory):
        for program in self.checked:
            path = program.link(mutant.path, program.compile(mutant.path, directory), directory)
            names = dict.fromkeys(own_tests(program, self.name) + self.reach.tests(program, mutant))
            if not program.run(path, names)[0]:
                return True
        return False

    def measure(self):
        """The figures of this part, over the first mutants drawn that count."""
        counts = dict.fromkeys(VERDICTS, 0)
        survivors = []
        candidates = drawn(self.paths, random.Random(f"{self.args.seed} {self.name}"))
        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            waiting = []
            for number, mutant in enumerate(candidates):
                waiting.append((mutant, pool.submit(self.judge, mutant, f"{self.name}-{number}")))
                if len(waiting) >= 2 * self.args.jobs:
                    self.count(*waiting.pop(0), counts, survivors)
                if sum(counts.values()) >= self.args.number:
                    break
            for mutant, future in waiting:
                if sum(counts.values()) < self.args.number:
                    self.count(mutant, future, counts, survivors)
        return counts, survivors

    def count(self, mutant, future, counts, survivors):
        verdict = future.result()
        if verdict not in counts:
            return
        counts[verdict] += 1
        if verdict == "survived":
            survivors.append(mutant)
            print(f"survived: {mutant}", flush=True)


# ---- The ledger ---------------------------------------------------------------------------------------------------


class Ledger:
    """tests/mutants/equivalents.tsv: mutants that nobody could tell from the code, each with the reason."""

    def __init__(self):
        rows = [row.split("\t") for row in LEDGER.read_text(encoding="utf-8").splitlines() if row[:1] not in ("#", "")]
        self.rows, self.functions = set(), {}
        for number, row in enumerate(rows[1:], 1):
            if len(row) != 5 or not all(row[:3]) or not row[4]:
                sys.exit(
                    f"mutants: {LEDGER}, entry {number}: five fields separated by tabs are needed, four of them not empty"
                )
            path, function, was, now, _ = row
            if was not in self.code(pathlib.Path(path), function):
                sys.exit(
                    f"mutants: {LEDGER}, entry {number}: there is no line `{was}` in {function}() of {path}; delete the entry"
                )
            self.rows.add((path, function, was, now))

    def code(self, path, function):
        """The lines of a function, each without what it is indented by; none where there is no such function."""
        if path not in self.functions:
            found = source.functions(ROOT, [ROOT / path]) if path.exists() else []
            self.functions[path] = {one.name: (one.first, one.last) for one in found}
        first, last = self.functions[path].get(function, (1, 0))
        lines = path.read_text(encoding="utf-8").splitlines() if last else []
        return [line.strip() for line in lines[first - 1 : last]]

    def excuses(self, mutant):
        path, was, now = str(mutant.path), mutant.was.strip(), " ".join(mutant.now.split())
        self.code(mutant.path, "")
        around = (name for name, (first, last) in self.functions[mutant.path].items() if first <= mutant.line <= last)
        return any((path, name, was, now) in self.rows for name in around)


# ---- Main ---------------------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stage", action="append", help="two digits or `world`; all when not told")
    parser.add_argument("--number", type=int, default=60, help="mutants of each part (60)")
    parser.add_argument("--seed", default="1", help="what the mutants are drawn by (1)")
    parser.add_argument("--own", action="store_true", help="a stage's own tests alone: quicker, and stricter")
    parser.add_argument("--together", action="store_true", help="judge all parts as one: for a few mutants of each")
    parser.add_argument("--least", type=float, default=97, help="per cent that must be noticed of each part (97)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at once")
    parser.add_argument("--keep", action="store_true", help="write coverage/measured/mutants.json")
    args = parser.parse_args()
    wrong = [stage for stage in args.stage or () if stage not in parts()]
    if wrong:
        parser.error(f"there is no stage {wrong[0]}; {', '.join(parts())}")
    return args


def score(counts):
    """Per cent of the mutants that make a difference and were noticed."""
    noticed = counts["own"] + counts["others"] + counts["sanitizers"]
    return 100 * noticed / max(noticed + counts["survived"], 1)


def say(name, counts):
    print(
        f"{name}: {score(counts):.1f} % of {sum(counts.values())} noticed: {counts['own']} by its own tests, "
        f"{counts['others']} by others, {counts['sanitizers']} as leaks; {counts['survived']} survived, "
        f"{counts['equivalent']} make no difference",
        flush=True,
    )


def main():
    args = arguments()
    judges = Judges(args.own)
    for directory in ("work", "tests"):
        (WORK / directory).mkdir(parents=True, exist_ok=True)
    print(f"mutants: seed {args.seed}, {args.number} of each part", flush=True)
    kept, found, together = {}, {}, dict.fromkeys(VERDICTS, 0)
    for name, paths in parts().items():
        if args.stage and name not in args.stage:
            continue
        found[name], survivors = Part(name, paths, args, judges).measure()
        say(name, found[name])
        together = {verdict: together[verdict] + count for verdict, count in found[name].items()}
        kept[name] = (paths, {"seed": args.seed, **found[name], "survivors": [str(mutant) for mutant in survivors]})
    say("together", together)
    if args.keep:
        measured.write("mutants", "make mutants", kept)
    judged = [together] if args.together else found.values()
    return 0 if all(score(counts) >= args.least for counts in judged) else 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())

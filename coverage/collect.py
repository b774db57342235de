#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turns the counters that the tests left into what the book and the gate read.

In:   build/coverage/counts/CONFIGURATION/STEM/TEST           counters, one file a test
      build/CONFIGURATION/cov/**.gcno                         the compiler's notes
      build/CONFIGURATION/cov/tests/program -l                which tests there are and which claims they prove
      coverage/exclusions.tsv                                 what is not counted, and why
Out:  build/coverage/coverage.json, pageflow.info (an lcov tracefile, one section a test), merged.info (the same, summed up),
      html/ (genhtml's pages)

coverage.json:

{"version": 1,
 "anchor": "",              what genhtml puts before the line number in its anchors: "" (lcov 1) or "L" (lcov 2)
 "ran": {"passed": n, "failed": n},
 "tests": [{"id": 0, "stem": "06-...", "file": "tests/stages/06-....c", "name": "...", "configuration": "uma",
            "claims": ["06-1"]}],
 "files": {"src/stages/06-....c": {
     "source": sha1 of the file that was measured,
     "configurations": {"uma": {
         "functions": {"name": {"count": n, "line": first, "end": last, "tests": [ids]}},
         "lines": {"123": {"count": n, "branches": [taken, ...], "tests": [ids]}}}},
     "excluded": {"uma": {"130": {"kinds": ["line"], "reason": "..."}}},
     "missed": {"lines": [[line, configuration or ""]], "branches": [[line, configuration or "", outcome]],
                "functions": [name]},
     "summary": {"lines": [hit, all], "functions": [hit, all], "branches": [hit, all]}}},
 "totals": {"stages+world": {"lines": [hit, all], ...}, "life+state+replay+engine": {...}},
 "ledger": ["what is wrong with the ledger of exclusions", ...]}

How it is counted. A line or function counts once, hit when either configuration ran it. A branch outcome counts as hit
when it was taken, not when its line ran. Where both configurations have the same number of outcomes on a line they are
merged, otherwise each configuration's outcomes count on their own. Headers' inline code is reported, not in the totals.
"""

import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

CONFIGURATIONS = ("uma", "numa")
OUT = pathlib.Path("build/coverage")
LEDGER = pathlib.Path("coverage/exclusions.tsv")
TOTALS = {
    "stages+world": ("src/stages/", "src/world/"),
    "life+state+replay+engine": ("src/life/", "src/state/", "src/replay/", "src/engine/"),
}
KINDS = ("line", "branch", "function")
BATCH = 200  # counter files a call of gcov


def is_ours(path):
    return path.startswith((*itertools.chain(*TOTALS.values()), "include/"))


# ---- Reading the counters ----------------------------------------------------------------------------------------


class Counters:
    """gcov's view of the counters that tests left. Equal ones are read once: many tests do the same to an object."""

    def __init__(self, configuration, wanted=is_ours):
        self.wanted = wanted  # which sources count
        self.objects = pathlib.Path("build", configuration, "cov").resolve()
        self.notes = {
            self.name_of(path): path for path in sorted(self.objects.rglob("*.gcno")) if self.is_current(path)
        }
        self.work = (OUT / "work" / configuration).resolve()
        shutil.rmtree(self.work, ignore_errors=True)
        self.parsed = {}

    def name_of(self, path):
        return str(path.relative_to(self.objects).with_suffix(""))

    def is_current(self, note):
        """Whether the source of these notes still exists; a renamed file leaves its old notes behind."""
        return pathlib.Path(self.name_of(note) + ".c").exists()

    def stage(self, name, digest, counters):
        """Puts notes and counters side by side, where gcov looks for them; gives the path to hand to gcov."""
        place = self.work / digest / (name + ".gcda")
        place.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(self.notes[name], place.with_suffix(".gcno"))
        if counters:
            place.write_bytes(counters)
        return str(place)

    def before_any_test(self):
        """The keys of all objects, nothing run."""
        return self.keep({(name, ""): b"" for name in self.notes})

    def of_test(self, path):
        """The keys of the objects that one test ran, from the file that it left; see tests/support/harness.c."""
        found, left, at = {}, path.read_bytes(), 0
        while at < len(left):
            end_of_name = left.index(b"\n", at)
            end_of_size = left.index(b"\n", end_of_name + 1)
            name = self.name_of(pathlib.Path(left[at:end_of_name].decode()))
            at = end_of_size + 1 + int(left[end_of_name:end_of_size])
            counters = left[end_of_size + 1 : at]
            if name in self.notes:
                found[name, hashlib.sha1(counters).hexdigest()[:16]] = counters
        return self.keep(found)

    def keep(self, found):
        for key, counters in found.items():
            if key not in self.parsed:
                self.parsed[key] = self.stage(*key, counters)
        return list(found)

    def read(self):
        """Runs gcov over what was kept, one process a processor: parsed then holds what it says."""
        keys = list(self.parsed)
        batches = [[self.parsed[key] for key in keys[at : at + BATCH]] for at in range(0, len(keys), BATCH)]
        with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
            answers = itertools.chain.from_iterable(pool.map(run_gcov, batches))
            for key, answer in zip(keys, answers, strict=True):
                self.parsed[key] = {path: found for path, found in answer.items() if self.wanted(path)}


def run_gcov(paths):
    """What gcov says of each, simplified: of counters what was run, of notes alone every line."""
    done = subprocess.run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities", *paths],
        capture_output=True,
        text=True,
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(answers) != len(paths):
        sys.exit(f"coverage: gcov failed on {paths[0]} and others: {done.stderr.strip()[:500]}")
    return [simplify(json.loads(answer), not os.path.exists(path)) for path, answer in zip(paths, answers, strict=True)]


def simplify(answer, whole):
    """gcov's JSON as {file: (functions {name: [count, first, last]}, lines {number: [count, [taken]]})}."""
    result = {}
    for entry in answer["files"]:
        path = os.path.normpath(entry["file"])
        if not path.startswith(("src/", "include/")):
            continue
        functions = {
            one["name"]: [one["execution_count"], one["start_line"], one["end_line"]]
            for one in entry["functions"]
            if whole or one["execution_count"]
        }
        lines = {}
        for one in entry["lines"]:
            if whole or one["count"]:
                taken = [branch["count"] for branch in one.get("branches", ())]
                merge_line(lines, one["line_number"], one["count"], taken)
        if lines:
            result[path] = functions, lines
    return result


def merge_line(lines, number, count, taken):
    if number not in lines:
        lines[number] = [count, list(taken)]
        return
    line = lines[number]
    line[0] += count
    if len(line[1]) == len(taken):
        line[1] = [a + b for a, b in zip(line[1], taken)]
    elif len(taken) > len(line[1]):
        line[1] = list(taken)


# ---- Gathering ---------------------------------------------------------------------------------------------------


def list_tests(configuration, first_id):
    """The tests of one configuration, as the test program lists them."""
    program = f"build/{configuration}/cov/tests/program"
    # The listing is a run too: its counters go where nobody looks, and not on top of those of another build.
    shutil.rmtree(OUT / "listing", ignore_errors=True)
    env = dict(os.environ, GCOV_PREFIX=str((OUT / "listing").resolve()))
    listing = subprocess.run([program, "-l"], stdout=subprocess.PIPE, check=True, text=True, env=env).stdout
    tests = []
    for line in listing.splitlines():
        stem, name, claims = line.split("\t")
        files = sorted(pathlib.Path("tests").glob(f"*/{stem}.c"))
        tests.append(
            {
                "id": first_id + len(tests),
                "stem": stem,
                "file": str(files[0]) if files else "",
                "name": name,
                "configuration": configuration,
                "claims": claims.split(),
            }
        )
    return tests


def add(view, parsed, test):
    """Adds what one object says to the view {file: {functions, lines}} of a configuration."""
    for path, (functions, lines) in parsed.items():
        file = view.setdefault(path, {"functions": {}, "lines": {}})
        for name, (count, first, last) in functions.items():
            function = file["functions"].setdefault(name, {"count": 0, "line": first, "end": last, "tests": []})
            function["count"] += count
            if count and test is not None and function["tests"][-1:] != [test]:
                function["tests"].append(test)
        for number, (count, taken) in lines.items():
            line = file["lines"].setdefault(number, {"count": 0, "tests": []})
            line["count"] += count
            if taken:
                before = line.get("branches", [])
                before = before + [0] * (len(taken) - len(before))
                taken = taken + [0] * (len(before) - len(taken))
                line["branches"] = [a + b for a, b in zip(before, taken)]
            if count and test is not None and line["tests"][-1:] != [test]:
                line["tests"].append(test)


def gather(configuration, tests, sections):
    """One configuration's view; sections collects {test name: [parsed objects]} for the tracefile."""
    counters = Counters(configuration)
    nothing = counters.before_any_test()
    per_test = {}
    for test in tests:
        left = OUT / "counts" / configuration / test["stem"] / test["name"]
        if left.is_file():
            per_test[test["id"]] = counters.of_test(left)
        else:
            print(f"coverage: {configuration}: {test['name']} left no counters", file=sys.stderr)
    counters.read()
    view = {}
    for key in nothing:
        add(view, counters.parsed[key], None)
    for test, keys in per_test.items():
        for key in keys:
            add(view, counters.parsed[key], test)
            sections[test].append(counters.parsed[key])
    return view


# ---- Counting ----------------------------------------------------------------------------------------------------


def items_of(views):
    """What counts in one file: {(kind, line or name, configuration or "", outcome): hit}."""
    items = {}
    lines = collections.defaultdict(dict)
    for configuration, view in views.items():
        for name, function in view["functions"].items():
            key = ("function", name, "", 0)
            items[key] = items.get(key, False) or function["count"] > 0
        for number, line in view["lines"].items():
            lines[number][configuration] = line
    for number, found in lines.items():
        # A line that one configuration alone has keeps that configuration's name: exclusions are matched on it.
        alone = next(iter(found)) if len(found) < len(CONFIGURATIONS) else ""
        items["line", number, alone, 0] = any(line["count"] for line in found.values())
        shapes = {len(line.get("branches", ())) for line in found.values()}
        for configuration, line in found.items():
            owner = alone if len(shapes) == 1 else configuration
            for outcome, taken in enumerate(line.get("branches", ())):
                key = ("branch", number, owner, outcome)
                items[key] = items.get(key, False) or taken > 0
    return items


def summarise(items):
    summary = {}
    for kind in KINDS:
        hits = [hit for key, hit in items.items() if key[0] == kind]
        summary[kind + ("es" if kind == "branch" else "s")] = [sum(hits), len(hits)]
    return {name: summary[name] for name in ("lines", "functions", "branches")}


def missed(items):
    lost = sorted((key for key, hit in items.items() if not hit), key=str)
    return {
        "lines": sorted([key[1], key[2]] for key in lost if key[0] == "line"),
        "branches": sorted([key[1], key[2], key[3]] for key in lost if key[0] == "branch"),
        "functions": [key[1] for key in lost if key[0] == "function"],
    }


# ---- The ledger of exclusions ------------------------------------------------------------------------------------


def read_ledger():
    """Entries of the ledger, and what is wrong with its form."""
    entries, wrong = [], []
    for number, text in enumerate(LEDGER.read_text().splitlines(), 1):
        if not text.strip() or text.startswith("#") or text.startswith("file\t"):
            continue
        fields = text.split("\t")
        where = f"{LEDGER}:{number}"
        kind, _, limit = fields[3].partition(":") if len(fields) == 6 else ("", "", "")
        if len(fields) != 6 or not all(field.strip() for field in fields):
            wrong.append(f"{where}: six fields separated by tabs are needed, none empty")
        elif kind not in (*KINDS, "mcdc") or (limit and not (kind == "branch" and limit.isdigit())):
            wrong.append(f"{where}: kind '{fields[3]}' is none of line, branch, branch:N, function, mcdc")
        elif fields[4] not in (*CONFIGURATIONS, "both"):
            wrong.append(f"{where}: configuration '{fields[4]}' is none of uma, numa, both")
        else:
            entry = dict(zip(("file", "function", "pattern", "", "configuration", "reason"), fields))
            entries.append(dict(entry, where=where, kind=kind, limit=int(limit) if limit else None))
    return entries, wrong


def matching_lines(entry, views, source):
    """The numbers of the lines within the entry's function whose text contains its pattern."""
    numbers = set()
    for view in views.values():
        function = view["functions"].get(entry["function"])
        if function:
            for number in range(function["line"], function["end"] + 1):
                if number <= len(source) and entry["pattern"] in source[number - 1]:
                    numbers.add(number)
    return numbers


def apply_entry(entry, items, views, source):
    """Takes what the entry excludes out of items; gives (keys taken out, complaint or None)."""
    if not any(entry["function"] in view["functions"] for view in views.values()):
        return [], f"no function {entry['function']} in {entry['file']}"
    if entry["kind"] == "function":
        spans = [view["functions"].get(entry["function"]) for view in views.values()]
        numbers = {n for span in spans if span for n in range(span["line"], span["end"] + 1)}
        candidates = [key for key in items if key[0] != "function" and key[1] in numbers]
        candidates.append(("function", entry["function"], "", 0))
    else:
        numbers = matching_lines(entry, views, source)
        if not numbers:
            return [], f"no line of {entry['function']} contains '{entry['pattern']}'"
        kinds = ("line", "branch") if entry["kind"] == "line" else ("branch",)
        candidates = [key for key in items if key[0] in kinds and key[1] in numbers]
    if entry["configuration"] != "both":
        candidates = [key for key in candidates if key[2] == entry["configuration"]]
    taken_out = [key for key in candidates if key in items and not items[key]]
    if not taken_out:
        return [], "excludes only what the tests do cover: remove it"
    if entry["kind"] != "branch" and any(items.get(key) for key in candidates):
        return [], "excludes what the tests do cover: remove it, or narrow it to `branch`"
    if entry["limit"] is not None and len(taken_out) > entry["limit"]:
        return [], f"{len(taken_out)} outcomes are never taken, {entry['limit']} excluded"
    for key in taken_out:
        del items[key]
    return taken_out, None


def note_exclusion(excluded, keys, entry, views):
    for _, number, owner, _ in (key for key in keys if key[0] != "function"):
        for configuration in (owner,) if owner else views:
            note = excluded.setdefault(configuration, {}).setdefault(
                str(number), {"kinds": [], "reason": entry["reason"]}
            )
            if entry["kind"] not in note["kinds"]:
                note["kinds"].append(entry["kind"])


# ---- The tracefile -----------------------------------------------------------------------------------------------


def trace_name(test):
    return re.sub(r"\W", "_", f"{test['stem']}__{test['name']}__{test['configuration']}")


def write_section(out, name, path, view, items):
    """One SF section: what `view` counted, as far as it is among the items that count."""
    out.write(f"TN:{name}\nSF:{path}\n")
    wanted = {key[:2] for key in items if key[0] != "branch"}
    for function, (count, first, _) in sorted(view["functions"].items(), key=lambda one: one[1][1]):
        if ("function", function) in wanted:
            out.write(f"FN:{first},{function}\nFNDA:{count},{function}\n")
    for (number, block, outcome), taken in sorted(view["branches"].items()):
        out.write(f"BRDA:{number},{block},{outcome},{'-' if taken is None else taken}\n")
    for number, count in sorted(view["lines"].items()):
        if ("line", number) in wanted:
            out.write(f"DA:{number},{count}\n")
    out.write("end_of_record\n")


def trace_view(functions, lines, items, configuration):
    """The branches of one configuration under the numbering shared with the other: block 0 where both agree."""
    blocks = {"": 0, **{name: index + 1 for index, name in enumerate(CONFIGURATIONS)}}
    branches = {}
    for number, (count, taken) in lines.items():
        for owner in ("", configuration):
            for outcome, times in enumerate(taken):
                if ("branch", number, owner, outcome) in items:
                    branches[number, blocks[owner], outcome] = times if count else None
    return {
        "functions": functions,
        "lines": {number: count for number, (count, _) in lines.items()},
        "branches": branches,
    }


def write_tracefile(files, items, tests, sections):
    with open(OUT / "pageflow.info", "w") as out:
        for configuration in CONFIGURATIONS:
            for path, views in sorted(files.items()):
                if configuration not in views:
                    continue
                view = views[configuration]
                functions = {name: (0, one["line"], one["end"]) for name, one in view["functions"].items()}
                lines = {number: (0, line.get("branches", ())) for number, line in view["lines"].items()}
                shown = trace_view(functions, lines, items[path], configuration)
                write_section(out, "", os.path.abspath(path), shown, items[path])
        for test in tests:
            for parsed in sections[test["id"]]:
                for path, (functions, lines) in parsed.items():
                    shown = trace_view(functions, lines, items[path], test["configuration"])
                    write_section(out, trace_name(test), os.path.abspath(path), shown, items[path])


def summed(views, items):
    """All that the tests of both configurations counted in one file."""
    total = {"functions": {}, "lines": collections.Counter(), "branches": {}}
    for configuration, view in views.items():
        for name, one in view["functions"].items():
            before = total["functions"].get(name, (0,))[0]
            total["functions"][name] = (before + one["count"], one["line"], one["end"])
        lines = {number: (line["count"], line.get("branches", ())) for number, line in view["lines"].items()}
        shown = trace_view({}, lines, items, configuration)
        total["lines"].update(shown["lines"])
        for key, taken in shown["branches"].items():
            before = total["branches"].get(key)
            total["branches"][key] = before if taken is None else taken + (before or 0)
    return total


def write_merged(files, items):
    """The tracefile as lcov adds it up, one section a file: what the book's pages are drawn from, wherever the tree lies."""
    with open(OUT / "merged.info", "w") as out:
        for path, views in sorted(files.items()):
            write_section(out, "", path, summed(views, items[path]), items[path])


def lcov_version():
    said = subprocess.run(["genhtml", "--version"], stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return int(found[1]) if found else 1


def write_pages(tests):
    shutil.rmtree(OUT / "html", ignore_errors=True)
    with open(OUT / "descriptions", "w") as out:
        for test in tests:
            claims = f" (claims {', '.join(test['claims'])})" if test["claims"] else ""
            out.write(f"TN:{trace_name(test)}\nTD:{test['stem']}: {test['name']}, {test['configuration']}{claims}\n")
    words = [
        "genhtml",
        "--quiet",
        "--branch-coverage",
        "--legend",
        "--title",
        "Pageflow",
        "--num-spaces",
        "8",
        "--prefix",
        os.getcwd(),
        "--show-details",
        "--description-file",
        str(OUT / "descriptions"),
        "--output-directory",
        str(OUT / "html"),
        str(OUT / "pageflow.info"),
    ]
    if lcov_version() >= 2:
        words[1:1] = ["--ignore-errors", "inconsistent,inconsistent"]
    env = dict(os.environ, PERL_HASH_SEED="0", SOURCE_DATE_EPOCH=os.environ.get("SOURCE_DATE_EPOCH", "0"))
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"coverage: genhtml failed:\n{done.stdout[-2000:]}")


# ---- All of it ---------------------------------------------------------------------------------------------------


def ran(place):
    """What the run that left its counters in that place said of itself."""
    text = (place / "tests.txt").read_text() if (place / "tests.txt").exists() else ""
    found = re.search(r"tests: (\d+) passed, (\d+) failed", text)
    return {"passed": int(found[1]), "failed": int(found[2])} if found else {"passed": 0, "failed": 1}


def main():
    tests, sections, files = [], collections.defaultdict(list), collections.defaultdict(dict)
    for configuration in CONFIGURATIONS:
        mine = list_tests(configuration, len(tests))
        tests += mine
        for path, view in gather(configuration, mine, sections).items():
            files[path][configuration] = view
    items = {path: items_of(views) for path, views in files.items()}
    excluded = {path: {} for path in files}
    entries, ledger = read_ledger()
    for entry in (one for one in entries if one["kind"] != "mcdc"):  # those are coverage/mcdc.py's
        if entry["file"] not in files:
            ledger.append(f"{entry['where']}: {entry['file']} is not among the files measured")
            continue
        views = files[entry["file"]]
        source = pathlib.Path(entry["file"]).read_text().splitlines()
        keys, complaint = apply_entry(entry, items[entry["file"]], views, source)
        note_exclusion(excluded[entry["file"]], keys, entry, views)
        if complaint:
            ledger.append(f"{entry['where']}: {complaint}")
    result = {"version": 1, "anchor": "L" if lcov_version() >= 2 else "", "ran": ran(OUT), "tests": tests, "files": {}}
    for path in sorted(files):
        result["files"][path] = {
            "source": hashlib.sha1(pathlib.Path(path).read_bytes()).hexdigest(),
            "configurations": files[path],
            "excluded": excluded[path],
            "missed": missed(items[path]),
            "summary": summarise(items[path]),
        }
    result["totals"] = {
        name: summarise(
            {(*key, path): hit for path in files if path.startswith(prefixes) for key, hit in items[path].items()}
        )
        for name, prefixes in TOTALS.items()
    }
    result["ledger"] = ledger
    write_tracefile(files, items, tests, sections)
    write_merged(files, items)
    write_pages(tests)
    (OUT / "coverage.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    shutil.rmtree(OUT / "work", ignore_errors=True)


if __name__ == "__main__":
    main()

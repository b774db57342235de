# SPDX-License-Identifier: GPL-2.0-only
"""A copy of the sources with a change in it, built as far as the change reaches, and what its tests and recordings say.

    shop = Workshop("tight")                    # build/workshop/tight-PID; src/ is never touched
    shop.replace("src/stages/09-zone_watermark_ok.c", "free_pages <= ", "free_pages < ")
    built = shop.build()                        # compiles and links only what the change can reach
    if built.ok:
        shop.tests("09").failed                 # {"uma: a_test": "what it said"}
        shop.recordings()["uma96-slowpath-8"]   # Recording(outcome="diverged", op=6621, said="...")

`make workshop` first: it builds what the unchanged objects are taken from, without optimising the whole. Nothing here
goes on for ever: a test ends when it has entered many times the blocks of code that the unchanged tests enter, a recording or a
scenario when these are more than STEPS.
"""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import sys

import programs
import reach
from programs import CONFIGURATIONS, ROOT, STOPPED

sys.path.insert(0, str(ROOT / "tests"))
import matching  # noqa: E402
from words import alone as account_of  # noqa: E402
from words import read as failures_in  # noqa: E402

FLAVOUR = "mutants"
SHOPS = pathlib.Path("build/workshop")
COPIED = ("include", "src", "tests")  # what a source includes is in one of these
STEPS = 500_000_000  # blocks; the longest recording enters fewer than a third of them
ROOM = 5  # times the blocks that the longest of the unchanged tests enters, before one is taken for endless
LEAST = 1_000_000  # blocks that every test may enter
# gcc counts a block only if something is in it: a loop like `for (;;);` would be free. With counters of its own, which nobody
# reads, something is in every loop.
IN_EVERY_LOOP = (
    "-fprofile-arcs",
    "-fprofile-info-section",
    "-fprofile-update=single",
    "-Wa,--defsym,__gcov_merge_add=0",
)
TRACES = pathlib.Path("tests/traces")


class Unusable(Exception):
    """The change cannot be made, or `make workshop` has not been run: says what to do."""


@dataclasses.dataclass
class Built:
    """What became of a build: the compiler's words where it failed, its warnings where not."""

    ok: bool
    said: str
    compiled: list  # (configuration, source) of each object


@dataclasses.dataclass
class Tests:
    """Tests of both configurations, named "uma: NAME" and "numa: NAME"."""

    passed: list
    failed: dict  # {name: what it said}
    told: dict = dataclasses.field(default_factory=dict)  # {configuration: what its program said}, for tests/words.py

    def __str__(self):
        return f"tests: {len(self.passed)} passed, {len(self.failed)} failed"


@dataclasses.dataclass
class Recording:
    """What became of a recording: outcome is "identical", "diverged", "unreadable", "crashed" or "stopped" (it went on for ever)."""

    outcome: str
    op: int  # the operation at which it diverged, 0 where it did not
    said: str  # in the words of `pageflow replay`, as on its standard error
    facts: dict  # of `pageflow replay --json`, empty where it did not end by itself


class Workshop:
    """One copy, at build/workshop/NAME-PID (or where told), so that two at work do not meet; what was there before is gone."""

    def __init__(self, name, directory=None, jobs=None):
        self.directory = (ROOT / (directory or SHOPS / f"{name}-{os.getpid()}")).resolve()
        self.jobs = jobs or os.cpu_count()
        self.programs = {}
        shutil.rmtree(self.directory, ignore_errors=True)
        for top in COPIED:
            ignored = shutil.ignore_patterns("traces", "samples", "corpus", "*.py", "__pycache__")
            shutil.copytree(ROOT / top, self.directory / top, ignore=ignored)
        self.objects = self.directory / "objects"

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- Changing ------------------------------------------------------------------------------------------------

    def text(self, path):
        """The text of a file as it is here now."""
        return (self.directory / path).read_text(encoding="utf-8")

    def write(self, path, text):
        """Another text for a file that is there."""
        place = self.directory / path
        if not place.is_file():
            raise Unusable(f"there is no {path}")
        place.write_text(text, encoding="utf-8")

    def replace(self, path, old, new):
        """Exchanges a piece of a file that is there exactly once."""
        text = self.text(path)
        if text.count(old) != 1:
            raise Unusable(f"{path}: {text.count(old)} places read {old!r}, one is needed")
        self.write(path, text.replace(old, new))

    def apply(self, patch):
        """A patch file, whose paths are those of the tree."""
        # Without a ceiling, git would look for the patch's files in the repository that build/ is in.
        environment = {"GIT_CEILING_DIRECTORIES": str(self.directory.parent)}
        done = programs.ran(["git", "apply", (ROOT / patch).resolve()], cwd=self.directory, env=environment)
        if done.returncode:
            raise Unusable(f"{patch} does not apply: {done.stderr.strip()}")

    def changed(self):
        """The files that are not what the tree has, as paths in it."""
        found = []
        for top in COPIED:
            for place in (self.directory / top).rglob("*.[ch]"):
                path = place.relative_to(self.directory)
                if place.read_bytes() != (ROOT / path).read_bytes():
                    found.append(str(path))
        return sorted(found)

    # ---- Building ------------------------------------------------------------------------------------------------

    def build(self, wanted=("uma", "numa", "command"), flags=()):
        """Compiles what has changed and what includes it, and links the test programs and the command where they differ. `flags`:
        more words for the compiler."""
        shutil.rmtree(self.objects, ignore_errors=True)
        self.objects.mkdir(parents=True)
        self.programs = {}
        changed = self.changed()
        try:
            stocks = {one: programs.Objects(one, FLAVOUR) for one in (*CONFIGURATIONS, "front")}
        except FileNotFoundError as error:
            raise Unusable("what the unchanged objects are taken from is not built: run `make workshop`") from error
        work = [(stock, source) for stock in stocks.values() for source in self.to_compile(stock, changed)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            results = list(pool.map(lambda one: self.compile(*one, flags), work))
        compiled = [(stock.configuration, source) for stock, source in work]
        said = "".join(dict.fromkeys(words for _, words in results))
        if not all(made for made, _ in results):
            return Built(False, said, compiled)
        exchanged = {stock.place(source): made for (stock, source), (made, _) in zip(work, results)}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            links = list(pool.map(lambda one: self.link(one, stocks, exchanged), wanted))
        return Built(not any(links), said + "".join(links), compiled)

    def to_compile(self, stock, changed):
        """Of one stock of objects, the sources that are to be compiled again."""
        headers = [path for path in changed if path.endswith(".h")]
        sources = {path for path in changed if path.endswith(".c") and (ROOT / stock.place(path)).exists()}
        if headers:
            including, names = stock.made_from(headers), self.names_in(headers)
            sources |= {path for path in including if names is None or reach.uses(self.text(path), names)}
        return sorted(sources)

    def names_in(self, headers):
        """What a source uses that the changes in these headers reach; None where that cannot be told by names."""
        names = set()
        for path in headers:
            found = reach.changed_names((ROOT / path).read_text(encoding="utf-8"), self.text(path))
            if found is None:
                return None
            names |= found
        return reach.users(names, [place.read_text(encoding="utf-8") for place in self.directory.rglob("*.h")])

    def compile(self, stock, source, flags):
        """(the object or None, what the compiler said)."""
        made = self.objects / stock.configuration / pathlib.Path(source).with_suffix(".o")
        made.parent.mkdir(parents=True, exist_ok=True)
        words = stock.compiler(source)
        if "-fsanitize-coverage=trace-pc" in words and "clang" not in words[0]:
            words += IN_EVERY_LOOP
        done = programs.ran([*words, *flags, "-c", "-o", made, source], cwd=self.directory)
        return (made if done.returncode == 0 else None), done.stderr

    def link(self, program, stocks, exchanged):
        """Makes self.programs[program], make's own where nothing that is in it has changed. What the linker said."""
        path = self.directory / f"program-{program}"
        if program != "command":
            words = stocks[program].told["link"]
            used = self.used_by(words, exchanged)
        else:
            words = stocks["front"].told["link"]
            used = self.used_by(
                [*words, *(word for one in CONFIGURATIONS for word in stocks[one].told["engine"])], exchanged
            )
        if not used:
            self.programs[program] = own_program(program)
            return ""
        said = ""
        if program == "command":
            exchanged = {**exchanged, **self.engines(stocks, exchanged)}
        said = programs.link(words, path, exchanged, self.objects)
        if not said:
            self.programs[program] = path
        return said

    @staticmethod
    def used_by(words, exchanged):
        """Those of the exchanged objects that a program is linked from, as such or in an archive."""
        rooms = [pathlib.Path(word) for word in words if word.endswith(".a")]
        inside = {str(pathlib.Path(*one.parts[:3]) / programs.ARCHIVES[one.name]) for one in rooms}
        return [own for own in exchanged if own in words or str(pathlib.Path(own).parent) in inside]

    def engines(self, stocks, exchanged):
        """{make's engine.o: the changed one}, of the configurations that have changed objects."""
        made = {}
        for configuration in CONFIGURATIONS:
            stock = stocks[configuration]
            words = stock.told["engine"]
            if not any(own in words for own in exchanged):
                continue
            engine = self.objects / f"engine-{configuration}.o"
            mine = [exchanged.get(word, word) for word in words]
            for step in ([*mine[:2], "-o", engine, *mine[2:]], [*stock.told["keep"], engine]):
                done = programs.ran(step, cwd=ROOT)
                if done.returncode:
                    raise Unusable(done.stderr)
            made[str(stock.directory / "engine.o")] = engine
        return made

    # ---- Asking --------------------------------------------------------------------------------------------------

    def program(self, name):
        """Path of the built test program of a configuration, or of the command."""
        if name not in self.programs:
            raise Unusable(f"{name} is not built here")
        return self.programs[name]

    def tests(self, filter_, configurations=CONFIGURATIONS):
        """Those that `make test T=FILTER` runs of the two configurations."""
        filter_ = matching.filter_of(filter_)
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            parts = list(pool.map(lambda one: self.tests_of(one, filter_), configurations))
        failed = {name: said for _, part, _ in parts for name, said in part.items()}
        passed = [name for names, _, _ in parts for name in names if name not in failed]
        return Tests(passed, failed, {one: told for one, (_, _, told) in zip(configurations, parts)})

    def tests_of(self, configuration, filter_):
        """(names, {name: what it said} of those that failed, all that the program said)."""
        program = self.program(configuration)
        listed = programs.ran([own_program(configuration), "-l", filter_], cwd=ROOT).stdout.splitlines()
        names = [f"{configuration}: {row.split(chr(9))[1]}" for row in listed]
        if not names:
            return [], {}, ""
        environment = {"CK_FORK": "yes"}
        unchanged = programs.ran([own_program(configuration), filter_], cwd=ROOT, env=environment)
        most = re.search(r"^most steps: (\d+)$", unchanged.stdout, re.M)
        steps = max(LEAST, ROOM * int(most[1])) if most else STEPS
        done = programs.ran([program, filter_], steps, cwd=ROOT, env=environment, preexec_fn=programs.limit_memory)
        if done.returncode not in (0, 1):
            said = f"the tests {programs.ending(done.returncode)}: {done.stderr.strip()}"
            return names, dict.fromkeys(names, said), said
        failures, _others = failures_in({configuration: done.stderr})
        failed = {f"{configuration}: {one.name}": account_of(one) for one in failures}
        return names, failed, done.stderr

    def recordings(self, names=None):
        """{name: what became of it}, of all recordings or of those named, such as uma96-slowpath-8 and uma3z.boot."""
        paths = sorted((ROOT / TRACES).glob("*.xz"))
        known = {path.name.removesuffix(".xz").removesuffix(".trace"): path.relative_to(ROOT) for path in paths}
        wanted = list(known if names is None else names)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise Unusable(f"there is no recording {unknown[0]} in {TRACES}")
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            found = dict(zip(known, [None] * len(known)))
            found.update(zip(wanted, pool.map(lambda name: self.replay(known[name]), wanted)))
        return {name: one for name, one in found.items() if one}

    def replay(self, path):
        """What becomes of one recording."""
        done = self.command("replay", "--json", path)
        if done.returncode == STOPPED:
            return Recording("stopped", 0, "it goes on for ever", {})
        try:
            # A changed program may have printed something behind the first bracket.
            facts = json.loads("[" + done.stdout[done.stdout.rindex("\n  {") :])[0]
        except ValueError:
            said = [done.stderr.strip(), f"it {programs.ending(done.returncode)}"]
            return Recording("crashed", 0, "\n".join(filter(None, said)), {})
        if facts["outcome"] == "identical":
            return Recording("identical", 0, "identical", facts)
        return Recording(facts["outcome"], facts["ops"], done.stderr.strip(), facts)

    def command(self, *words):
        """Runs the command with these words, as in the tree."""
        return programs.ran([self.program("command"), *words], STEPS, cwd=ROOT, preexec_fn=programs.limit_memory)


def own_program(name):
    """What make has built of the unchanged sources."""
    return ROOT / "build" / ("front/mutants/pageflow" if name == "command" else f"{name}/mutants/tests/program")

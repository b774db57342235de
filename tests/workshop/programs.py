# SPDX-License-Identifier: GPL-2.0-only
"""Programs of which some objects are exchanged: `make workshop` and `make mutants` say how each is compiled and linked."""

import concurrent.futures
import functools
import os
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATIONS = ("uma", "numa")
COMMANDS = pathlib.Path("build/workshop/commands")
MEMORY = 16 << 30  # bytes that a program may have without the sanitizers
MOST_SAID = 1 << 20  # bytes that are kept of what a program prints
STOPPED = 99  # how a program ends that has entered more blocks than PAGEFLOW_STEPS (tests/support/limit.c)


def commands(configuration, flavour):
    """{"compile": words, "link": words, ...} of one configuration, or of `front`; paths are relative to ROOT."""
    rows = (ROOT / COMMANDS / f"{configuration}-{flavour}").read_text(encoding="utf-8").splitlines()
    return {row.split(" ", 1)[0]: shlex.split(row.split(" ", 1)[1]) for row in rows if " " in row}


def ran(words, steps=None, **more):
    """A program that ends, with what it said, or the last of it; `steps`: after so many blocks at the latest."""
    environment = {**os.environ, **more.pop("env", {})}
    if steps:
        environment["PAGEFLOW_STEPS"] = str(steps)
    words = [str(word) for word in words]
    started = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
    )
    with started, concurrent.futures.ThreadPoolExecutor(1) as other:
        errors = other.submit(the_last_of, started.stderr)
        said = the_last_of(started.stdout)
    return subprocess.CompletedProcess(words, started.returncode, said, errors.result())


def the_last_of(stream):
    """What a stream brings until its end; of a flood, as a changed program may print it, the last MOST_SAID bytes."""
    kept = b""
    while piece := stream.read1(1 << 16):
        kept = (kept + piece)[-MOST_SAID:]
    return kept.decode("utf-8", "replace")


def ending(status):
    """How a program ended that did not end well, in words."""
    return f"ended by signal {-status} ({signal.strsignal(-status)})" if status < 0 else f"ended with status {status}"


def limit_memory():
    """In a process before its program begins: what a wrong program asks for is refused, and leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Objects:
    """The objects of one configuration (or of `front`) and flavour: how they are compiled, and from what."""

    def __init__(self, configuration, flavour):
        self.configuration, self.flavour = configuration, flavour
        self.directory = pathlib.Path("build", configuration, flavour)
        self.told = commands(configuration, flavour)

    def compiler(self, path, counted=True):
        """The words that compile `path`, but for -c and what follows."""
        count = counted and str(path) in self.told.get("counted", ())
        tests = ["-Itests/support"] if str(path).startswith("tests/") else []
        return [*self.told["compile"], *tests, *(["-fsanitize-coverage=trace-pc"] if count else [])]

    def place(self, path):
        """Where make puts the object of a source."""
        return str(self.directory / pathlib.Path(path).with_suffix(".o"))

    @functools.cached_property
    def sources(self):
        """{source: the files that its object was made from}, of all objects that make has made."""
        found = {}
        for rule in (ROOT / self.directory).rglob("*.d"):
            words = rule.read_text(encoding="utf-8").replace("\\\n", " ").split("\n", 1)[0].split(":", 1)[1].split()
            found[words[0]] = frozenset(os.path.normpath(word) for word in words)
        return found

    def made_from(self, changed):
        """The sources that are to be compiled again when these files have changed."""
        return sorted(source for source, files in self.sources.items() if not files.isdisjoint(changed))


ARCHIVES = {"text.a": "src/text", "support.a": "tests/support"}  # what their objects are made from


def exchanged_archive(archive, exchanged, directory):
    """A copy of an archive with other objects in it, or make's own where none of them is."""
    path = pathlib.Path(archive)
    flavour = pathlib.Path(*path.parts[:3])
    others = [made for own, made in exchanged.items() if pathlib.Path(own).parent == flavour / ARCHIVES[path.name]]
    if not others:
        return archive
    copy = directory / archive.replace("/", "-")
    shutil.copy(ROOT / archive, copy)
    subprocess.run(["ar", "rcs", copy, *others], cwd=ROOT, check=True)
    return copy


def link(words, program, exchanged, directory):
    """Links `program` by make's words, with {make's object: another}. What the linker said, or nothing where it did."""
    made = dict(exchanged)
    for word in words:
        if word.endswith(".a"):
            made[word] = exchanged_archive(word, exchanged, directory)
    done = ran([words[0], "-o", program, *(made.get(word, word) for word in words[1:])], cwd=ROOT)
    return done.stderr if done.returncode else ""

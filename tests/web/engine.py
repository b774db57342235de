# SPDX-License-Identifier: GPL-2.0-only
"""Runs the command as WebAssembly (`make wasm`) outside a page, in wasmtime.

For tests: `run(words, stdin)` gives its result. As a command, `engine.py WORDS...` is the pageflow command itself, with the
streams and files of whoever calls it.
"""

import collections
import os
import pathlib
import sys
import tempfile

import wasmtime

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = ROOT / "build/front/wasm/pageflow.wasm"
COMPILED = MODULE.with_suffix(".compiled")  # what wasmtime has made of it

Result = collections.namedtuple("Result", "code out err")

LATER = ["memory64", "multi_memory", "multi_value", "simd", "relaxed_simd", "tail_call", "threads", "gc", "exceptions"]


def engine():
    """With no more than all browsers have. References alone cannot be switched off; the lowering refuses their instructions."""
    config = wasmtime.Config()
    for later in LATER:
        setattr(config, f"wasm_{later}", False)
    return wasmtime.Engine(config)


ENGINE = engine()


def compiled():
    """The module, compiled once for all processes and runs."""
    if not COMPILED.exists() or COMPILED.stat().st_mtime_ns < MODULE.stat().st_mtime_ns:
        done = wasmtime.Module.from_file(ENGINE, str(MODULE)).serialize()
        with tempfile.NamedTemporaryFile(dir=COMPILED.parent, delete=False) as file:
            file.write(done)
        os.replace(file.name, COMPILED)
    return wasmtime.Module.deserialize_file(ENGINE, str(COMPILED))


def start(settings):
    """Runs a new instance to its end; its exit code."""
    store = wasmtime.Store(ENGINE)
    store.set_wasi(settings)
    linker = wasmtime.Linker(ENGINE)
    linker.define_wasi()
    try:
        linker.instantiate(store, compiled()).exports(store)["_start"](store)
    except wasmtime.ExitTrap as ended:
        return ended.code
    return 0


def run(words, stdin=b"", folder=ROOT):
    """Runs the command in a folder that it can read and write; a Result, its streams as bytes."""
    settings = wasmtime.WasiConfig()
    settings.argv = ["pageflow", *words]
    settings.preopen_dir(str(folder), ".")
    with tempfile.TemporaryDirectory() as streams:
        names = [os.path.join(streams, name) for name in ("in", "out", "err")]
        pathlib.Path(names[0]).write_bytes(stdin)
        settings.stdin_file, settings.stdout_file, settings.stderr_file = names
        return Result(start(settings), *(pathlib.Path(name).read_bytes() for name in names[1:]))


def main():
    settings = wasmtime.WasiConfig()
    settings.argv = ["pageflow", *sys.argv[1:]]
    settings.env = os.environ.items()
    settings.preopen_dir(".", ".")
    settings.preopen_dir("/", "/")
    settings.inherit_stdin()
    settings.inherit_stdout()
    settings.inherit_stderr()
    sys.exit(start(settings))


if __name__ == "__main__":
    main()

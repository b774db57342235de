# SPDX-License-Identifier: GPL-2.0-only
"""The library as another program sees it: built, installed, linked both ways, with nothing but its interface."""

import os
import pathlib
import re
import subprocess

import pytest

EXAMPLES = "docs/examples"


ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="module")
def native():
    """The library is built for this machine only."""
    if "qemu" in os.environ.get("PAGEFLOW", "") or not (ROOT / "build" / "libpageflow.so").exists():
        pytest.skip("the library is built with the native command")


@pytest.fixture(scope="module")
def installed(native, tmp_path_factory):
    """A fresh installation, for all that only use it."""
    prefix = tmp_path_factory.mktemp("installed") / "prefix"
    (prefix / "lib" / "pkgconfig").mkdir(parents=True)
    version = (ROOT / "VERSION").read_text().strip()
    made = subprocess.run(
        ["make", "-n", "install", f"PREFIX={prefix}", "MAKELEVEL=0"], cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    # What install does after the build, line by line: running the build from a test would build twice at once.
    lines = made.stdout.splitlines()
    first = max(i for i, line in enumerate(lines) if line.startswith(f"install -d {prefix}/bin"))
    script = "set -e\n" + "\n".join(lines[first:])
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (prefix / "lib" / f"libpageflow.so.{version}").exists()
    return prefix


def compile_and_run(source, program, flags, *words, **environment):
    """Compiles an example with warnings as errors, runs it, and gives what it printed."""
    strict = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pthread"]
    built = subprocess.run(["cc", *strict, source, *flags, "-o", program], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    run = subprocess.run([program, *words], capture_output=True, text=True, env={**os.environ, **environment})
    assert run.returncode == 0, run.stderr
    return run.stdout


def expect_embed(text):
    """What the example prints."""
    assert re.search(r"^small: mm_page_alloc: pfn=\d+ order=3 gfp_flags=GFP_KERNEL\|__GFP_ZERO ", text, re.M)
    assert re.search(r"^eight pages at PFN 0x4[0-9a-f]+, first byte 0$", text, re.M)
    assert re.search(r"^a page of node 1 at PFN 0x4[89a-f][0-9a-f]+$", text, re.M)
    before, after = re.findall(r"^Node 0, zone.*$", text, re.M)
    assert before.split()[-1] == "15" and after.split()[-1] == "16"


def test_library_serves_an_installed_program(root, installed, tmp_path):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(installed / "lib" / "pkgconfig")}
    flags = subprocess.check_output(
        ["pkg-config", "--cflags", "--libs", "pageflow"], env=environment, text=True
    ).split()
    library = {"LD_LIBRARY_PATH": str(installed / "lib")}
    program = tmp_path / "embed"
    expect_embed(compile_and_run(root / EXAMPLES / "embed.c", program, flags, tmp_path / "machine", **library))
    needed = subprocess.check_output(["readelf", "-d", program], text=True)
    # Before 1.0 the soname has the minor version too: any of them may change the structs of the header.
    major, minor, _ = (root / "VERSION").read_text().strip().split(".")
    assert f"[libpageflow.so.{f'0.{minor}' if major == '0' else major}]" in needed


def test_library_serves_threads(root, installed, tmp_path):
    flags = [f"-I{installed}/include", f"-L{installed}/lib", "-lpageflow"]
    library = {"LD_LIBRARY_PATH": str(installed / "lib")}
    text = compile_and_run(root / EXAMPLES / "threads.c", tmp_path / "threads", flags, **library)
    assert text == "0 of 4 threads decided differently\n"


def test_library_draws(root, installed, tmp_path):
    flags = [f"-I{installed}/include", f"-L{installed}/lib", "-lpageflow"]
    library = {"LD_LIBRARY_PATH": str(installed / "lib")}
    path = tmp_path / "lists.svg"
    text = compile_and_run(root / EXAMPLES / "drawing.c", tmp_path / "drawing", flags, path, **library)
    assert "Node 0, zone DMA: 16,376 pages free (−8)\n" in text and "1 +1" in text
    assert path.read_text().startswith("<svg ") and path.read_text().endswith("</svg>\n")


def test_library_links_statically(root, installed, tmp_path):
    flags = [f"-I{installed}/include", f"{installed}/lib/libpageflow.a", "-llzma"]
    expect_embed(compile_and_run(root / EXAMPLES / "embed.c", tmp_path / "embed", flags, tmp_path / "machine"))


def test_library_shows_its_interface_only(root):
    names = subprocess.check_output(["nm", "-D", "--defined-only", root / "build" / "libpageflow.so"], text=True)
    shown = {line.split()[-1] for line in names.splitlines()}
    header = (root / "include" / "pageflow.h").read_text()
    declared = set(re.findall(r"PAGEFLOW_API[^;(]*?\*?(pageflow_\w+)\(", header))
    assert shown == declared


def test_header_is_valid_alone_and_in_cpp(root, tmp_path):
    source = tmp_path / "alone.c"
    source.write_text("#include <pageflow.h>\nint main(void) { return !pageflow_version(); }\n")
    for compiler in (["cc", "-std=c11"], ["cc", "-std=c99"], ["cc", "-x", "c++", "-fsyntax-only"]):
        command = [*compiler, "-Wall", "-Wextra", "-Werror", f"-I{root}/include", "-c", source, "-o", tmp_path / "o"]
        run = subprocess.run(command, capture_output=True, text=True)
        if "cannot execute" in run.stderr:
            continue  # no C++ compiler here
        assert run.returncode == 0, run.stderr

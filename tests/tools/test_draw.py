# SPDX-License-Identifier: GPL-2.0-only
"""The pictures of the command: `draw` in the shell, file names of any bytes, and labels in another language."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from terminal import pageflow_command

SVG = "{http://www.w3.org/2000/svg}"
START = "machine 64M\n"
TAKE = "alloc GFP_KERNEL 3\n"


@pytest.fixture
def shell(pageflow, tmp_path):
    """shell(commands): what `pageflow shell` says to them."""

    def run(commands, **options):
        script = tmp_path / "commands.pf"
        script.write_text(commands)
        return pageflow("shell", script, **options)

    return run


def test_draw_is_a_table_with_what_has_changed(shell):
    result = shell(START + "draw\n" + TAKE + "draw\ndraw DMA\n")
    assert (result.returncode, result.stderr) == (0, "")
    first, rest = result.stdout.split("#1: page 0x43c00 order 3\n")
    second, third = rest.split("\norder")
    assert "Node 0, zone DMA: 16,384 pages free\n  Movable  " in first and " 16\n  pageblocks: Movable 32\n" in first
    assert "16,376 pages free (−8)" in second and "15 −1" in second
    assert "16,376 pages free\n" in third and "−" not in third


def test_draw_compares_with_the_same_machine_only(shell):
    result = shell(START + "draw\n" + TAKE + START + "draw\n")
    assert result.stdout.count("16,384 pages free\n") == 2


def test_draw_in_several_forms(shell):
    result = shell(START + "draw svg words table 0 DMA\ndraw zones words\n")
    table, words, rest = result.stdout.partition("\nNode 0, zone DMA: 16,384 pages free. ")
    assert table.startswith("order ") and rest.startswith("Movable: 16 of order 10. Pageblocks: Movable 32.\n<svg ")
    svg, end, zones = rest.partition("</svg>\n")
    picture = ElementTree.fromstring(svg.partition("\n")[2] + end)
    assert picture.find(SVG + "title").text == "State 1: free blocks by type and order"
    assert picture.find(SVG + "desc").text.startswith("Node 0, zone DMA: 16,384 pages free.")
    assert picture.find(SVG + "style") is None
    assert zones.startswith("Node 0, zone DMA: 16,384 pages free; min ")


def test_draw_into_a_file(shell, tmp_path):
    path = tmp_path / "lists.svg"
    result = shell(f"{START}draw {path}\ndraw zones {tmp_path}/zones.svg DMA\n")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert ElementTree.parse(path).getroot().find(SVG + "style") is not None
    titles = [text.text for text in ElementTree.parse(tmp_path / "zones.svg").iter(SVG + "title")]
    assert titles == ["State 2: free pages and watermarks"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("draw High", "draw: there is no zone 'High' on this machine"),
        ("draw 1 DMA", "draw: there is no zone '1 DMA' on this machine"),
        ("draw /nowhere/x.svg", "draw: /nowhere/x.svg cannot be written: No such file or directory"),
    ],
)
def test_draw_says_what_is_wrong(shell, command, words):
    result = shell(START + command + "\n")
    assert result.returncode == 1 and words in result.stderr


def test_draw_onto_a_full_disk(shell, tmp_path):
    path = tmp_path / "full.svg"
    path.symlink_to("/dev/full")
    result = shell(f"{START}draw {path}\n")
    assert result.returncode == 1 and f"draw: {path} was not written whole: No space left on device" in result.stderr


def test_draw_leaves_the_file_alone_when_there_is_nothing_to_draw(shell, tmp_path):
    path = tmp_path / "kept.svg"
    path.write_text("old")
    assert shell(f"{START}draw {path} High\n").returncode == 1
    assert path.read_text() == "old"


def test_draw_needs_a_machine(shell):
    result = shell("draw\n")
    assert result.returncode == 1 and "there is no machine yet" in result.stderr


@pytest.mark.parametrize("command", ["explain", "report"])
def test_a_picture_of_a_file_with_any_name_is_well_formed(root, tmp_path, command):
    name = os.fsencode(tmp_path) + b"/a<b&c\xff\xc3" + 60 * "é".encode() + b".trace"
    source = {"explain": "tests/traces/uma96-order0-10.trace.xz", "report": "tests/samples/5.8.18-kmem.ftrace"}[command]
    with open(name, "wb") as copy:
        copy.write((root / source).read_bytes())
    picture = tmp_path / "picture.svg"
    program = pageflow_command(root)
    words = {"explain": ["GFP_KERNEL", "0", "--machine", name], "report": [name]}[command]
    subprocess.run([*program, command, "--svg", picture, *words], stdout=subprocess.DEVNULL, check=True, cwd=root)
    texts = "".join(text.text or "" for text in ElementTree.parse(picture).iter(SVG + "text"))
    assert 50 * "é" in texts


def test_pictures_speak_the_language_of_the_catalogue(shell, tmp_path):
    catalogue = tmp_path / "de.tsv"
    catalogue.write_text("# German\norder\tOrdnung\nNode %s, zone %s\tZone %2$s auf Knoten %1$s\n%s failed\t\n")
    environment = {**os.environ, "PAGEFLOW_CATALOGUE": str(catalogue)}
    result = shell(START + "draw\n", env=environment)
    assert result.stdout.startswith("Ordnung      ") and "\nZone DMA auf Knoten 0: 16,384 pages free\n" in result.stdout


def test_a_catalogue_that_cannot_be_read_is_named(shell):
    environment = {**os.environ, "PAGEFLOW_CATALOGUE": "/nowhere/de.tsv"}
    result = shell(START + "draw\ndraw\n", env=environment)
    assert (result.returncode, result.stdout) == (2, "")
    said = "PAGEFLOW_CATALOGUE names /nowhere/de.tsv: cannot be read: No such file or directory; check its name; unset it for English"
    assert result.stderr == f"pageflow shell: {said}\n"


def test_steps_draws_a_command(shell, tmp_path):
    fragmented = START + "live\nfile movie\nfragment 3000 movie\n"
    request = "takeall GFP_HIGHUSER_MOVABLE|__GFP_NORETRY|__GFP_NOWARN 9"
    result = shell(f"{fragmented}steps {request}\n")
    said = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (0, "")
    assert said[1].endswith("#1 to #4") and said[2] == "Run 1 begins"
    assert any(line.startswith("Pageblock 0x40000: 512 pages moved, to 0x43e00 (256)") for line in said)
    assert max(map(len, said)) <= 80
    path = tmp_path / "steps.svg"
    result = shell(f"{fragmented}steps {path} words {request}\nsteps words alloc GFP_KERNEL\n")
    picture = ElementTree.parse(path).getroot()
    assert picture.find(SVG + "desc").text.startswith("Run 1 begins; migrate scanner at 0x40000")
    assert result.stdout.splitlines()[-1] == "Compaction did not run."


def test_steps_needs_a_command_on_the_machine(shell):
    for line in ("steps", "steps words", "steps machine 64M", "steps load x"):
        result = shell(f"{START}{line}\n")
        assert "steps: which command on this machine?" in result.stderr, line
    assert "no machine" in shell("steps alloc GFP_KERNEL\n").stderr


def test_draw_lru_tells_what_became_of_pages(shell, root, tmp_path):
    scene = (root / "docs/scenarios/lru-lists.pf").read_text()
    result = shell(scene)
    assert (result.returncode, result.stderr) == (0, "")
    first, last, active = [line for line in result.stdout.splitlines() if line.startswith("Node")]
    assert first == "Node 0, inactive_file: 16,125 pages; 0 went, 0 to another list, 0 put back, 0 came"
    assert last == "Node 0, inactive_file: 16,070 pages (−55); 36 went, 20 to another list, 0 put back, 1 came"
    assert active == "Node 0, active_file: 20 pages (+20); 0 went, 0 to another list, 0 put back, 20 came"
    path = tmp_path / "lru.svg"
    result = shell(f"{START}draw lru words\ndraw lru {path}\n" + scene.replace("draw lru", f"draw lru {path}"))
    assert result.stdout.startswith("No page is on an LRU list.\n")
    picture = ElementTree.parse(path).getroot()
    assert picture.find(SVG + "title").text.startswith("The LRU lists, head at the left · above: before")
    assert picture.find(SVG + "desc").text == f"{last}. {active}"
    assert {"freed", "usable", "allocated"} <= {one.get("class") for one in picture.iter(SVG + "rect")}

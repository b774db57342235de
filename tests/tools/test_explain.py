# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain` and `pageflow snapshot`: stories, answers, exit codes, JSON, pictures, the files of /proc.

Figures are held against zoneinfo of the same machine and the arithmetic written down here, not against what the command
printed some day.
"""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest
from terminal import Terminal, pageflow_command

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def machine(pageflow, tmp_path):
    """Makes a snapshot with shell commands; gives its path."""

    def make(*lines, name="machine.snap"):
        path = tmp_path / name
        done = pageflow("shell", input="\n".join([*lines, f"save {path}"]) + "\n", stdin=None)
        assert done.returncode == 0, done.stderr
        return path

    return make


@pytest.fixture
def zones(pageflow):
    """The zones of a snapshot as its zoneinfo shows them: {(node, name): {word: number}}."""

    def read(path):
        done = pageflow("shell", input=f"load {path}\nzoneinfo\n", stdin=None)
        assert done.returncode == 0, done.stderr
        return parse_zoneinfo(done.stdout)

    return read


def parse_zoneinfo(text):
    found = {}
    for line in text.splitlines():
        head = re.match(r"Node (\d+), zone +(\w+)", line)
        if head:
            zone = found.setdefault((int(head[1]), head[2]), {})
        elif "protection" in line:
            zone["protection"] = [int(number) for number in re.findall(r"\d+", line)]
        elif number := re.match(r" +(?:pages )?(\w+) +(\d+)$", line):
            zone.setdefault(number[1], int(number[2]))
    return {name: zone for name, zone in found.items() if zone.get("present")}


def needed(zone, mark, highest, high=False, harder=False):
    """What usable pages must exceed: the mark, halved for ALLOC_HIGH, less a quarter for ALLOC_HARDER, and the reserve."""
    left = zone[mark]
    if high:
        left -= left // 2
    if harder:
        left -= left // 4
    return left + zone["protection"][highest]


def answer(result):
    last = result.stdout.splitlines()[-1]
    assert last.startswith("answer: ") and last.endswith(".")
    return last


def narrow(result):
    """Every line but the answer fits into 80 columns; the name of a file is as long as it is."""
    return all(len(line) <= 80 for line in result.stdout.splitlines()[:-1] if not line.startswith("  /"))


def test_explain_tells_stage_by_stage(pageflow):
    result = pageflow("explain", "GFP_KERNEL", "3", "--boot", "256M")
    assert result.returncode == 0 and result.stderr == ""
    headings = [line for line in result.stdout.splitlines() if re.match(r"\d\d ", line)]
    assert [line.split(",")[0] for line in headings] == [
        "06 __alloc_pages_nodemask",
        "07 prepare_alloc_pages",
        "08 get_page_from_freelist",
        "11 __rmqueue",
        "12 prep_new_page",
    ]
    assert narrow(result)
    # A whole machine of order 10 blocks: one is split down to order 3.
    assert "split 7 times" in result.stdout
    assert re.search(r"^answer: page 0x[0-9a-f]+ of zone DMA, out of an order 10 block", answer(result))


def test_explain_default_machine_is_1g_without_numa(pageflow):
    result = pageflow("explain", "GFP_KERNEL", "0", "--json")
    story = json.loads(result.stdout)
    assert story["machine"]["configuration"] == "uma"
    assert sum(zone["present"] for zone in story["zones"]) == 262144


def test_explain_refill_and_cpu_list(pageflow, machine):
    first = pageflow("explain", "GFP_KERNEL", "0", "--boot", "64M")
    assert "refilled with" in answer(first)
    second = pageflow("explain", "GFP_KERNEL", "0", "--machine", machine("machine 64M", "alloc GFP_KERNEL"))
    assert "from the list of CPU 0, " in answer(second) and "refilled" not in second.stdout


@pytest.mark.parametrize("free", [0, 1, 40, 95, 96])
def test_explain_atomic_refusal_names_the_shortfall(pageflow, machine, zones, free):
    path = machine("machine 64M", *([f"fragment {free}"] if free else ["fragment 1", "alloc GFP_ATOMIC|MEMALLOC"]))
    zone = zones(path)[0, "DMA"]
    limit = needed(zone, "min", 2, high=True, harder=True)
    result = pageflow("explain", "GFP_ATOMIC", "0", "--machine", path)
    assert result.returncode == (0 if zone["nr_free_pages"] > limit else 1)
    short = limit - zone["nr_free_pages"] + 1
    assert f"DMA is {short} page{'' if short == 1 else 's'} short of its min watermark" in answer(result)
    assert "may not sleep" in answer(result)
    assert narrow(result)


def test_explain_takes_the_last_page_above_the_mark(pageflow, machine, zones):
    path = machine("machine 64M", "fragment 97")
    zone = zones(path)[0, "DMA"]
    above = zone["nr_free_pages"] - needed(zone, "min", 2, high=True, harder=True)
    result = pageflow("explain", "GFP_ATOMIC", "0", "--machine", path)
    if above > 0:
        assert result.returncode == 0
        assert f"{above} page{'' if above == 1 else 's'} above its min watermark" in answer(result)
        assert "slow path" in answer(result)
    else:
        assert result.returncode == 1


def test_explain_names_every_zone_with_its_shortfall(pageflow, machine, zones):
    path = machine("machine 5G", "fragment 2000")
    state = zones(path)
    result = pageflow("explain", "GFP_ATOMIC", "2", "--machine", path)
    assert result.returncode == 1
    said = answer(result)
    assert said.index("Normal") < said.index("DMA32") < said.index("DMA is")
    for (_, name), zone in state.items():
        limit = needed(zone, "min", 2, high=True, harder=True)
        usable = zone["nr_free_pages"] - 3
        short = max(limit - usable + 1, 0)
        assert f"{name} is {short} pages short of its min watermark ({usable} usable, more than {limit} needed)" in said


def test_explain_no_block_is_not_too_few_pages(pageflow, machine):
    path = machine("machine 64M", "fragment 2000")
    result = pageflow("explain", "GFP_NOWAIT", "2", "--machine", path)
    assert result.returncode == 1
    assert "DMA is 0 pages short" in answer(result) and "no free block of order 2 or more" in answer(result)


def test_explain_slow_path_and_its_end(pageflow, machine):
    path = machine("machine 64M", "fragment 2000")
    costly = pageflow("explain", "GFP_KERNEL", "5", "--machine", path)
    assert costly.returncode == 1 and "its order is costly" in answer(costly)
    assert "16 __alloc_pages_direct_compact" in costly.stdout and narrow(costly)
    noretry = pageflow("explain", "GFP_KERNEL|NORETRY", "2", "--machine", path, "--no-reclaim")
    assert noretry.returncode == 1 and "__GFP_NORETRY" in answer(noretry)
    # Reclaim helps: the fragments lie in movable pageblocks that compaction can move nothing of, but nobody is killed.
    stuck = pageflow("explain", "GFP_KERNEL", "2", "--machine", path, "--no-reclaim", "--json")
    story = json.loads(stuck.stdout)
    assert story["found"] is False and story["cost"]["kills"] == 0 and story["cost"]["reclaimed_pages"] == 0


def test_explain_rounds_that_go_alike_are_told_once(pageflow, tmp_path, root):
    sample(root, tmp_path, "uma128cma", lambda text: re.sub(r"nr_free_pages \d+", "nr_free_pages 100", text))
    (tmp_path / "buddyinfo").write_text("Node 0, zone      DMA    100" + "      0" * 10 + "\n")
    (tmp_path / "pagetypeinfo").unlink()
    zoneinfo = tmp_path / "zoneinfo"
    zoneinfo.write_text(re.sub(r"nr_inactive_file 0", "nr_inactive_file 9000", zoneinfo.read_text()))
    zoneinfo.write_text(re.sub(r"nr_zone_inactive_file 0", "nr_zone_inactive_file 9000", zoneinfo.read_text(), count=1))
    result = pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}")
    assert result.returncode == 1
    assert re.search(r"13 __alloc_pages_slowpath, rounds \d+ to \d+, which go alike", result.stdout)


def test_explain_long_masks_are_broken(pageflow):
    result = pageflow("explain", "0x4fbb2e", "2", "--boot", "64M")
    assert narrow(result) and "|__GFP_MOVABLE|" in result.stdout.replace("\n  ", "")


def test_explain_large_order_is_answered(pageflow):
    result = pageflow("explain", "GFP_KERNEL", "11")
    assert result.returncode == 1
    assert answer(result) == "answer: refused: order 11 is above 10, the largest that a free list holds."


def test_explain_nodes(pageflow):
    first = json.loads(pageflow("explain", "GFP_KERNEL", "1", "--boot", "2x64M", "--nid", "1", "--json").stdout)
    assert first["zones"][first["page"]["zone"]]["node"] == 1
    assert [first["zones"][a["zone"]]["node"] for a in first["walks"][0]["attempts"]] == [1, 0]
    policy = json.loads(pageflow("explain", "GFP_KERNEL", "1", "--boot", "2x64M", "--nid", "-1", "--json").stdout)
    assert policy["zones"][policy["page"]["zone"]]["node"] == 0
    both = pageflow("explain", "GFP_KERNEL", "1", "--boot", "2x64M", "--nid", "0")
    assert "zones up to Normal, in the order of trying: node 0 DMA, node 1 DMA" in both.stdout


def test_explain_memory_that_the_cpuset_or_cma_hides(pageflow, machine, zones):
    # 16 MiB of CMA are free, and an unmovable request may not borrow them.
    path = machine("machine 64M,cma=16M", "fragment 300")
    zone = zones(path)[0, "DMA"]
    result = pageflow("explain", "GFP_NOWAIT", "0", "--machine", path, "--json")
    story = json.loads(result.stdout)
    attempt = story["walks"][-1]["attempts"][0]
    assert attempt["cma"] == zone["nr_free_cma"]
    assert attempt["usable"] == zone["nr_free_pages"] - zone["nr_free_cma"]
    assert attempt["needed"] == needed(zone, "min", 2) or story["found"]


BAD = [
    ([], "missing argument GFP"),
    (["GFP_KERNEL"], "missing argument ORDER"),
    (["GFP_KERNEL", "0", "1"], "unexpected argument '1'"),
    (["GFP_DREAM", "0"], "'GFP_DREAM' is not a gfp mask"),
    (["GFP_KERNEL", "two"], "'two' is not an order: orders go from 0 to 10"),
    (["GFP_KERNEL", "99999999999"], "'99999999999' is not an order: orders go from 0 to 10"),
    (["--machine", "", "GFP_KERNEL", "0"], "'--machine' needs a value that is not empty"),
    (["--boot", "", "GFP_KERNEL", "0"], "'--boot' needs a value that is not empty"),
    (["--log", ""], "'--log' needs a value that is not empty"),
    (["GFP_KERNEL", "--nid", "x", "0"], "'--nid' needs a number from -1 to 3, not 'x'"),
    (["GFP_KERNEL", "0", "--nid", "4"], "'--nid' needs a number from -1 to 3, not '4'"),
    (["GFP_KERNEL", "0", "--nid", "1"], "this machine has no NUMA"),
    (["GFP_KERNEL", "0", "--nid", "3", "--boot", "2x64M"], "node 3 is not online"),
    (["GFP_KERNEL|__GFP_MOVABLE|__GFP_RECLAIMABLE", "0"], "exclude each other"),
    (["GFP_KERNEL", "0", "--boot", "much"], "much"),
    (["GFP_KERNEL", "0", "--machine", "/nowhere"], "/nowhere: cannot be read"),
    (["GFP_KERNEL", "0", "--machine", "README.md"], "README.md"),
    (
        ["GFP_KERNEL", "0", "--live=/nowhere"],
        "/nowhere/zoneinfo: cannot be read: No such file or directory; check its name",
    ),
    (["GFP_KERNEL", "0", "--live", "--boot", "1G"], "exclude each other"),
    (["GFP_KERNEL", "0", "--machine"], "'--machine' needs a value: FILE"),
    (["GFP_KERNEL", "0", "--purple"], "unknown option '--purple'"),
    (["GFP_KERNEL", "0", "--svg", "/nowhere/x.svg"], "/nowhere/x.svg"),
]


@pytest.mark.parametrize("words,said", BAD)
def test_explain_bad_input_is_one_line(pageflow, words, said):
    result = pageflow("explain", *words)
    assert result.returncode == 2
    assert said in result.stderr and len(result.stderr.splitlines()) == 1 and result.stdout == ""


def test_explain_json_keys_are_documented(pageflow, machine, root):
    path = machine("machine 5G", "fragment 2000")
    story = json.loads(pageflow("explain", "GFP_KERNEL", "4", "--machine", path, "--json").stdout)
    assert story["version"] == 1
    documented = set(re.findall(r"``(\w+)``", (root / "docs" / "explain.rst").read_text()))

    def keys(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    types = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate"}
    found = json.loads(pageflow("explain", "GFP_KERNEL", "0", "--json").stdout)
    assert (set(keys(story)) | set(keys(found))) - types - documented == set()
    assert story["refusals"] and found["page"]["source"] == "refill"
    assert story["answer"] in pageflow("explain", "GFP_KERNEL", "4", "--machine", path).stdout
    # All that is free are the fragments, whatever a CPU has not yet told the counters.
    lists = [zone["blocks"] for zone in story["zones"]]
    assert sum(n << order for types in lists for counts in types.values() for order, n in enumerate(counts)) == 2000


@pytest.mark.parametrize("request_words", [["GFP_ATOMIC", "3"], ["GFP_HIGHUSER_MOVABLE", "0"], ["GFP_KERNEL", "11"]])
def test_explain_svg_is_well_formed_and_its_texts_do_not_overlap(pageflow, machine, tmp_path, request_words):
    picture = tmp_path / "picture.svg"
    path = machine("machine 5G", "fragment 6000", name="a<b&c.snap")
    result = pageflow("explain", *request_words, "--machine", path, "--svg", picture)
    tree = xml.etree.ElementTree.parse(picture).getroot()
    assert tree.tag == SVG + "svg"
    assert tree.find(SVG + "desc").text == answer(result).removeprefix("answer: ")
    assert tree.find(SVG + "title").text
    assert "prefers-color-scheme: dark" in picture.read_text()
    assert "http" not in picture.read_text().replace("http://www.w3.org/2000/svg", "")
    boxes = []
    for text in tree.iter(SVG + "text"):
        # Wider than any of the letters used are on average.
        width = 7.4 * len(text.text)
        x, y = float(text.get("x")), float(text.get("y"))
        left = x - width if text.get("text-anchor") == "end" else x
        assert left >= 0 and left + width <= 760, text.text
        boxes.append((left, left + width, y - 12, y + 3))
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert one[0] >= other[1] or other[0] >= one[1] or one[2] >= other[3] or other[2] >= one[3]
    assert max(box[3] for box in boxes) <= float(tree.get("height"))


def test_explain_svg_to_standard_output_is_the_picture_alone(pageflow, tmp_path, root):
    words = ["explain", "GFP_KERNEL", "0", "--boot", "64M", "--svg"]
    result = subprocess.run([*pageflow_command(root), *words, "-"], capture_output=True, text=True, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert xml.etree.ElementTree.fromstring(result.stdout).tag == SVG + "svg"
    assert list(tmp_path.iterdir()) == []
    pageflow(*words, tmp_path / "picture")
    assert (tmp_path / "picture").read_text() == result.stdout


def on_terminal(root, *words, **environment):
    """What the command writes to a terminal."""
    with Terminal([*pageflow_command(root), *words], cwd=root, env={**os.environ, **environment}) as terminal:
        return terminal.rest()[0].decode()


def test_explain_colour_on_a_terminal_only(pageflow, root):
    words = ["explain", "GFP_KERNEL", "0", "--boot", "64M"]
    assert "\033[" in on_terminal(root, *words, NO_COLOR="")
    assert "\033[" not in on_terminal(root, *words, NO_COLOR="1")
    assert "\033[" not in pageflow(*words).stdout


# ---- the files of /proc ----


def sample(root, directory, name, change=lambda text: text):
    """Copies a sample's three files to where --live=DIR expects them."""
    for file in ["zoneinfo", "buddyinfo", "pagetypeinfo"]:
        shutil.copy(root / "tests" / "samples" / f"5.8.18-{name}.{file}", directory / file)
    path = directory / "zoneinfo"
    path.write_text(change(path.read_text()))
    return parse_zoneinfo(path.read_text())


@pytest.mark.parametrize("name", ["uma128cma", "uma3z", "numa3z"])
def test_explain_live_samples(pageflow, root, tmp_path, name):
    state = sample(root, tmp_path, name)
    result = pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}", "--json")
    assert result.returncode == 0
    story = json.loads(result.stdout)
    assert story["machine"]["live"] is True and story["machine"]["assumed"]
    # How close to the edge: every zone of the walk, held against its file.
    for attempt in story["walks"][0]["attempts"]:
        zone = story["zones"][attempt["zone"]]
        told = state[zone["node"], zone["zone"]]
        assert attempt["usable"] == told["nr_free_pages"] - told["nr_free_cma"]
        assert attempt["needed"] == needed(told, "low", 2)
    text = pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}")
    assert "would be found" in answer(text) and "assumed: " in text.stdout and narrow(text)


def test_explain_live_without_pagetypeinfo(pageflow, root, tmp_path):
    sample(root, tmp_path, "uma128cma")
    (tmp_path / "pagetypeinfo").unlink()
    story = json.loads(pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}", "--json").stdout)
    assert any("pagetypeinfo could not be read" in line for line in story["machine"]["assumed"])
    # The counter of CMA pages is known all the same.
    assert story["walks"][0]["attempts"][0]["cma"] == 4032


def newer(text):
    """The same zoneinfo as a 6.12 kernel with ZONE_DEVICE would print it, with a boost of 100 on zone DMA."""
    marks = {"min": 0, "low": 1, "high": 2}
    lines, boosted = [], 100
    for line in text.splitlines():
        found = re.match(r"(        )(min|low|high)( +)(\d+)$", line)
        if re.match(r"  pages free", line):
            lines += [line, f"        boost    {boosted}"]
            continue
        if found and found[2] in marks:
            line = f"{found[1]}{found[2]}{found[3]}{int(found[4]) + boosted}"
            if found[2] == "high":
                lines.append(line)
                line = "        promo    999"
                boosted = 0
        line = re.sub(r"(protection: \(.*)\)", r"\1, 7)", line)
        line = line.replace("workingset_refault ", "workingset_refault_anon ")
        lines.append(line)
        if "high:" in line:
            lines += ["              high_min: 42", "              high_max: 420"]
        if "managed" in line:
            lines.append("        cma      0")
        if "nr_free_pages" in line:
            lines.append("      nr_free_pages_blocks 512")
    device = text.splitlines()[-7:]
    assert any("managed" in line for line in device)
    return "\n".join(lines + ["Node 0, zone   Device", *device[1:]]) + "\n"


def test_explain_live_reads_newer_kernels(pageflow, root, tmp_path):
    state = sample(root, tmp_path, "uma128cma")
    plain = json.loads(pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}", "--json").stdout)
    sample(root, tmp_path, "uma128cma", newer)
    types = (tmp_path / "pagetypeinfo").read_text()
    (tmp_path / "pagetypeinfo").write_text(types)
    story = json.loads(pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}", "--json").stdout)
    attempt = story["walks"][0]["attempts"][0]
    assert (attempt["mark"], attempt["boost"]) == (state[0, "DMA"]["low"], 100)
    assert attempt["needed"] == plain["walks"][0]["attempts"][0]["needed"] + 100
    assert not any("boost" in line for line in story["machine"]["assumed"])
    assert any("boost" in line for line in plain["machine"]["assumed"])


def test_explain_live_reads_types_by_their_names(pageflow, root, tmp_path):
    # A kernel without CMA and isolation has fewer columns.
    sample(root, tmp_path, "uma3z")
    path = tmp_path / "pagetypeinfo"
    lines = [line for line in path.read_text().splitlines() if not re.search(r"type +(CMA|Isolate) ", line)]
    text = "\n".join(lines).replace("          CMA      Isolate", "")
    text = re.sub(r"(?m)^(Node 0, zone +\w+(?: +\d+){4}) +\d+ +\d+ *$", r"\1", text)
    path.write_text(text + "\n")
    result = pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}")
    assert result.returncode == 0, result.stderr


DAMAGED = [
    ("zoneinfo", "Node 0, zone", "Knoten 0, zone", "/zoneinfo:"),
    ("zoneinfo", "nr_free_pages ", "nr_free_pages x", "/zoneinfo:"),
    ("zoneinfo", "Node 0, zone      DMA", "Node 5, zone      DMA", "/zoneinfo:"),
    ("zoneinfo", "Node 0, zone      DMA", "Node 0, zone  HighMem", "HighMem"),
    ("buddyinfo", "Node 0, zone", "Node 0, zone Sahara", "/buddyinfo:"),
    ("buddyinfo", "\n", " 4 4 4\n", "11 numbers"),
    ("pagetypeinfo", "Page block order: 9", "Page block order: 10", "pageblocks of order 9"),
    ("pagetypeinfo", "Reclaimable", "Forgettable", "/pagetypeinfo:"),
]


@pytest.mark.parametrize("file,old,new,said", DAMAGED)
def test_explain_live_refuses_what_it_cannot_represent(pageflow, root, tmp_path, file, old, new, said):
    sample(root, tmp_path, "uma128cma")
    path = tmp_path / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    for command in [["explain", "GFP_KERNEL", "0", f"--live={tmp_path}"], ["snapshot", "--proc", tmp_path]]:
        result = pageflow(*command)
        assert result.returncode == 2
        assert said in result.stderr and len(result.stderr.splitlines()) == 1 and result.stdout == ""


def test_explain_live_reads_any_prefix(pageflow, root, tmp_path):
    """A file that ends early is either enough or refused in one line."""
    sample(root, tmp_path, "uma128cma")
    whole = (tmp_path / "zoneinfo").read_text()
    for length in range(0, len(whole), 97):
        (tmp_path / "zoneinfo").write_text(whole[:length])
        result = pageflow("explain", "GFP_KERNEL", "0", f"--live={tmp_path}")
        assert result.returncode in (0, 1, 2)
        assert (result.returncode == 2) == (len(result.stderr.splitlines()) == 1)


@pytest.mark.parametrize("name", ["uma128cma", "uma3z", "numa3z"])
def test_snapshot_keeps_what_the_files_say(pageflow, root, tmp_path, name, zones):
    state = sample(root, tmp_path, name)
    saved = tmp_path / "saved.snap"
    result = pageflow("snapshot", "--proc", tmp_path, "-o", saved)
    assert result.returncode == 0 and result.stdout == "" and result.stderr == ""
    assert pageflow("snapshot", "--proc", tmp_path).stdout == saved.read_text()
    again = zones(saved)
    for zone, told in state.items():
        for word in ["min", "low", "high", "managed", "nr_free_pages", "protection"]:
            assert again[zone][word] == told[word]
    live = json.loads(pageflow("explain", "GFP_ATOMIC", "3", f"--live={tmp_path}", "--json").stdout)
    later = json.loads(pageflow("explain", "GFP_ATOMIC", "3", "--machine", saved, "--json").stdout)
    assert live["walks"] == later["walks"]


@pytest.mark.parametrize("words", [["--proc"], ["--blue"], ["x"], ["--proc", "/nowhere"], ["-o", "/nowhere/x"]])
def test_snapshot_bad_input_is_one_line(pageflow, root, tmp_path, words):
    sample(root, tmp_path, "uma128cma")
    if words[0] == "-o":
        words = [*words, "--proc", tmp_path]
    result = pageflow("snapshot", *words)
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("missing", ["zoneinfo", "buddyinfo"])
def test_snapshot_says_why_a_file_cannot_be_read(pageflow, root, tmp_path, missing):
    sample(root, tmp_path, "uma128cma")
    (tmp_path / missing).unlink()
    result = pageflow("snapshot", "--proc", tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"pageflow snapshot: {tmp_path}/{missing}: cannot be read: No such file or directory; check its name\n"
    )


def test_snapshot_needs_no_pagetypeinfo(pageflow, root, tmp_path):
    sample(root, tmp_path, "uma128cma")
    (tmp_path / "pagetypeinfo").unlink()
    assert pageflow("snapshot", "--proc", tmp_path, "-o", "-").stdout == pageflow("snapshot", "--proc", tmp_path).stdout

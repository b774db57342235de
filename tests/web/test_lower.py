# SPDX-License-Identifier: GPL-2.0-only
"""Modules with a 64-bit memory do the same when they are lowered to a 32-bit one (src/web/lower.py).

Each is written in the text format, runs as it is and lowered, and gives the same; what the pass does not know it refuses.
"""

import pathlib
import subprocess
import sys

import pytest
import wasmtime

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[2] / "src/web")]

import lower  # noqa: E402

import engine  # noqa: E402

LOWER = engine.ROOT / "src/web/lower.py"
LOADS = {
    "i32": ["load", "load8_s", "load8_u", "load16_s", "load16_u"],
    "i64": ["load", "load8_s", "load8_u", "load16_s", "load16_u", "load32_s", "load32_u"],
    "f32": ["load"],
    "f64": ["load"],
}
STORES = {
    "i32": ["store", "store8", "store16"],
    "i64": ["store", "store8", "store16", "store32"],
    "f32": ["store"],
    "f64": ["store"],
}
VALUES = {"i32": -0x12345678, "i64": -0x123456789ABCDEF, "f32": 1.5, "f64": -0.1}
BYTES = r'(data (i64.const 64) "\f1\e2\d3\c4\b5\a6\97\88")'


def wide_engine():
    config = wasmtime.Config()
    config.wasm_memory64 = True
    return wasmtime.Engine(config)


WIDE = wide_engine()


def results(machine, module, arguments):
    """What its function `run` gives for each of them; None where it traps."""
    store = wasmtime.Store(machine)
    run = wasmtime.Instance(store, wasmtime.Module(machine, module), []).exports(store)["run"]

    def result(given):
        try:
            return run(store, *given)
        except wasmtime.Trap:
            return None

    return [result(given) for given in arguments]


def alike(fields, *arguments):
    """The results of a module of these fields; the lowered one has the same."""
    module = bytes(wasmtime.wat2wasm(f"(module {fields})"))
    expected = results(WIDE, module, arguments)
    assert results(engine.ENGINE, lower.lower(module), arguments) == expected
    return expected


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in LOADS for name in LOADS[kind]])
def test_load(kind, name):
    run = f"""(func (export "run") (param i64) (result {kind}) ({kind}.{name} offset=60 (local.get 0)))"""
    found = alike(f"(memory i64 1) {BYTES} {run}", [4], [5], [65536])
    assert found[0] and found[0] != found[1] and found[2] is None


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in STORES for name in STORES[kind]])
def test_store(kind, name):
    run = f"""(func (export "run") (param i64 {kind}) (result i64)
                ({kind}.{name} offset=60 (local.get 0) (local.get 1)) (i64.load (i64.const 64)))"""
    found = alike(f"(memory i64 1) {run}", [4, VALUES[kind]], [6, VALUES[kind]], [65536, VALUES[kind]])
    assert found[0] and found[0] != found[1] and found[2] is None


def test_stores_of_all_kinds_in_one_function():
    run = """(func (export "run") (param i64) (result f64) (local i32 f64)
               (i32.store (local.get 0) (i32.const 7)) (f64.store offset=8 (local.get 0) (f64.const 2.5))
               (f32.store offset=16 (local.get 0) (f32.const 3)) (i64.store8 (i64.const 1) (i64.const 1))
               (local.set 1 (i32.load (local.get 0))) (local.set 2 (f64.load offset=8 (local.get 0)))
               (f64.add (f64.add (f64.convert_i32_s (local.get 1)) (local.get 2))
                        (f64.promote_f32 (f32.load offset=16 (local.get 0)))))"""
    assert alike(f"(memory i64 1) {run}", [0]) == [0x107 + 5.5]


def test_memory_grows_as_far_as_it_may():
    run = """(func (export "run") (param i64) (result i64)
               (i64.or (memory.grow (local.get 0)) (i64.shl (memory.size) (i64.const 8))))"""
    wanted = [[2], [0], [2], [1 << 16], [1 << 32], [(1 << 32) + 1], [-1], [1], [1]]
    assert alike(f"(memory i64 2 5) {run}", *wanted) == [2 | 4 << 8, 4 | 4 << 8, *[-1] * 5, 4 | 5 << 8, -1]


@pytest.mark.parametrize(
    "instruction",
    [
        "(memory.fill (local.get 0) (i32.const 0x5a) (local.get 1))",
        "(memory.copy (local.get 0) (i64.const 64) (local.get 1))",
        "(memory.copy (i64.const 0) (local.get 0) (local.get 1))",
        "(memory.init 1 (local.get 0) (i32.const 1) (i32.wrap_i64 (local.get 1)))",
        "(data.drop 1)",
    ],
)
def test_bytes_at_once(instruction):
    run = f"""(func (export "run") (param i64 i64) (result i64)
                {instruction} (i64.xor (i64.load (i64.const 0)) (i64.load (i64.const 66))))"""
    places = [(1, 2), (64, 3), (67, 5), (65530, 100), (0, 0)]
    assert alike(f'(memory i64 1) {BYTES} (data "abcdefgh") {run}', *places)[0] is not None


def test_call_through_the_table():
    run = """(type $two (func (param i64 i32) (result i64)))
             (table i64 4 funcref) (elem (i64.const 1) $sum $product)
             (func $sum (param i64 i32) (result i64) (i64.add (local.get 0) (i64.extend_i32_s (local.get 1))))
             (func $product (param i64 i32) (result i64) (i64.mul (local.get 0) (i64.extend_i32_s (local.get 1))))
             (func (export "run") (param i64) (result i64)
               (call_indirect (type $two) (i64.const 6) (i32.const 7) (local.get 0)))"""
    assert alike(run, [1], [2], [0], [4]) == [13, 42, None, None]


def test_what_needs_no_address_stays():
    run = """(global $g (mut i64) (i64.const -5))
             (func (export "run") (param i32) (result i64) (local f32)
               (local.set 1 (f32.const 1e30))
               (block $c (block $b (block $a (br_table $a $b $c (local.get 0)))
                 (global.set $g (i64.const 0x7fffffffffffffff)) (br $c))
                 (loop $again
                   (global.set $g (i64.sub (global.get $g) (i64.const 0x80)))
                   (br_if $again (i64.gt_s (global.get $g) (i64.const -0x8000000000)))
                   (local.set 1 (f32.const -0.5))
                   (br $c)))
               (if (result i64) (i32.const -2147483648)
                 (then (i64.add (global.get $g) (i64.trunc_sat_f32_s (local.get 1))))
                 (else (i64.extend8_s (select (i64.const 1) (i64.trunc_f64_u (f64.const 3)) (local.get 0))))))"""
    found = alike(run, [0], [2])
    assert found[0] == -2 and found[1] is not None


def refused(text):
    with pytest.raises(lower.Refused) as what:
        lower.lower(bytes(wasmtime.wat2wasm(f"(module {text})")))
    return str(what.value)


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        ("(drop (table.get 0 (i64.const 0)))", "the instruction 0x25"),
        ("(table.set 0 (i64.const 0) (ref.null func))", "the instruction 0xd0"),
        ("(drop (table.size 0))", "the instruction 0xfc 16"),
        ("(table.copy (i64.const 0) (i64.const 0) (i64.const 0))", "the instruction 0xfc 14"),
        ("(drop (v128.load (i64.const 0)))", "the instruction 0xfd"),
        ("(drop (i32.atomic.load (i64.const 0)))", "the instruction 0xfe"),
        ("(drop (select (result i64) (i64.const 0) (i64.const 0) (i32.const 0)))", "the instruction 0x1c"),
        ("(drop (i32.load offset=0x100000000 (i64.const 0)))", "an offset of 4294967296"),
        ("(drop (i32.load $second (i64.const 0)))", "a memory that is not the first"),
    ],
)
def test_an_unknown_instruction_is_refused(instruction, said):
    assert refused(f"(memory i64 1) (memory $second i64 1) (table i64 1 funcref) (func {instruction})") == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("(memory 1)", "a memory or a table with the flags 0"),
        ("(memory i64 1 65537)", "a memory or a table of 65537"),
        ("(table i64 1 externref)", "a table that is not one of functions"),
        ('(import "a" "b" (memory i64 1))', "the import a.b, which is no function"),
        ('(memory i64 1) (data (i64.const 0x80000000) "a")', "a segment at 2147483648"),
        ('(memory i64 1) (data (i64.const -1) "a")', "a segment at -1"),
        ("(tag)", "a section of the kind 13"),
    ],
)
def test_an_unknown_module_is_refused(fields, said):
    assert refused(fields) == said


def test_custom_sections_are_left_out():
    module = bytes(wasmtime.wat2wasm('(module (func $named) (@custom "target_features" "memory64"))'))
    assert b"memory64" in module and b"memory64" not in lower.lower(module)


def test_the_command_says_what_it_refuses(tmp_path):
    (tmp_path / "wide").write_bytes(wasmtime.wat2wasm("(module (table i64 1 funcref) (func (drop (table.size 0))))"))
    words = [sys.executable, LOWER, tmp_path / "wide", tmp_path / "lowered"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1 and "wide: the instruction 0xfc 16: this is not known here" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "lowered").exists()

# SPDX-License-Identifier: GPL-2.0-only
"""`make gdb KERNEL=...` up to the moment gdb takes over: what is fetched, what is booted, what is refused and how."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time

import pytest
from hang import HANG
from kernel_tree import APT_CACHE, IMAGE, KERNEL_SECTIONS, VERSION, Tree, elf, image, package

FETCHED = ['debian', IMAGE, f'{IMAGE}/version', f'{IMAGE}/vmlinux', f'{IMAGE}/vmlinuz']


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def wait_for(condition):
    until = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


# ---- Fetching ------------------------------------------------------------------------------------------------------


def test_debian_is_fetched_once(tree):
    status, said = tree.run('debian', YES='1')
    assert status == 7, said  # gdb's own
    assert tree.kept() == FETCHED
    assert f'{IMAGE} {VERSION}' in said and 'download  6 MB' in said
    asked = tree.read('apt-said')
    assert f'download {IMAGE}={VERSION} {IMAGE}-dbg={VERSION}' in asked
    assert tree.run('debian', NO_NETWORK='1')[0] == 7
    assert tree.read('apt-said') == asked


def test_a_package_by_its_name(tree):
    assert tree.run(f'debian:{IMAGE}', YES='1')[0] == 7
    assert tree.kept() == FETCHED[1:]


def test_without_a_terminal_it_is_not_fetched(tree):
    assert 'a download of 6 MB; there is no terminal to ask at: YES=1' in tree.refusal('debian')
    assert tree.kept() == []


@pytest.mark.parametrize('answer, status', [('y', 7), ('n', 1), ('', 1)])
def test_one_question_on_a_terminal(tree, answer, status):
    ours, its = os.openpty()
    process = tree.start('debian', stdin=its)
    os.write(ours, f'{answer}\n'.encode())
    said = process.communicate(timeout=HANG)[1]
    os.close(ours)
    os.close(its)
    assert process.returncode == status, said
    assert said.count('[y/N]') == 1
    assert tree.kept() == (FETCHED if status == 7 else [])


def test_lists_of_yesterday_are_looked_up_anew(tree):
    tree.standin('apt-cache', 'case " $* " in *Dir::State*) exec apt-cache-new "$@" ;; esac')
    tree.standin('apt-cache-new', APT_CACHE)
    assert tree.run('debian', YES='1')[0] == 7
    assert '/.cache/kernel/.new/apt' in tree.read('apt-said')
    assert tree.kept() == FETCHED


def without(*names):
    return lambda tree: [(tree.bin / name).unlink() for name in names]


def small_disk(tree):
    tree.standin('df', 'echo Avail; echo 1000000000')


def cut_package(tree):
    (tree.top / f'packages/{IMAGE}-dbg_1.deb').write_bytes(b'no archive at all')


def no_symbols_in_it(tree):
    package(tree.top / f'packages/{IMAGE}-dbg_1.deb', {'./usr/share/doc/x': b''})


def ubuntu(tree):
    tree.write('os-release', b'ID=ubuntu\nID_LIKE=debian\n')


CANNOT_FETCH = [
    ('debian', without('apt-get'), {}, 'with apt-get, which is not here; KERNEL=VMLINUX,IMAGE takes'),
    ('debian', ubuntu, {}, 'http://ddebs.ubuntu.com'),
    ('debian', None, {'NO_NETWORK': '1'}, 'the archive cannot be reached: Failed to fetch'),
    ('debian:linux-image-9', None, {}, 'the archive has no package linux-image-9 with symbols'),
    ('debian:bash', None, {}, 'a package of a kernel is named linux-image-'),
    ('debian', small_disk, {}, 'the disk has 1000 MB free, and 1080 MB are needed'),
    ('debian', cut_package, {}, 'cannot unpack'),
    ('debian', no_symbols_in_it, {}, 'cannot unpack'),
]


@pytest.mark.parametrize(
    'kernel, prepare, settings, why', CANNOT_FETCH, ids=lambda value: getattr(value, '__name__', None)
)
def test_what_cannot_be_fetched(tree, kernel, prepare, settings, why):
    if prepare:
        prepare(tree)
    assert why in tree.refusal(kernel, YES='1', **settings)
    assert tree.kept() == []


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_download_leaves_nothing(tree, how):
    process = tree.start('debian', YES='1', STUCK='1')
    wait_for((tree.top / 'stuck').exists)
    os.killpg(process.pid, how)
    process.communicate(timeout=HANG)
    assert process.returncode
    wait_for(lambda: tree.kept() == [])


def test_none_removes_it(tree):
    tree.run('debian', YES='1')
    status, said = tree.run('none')
    assert (status, bool(re.fullmatch(r'kernel: removed .cache/kernel: \d+ MB freed\n', said))) == (0, True), said
    assert not (tree.top / '.cache/kernel').exists()
    assert tree.run('none') == (0, 'kernel: there is no kernel in .cache/kernel\n')


# ---- The files -----------------------------------------------------------------------------------------------------

FILES = [
    ('nosuch,vmlinuz', {}, 'nosuch cannot be read: No such file'),
    ('vmlinux,nosuch', {}, 'nosuch cannot be read: No such file'),
    ('.,vmlinuz', {}, '. cannot be read: Is a directory'),
    ('x,vmlinuz', {'x': b'text'}, 'x is not an ELF file of 64 bits'),
    ('x,vmlinuz', {'x': b'\x1f\x8b' + bytes(90)}, 'x is packed with gzip: unpack it'),
    ('x,vmlinuz', {'x': elf(3)}, 'x is for machine 3'),
    ('x,vmlinuz', {'x': elf(sections=('.text',))}, 'x is not a kernel'),
    ('x,vmlinuz', {'x': elf(sections=KERNEL_SECTIONS[:2])}, 'x has no debug symbols'),
    ('x,vmlinuz', {'x': elf()[:-70]}, 'x is cut short'),
    ('vmlinux,x', {'x': b'text'}, 'x is not the image of a kernel'),
    ('vmlinux,vmlinux', {}, 'vmlinux is an ELF file; wanted is the image'),
    ('vmlinux,x', {'x': image('aarch64')}, 'x is for aarch64, and vmlinux for x86_64'),
    ('vmlinux', {}, 'KERNEL=vmlinux: give debian, debian:PACKAGE, VMLINUX,IMAGE, ATTACH:PORT,VMLINUX or none'),
    ('vmlinux,', {}, 'KERNEL=vmlinux,: give debian'),
]


@pytest.mark.parametrize('kernel, files, why', FILES)
def test_files_that_are_no_kernel(tree, kernel, files, why):
    for name, data in files.items():
        tree.write(name, data)
    assert tree.refusal(kernel).startswith(why)


# ---- Booting -------------------------------------------------------------------------------------------------------


def test_gdb_begins_when_the_guest_is_ready(tree):
    status, said = tree.run('vmlinux,vmlinuz', 'bt; info  registers')
    assert status == 7, said
    assert re.fullmatch(rf'{tree.temporary}/pageflow-kernel\.\w+/gdb\n', tree.read('place'))
    told = tree.read('debugger-told').splitlines()
    assert told[-1] == 'vmlinux'
    assert told[told.index('bt') - 1 :][:4] == ['-ex', 'bt', '-ex', 'info  registers']
    assert 'busybox microcom build/kernel/shell' in said
    assert not tree.emulators()
    assert not list(tree.temporary.iterdir())


def test_no_port_and_no_network(tree):
    tree.run('vmlinux,vmlinuz', MEMORY='1G', CPUS='2', CMDLINE='one two', QEMU='-cpu max')
    told = tree.read('emulator-told')
    for words in ('-nic none', '-display none', '-no-reboot', '-m 1G', '-smp 2', '-gdb chardev:gdb', ' nokaslr '):
        assert words in told
    assert told.endswith(' one two -cpu max\n')
    assert 'tcp:' not in told
    assert 'port=' not in told


def test_a_kernel_that_moves_is_not_told_to_stay(tree):
    tree.run('vmlinux,vmlinuz', CMDLINE='kaslr')
    assert 'nokaslr' not in tree.read('emulator-told')


@pytest.mark.parametrize(
    'settings, why',
    [
        ({'GUEST': 'panics'}, 'the kernel does not come up; all that it said is in build/kernel/console.log'),
        ({'GUEST': 'ends'}, 'the emulator ended: qemu: cannot allocate'),
        ({'MEMORY': '12'}, "MEMORY=12: give the guest's memory as 256M or 2G"),
        ({'MEMORY': '1M'}, 'MEMORY=1M: '),
        ({'CPUS': '0'}, 'CPUS=0: give the guest from 1 to 64 processors'),
        ({'CPUS': 'x'}, 'CPUS=x: '),
        ({'QEMU': '"'}, 'QEMU=": no closing quotation'),
    ],
)
def test_a_guest_that_does_not_come_up(tree, settings, why):
    assert tree.refusal('vmlinux,vmlinuz', **settings).startswith(why)


def test_the_last_words_of_a_kernel_are_shown(tree):
    assert '  | Kernel panic - not syncing: no init\n' in tree.run('vmlinux,vmlinuz', GUEST='panics')[1]


@pytest.mark.parametrize(
    'name, why', [('qemu-system-x86_64', 'qemu-system-x86_64 is not here'), ('busybox', 'no static busybox')]
)
def test_without_what_boots_it(tree, name, why):
    without(name)(tree)
    assert tree.refusal('vmlinux,vmlinuz').startswith(why)


@pytest.mark.parametrize('how', [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_emulator_ends_with_what_started_it(tree, how):
    process = tree.start('vmlinux,vmlinuz', WAIT='1')
    wait_for((tree.top / 'debugger-told').exists)
    assert len(tree.emulators()) == 1
    os.kill(process.pid, how)
    wait_for(lambda: not tree.emulators())
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_boot_alone_until_stdin_is_closed(tree):
    first = tree.start('--boot', 'vmlinux,vmlinuz', stdin=subprocess.PIPE)
    things = dict(line.split() for line in iter(first.stdout.readline, 'ready\n'))
    assert (things['machine'], things['shell'], things['console']) == (
        'x86_64',
        'build/kernel/shell',
        'build/kernel/console.log',
    )
    second = tree.start('--boot', 'vmlinux,vmlinuz', stdin=subprocess.PIPE)
    assert 'console build/kernel-2/console.log\n' in list(iter(second.stdout.readline, 'ready\n'))
    assert len(tree.emulators()) == 2
    for process in (first, second):
        process.communicate()
        assert process.returncode == 0
    assert not tree.emulators()


# ---- Attaching -----------------------------------------------------------------------------------------------------


def test_attach_to_a_port_of_this_machine(tree):
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen()
        port = server.getsockname()[1]
        for place in (port, f'localhost:{port}'):
            assert tree.run(f'ATTACH:{place},vmlinux')[0] == 7
            assert tree.read('place') == f'127.0.0.1:{port}\n'
    assert f'nobody listens at port {port} of this machine' in tree.refusal(f'ATTACH:{port},vmlinux')
    assert not (tree.top / 'emulators').exists()


def test_attach_to_a_socket(tree):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tree.top / 's'))
        assert tree.run('ATTACH:./s,vmlinux')[0] == 7
    assert tree.read('place') == './s\n'


@pytest.mark.parametrize(
    'kernel, why',
    [
        ('ATTACH:0,vmlinux', 'ATTACH:0: a port is a number from 1 to 65535'),
        ('ATTACH:70000,vmlinux', 'ATTACH:70000: a port is a number'),
        ('ATTACH:12x,vmlinux', 'ATTACH:12x: a port is a number'),
        ('ATTACH:example.org:1,vmlinux', 'ATTACH:example.org:1: give a port of this machine'),
        ('ATTACH:10.0.0.1:1,vmlinux', 'ATTACH:10.0.0.1:1: give a port of this machine'),
        ('ATTACH:/nosuch,vmlinux', '/nosuch is neither a socket nor a serial device'),
        ('ATTACH:1234', 'KERNEL=ATTACH:1234: give where the kernel waits'),
    ],
)
def test_places_where_no_kernel_waits(tree, kernel, why):
    assert tree.refusal(kernel).startswith(why)

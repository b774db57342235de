# SPDX-License-Identifier: GPL-2.0-only
"""The forms that logs take on their way: broken lines, quotations, escapes, prefixes, envelopes, and two woven into one."""

import datetime
import html
import json
import re
import textwrap

PREFIX = re.compile(r"(?:[>|]+ *)*(?:\w{3} +\d+ [\d:]+ \S+ kernel: )?(?:\[(?: *\d+\.\d+|\w{3} \w{3} [^]]*)\] ?)?")


def messages(text):
    """The lines of a report without their prefixes."""
    return [line[PREFIX.match(line).end() :] for line in text.splitlines()]


def prefixed(text, prefix):
    """Each line with a prefix, which is a text, or made from the line's number."""
    made = prefix if callable(prefix) else lambda number: prefix
    return "".join(f"{made(number)}{line}\n" for number, line in enumerate(messages(text)))


def softly(text, width):
    """As mail programs break lines: at blanks, where there are any."""
    broken = []
    for line in text.splitlines():
        broken += textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False, drop_whitespace=True) or [
            ""
        ]
    return "\n".join(broken) + "\n"


def hard(text, width):
    """As consoles break them: at a column."""
    return "".join(
        line[at : at + width] + "\n" for line in text.splitlines() for at in range(0, max(len(line), 1), width)
    )


def quoted(text, sign="> "):
    return "".join(sign + line + "\n" for line in text.splitlines())


def escaped(text):
    return html.escape(text).replace(" [", "&nbsp;[")


def journal(text, host="node7"):
    return "".join(
        json.dumps(
            {
                "__CURSOR": "s=1;i=2",
                "_HOSTNAME": host,
                "MESSAGE": line,
                "__REALTIME_TIMESTAMP": str(1700000000000000 + number),
                "_SOURCE_MONOTONIC_TIMESTAMP": str(7000000 + number),
            }
        )
        + "\n"
        for number, line in enumerate(messages(text))
    )


def bytes_of_journal(text):
    return "".join(json.dumps({"MESSAGE": list(line.encode())}) + "\n" for line in messages(text))


def export(text):
    return "".join(
        f"__CURSOR=s=1\n__REALTIME_TIMESTAMP=170\nPRIORITY=4\nMESSAGE={line}\n_HOSTNAME=node7\n\n"
        for line in messages(text)
    )


def container(text):
    return "".join(
        json.dumps({"log": line + "\n", "stream": "stderr", "time": "2026-11-24T14:58:07.123456789Z"}) + "\n"
        for line in messages(text)
    )


def packed(text):
    """Totals in one line of syslog, as its daemons make of a message of several lines."""
    lines = prefixed(text, "Nov 24 14:58:07 node7 kernel: [   12.345678] ").splitlines()
    out = []
    for line in lines:
        message = line.split("] ", 1)[-1]
        if re.match(r" (active_file|unevictable|slab|mapped|sec_page|kernel_misc|free):", message) and out:
            out[-1] += "#012" + message
        else:
            out.append(line)
    return "\n".join(out) + "\n"


def coloured(text):
    return "".join(f"\033[32m{line[:15]}\033[0m\033[1m{line[15:]}\033[0m\n" for line in text.splitlines())


def day(number):
    return datetime.datetime(2026, 11, 24, 14, 58, 7) + datetime.timedelta(milliseconds=number)


PREFIXES = {
    "time": lambda number: f"[{100 + number / 1000:12.6f}] ",
    "task": lambda number: f"[{100 + number / 1000:12.6f}][ T1234] ",
    "cpu": lambda number: f"[{100 + number / 1000:12.6f}][   C3] ",
    "both": lambda number: f"[{100 + number / 1000:12.6f}][ T1234@C3] ",
    "level": lambda number: f"<4>[{100 + number / 1000:12.6f}] ",
    "vendor": lambda number: f"<4>[{100 + number / 1000:12.6f}] c3   1234 ",
    "vendor-cpu": lambda number: f"[{100 + number / 1000:12.6f}] c{number % 4} ",
    "android": lambda number: f"[{100 + number / 1000:12.6f}] [c0] ",
    "mediatek": lambda number: f"<4>[{100 + number / 1000:12.6f}] (3)[1234:worker]",
    "samsung": lambda number: f"[{100 + number / 1000:12.6f}] [0:         worker: 1234] ",
    "dmesg-T": lambda number: f"[Tue Nov 24 14:58:{7 + number // 40:02} 2026] ",
    "dmesg-x": lambda number: f"kern  :warn  : [{100 + number / 1000:12.6f}] ",
    "dmesg-d": lambda number: f"[{100 + number / 1000:12.6f} <    0.001000>] ",
    "syslog": lambda number: f"Nov 24 14:58:07 node7 kernel: [{100 + number / 1000:12.6f}] ",
    "syslog-bare": lambda number: "Nov 24 14:58:07 node7 kernel: ",
    "vmunix": lambda number: "Nov 24 14:58:07 node7 vmunix: ",
    "openwrt": lambda number: f"Tue Nov 24 14:58:07 2026 kern.warn kernel: [{100 + number / 1000:12.6f}] ",
    "rsyslog": lambda number: (
        f"{day(number).isoformat(timespec='microseconds')}+00:00 node7 kernel: [{number:5}.000000] "
    ),
    "journal-full": lambda number: "Tue 2026-11-24 14:58:07 UTC node7 kernel: ",
    "journal-unix": lambda number: f"{1700000000 + number}.123456 node7 kernel: ",
    "journal-monotonic": lambda number: f"[{100 + number / 1000:12.6f}] node7 kernel: ",
    "logcat": lambda number: "11-24 14:58:07.123  0 0 E kernel  : ",
    "logcat-wide": lambda number: "01-01 00:00:00.000     0     0 W         : ",
    "logcat-time": lambda number: "11-24 14:58:07.123 E/kernel  (    0): ",
    "kubernetes": lambda number: "2026-11-24T14:58:07.123456789Z stderr F ",
    "kmsg": lambda number: f"4,{number},{100000 + number},-;",
    "kmsg-caller": lambda number: f"4,{number},{100000 + number},-,caller=T12;",
    "wall": lambda number: f"kernel:[{100 + number / 1000:12.6f}] ",
}

FORMS = {
    "as it is": lambda text: text,
    "bare": lambda text: "\n".join(messages(text)) + "\n",
    "quoted": quoted,
    "quoted twice": lambda text: quoted(quoted(text)),
    "quoted three times": lambda text: quoted(text, ">>>   "),
    "with bars": lambda text: quoted(text, "| "),
    "HTML": escaped,
    "HTML, quoted": lambda text: escaped(quoted(text)),
    "HTML with tags": lambda text: escaped(text).replace("\n", "<br/>\n"),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
    "journald's JSON": journal,
    "journald's JSON in bytes": bytes_of_journal,
    "journald's export": export,
    "a container's JSON": container,
    "several lines in one of syslog": packed,
    "colours": coloured,
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    **{f"prefix {name}": lambda text, prefix=prefix: prefixed(text, prefix) for name, prefix in PREFIXES.items()},
}

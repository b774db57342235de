# SPDX-License-Identifier: GPL-2.0-only
"""`python3 -m labs [NAME [--check | --again]]`: what `make lab` runs.

Without a name the labs are listed. With one the lab is laid out in build/lab/NAME/, unless it is there already; --again puts what is
there aside first. --check grades it: exit 0 when all tests of its stage and all recordings pass, 1 otherwise.
"""

import argparse
import os
import subprocess
import sys

from . import definitions, grading
from .bench import REPORT, Bench
from .definitions import LEVELS, ROOT, LabError


def list_labs(labs):
    print(f"{'LAB':<23}{'STAGE':<6}{'LEVEL':<7}WHAT")
    for lab in labs:
        print(f"{lab.name:<23}{lab.stage:<6}{LEVELS[lab.level]:<7}{lab.what}")
    print("\nmake lab L=NAME          lays one out in build/lab/NAME/")
    print("make lab L=NAME CHECK=1  says how far it has got")
    begun = [bench for bench in map(Bench, labs) if bench.is_laid_out]
    for bench in begun:
        print(f"{'' if bench is not begun[0] else chr(10)}{bench}/: {bench.notes().get('result') or 'laid out'}")


def lay_out(lab, again):
    bench = Bench(lab)
    if again and bench.path.exists():
        print(f"{bench}/ is now build/lab/{bench.put_aside()}/")
    missing = bench.lay_out()
    if not missing:
        print(f"{bench}/ is laid out already, and nothing there was changed.")
        print(f"make lab L={lab.name} AGAIN=1   puts it aside under another name and begins anew")
    else:
        print(f"{bench}/ has now:")
        says = {"README.md": "what to do", lab.file_name: f"to be written: {', '.join(map(str, lab.empty))}"}
        for name in missing:
            print(f"  {name:<28}{says[name]}")
    print(f"make lab L={lab.name} CHECK=1   says how far it has got")


def check(lab):
    bench = Bench(lab)
    text = bench.text()
    if bench.is_untouched():
        print(f"{bench}/{lab.file_name} is as it was laid out: nothing is written yet")
    if bench.is_outdated():
        print(
            f"{lab.file} has changed since this lab was laid out; AGAIN=1 lays out the new form, and puts yours aside"
        )
    build_the_book()
    made = grading.grade(lab, text)
    for line in grading.report(made, f"{bench}/{lab.file_name}"):
        print(line)
    bench.note(made.standing, grading.report(made, f"{bench}/{lab.file_name}", whole=True))
    if made.built.ok and not made.passed:
        print(f"every failure: {bench}/{REPORT}")
    print(f"{lab.name}: {made.standing}")
    return 0 if made.passed else 1


def build_the_book():
    """Everything but the lab's file comes from objects of the book's form, which make keeps up to date."""
    if not (ROOT / "build/front/mutants/pageflow").exists():
        print("lab: the whole program is built once, which takes a minute", file=sys.stderr)
    # A make of its own, not a part of the one that runs this.
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    }
    done = subprocess.run(["make", "workshop"], cwd=ROOT, env=environment, stdout=sys.stderr)
    if done.returncode:
        raise LabError(
            "the book's own form does not build, see above; `git diff src include` shows what was changed there"
        )


def arguments():
    parser = argparse.ArgumentParser(prog="python3 -m labs", description=__doc__.split("\n\n")[1])
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--check", action="store_true", help="grade what is laid out")
    parser.add_argument("--again", action="store_true", help="put what is laid out aside and begin anew")
    args = parser.parse_args()
    if args.check and args.again:
        parser.error("--check looks at what is there, --again puts it aside: one of the two")
    return args


def main():
    args = arguments()
    try:
        labs = definitions.read_all()
        if not args.name:
            if args.check or args.again:
                raise LabError("which lab? `make lab` lists them, L=NAME names one")
            list_labs(labs)
            return 0
        lab = definitions.find(args.name, labs)
        if args.check:
            return check(lab)
        lay_out(lab, args.again)
        return 0
    except (LabError, OSError) as error:
        print(f"lab: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-3.0-or-later
"""bash completes the programs' command lines: the options of --help, and words that the program
takes. Arguments: the completion file, then the programs (tpl-shrink first)."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tap

FILE = os.path.abspath(sys.argv[1])
PROGRAMS = [os.path.abspath(program) for program in sys.argv[2:]]
VALUES = {
    "--identity": {"new", "keep"},
    "--format": {"raw", "qcow2"},
    "--source-format": {"raw", "qcow2"},
    "--engine": {"helper", "xfsdump"},
    "--verify": {"full", "metadata", "none"},
    "--swap-size": {"minimal", "keep", "none"},
}
BATCH_VALUES = {"--order": {"gain", "given"}, "--ionice": {"idle", "best-effort"}}


def complete(words, program=PROGRAMS[0], cwd="/", path=None):
    """What Tab behind the last of `words` offers. A word is as bash cuts it: "=" is one."""
    script = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_tpl_complete "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
    command = ["bash", "--norc", "-c", script, "bash", FILE, program, *words]
    environment = {**os.environ, **({"PATH": path} if path else {})}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, timeout=30,
                          env=environment)
    assert done.stderr == "", done.stderr
    return [line for line in done.stdout.split("\n") if line]


def help_of(program):
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def test_options_are_those_of_help():
    for program in PROGRAMS:
        wanted = {name + ("=" if value else "") for name, value in re.findall(
            r"^ +(?:-\w, )? *(--[\w-]+)(=\w+)? ", help_of(program), re.MULTILINE)}
        offered = complete(["-"], program)
        assert set(offered) == wanted and len(offered) == len(wanted) >= 5, (offered, wanted)


def test_an_option_is_completed():
    assert complete(["--check"]) == ["--check-host"]
    assert complete(["--headr"]) == ["--headroom="]


def test_values():
    for option, values in {**VALUES, **BATCH_VALUES}.items():
        assert set(complete([option, "=", ""])) == values, option
        assert set(complete([option, "="])) == values, option
        assert set(complete([option, ""])) == values, option
    assert complete(["--identity", "=", "k"]) == ["keep"]


def test_the_program_takes_the_values():
    """... and no other; so none of them is a word of the completion's alone."""
    calls = [([PROGRAMS[0], "--plan"], VALUES), ([PROGRAMS[1]], BATCH_VALUES)]
    for program, option, value in [
            (program, option, value) for program, options in calls
            for option, values in options.items() if option != "--verify"  # takes a file, too
            for value in values | {"nonsense"}]:
        done = subprocess.run([*program, f"{option}={value}", "/nonexistent/x"],
                              capture_output=True, text=True, check=False)
        assert (option in done.stderr) == (value == "nonsense"), (option, value, done.stderr)


def test_files():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "a b.img").touch()
        pathlib.Path(folder, "other").touch()
        assert complete(["a"], cwd=folder) == ["a b.img"]


def test_domains():
    with tempfile.TemporaryDirectory() as folder:
        virsh = pathlib.Path(folder, "virsh")
        virsh.write_text("#!/bin/sh\nprintf 'web\\ntpl004\\n\\n'\n", encoding="ascii")
        virsh.chmod(0o755)
        path = f"{folder}:{os.environ['PATH']}"
        assert complete(["--rollback", "w"], path=path) == ["web"]
        assert complete(["dom", ":", "tpl"], path=path) == ["tpl004"]


tap.run(globals())

# SPDX-License-Identifier: GPL-3.0-or-later
"""--help and a program's manual page list the same options and exit statuses, and the page is
without fault for those who format it. Arguments: the program, the page."""

import re
import shutil
import subprocess
import sys

import tap

PROGRAM, PAGE = sys.argv[1:3]
with open(PAGE, encoding="ascii") as page:
    LINES = page.read().splitlines()


def section(title):
    start = LINES.index(f".Sh {title}") + 1
    end = next((i for i in range(start, len(LINES)) if LINES[i].startswith(".Sh ")), len(LINES))
    return LINES[start:end]


def help_text():
    return subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout


def options_of_help():
    """{"--size": "SIZE", "--quiet": None, ...}, and the letters {"--quiet": "-q"}."""
    text = help_text()
    names, letters = {}, {}
    for match in re.finditer(r"^ +(?:(-\w), )? *(--[\w-]+)(?:=(\w+))? ", text, re.MULTILINE):
        names[match[2]] = match[3]
        if match[1]:
            letters[match[2]] = match[1]
    return names, letters


def options_of_page():
    names, letters = {}, {}
    for line in section("OPTIONS"):
        match = re.fullmatch(r"\.It Fl (?:(\w) , )?-([\w-]+)(?: Ns = Ns Ar (\w+))?", line)
        if match:
            names["--" + match[2]] = match[3]
            if match[1]:
                letters["--" + match[2]] = "-" + match[1]
        else:
            assert not line.startswith(".It Fl"), f"an option that this test can't read: {line}"
    return names, letters


def test_same_options():
    assert options_of_help() == options_of_page(), (options_of_help(), options_of_page())
    assert len(options_of_page()[0]) > 5


def test_same_order():
    assert list(options_of_help()[0]) == list(options_of_page()[0])


def test_no_option_is_unknown():
    """Also those that the text mentions."""
    known = set(options_of_help()[0])
    for line in LINES:
        for name in re.findall(r"\bFl -([a-z][\w-]*)", line):
            assert "--" + name in known, line


def test_exit_statuses():
    items = [re.fullmatch(r"\.It (\d+)", line) for line in section("EXIT STATUS")]
    page = [int(item[1]) for item in items if item]
    told = re.findall(r"[ \n](\d) [a-z]", help_text().split("Exit status:")[1])
    assert page == [int(status) for status in told] and len(page) > 4, (page, told)


def lint(*command):
    if shutil.which(command[0]) is None:
        raise tap.Skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, PAGE], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def test_groff():
    lint("groff", "-mandoc", "-ww", "-Tutf8", "-z")


def test_mandoc():
    assert lint("mandoc", "-T", "lint", "-W", "warning") == ""


def test_man():
    if shutil.which("man") is None:
        raise tap.Skip("man is not installed")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", PAGE],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "EXIT STATUS" in re.sub(".\b", "", re.sub(r"\x1b\[[\d;]*m", "", done.stdout))


tap.run(globals())

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal gets, and what it would show: the program runs on a pseudo-terminal, and a small
terminal of our own plays its output. Argument: tpl-shrink-fake."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import tap

PROGRAM = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory(prefix="tpl-terminal-")


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


class Run:
    """The program on a terminal of its own; standard output goes elsewhere."""

    def __init__(self, text, columns, locale="C.UTF-8", term="xterm"):
        path = os.path.join(FOLDER.name, "script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.master, slave = pty.openpty()
        resize(self.master, columns)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.output = b""
        self.times = []
        self.child = subprocess.Popen([PROGRAM, path, "tpl.img"], stdin=slave, stderr=slave,
                                      stdout=subprocess.DEVNULL, start_new_session=True,
                                      preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
                                      env=dict(os.environ, LC_ALL=locale, TERM=term))

    def read_until(self, pattern, seconds=20):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.output):
            assert time.monotonic() < end, self.output
            self._read(0.05)

    def _read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            self.output += os.read(self.master, 65536)
        return bool(ready)

    def finish(self):
        while self.child.poll() is None:
            self._read(0.05)
        while self._read(0):
            pass
        assert termios.tcgetattr(self.slave) == self.before  # no mode is left changed
        os.close(self.master)
        os.close(self.slave)
        return self.output.decode("utf-8")


def screen(text):
    """The lines that a terminal ends with, and every state that each line had. Knows \\r, \\n and
    ESC[K, and fails at all else that moves the cursor."""
    lines, column, states = [[]], 0, []
    for token in re.findall(r"\x1b\[K|[^\x1b]|\x1b", text):
        if token == "\n":
            lines.append([])
        elif token == "\r":
            column = 0
        elif token == "\x1b[K":
            del lines[-1][column:]
            states.append("".join(lines[-1]))
        else:
            assert token >= " " and token != "\x7f", f"a control character: {token!r} in {text!r}"
            lines[-1][column:column + 1] = [token]
            column += 1
            states.append("".join(lines[-1]))
    return ["".join(line).rstrip() for line in lines], states


COPY = ("stage inspect Reading the \\033[2J disk\nsleep 120\n"
        "note one that is so long that it needs at least two lines even where a terminal is wide "
        "enough for the rest\n"
        "stage copy Copying /boot and / to the new disk with all that belongs to the files\n"
        + "".join(f"progress {i}000000 200000000\nsleep 7\n" for i in range(0, 201, 2))
        + "stage verify Comparing\nsleep 300\nplan template\n")


def test_widths():
    for columns, locale in ((132, "C.UTF-8"), (80, "C.UTF-8"), (80, "C"), (40, "C"),
                            (24, "C.UTF-8")):
        text = Run(COPY, columns, locale).finish()
        lines, states = screen(text)
        longest = max(len(state) for state in states)
        assert longest < columns, (columns, longest, [s for s in states if len(s) == longest][0])
        assert text.endswith("\n") and lines[-1] == ""
        if locale == "C":
            assert text.isascii()


def test_picture():
    text = Run(COPY, 80).finish()
    lines, states = screen(text)
    assert lines[0].startswith("  inspect: note: one that is"), lines
    assert lines[1].startswith("  "), lines
    assert re.fullmatch(r"✓ inspect  Reading the \\x1b\[2J disk +0\.\d s", lines[2]), lines
    assert re.fullmatch(r"✓ copy     Copying /boot .* 191 MiB +\d\.\d s", lines[3]), lines
    assert re.fullmatch(r"✓ verify   Comparing +0\.\d s", lines[4]), lines
    assert len(lines) == 6, lines
    bars = [s for s in states if "█" in s and "left" in s]
    assert bars, "no bar was ever drawn"
    assert re.fullmatch(r"▸ copy     █+░+ +\d+%  [\d.]+ MiB of 191 MiB  [\d.]+ MiB/s  \d+ s left",
                        bars[-1].rstrip()), bars[-1]
    # 101 events in about 0.8 s, redrawn at most ten times a second
    assert text.count("\r▸ copy") <= 18, text.count("\r▸ copy")


def test_ticks():
    """A stage of which nothing is heard still shows that time goes by."""
    _, states = screen(Run("stage create Making\nsleep 2300\n", 80).finish())
    assert any(re.search(r"Making +2 s$", s) for s in states), states[-5:]


def test_failure():
    run = Run("stage copy Copying\nprogress 1 10\nerror 3 no, for /boot\n", 80)
    lines, _ = screen(run.finish())
    assert lines[0].startswith("✗ copy"), lines
    assert lines[1] == "tpl-shrink: no, for /boot", lines


def test_resize():
    run = Run("stage copy Copying\n"
              + "".join(f"progress {i}000000 200000000\nsleep 20\n" for i in range(0, 80)), 120)
    run.read_until(rb"[12]\d%")
    resize(run.master, 50)
    mark = len(run.output)
    run.child.send_signal(signal.SIGWINCH)
    text = run.finish().encode()[mark:].decode("utf-8", "ignore")
    late = text.split("\r")[3:]  # what was on its way when the terminal became narrow
    assert late and all(len(part.split("\x1b")[0].rstrip("\n")) < 50 for part in late), late


def test_control_c():
    """Ctrl-C is typed: the terminal echoes ^C, sends SIGINT, and all is tidy in the end."""
    run = Run("cleanup 300\nstage copy Copying\n"
              + "".join(f"progress {i}000000 200000000\nsleep 50\n" for i in range(0, 200)), 80)
    run.read_until(b"%")
    os.write(run.master, b"\x03")
    text = run.finish()
    assert run.child.returncode == 130, run.child.returncode
    lines, _ = screen(text.replace("^C", ""))
    assert any("stopping because of SIGINT" in line for line in lines), lines
    assert lines[-2:] == ["tpl-shrink: stopped on request", ""], lines
    assert any(line.startswith("✗ copy") for line in lines), lines


def test_killed():
    """Even kill -9 leaves the cursor and the terminal's modes as they were: nothing was changed."""
    run = Run("stage copy Copying\nprogress 1 10\nsleep 20000\n", 80)
    run.read_until(b"10%")
    run.child.kill()
    text = run.finish()
    assert "\x1b[?" not in text


def test_plan_fills_the_terminal():
    path = os.path.join(FOLDER.name, "plan")
    with open(path, "w", encoding="utf-8") as file:
        file.write("plan template\n")
    for columns in (61, 100):
        master, slave = pty.openpty()
        resize(master, columns)
        subprocess.run([PROGRAM, "-q", "--plan", path], stdout=slave, check=True, timeout=20,
                       env=dict(os.environ, LC_ALL="C.UTF-8"))
        os.close(slave)
        text = b""
        while select.select([master], [], [], 0)[0]:
            try:
                text += os.read(master, 65536)
            except OSError:  # Linux's way to say that the other side was closed
                break
        os.close(master)
        assert max(len(line) for line in text.decode().splitlines()) == columns, text.decode()


def test_dumb_terminal():
    text = Run(COPY, 80, term="dumb").finish()
    assert "\x1b" not in text and "copy: Copying" in text


tap.run(globals())

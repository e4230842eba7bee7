# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as others call it: statuses, streams, JSON, signals. Argument: tpl-shrink-fake."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import tap

PROGRAM = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory(prefix="tpl-program-")
ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8")


def script(text):
    path = os.path.join(FOLDER.name, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def call(*arguments, **more):
    more.setdefault("env", ENVIRONMENT)
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30, check=False, **more)


RUN = "stage copy Copying\nprogress 5 10\nnote it goes on\ndebug deep\nplan template\n"


def test_success():
    done = call(script(RUN), "tpl.img")
    assert done.returncode == 0
    assert done.stderr == "copy: Copying\ncopy: note: it goes on\n", done.stderr
    assert "tpl/root" in done.stdout
    assert "tpl.img: 1.13 GiB instead of 5 GiB (77% less)" in done.stdout


def test_quiet():
    done = call("-q", script(RUN + "warning odd\n"), "tpl.img")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = call("-q", script("error 3 no\n"), "tpl.img")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "tpl-shrink: no\n")


def test_verbose_and_settings():
    done = call("-v", "--vg=tpl", "--force", "--size", "2G", script(RUN), "tpl.img")
    for line in ("resolve: debug: vg=tpl", "resolve: debug: force=yes", "resolve: debug: size=2G",
                 "copy: debug: deep"):
        assert line in done.stderr.splitlines(), done.stderr


def test_every_status():
    for code in range(1, 9):
        done = call(script(f"stage copy Copying\nerror {code} what\\nmore\\033[2J\n"), "tpl.img")
        assert done.returncode == code, (code, done)
        assert done.stdout == ""
        assert done.stderr == "copy: Copying\ntpl-shrink: what\n  more\\x1b[2J\n", done.stderr


def test_foreign_error():
    done = call(os.path.join(FOLDER.name, "missing"), "tpl.img")
    assert done.returncode == 1 and done.stderr.startswith("tpl-shrink: ")


def test_wrong_call():
    for arguments in ([], ["a"], ["--nonsense", "a", "b"], ["--vg"]):
        done = call(*arguments)
        assert done.returncode == 2 and done.stdout == "", done
        assert done.stderr.startswith("tpl-shrink: ") and "--help" in done.stderr
    done = call("--size=bad", script(RUN), "tpl.img")  # the library parses values
    assert done.returncode == 2 and "'bad'" in done.stderr, done


def test_plan():
    done = call("--plan", script(RUN))
    assert done.returncode == 0
    assert done.stdout.startswith("Before: tpl004.img, 5 GiB, MBR\n┌")
    assert "(1207959552 bytes)" in done.stdout
    plain = call("--plan", script(RUN), env=dict(ENVIRONMENT, LC_ALL="C"))
    assert plain.stdout.isascii() and "\n+--" in plain.stdout
    done = call("--plan", "--json", script(RUN))
    assert json.loads(done.stdout)["identity"] == "new"
    assert done.stderr == "copy: Copying\ncopy: note: it goes on\n"


def test_json():
    done = call("--json", script(RUN + "warning a\\tb\\377\n"), "tpl.img")
    assert done.returncode == 0 and done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [line["kind"] for line in lines]
    assert kinds == ["stage", "progress", "note", "warning", "done", "result"], kinds
    assert lines[1]["done_bytes"] == 5 and lines[1]["total_bytes"] == 10
    assert lines[3]["message"] == "a\tb\ufffd"
    result = lines[-1]
    assert result["status"] == 0 and result["message"] is None and result["target"] == "tpl.img"
    assert result["source_bytes"] == 5 << 30 and result["target_bytes"] == 1152 << 20


def test_json_of_failure():
    done = call("--json", script("stage copy Copying\nerror 6 differs\n"), "tpl.img")
    assert done.returncode == 6 and done.stderr == "tpl-shrink: differs\n"
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["kind"] == "result" and result["status"] == 6 and result["message"] == "differs"


def test_check_host():
    done = call("--check-host", env=dict(ENVIRONMENT, TPL_FAKE_HOST="bare"))
    assert done.returncode == 8 and "apt-get install xfsprogs lz4" in done.stdout
    done = call("--check-host", env=dict(ENVIRONMENT, TPL_FAKE_HOST="ready"))
    assert done.returncode == 0 and "has all that is needed" in done.stdout
    done = call("--check-host", "--json", env=dict(ENVIRONMENT, TPL_FAKE_HOST="bare"))
    answer = json.loads(done.stdout)
    assert answer["ready"] is False and answer["items"][0]["package"] == "xfsprogs"
    done = call("--check-host", "-q", env=dict(ENVIRONMENT, TPL_FAKE_HOST="ready"))
    assert (done.returncode, done.stdout) == (0, "")


def test_version_and_help():
    assert call("--version").stdout == "tpl-shrink 0.1.0\n"
    done = call("--help")
    assert done.returncode == 0 and done.stdout.startswith("Usage: tpl-shrink"), done
    assert done.stderr == ""


def heed_signals():
    """Who runs the tests may ignore some (nohup), which a program inherits."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(text, **more):
    more.setdefault("preexec_fn", heed_signals)
    return subprocess.Popen([PROGRAM, script(text), "tpl.img"], stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, **more)


LONG = "cleanup 700\nstage copy Copying\nsleep 20000\n"


def test_signals():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        child = start(LONG)
        assert child.stderr.readline() == "copy: Copying\n"
        child.send_signal(number)
        _, said = child.communicate(timeout=10)
        assert child.returncode == status, (number, child.returncode, said)
        assert f"stopping because of {signal.Signals(number).name}" in said, said
        assert "tpl-shrink: stopped on request" in said


def test_second_interrupt():
    """The job still cleans up: it takes its 700 ms, and the first signal decides the status."""
    child = start(LONG)
    child.stderr.readline()
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert "stopping" in child.stderr.readline()
    child.send_signal(signal.SIGINT)
    assert "still cleaning up" in child.stderr.readline()
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=10)
    assert child.returncode == 130, child.returncode
    assert time.monotonic() - began >= 0.7


def test_late_signal():
    """A job that could not be stopped any more is done, whatever was asked."""
    child = start("stage publish Publishing\nbusy 400\n")
    child.stderr.readline()
    child.send_signal(signal.SIGINT)
    out, said = child.communicate(timeout=20)
    assert child.returncode == 0, (child.returncode, said)
    assert "tpl.img: 1.13 GiB" in out and "stopping" in said


def test_ignored_signals():
    """nohup and a shell's "&" have signals ignored: they stay so."""
    child = start("stage copy Copying\nsleep 400\n",
                  preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    child.stderr.readline()
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=10)
    assert child.returncode == 0, child.returncode


def test_closed_pipe():
    """Nobody reads: a run goes on to its end all the same. A plan not printed is an error."""
    for arguments, status in ((["--json"], 0), (["--plan"], 1)):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([PROGRAM, *arguments, script(RUN), "tpl.img"], stdout=writer,
                              stderr=subprocess.PIPE, text=True, timeout=30, check=False,
                              env=ENVIRONMENT)
        os.close(writer)
        assert done.returncode == status, (arguments, done)
        assert "writing to standard output" in done.stderr, done.stderr


def test_full_disk():
    if not os.path.exists("/dev/full"):
        raise tap.Skip("this system has no /dev/full")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([PROGRAM, "--version"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=30)
    assert done.returncode == 1 and "No space left" in done.stderr, done


tap.run(globals())

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command costs: seconds, processor, memory, bytes; of it and of all that it started.

A process adds what a child that it waited for has read, written and computed to its own, and
libguestfs waits for its qemu: so what this process is charged meanwhile is the tree's cost.
"""

import os
import pathlib
import signal
import subprocess
import threading
import time

LIMIT_SECONDS = 3 * 3600  # of one command: longer, and it hangs
SAMPLE_SECONDS = 0.05     # between two looks at the program's memory
GUESTFISH = "error: sh: "
REASON = 150              # letters of why a command failed


class Failed(Exception):
    """A command failed; says its last words."""


class Watcher(threading.Thread):
    """Follows one process until stopped: the most memory that it had, without its children's."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peak_bytes = 0
        self.stopped = threading.Event()

    def run(self):
        end = time.monotonic() + LIMIT_SECONDS
        while not self.stopped.wait(SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, high_water_bytes(self.pid))
            if time.monotonic() > end:
                os.killpg(self.pid, signal.SIGKILL)
                return

    def stop(self):
        self.stopped.set()
        self.join()


def high_water_bytes(pid):
    """VmHWM, which the kernel keeps: a late look misses nothing but what the last moments added."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    return 0  # it has ended


def charged_bytes():
    """(read, written): asked of the kernel, cached or not; pages that were made to be written."""
    lines = pathlib.Path("/proc/self/io").read_text(encoding="utf-8").splitlines()
    counted = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return counted["rchar"], counted["write_bytes"]


def last_words(errors):
    """The last error, or else the last line that says something; of a long one, its ends. What a
    program in the appliance said follows guestfish's "error: sh: ", and ends with the reason.
    """
    said = [line.strip() for line in errors.splitlines() if any(map(str.isalpha, line))]
    wrong = [line.partition("error: ")[2] for line in said
             if "error: " in line and GUESTFISH not in line]
    last = (wrong or said or ["it said nothing"])[-1].rpartition(GUESTFISH)[2]
    return last if len(last) <= REASON else f"{last[:REASON * 2 // 3]}…{last[-REASON // 3:]}"


def run(argv, folder, script=""):
    """Run it with `script` as its input; its output lies in folder/stdout. The cost; or Failed."""
    files = {name: pathlib.Path(folder, name) for name in ("stdin", "stdout", "stderr")}
    files["stdin"].write_text(script, encoding="utf-8")
    os.sync()  # what went before is not this one's to write back
    with files["stdin"].open() as source, files["stdout"].open("w") as out, \
            files["stderr"].open("w") as errors:
        read, written = charged_bytes()
        start = time.monotonic()
        # pylint: disable-next=consider-using-with # waited for below, with its usage
        process = subprocess.Popen(argv, stdin=source, stdout=out, stderr=errors,
                                   start_new_session=True)
        watcher = Watcher(process.pid)
        watcher.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # the bench is stopped, and what it started goes first
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
        seconds = time.monotonic() - start
        watcher.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        read_after, written_after = charged_bytes()
    if process.returncode != 0:
        raise Failed(last_words(files["stderr"].read_text(errors="replace")))
    return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": watcher.peak_bytes,
            "read_bytes": read_after - read, "written_bytes": written_after - written}

# SPDX-License-Identifier: GPL-3.0-or-later
"""An appliance as anybody can have it: a script for guestfish, a toolbox of the host's programs.

The toolbox is a small ext2 image that is mounted at the appliance's /: there any program of the
host runs, with the disks mounted below it. See FOLDERS for what is where.
"""

import pathlib
import shutil
import subprocess
import tempfile

import native

# /src/N and /tgt/N, the N-th filesystem of the source and the target; /scratch.
VOLUMES = 8
FOLDERS = ["dev", "proc", "sys", "run", "etc", "tmp", "bin", "sbin", "usr/bin", "scratch",
           "var/log", *(f"{side}/{number}" for side in ("src", "tgt") for number in range(VOLUMES))]
SHELL = ["sh", "bash", "cp", "mkdir", "cat", "mount", "umount", "sync"]


def disk(label, partition=""):
    """A drive's name in the appliance, which numbers drives as it likes."""
    return f"/dev/disk/guestfs/{label}{partition}"


class Script:
    """guestfish's input, a line a call; drives come before the rest."""

    def __init__(self):
        self.drives = []
        self.lines = []

    def drive(self, path, label, **options):
        words = [f"{name}:{value}" for name, value in options.items()]
        self.drives.append(" ".join(["add-drive", str(path), "format:raw", f"label:{label}",
                                     *words]))

    def source(self, path):
        self.drive(path, "source", readonly="true")

    def target(self, path, label="target"):
        self.drive(path, label, cachemode="unsafe")

    def call(self, *words):
        self.lines.append(" ".join(str(word) for word in words))

    def sh(self, commands):
        """Run shell commands in the toolbox; they contain no double quotes."""
        self.call("sh", '"set -e; ' + "; ".join(commands) + '"')

    def text(self):
        return "\n".join([*self.drives, "run", *self.lines, "umount-all", "sync", "shutdown", ""])


def libraries(program):
    """ldd prints "name => /path (0x...)" for a library and "/path (0x...)" for the loader."""
    done = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, check=False)  # a script has none
    words = [word for line in done.stdout.splitlines() for word in line.split()]
    return [word for word in words if word.startswith("/")]


def make_toolbox(path, programs):
    """An ext2 image with these programs in /usr/bin, and what they load where they expect it."""
    with tempfile.TemporaryDirectory(prefix="toolbox-") as folder:
        root = pathlib.Path(folder)
        for name in FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "etc/mtab").symlink_to("/proc/self/mounts")
        for program in [*SHELL, *programs]:
            found = shutil.which(program)
            shutil.copy(found, root / "usr/bin" / program)
            for library in libraries(found):
                (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, root / library[1:])
        (root / "bin/sh").symlink_to("/usr/bin/sh")
        (root / "bin/bash").symlink_to("/usr/bin/bash")
        native.run("mke2fs", "-q", "-F", "-t", "ext2", "-m", "0", "-d", folder, str(path), "256M")

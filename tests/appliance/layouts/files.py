# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of every kind, as many as a filesystem is to hold; the same for the same source of numbers."""

import errno
import fcntl
import os
import socket
import stat
import struct
import subprocess

KIB = 1 << 10
FS_IOC_SETFLAGS, FS_NOCOW_FL = 0x40086602, 0x800000
ODD_TIMES = [0, 1, -1, 123456789987654321, 1 << 60, 4102444800 * 10**9 + 7]


def name_of(numbers, i):
    kind = numbers.randrange(6)
    if kind == 0:
        return b"\xff\xfe not UTF-8 %d" % i
    if kind == 1:
        return os.fsencode(f"ein längerer Name mit Leerzeichen {i} " + "x" * numbers.randrange(180))
    if kind == 2:
        return b"new\nline\t%d" % i
    return b"file-%d" % i


def make_regular(path, numbers, most):
    size = min(int(numbers.lognormvariate(9, 2.5)), most)
    with open(path, "xb") as file:
        file.write(numbers.randbytes(size))


def make_sparse(path, numbers, most):
    with open(path, "xb") as file:
        for _ in range(numbers.randrange(1, 5)):
            file.seek(numbers.randrange(64) * 64 * KIB + numbers.randrange(2) * 100)
            file.write(numbers.randbytes(min(numbers.randrange(1, 100 * KIB), most)))
        file.truncate(numbers.randrange(5 << 20, 1 << 30))


def make_preallocated(path, numbers, most):
    with open(path, "xb") as file:
        file.write(numbers.randbytes(min(5000, most)))
    # Where the filesystem can't, it is a small file.
    subprocess.run(["fallocate", "--keep-size" if numbers.randrange(2) else "--posix", "--offset",
                    "0", "--length", str(min(200 * KIB, max(most, 1))), path],
                   capture_output=True, check=False) if numbers.randrange(2) else None


def make_special(path, numbers, _most):
    kind = numbers.randrange(5)
    if kind == 0:
        os.mkfifo(path, 0o640)
    elif kind == 1:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(numbers.randrange(255), 300))
    elif kind == 2:
        os.mknod(path, 0o660 | stat.S_IFBLK, os.makedev(7, numbers.randrange(255)))
    elif kind == 3 and len(path) < 90:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path)
    else:
        os.symlink(b"t" * numbers.randrange(1, 900), path)


def make_directory(path, numbers, _most):
    os.mkdir(path, 0o2775 if numbers.randrange(3) == 0 else 0o755)


MAKERS = [make_regular] * 12 + [make_sparse, make_preallocated, make_special, make_special,
                                make_directory, make_directory]


def decorate(path, numbers):
    """Owners, modes, extended attributes, times."""
    is_link = os.path.islink(path)
    os.chown(path, numbers.choice([0, 1, 1000, 4294967294]), numbers.choice([0, 5, 100000]),
             follow_symlinks=False)
    if not is_link:
        os.chmod(path, numbers.choice([0o644, 0o600, 0o755, 0o4755, 0o1777, 0o2711, 0o000]))
    if numbers.randrange(4) == 0:
        names = [b"trusted.x", b"security.test"]
        if os.path.isfile(path) or os.path.isdir(path) and not is_link:
            names += [b"user.some", b"user.other"]
        for name in names[:numbers.randrange(1, len(names) + 1)]:
            try:
                os.setxattr(path, name, numbers.randbytes(numbers.choice([0, 3, 40, 300])),
                            follow_symlinks=False)
            except OSError as error:
                if error.errno not in (errno.ENOTSUP, errno.ENOSPC, errno.EPERM):
                    raise
    when = numbers.choice(ODD_TIMES + [numbers.randrange(1 << 60) for _ in range(6)])
    os.utime(path, ns=(when, when), follow_symlinks=False)


def room(folder):
    info = os.statvfs(folder)
    return info.f_bavail * info.f_frsize


def fill(folder, numbers, level):
    """Makes files until `level` of what is free is taken; 1: until nothing more fits."""
    folders, regular = [os.fsencode(folder)], []
    start = room(folder)
    wanted = start * level
    most_files = 1500
    for i in range(most_files):
        taken = start - room(folder)
        if level < 1 and taken >= wanted:
            break
        where = numbers.choice(folders)
        path = os.path.join(where, name_of(numbers, i))
        try:
            if regular and numbers.randrange(12) == 0:
                os.link(numbers.choice(regular), path)
                continue
            maker = numbers.choice(MAKERS)
            most = int(max(wanted - taken, 4096)) if level < 1 else 1 << 24
            maker(path, numbers, most)
            decorate(path, numbers)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            break
        if maker is make_regular:
            regular.append(path)
        if maker is make_directory and len(path) < 600:
            folders.append(path)
    stuff(folder, numbers, start, wanted, level)


def stuff(folder, numbers, start, wanted, level):
    """One file for all that is still to be filled."""
    chunk = numbers.randbytes(1 << 20)
    try:
        with open(f"{folder}/stuffing", "wb") as file:
            while level >= 1 or start - room(folder) < wanted:
                left = 1 << 20 if level >= 1 else int(wanted - (start - room(folder)))
                file.write(chunk[:max(min(left, 1 << 20), 4096)])
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def fill_btrfs(folder, numbers):
    """What only btrfs has, or has in its own way."""
    text = b"".join(b"%d\n" % numbers.randrange(1000) for _ in range(60000))
    os.mkdir(f"{folder}/packed")
    os.setxattr(f"{folder}/packed", "btrfs.compression", b"zstd")
    for i in range(12):
        with open(f"{folder}/packed/{i}", "wb") as file:
            file.write(text[:numbers.choice([100, 1900, 3000, 5000, 200000, len(text)])])
    with open(f"{folder}/packed/0", "r+b") as file:  # a part of what is compressed is written anew
        os.fsync(file.fileno())
        file.seek(4096)
        file.write(numbers.randbytes(4096))
    with open(f"{folder}/swapfile", "wb") as file:
        fcntl.ioctl(file, FS_IOC_SETFLAGS, struct.pack("l", FS_NOCOW_FL))
        os.posix_fallocate(file.fileno(), 0, 3 << 20)
    with open(f"{folder}/original", "wb") as file:
        file.write(numbers.randbytes(400000))
    subprocess.run(["cp", "--reflink=always", f"{folder}/original", f"{folder}/clone"], check=True)
    os.link(f"{folder}/original", f"{folder}/hard link")


def fill_plainly(folder, numbers, wanted):
    """Files that any filesystem takes. No two long names begin alike: mtools, which makes them, and
    the kernel, which copies them, number FAT's short names for them differently."""
    made = 0
    for i in range(60):
        if made >= wanted:
            break
        long_name = f"{i + 10} has a long name, nicht "
        name = f"{folder}/{numbers.choice(['SHORT', 'lower', long_name])}{i}.BIN"
        size = min(numbers.randrange(1, 300 * KIB), wanted - made)
        with open(name, "wb") as file:
            file.write(numbers.randbytes(size))
        when = 315705600 + numbers.randrange(1 << 30) * 2
        os.utime(name, (when, when))
        made += size + 32 * KIB

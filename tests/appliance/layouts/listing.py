# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mounted tree holds, as lines that two trees can be compared by."""

import array
import fcntl
import hashlib
import os
import stat

FS_IOC_GETFLAGS = 0x80086601
KEPT_FLAGS = 0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 | 0x80 | 0x10000 | 0x20000  # suSiadADT


def flags_of(path):
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    value = array.array("l", [0])
    try:
        fcntl.ioctl(fd, FS_IOC_GETFLAGS, value)
    except OSError:
        return "-"
    finally:
        os.close(fd)
    return value[0] & KEPT_FLAGS


def data_of(path, size, digest):
    """Feeds the digest with the data alone; returns where it lies, as the filesystem tells."""
    map_of_data, at = [], 0
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        while at < size:
            try:
                start = os.lseek(fd, at, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(fd, start, os.SEEK_HOLE)
            if map_of_data and map_of_data[-1][1] == start:  # extents are nobody's concern
                start = map_of_data.pop()[0]
            map_of_data.append((start, end))
            for chunk in range(max(at, start), end, 1 << 20):
                digest.update(os.pread(fd, min(1 << 20, end - chunk), chunk))
            at = end
    finally:
        os.close(fd)
    return ",".join(f"{start}-{end}" for start, end in map_of_data)


def line_of(path, first_names):
    info = os.lstat(path)
    digest, extra = hashlib.sha256(), ""
    for xattr in sorted(os.listxattr(path, follow_symlinks=False)):
        digest.update(os.fsencode(xattr) + b"=")
        digest.update(os.getxattr(path, xattr, follow_symlinks=False))
    if stat.S_ISREG(info.st_mode):
        extra = f"{flags_of(path)} {data_of(path, info.st_size, digest)}"
    elif stat.S_ISDIR(info.st_mode):
        extra = f"{flags_of(path)}"
    elif stat.S_ISLNK(info.st_mode):
        extra = repr(os.readlink(path))
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    same = first_names.setdefault(info.st_ino, path)
    return (f"{path!r} {info.st_mode:o} {info.st_uid}:{info.st_gid} {size} {info.st_rdev}"
            f" mtime={info.st_mtime_ns} links={info.st_nlink} as={same!r}"
            f" {digest.hexdigest()[:16]} {extra}")


def lines(folder):
    """A line for each file below `folder`, in the order of their names."""
    before, first_names, found = os.getcwd(), {}, []
    os.chdir(folder)
    try:
        found.append(line_of(b".", first_names))
        for top, folders, files in os.walk(b"."):
            folders.sort()
            found += [line_of(os.path.join(top, name), first_names)
                      for name in sorted(folders + files)]
    finally:
        os.chdir(before)
    return found

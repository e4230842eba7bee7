# SPDX-License-Identifier: GPL-3.0-or-later
"""LUKS containers without device-mapper: QEMU reads and writes version 1, as files."""

import os

from native import MIB, run

KEY = b"a passphrase, with blanks\n"  # the newline at the end is the file's, not the key's
HEADER = 4 * MIB  # more than QEMU's


def plain_file(raw, part):
    return f"{raw}.plain{part['number']}"


def make_plain(raw, part, size):
    with open(plain_file(raw, part), "xb") as file:
        file.truncate(size - HEADER)


def secret(key):
    return f"secret,id=key,file={key}"


def trimmed(key):
    """A key file whose bytes are the key, as QEMU wants it."""
    path = key + ".trimmed"
    with open(key, "rb") as file, open(path, "wb") as out:
        out.write(file.read().rstrip(b"\n"))
    return path


def encrypt(raw, part, place, key):
    container = plain_file(raw, part) + ".luks"
    bare = trimmed(key)
    run("qemu-img", "convert", "--object", secret(bare), "-f", "raw", "-O", "luks", "-o",
        "key-secret=key,iter-time=10", plain_file(raw, part), container)
    run("dd", f"if={container}", f"of={raw}", "bs=1M", "oflag=seek_bytes", f"seek={place[1]}",
        "conv=notrunc", "status=none")
    for path in (container, bare, plain_file(raw, part)):
        os.unlink(path)


def decrypt(image, part, place, key):
    """The content, into the plain file."""
    container = plain_file(image, part) + ".luks"
    bare = trimmed(key)
    run("dd", f"if={image}", f"of={container}", "bs=1M", "iflag=skip_bytes,count_bytes",
        f"skip={place[1]}", f"count={place[2]}", "conv=sparse", "status=none")
    run("truncate", "-s", str(place[2]), container)
    run("qemu-img", "convert", "--object", secret(bare), "-O", "raw", "--image-opts",
        f"driver=luks,key-secret=key,file.filename={container}", plain_file(image, part))
    os.unlink(container)
    os.unlink(bare)


def uuid(image, part, place):
    """As the header has it (LUKS 1, "PHDR LAYOUT")."""
    with open(image, "rb") as file:
        file.seek(place[1] + 168)
        return file.read(40).rstrip(b"\0").decode()

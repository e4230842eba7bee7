# SPDX-License-Identifier: GPL-3.0-or-later
"""tpl-shrink(1) has an item for every refusal that libvirt's side can print. Arguments: the page, the
folder of the sources."""

import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))
import tap  # pylint: disable=wrong-import-position

PAGE, FOLDER = sys.argv[1:3]
SOURCES = [*glob.glob(os.path.join(FOLDER, "libvirt", "*.c")),
           os.path.join(FOLDER, "stage", "libvirt.c")]
REFUSAL = re.compile(r'tpl_(?:virt_)?fail\s*\([^,;]+,[^,;]*\bTPL_ERROR_(?:REFUSED|USAGE)[^,;]*,\s*'
                     r'((?:"(?:[^"\\]|\\.)*"\s*(?:G_GUINT64_FORMAT\s*)?)+)')


def items():
    with open(PAGE, encoding="ascii") as page:
        text = page.read().replace("\\\n", "")
    lines = text.split(".Ss What libvirt's side says")[1].splitlines()
    texts = [line[len(".It "):] for line in lines if line.startswith(".It ")]
    return [text.replace(r"\(dq", '"') for text in texts]


def refusals():
    for source in SOURCES:
        with open(source, encoding="utf-8") as file:
            for match in REFUSAL.finditer(file.read()):
                yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1])).replace(r"\"", '"')


def constant_parts(message):
    """Of what the message says is wrong, not of what it says to do; without the option's name."""
    message = re.sub(r"^(%s|--[\w-]+(?: %s)?): ", "", message)
    wrong = re.split(r": | \(|; |, so that ", message)[0]
    parts = re.split(r'"?(?:%[su]?)"?', wrong)
    return [part.strip() for part in parts if len(part.strip()) > 2]


def has_item(parts):
    pattern = ".*".join(re.escape(part) for part in parts)
    return any(re.search(pattern, item) for item in items())


def test_each_refusal_has_an_item():
    missing = [message for message in refusals() if not has_item(constant_parts(message))]
    assert not missing, "\n".join(["not in the manual:", *missing])
    assert len(list(refusals())) > 30


tap.run(globals())

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a target was made of: one small file a target."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import json
import os
import tempfile

FORMAT = 1


class Records:
    def __init__(self, folder):
        self.folder = folder

    def _file(self, target):
        name = hashlib.sha256(target.encode("utf-8", "surrogateescape")).hexdigest()
        return os.path.join(self.folder, name[:32] + ".json")

    def load(self, target):
        """The record of this target, or None if there is none that can be read."""
        try:
            with open(self._file(target), encoding="utf-8") as stream:
                record = json.load(stream)
        except (OSError, ValueError):
            return None
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            return None
        return record if record.get("target") == target else None

    def save(self, target, record):
        """Whole or not at all, also if the power fails."""
        os.makedirs(self.folder, mode=0o755, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(dict(record, format=FORMAT, target=target), stream, indent=2)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, self._file(target))
        except OSError:
            os.unlink(name)
            raise

    def remove(self, target):
        try:
            os.unlink(self._file(target))
        except FileNotFoundError:
            pass

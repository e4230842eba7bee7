"""junit: meson's test logs (JUnit XML)."""
import re
import xml.etree.ElementTree as ElementTree

NO_XML = re.compile("[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def read(path):
    """The root of a log. What a test printed may hold what XML can't: that is left out."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return ElementTree.fromstring(NO_XML.sub("", file.read()))

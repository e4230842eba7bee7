# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter: the MAC address that belongs to an IPv4 address."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
name: mac_of_ipv4
short_description: MAC address made from an IPv4 address
version_added: 0.1.0
description:
  - Gives C(52:54:) and the four bytes of the address in hexadecimal, so that the address tells
    the MAC address and no list of them is kept.
options:
  _input:
    description: The IPv4 address, with or without a prefix length behind it.
    type: string
    required: true
"""

EXAMPLES = """
- ansible.builtin.debug:
    msg: "{{ '192.168.122.10' | tpl.shrink.mac_of_ipv4 }}" # 52:54:c0:a8:7a:0a
"""

RETURN = """
_value:
  description: The MAC address, in lower case.
  type: string
"""

from ansible.errors import AnsibleFilterError


def mac_of_ipv4(address):
    """'192.168.122.10' gives '52:54:c0:a8:7a:0a'."""
    words = str(address).split("/")[0].split(".")
    # Not more than ASCII digits, and no "010", which some take for octal.
    good = [word for word in words
            if word in {str(number) for number in range(256)}]
    if len(words) != 4 or len(good) != 4:
        raise AnsibleFilterError("mac_of_ipv4: %r is no IPv4 address" % (address,))
    return "52:54:" + ":".join("%02x" % int(word) for word in good)


class FilterModule:
    """What Ansible asks for the filters of this file."""

    def filters(self):
        return {"mac_of_ipv4": mac_of_ipv4}

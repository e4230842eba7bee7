#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The planner's library needs nothing that could read a clock, a file, the environment or chance:
# test-purity.sh NM LIBRARY...
set -eu
nm=$1
shift

# What a name may be: our own, pure parts of libc, pure families of GLib, a compiler's own.
allowed='^(tpl_.*|str(chr|cmp|len|ncmp|str)|mem(cmp|cpy|move|set)|_GLOBAL_OFFSET_TABLE_|__.*
|g_(ascii|checksum|hash_table|int64|ptr_array|regex|set_error|str|string|strv|unichar|utf8)_?.*
|g_(assertion_message.*|free(_sized)?|malloc0?|memdup2?|path_get_basename|prefix_error|propagate_error)
|g_(quark_from_static_string|strcmp0|set_error_literal|error_free|clear_error))$'
pattern=$(printf '%s' "$allowed" | tr -d '\n')

echo 1..$#
number=0
failed=0
for library in "$@"; do
  number=$((number + 1))
  found=$("$nm" -u "$library" | awk '$1 == "U" { print $2 }' | sort -u | grep -vE "$pattern" || true)
  if [ -z "$found" ]; then
    echo "ok $number - $(basename "$library")"
  else
    echo "not ok $number - $(basename "$library")"
    echo "$found" | sed 's/^/# needs /'
    failed=1
  fi
done
exit $failed

#!/bin/sh
# compare --manifest: a digest that a shell can check, the same from one tree as from two, and changed
# by whatever changes a file.
#
#   test-manifest.sh TPL-HELPER
set -eu
helper=$(readlink -f "$1")
. "$(dirname "$0")/lib.sh"
need split sha256sum xxd setfattr chattr

# As the manual says: of pieces of a MiB, where there is more than one.
digest_of () {
  if [ "$(stat -c %s "$1")" -le 1048576 ]; then
    sha256sum <"$1" | cut -d' ' -f1
  else
    split -b 1M --filter='sha256sum | cut -d" " -f1' "$1" | xxd -r -p | sha256sum | cut -d' ' -f1
  fi
}

attach source.img source rw
cd "$work/source"
head -c 1048576 /dev/urandom >one
head -c 1048577 /dev/urandom >more
head -c 5000000 /dev/urandom >many
truncate -s 40M hole
printf x | dd of=hole bs=1 seek=21000000 conv=notrunc status=none
truncate -s 2097152 zeros
: >empty
printf 'escape \033[31m' >'a"b\c
d'
ln -s 'x{"}y' link
mkfifo fifo
echo shared >first
mkdir z
ln first z/second
setfattr -n user.a -v 1 one
cd "$work"
make_xfs target.img 320M
attach target.img target rw
"$helper" copy "$work/source" "$work/target" >/dev/null || fail "copy"

"$helper" compare --manifest "$work/pair" "$work/source" "$work/target" >/dev/null || fail "compare"
"$helper" compare --manifest "$work/single" "$work/target" >/dev/null || fail "one tree"
sort -u "$work/pair" >"$work/pair.sorted"
sort -u "$work/single" >"$work/single.sorted"
# Which of its names a shared inode is told by depends on the order of the walk.
sed 's/,"name":.*//' "$work/pair.sorted" >"$work/a"
sed 's/,"name":.*//' "$work/single.sorted" >"$work/b"
diff "$work/a" "$work/b" || fail "one tree is listed as two that are the same"
ok "one tree is listed as two that are the same"
python3 -c 'import json, sys
for line in open (sys.argv[1]): json.loads (line)' "$work/pair" || fail "lines of JSON"
[ "$(wc -l <"$work/pair")" -eq 14 ] || fail "a line for each name, and one for the shared inode"
grep -qF '"path":"/a\\042b\\134c\\012d"' "$work/pair" || fail "names are escaped"
ok "lines of JSON, names escaped"

for file in one more many hole zeros empty; do
  grep -F "\"/$file\"" "$work/pair" | grep -qF "\"content\":\"$(digest_of "$work/source/$file")\"" ||
    fail "the digest of $file"
done
grep '^{"inode"' "$work/pair" | grep -qF "$(digest_of "$work/source/first")" || fail "of shared"
ok "digests are what the manual says"

# changes WHAT COMMAND...: the command changes exactly that line
changes () {
  what=$1
  shift
  (cd "$work/target" && "$@")
  "$helper" compare --manifest "$work/now" "$work/target" >/dev/null || fail "one tree"
  sort -u "$work/now" >"$work/now.sorted"
  diff "$work/single.sorted" "$work/now.sorted" >"$work/diff" || true
  [ "$(grep -c '^>' "$work/diff")" -eq 1 ] && grep -qF "$what" "$work/diff" ||
    { cat "$work/diff"; fail "$what: $*"; }
  mv "$work/now.sorted" "$work/single.sorted"
  ok "found: $*"
}
# one byte, with the old time
changes '"/hole"' sh -c 'touch -r hole ../time; printf y | dd of=hole bs=1 seek=30000000 conv=notrunc status=none; touch -r ../time hole'
changes '"/one"' chmod 0600 one
changes '"/one"' setfattr -n user.a -v 2 one
changes '"/more"' touch -d '2100-01-01' more
changes '"/many"' chown 4294967294 many
changes '"/zeros"' chattr +i zeros
changes '"inode"' chmod 0600 z/second
(cd "$work/target" && chattr -i zeros)

# Pieces of zeros are not digested one by one, wherever the data before them ends.
truncate -s 1T "$work/target/huge"
printf x | dd of="$work/target/huge" bs=1 seek=500000000000 conv=notrunc status=none
timeout 60 "$helper" compare --manifest "$work/now" "$work/target" >/dev/null || fail "a huge hole"
ok "holes cost next to nothing"

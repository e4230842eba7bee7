#!/bin/sh
# Copies a tree of everything nasty from one XFS to another, natively, and asks two judges: the
# compare command, and a manifest made by other code. Then spoils the copy in every way that
# nasty-tree knows, one at a time: compare has to name each.
#
#   test-copy-compare.sh TPL-HELPER NASTY-TREE modern|old [MANY]
set -eu
helper=$1 nasty=$2 kind=$3 many=${4:-3000}

. "$(dirname "$0")/lib.sh"

case $kind in
modern)
  mkfs_options="-m reflink=1,bigtime=1"
  nasty_options="reflink bigtime many=$many"
  shared=--shared
  ;;
old) # as made by CentOS 7
  mkfs_options="-m reflink=0,bigtime=0,inobtcount=0,finobt=0 -i sparse=0"
  nasty_options="many=$many"
  shared=
  ;;
*)
  echo "unknown kind $kind" >&2
  exit 1
  ;;
esac

# shellcheck disable=SC2086
make_xfs source.img 2G $mkfs_options
# shellcheck disable=SC2086
make_xfs target.img 2G $mkfs_options
attach source.img source rw
# shellcheck disable=SC2086
"$nasty" make "$work/source" $nasty_options
detach source
attach source.img source ro
"$nasty" manifest "$work/source" >"$work/source.manifest"

attach target.img target rw
# shellcheck disable=SC2086
"$helper" copy $shared "$work/source" "$work/target" >"$work/copy.out" || fail "copy"
cat "$work/copy.out"
detach target
attach target.img target ro

"$nasty" manifest "$work/source" >"$work/source.manifest-after"
cmp "$work/source.manifest" "$work/source.manifest-after" || { diff "$work/source.manifest" "$work/source.manifest-after" | cut -c1-300; fail "the source was changed"; }
"$nasty" manifest "$work/target" >"$work/target.manifest"
if ! diff "$work/source.manifest" "$work/target.manifest" >"$work/manifest.diff"; then
  cut -c1-400 "$work/manifest.diff" | head -20
  fail "the manifests of source and copy differ"
fi
echo "ok - the manifests of source and copy are equal: $(wc -l <"$work/source.manifest") lines"

# shellcheck disable=SC2086
"$helper" compare $shared "$work/source" "$work/target" >"$work/compare.out" || {
  cut -c1-400 "$work/compare.out" | head -20
  fail "compare finds differences in a faithful copy"
}
echo "ok - compare finds source and copy equal"
"$nasty" manifest "$work/target" >"$work/target.manifest-after"
cmp "$work/target.manifest" "$work/target.manifest-after" || fail "compare changed the copy"
detach target

tab=$(printf '\t')
# shellcheck disable=SC2086
"$nasty" mutations "$work/source" $nasty_options >"$work/mutations"
failed=0 tried=0
while IFS="$tab" read -r name path what; do
  tried=$((tried + 1))
  # A new file each time: the last one may still be mounted in another process's mount namespace.
  rm -f "$work/spoilt.img"
  cp --sparse=always "$work/target.img" "$work/spoilt.img"
  attach spoilt.img target rw
  "$nasty" mutate "$work/target" "$name"
  status=0
  # shellcheck disable=SC2086
  "$helper" compare $shared "$work/source" "$work/target" >"$work/compare.out" || status=$?
  detach target
  if [ $status -ne 3 ]; then
    echo "not ok - $name: compare ended with $status instead of 3"
    failed=1
  elif ! grep -qF -e "$path$tab$what$tab" "$work/compare.out"; then
    echo "not ok - $name: compare did not name it; it said:"
    head -5 "$work/compare.out" | cut -c1-300
    failed=1
  elif [ "$(grep -c '^/' "$work/compare.out")" -gt 3 ]; then
    echo "not ok - $name: compare named more than was spoilt:"
    head -5 "$work/compare.out" | cut -c1-300
    failed=1
  else
    echo "ok - $name"
  fi
done <"$work/mutations"
[ $tried -ge 25 ] || fail "only $tried mutations were tried"
exit $failed

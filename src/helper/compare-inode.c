/* Everything about an inode but its content. */
#include "helper/command.h"
#include "helper/compare.h"
#include "helper/xattr.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
tpl_compare_read (struct tpl_pair *pair)
{
  int status = 0;
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = tpl_inode_read (&pair->node[side], &pair->inode[side]);
  return status;
}

static void
compare_time (struct tpl_compare *compare, const char *path, const char *what,
              const struct statx_timestamp *source, const struct statx_timestamp *target)
{
  if (source->tv_sec != target->tv_sec || source->tv_nsec != target->tv_nsec)
    tpl_compare_report (compare, path, what, "source %lld.%09u target %lld.%09u",
                        (long long)source->tv_sec, source->tv_nsec, (long long)target->tv_sec,
                        target->tv_nsec);
}

static void
compare_stat (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const char *path = pair->node[TPL_SOURCE].path;
  const struct statx *source = &pair->inode[TPL_SOURCE].stat;
  const struct statx *target = &pair->inode[TPL_TARGET].stat;

  if (source->stx_mode != target->stx_mode)
    tpl_compare_report (compare, path, "mode", "source %06o target %06o", source->stx_mode,
                        target->stx_mode);
  if (source->stx_uid != target->stx_uid || source->stx_gid != target->stx_gid)
    tpl_compare_report (compare, path, "owner", "source %u:%u target %u:%u", source->stx_uid,
                        source->stx_gid, target->stx_uid, target->stx_gid);
  if (!S_ISDIR (source->stx_mode) && source->stx_nlink != target->stx_nlink)
    tpl_compare_report (compare, path, "hardlink", "source has %u names target %u",
                        source->stx_nlink, target->stx_nlink);
  if (source->stx_rdev_major != target->stx_rdev_major ||
      source->stx_rdev_minor != target->stx_rdev_minor)
    tpl_compare_report (compare, path, "rdev", "source %u:%u target %u:%u", source->stx_rdev_major,
                        source->stx_rdev_minor, target->stx_rdev_major, target->stx_rdev_minor);
  bool is_edited = (pair->expectation & TPL_EXPECT_EDITED) != 0;
  if (!S_ISDIR (source->stx_mode) && !is_edited && source->stx_size != target->stx_size)
    tpl_compare_report (compare, path, "size", "source %llu target %llu",
                        (unsigned long long)source->stx_size, (unsigned long long)target->stx_size);
  if (!is_edited && !(pair->expectation & TPL_EXPECT_TOUCHED))
    compare_time (compare, path, "mtime", &source->stx_mtime, &target->stx_mtime);
  if (!is_edited)
    compare_time (compare, path, "atime", &source->stx_atime, &target->stx_atime);
}

static void
compare_attr (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const char *path = pair->node[TPL_SOURCE].path;
  const struct fsxattr *source = &pair->inode[TPL_SOURCE].attr;
  const struct fsxattr *target = &pair->inode[TPL_TARGET].attr;
  uint32_t compared = ~(uint32_t)TPL_DERIVED_XFLAGS;

  if (pair->node[TPL_SOURCE].tree->is_xfs && pair->node[TPL_TARGET].tree->is_xfs &&
      !(pair->expectation & TPL_EXPECT_EDITED))
    compared |= FS_XFLAG_PREALLOC;
  if ((source->fsx_xflags & compared) != (target->fsx_xflags & compared))
    tpl_compare_report (compare, path, "flags", "source 0x%08x target 0x%08x",
                        source->fsx_xflags & compared, target->fsx_xflags & compared);
  if (source->fsx_projid != target->fsx_projid)
    tpl_compare_report (compare, path, "project", "source %u target %u", source->fsx_projid,
                        target->fsx_projid);
  if (!tpl_attr_same_hints (source, target))
    tpl_compare_report (compare, path, "extsize", "source %u (CoW %u) target %u (CoW %u)",
                        source->fsx_extsize, source->fsx_cowextsize, target->fsx_extsize,
                        target->fsx_cowextsize);
  if (pair->inode[TPL_SOURCE].fat_attributes != pair->inode[TPL_TARGET].fat_attributes &&
      !(pair->expectation & TPL_EXPECT_EDITED))
    tpl_compare_report (compare, path, "FAT attributes", "source 0x%02x target 0x%02x",
                        pair->inode[TPL_SOURCE].fat_attributes,
                        pair->inode[TPL_TARGET].fat_attributes);
  uint32_t extra = TPL_EXTRA_FLAGS | TPL_IMPOSSIBLE_FLAGS;
  if ((pair->inode[TPL_SOURCE].flags & extra) != (pair->inode[TPL_TARGET].flags & extra))
    tpl_compare_report (compare, path, "flags", "source 0x%08x target 0x%08x (FS_IOC_GETFLAGS)",
                        pair->inode[TPL_SOURCE].flags & extra,
                        pair->inode[TPL_TARGET].flags & extra);
}

static int
compare_value (struct tpl_compare *compare, const struct tpl_pair *pair, const char *name)
{
  static char value[TPL_SIDES][TPL_XATTR_BYTES];
  size_t length[TPL_SIDES];

  for (int side = 0; side < TPL_SIDES; side++) {
    int status = tpl_xattr_get (&pair->node[side], name, value[side], &length[side]);
    if (status != 0)
      return status;
  }
  if (length[TPL_SOURCE] != length[TPL_TARGET])
    tpl_compare_report (compare, pair->node[TPL_SOURCE].path, "xattr",
                        "%s: source %zu bytes target %zu", name, length[TPL_SOURCE],
                        length[TPL_TARGET]);
  else if (memcmp (value[TPL_SOURCE], value[TPL_TARGET], length[TPL_SOURCE]) != 0)
    tpl_compare_report (compare, pair->node[TPL_SOURCE].path, "xattr", "%s: values differ", name);
  return 0;
}

static int
compare_xattrs (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  static struct tpl_xattr_names names[TPL_SIDES];
  size_t at[TPL_SIDES] = {0};

  for (int side = 0; side < TPL_SIDES; side++) {
    names[side].count = 0;
    if (!tpl_inode_may_have_xattrs (pair->node[side].tree, &pair->inode[side]))
      continue;
    int status = tpl_xattr_list (&pair->node[side], &names[side]);
    if (status != 0)
      return status;
  }

  const struct tpl_xattr_names *source = &names[TPL_SOURCE], *target = &names[TPL_TARGET];
  while (at[TPL_SOURCE] < source->count || at[TPL_TARGET] < target->count) {
    const char *left = at[TPL_SOURCE] < source->count ? source->sorted[at[TPL_SOURCE]] : NULL;
    const char *right = at[TPL_TARGET] < target->count ? target->sorted[at[TPL_TARGET]] : NULL;
    int order = left == NULL ? 1 : right == NULL ? -1 : strcmp (left, right);
    int status = order == 0 ? compare_value (compare, pair, left) : 0;
    if (status != 0)
      return status;
    if (order != 0)
      tpl_compare_report (compare, pair->node[TPL_SOURCE].path, "xattr", "%s: only in the %s",
                          order < 0 ? left : right,
                          tpl_side_name (order < 0 ? TPL_SOURCE : TPL_TARGET));
    at[TPL_SOURCE] += order <= 0;
    at[TPL_TARGET] += order >= 0;
  }
  return 0;
}

int
tpl_compare_metadata (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  compare_stat (compare, pair);
  compare_attr (compare, pair);
  return compare_xattrs (compare, pair);
}

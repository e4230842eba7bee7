/* What an inode is, besides its content. */
#include "helper/copy.h"
#include "helper/xattr.h"

#include <stddef.h>
#include <sys/stat.h>

int
tpl_copy_metadata (struct tpl_copy *copy, const struct tpl_node *from, const struct tpl_node *to,
                   const struct tpl_inode *inode)
{
  const struct statx *stat = &inode->stat;
  bool has_other_owner = stat->stx_uid != copy->uid || stat->stx_gid != copy->gid;
  size_t xattrs = 0;
  int status = 0;

  /* The owner first: changing it drops capabilities and the set-id bits. */
  if (has_other_owner)
    status = tpl_inode_set_owner (to, inode);
  if (status == 0 && tpl_inode_may_have_xattrs (from->tree, inode))
    status = tpl_xattr_copy (from, to, &xattrs);
  copy->counts.xattrs += xattrs;
  /* New inodes have their permissions from the start; an ACL may have changed them. */
  bool has_other_mode =
      xattrs > 0 || (stat->stx_mode & 07000 && (has_other_owner || S_ISDIR (stat->stx_mode)));
  if (status == 0 && has_other_mode && !S_ISLNK (stat->stx_mode))
    status = tpl_inode_set_mode (to, inode);
  return status == 0 ? tpl_inode_set_times (to, inode, false) : status;
}

int
tpl_copy_attr (const struct tpl_node *to, const struct tpl_inode *inode)
{
  if (inode->flags != 0) {
    int status = tpl_inode_set_extra_flags (to, inode);
    if (status != 0)
      return status;
  }
  return tpl_attr_is_special (&inode->attr) ? tpl_inode_set_attr (to, inode, TPL_LATE_XFLAGS) : 0;
}

int
tpl_copy_late_attr (const struct tpl_node *to, const struct tpl_inode *inode)
{
  int status = tpl_inode_set_fat_attributes (to, inode);
  if (status != 0 || !tpl_attr_is_special (&inode->attr))
    return status;
  status = inode->attr.fsx_xflags & TPL_LATE_XFLAGS ? tpl_inode_set_attr (to, inode, 0) : 0;
  return status == 0 ? tpl_inode_check_attr (to, inode) : status;
}

/* What an inode is, besides its content: read from one tree, given to the other. */
#ifndef TPL_HELPER_INODE_H
#define TPL_HELPER_INODE_H

#include "helper/tree.h"

#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct tpl_inode {
  struct statx stat;
  struct fsxattr attr; /* all zero where the filesystem has none */
  uint32_t flags;      /* FS_IOC_GETFLAGS, where the filesystem has more of them than ATTR tells */
  uint32_t fat_attributes; /* read-only, hidden, system, archive: of FAT only */
};

/* How to reach one inode of a tree. */
struct tpl_node {
  const struct tpl_tree *tree;
  int dir_fd;
  const char *name; /* in dir_fd */
  int fd; /* of a directory or regular file; -1 for everything else, which is not opened */
  const char *path; /* for messages */
};

/* The directory or regular file that FD is; what has NAME in DIR_FD and is not opened. */
static inline struct tpl_node
tpl_node_open (const struct tpl_tree *tree, int fd, const char *path)
{
  return (struct tpl_node){.tree = tree, .dir_fd = -1, .name = "", .fd = fd, .path = path};
}

static inline struct tpl_node
tpl_node_named (const struct tpl_tree *tree, int dir_fd, const char *name, const char *path)
{
  return (struct tpl_node){.tree = tree, .dir_fd = dir_fd, .name = name, .fd = -1, .path = path};
}

/* Flags that would hinder the copying itself, or slow it down; they are given last. */
#define TPL_LATE_XFLAGS (FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND | FS_XFLAG_SYNC)

/* Flags that cannot be given: they follow from something else that is copied. */
#define TPL_DERIVED_XFLAGS (FS_XFLAG_HASATTR | FS_XFLAG_PREALLOC)

/* Flags of FS_IOC_GETFLAGS that ATTR does not tell (ext4, btrfs). */
#define TPL_EXTRA_FLAGS                                                                            \
  (FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL |     \
   FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL)

/* Flags that no copy can have (encryption, verity, case folding): the copy of such an inode fails.
 */
#define TPL_IMPOSSIBLE_FLAGS (FS_ENCRYPT_FL | FS_VERITY_FL | FS_CASEFOLD_FL)

/* Gives NODE the FAT attributes of INODE: last, since writing sets one of them. Does nothing on
   other filesystems. Returns 0 or an exit code, having told the error. */
int tpl_inode_set_fat_attributes (const struct tpl_node *node, const struct tpl_inode *inode);

/* Reads all of NODE's inode. Returns 0 or an exit code, having told the error. */
int tpl_inode_read (const struct tpl_node *node, struct tpl_inode *inode);

/* Whether NODE's inode can have extended attributes at all: XFS tells that without being asked for
   their names. */
bool tpl_inode_may_have_xattrs (const struct tpl_tree *tree, const struct tpl_inode *inode);

/* Whether ATTR says anything that a new inode does not have by itself. */
bool tpl_attr_is_special (const struct fsxattr *attr);

/* Whether LEFT and RIGHT mean the same: hints count only where their flag is set. */
bool tpl_attr_equal (const struct fsxattr *left, const struct fsxattr *right);

/* The extent size hints' part of tpl_attr_equal. */
bool tpl_attr_same_hints (const struct fsxattr *left, const struct fsxattr *right);

/* Gives NODE the flags, hints and project of INODE, but not the flags of WITHOUT_XFLAGS. Extent
   size hints can be given only while a file is empty. Returns 0 or an exit code, the error told. */
int tpl_inode_set_attr (const struct tpl_node *node, const struct tpl_inode *inode,
                        uint32_t without_xflags);

/* Checks that NODE has stored what tpl_inode_set_attr gave it. */
int tpl_inode_check_attr (const struct tpl_node *node, const struct tpl_inode *inode);

/* Gives NODE the flags of FS_IOC_SETFLAGS that INODE has beyond its ATTR. */
int tpl_inode_set_extra_flags (const struct tpl_node *node, const struct tpl_inode *inode);

/* Gives NODE the owner of INODE. */
int tpl_inode_set_owner (const struct tpl_node *node, const struct tpl_inode *inode);

/* Gives NODE (no symbolic link: those have no mode) the mode of INODE. */
int tpl_inode_set_mode (const struct tpl_node *node, const struct tpl_inode *inode);

/* Gives NODE the access and modification time of INODE and fails if the filesystem stored others
   (one without bigtime keeps nothing after 2038). CHECK reads them back even if they are ordinary.
 */
int tpl_inode_set_times (const struct tpl_node *node, const struct tpl_inode *inode, bool check);

#endif

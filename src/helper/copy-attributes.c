/* `copy --attributes-only`: the tree is there already, made by an engine that keeps less than we do
   (xfsrestore); gives every inode what it should have besides its content. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/xattr.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The same inode in both trees. */
struct pair {
  struct tpl_node from;
  struct tpl_node to;
  struct tpl_inode wanted;
  struct tpl_inode present;
};

static void
name_nodes (struct tpl_copy *copy, const struct tpl_walk *walk, const struct tpl_frame *frame,
            const char *name, struct pair *pair)
{
  struct tpl_node *nodes[TPL_SIDES] = {&pair->from, &pair->to};
  for (int side = 0; side < TPL_SIDES; side++)
    *nodes[side]
        = tpl_node_named (&copy->trees[side], frame->fd[side], name, walk->path.text);
}

static int
read_pair (struct pair *pair)
{
  int status = tpl_inode_read (&pair->from, &pair->wanted);
  if (status == 0)
    status = tpl_inode_read (&pair->to, &pair->present);
  if (status == 0 &&
      (pair->wanted.stat.stx_mode & S_IFMT) != (pair->present.stat.stx_mode & S_IFMT))
    return tpl_fail (pair->to.path, 0, "is of another type in the target");
  return status;
}

/* Flags, project, hints. Afterwards the inode can be changed; tpl_copy_late_attr ends that. */
static int
mend_attr (struct pair *pair)
{
  bool is_locked = (pair->present.attr.fsx_xflags & TPL_LATE_XFLAGS) != 0;

  if (pair->to.fd < 0) {
    if (pair->wanted.attr.fsx_projid != pair->present.attr.fsx_projid)
      return tpl_fail (pair->to.path, 0, "is a special file: its project cannot be changed");
    return 0;
  }
  if (!is_locked && tpl_attr_equal (&pair->wanted.attr, &pair->present.attr))
    return 0;
  return tpl_inode_set_attr (&pair->to, &pair->wanted, TPL_LATE_XFLAGS);
}

static int
mend_owner_and_xattrs (struct tpl_copy *copy, struct pair *pair)
{
  const struct statx *wanted = &pair->wanted.stat, *present = &pair->present.stat;
  bool has_other_owner = wanted->stx_uid != present->stx_uid || wanted->stx_gid != present->stx_gid;
  size_t xattrs = 0;
  int status = 0;

  if (has_other_owner)
    status = tpl_inode_set_owner (&pair->to, &pair->wanted);
  /* xfsrestore lets directories hand down their default ACLs. */
  if (status == 0 && tpl_inode_may_have_xattrs (pair->to.tree, &pair->present))
    status = tpl_xattr_remove_others (&pair->from, &pair->to);
  if (status == 0 && tpl_inode_may_have_xattrs (pair->from.tree, &pair->wanted))
    status = tpl_xattr_copy (&pair->from, &pair->to, &xattrs);
  copy->counts.xattrs += xattrs;
  bool has_other_mode = has_other_owner || wanted->stx_mode != present->stx_mode || xattrs > 0 ||
                        tpl_inode_may_have_xattrs (pair->to.tree, &pair->present);
  if (status == 0 && has_other_mode && !S_ISLNK (wanted->stx_mode))
    status = tpl_inode_set_mode (&pair->to, &pair->wanted);
  return status;
}

/* The file's preallocations need a descriptor for writing, which an immutable file does not give:
   so it is opened only now. */
static int
mend_preallocation (struct tpl_copy *copy, const struct pair *pair, const struct tpl_frame *frame,
                    const char *name)
{
  struct tpl_node writable = pair->to;

  if (!tpl_extents_are_of_interest (pair->from.tree, &pair->wanted))
    return 0;
  int status = tpl_extents_read (&pair->from, pair->wanted.stat.stx_size, &copy->extents);
  if (status != 0)
    return status;
  writable.fd = openat (frame->fd[TPL_TARGET], name,
                        O_RDWR | O_NOFOLLOW | O_NOATIME | O_NONBLOCK | O_CLOEXEC);
  if (writable.fd < 0)
    return tpl_fail (pair->to.path, errno, "open the file in the target for writing");
  status = tpl_copy_preallocate (copy, &writable, &pair->wanted);
  close (writable.fd);
  return status;
}

static int
mend_end (struct pair *pair)
{
  int status = tpl_inode_set_times (&pair->to, &pair->wanted, false);
  return status == 0 && pair->to.fd >= 0 ? tpl_copy_late_attr (&pair->to, &pair->wanted) : status;
}

static int
mend_entry (struct tpl_copy *copy, struct pair *pair, const struct tpl_frame *frame,
            const struct tpl_entry *entry)
{
  int status = mend_attr (pair);
  if (status == 0)
    status = mend_owner_and_xattrs (copy, pair);
  if (status == 0 && entry->type == DT_REG)
    status = mend_preallocation (copy, pair, frame, entry->name);
  return status == 0 ? mend_end (pair) : status;
}

/* Opens what can be opened without side effects: regular files. */
static int
open_pair (struct pair *pair, const struct tpl_frame *frame, const struct tpl_entry *entry)
{
  const int flags = O_RDONLY | O_NOFOLLOW | O_NOATIME | O_NONBLOCK | O_CLOEXEC;
  struct stat status;

  if (entry->type != DT_REG)
    return 0;
  if (fstatat (frame->fd[TPL_TARGET], entry->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return tpl_fail (pair->to.path, errno, "look at the file in the target");
  if (!S_ISREG (status.st_mode))
    return tpl_fail (pair->to.path, 0, "is of another type in the target");
  pair->from.fd = openat (frame->fd[TPL_SOURCE], entry->name, flags);
  pair->to.fd = openat (frame->fd[TPL_TARGET], entry->name, flags);
  if (pair->from.fd < 0 || pair->to.fd < 0)
    return tpl_fail (pair->to.path, errno, "open the file");
  return 0;
}

static int
visit_entry (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
             const struct tpl_entry *entry)
{
  struct pair pair;
  uint64_t ignored;

  if (tpl_inode_map_find (&copy->links.by_ino, entry->ino, &ignored))
    return 0;
  if (!tpl_path_push (&walk->path, entry->name))
    return tpl_fail (walk->path.text, ENOMEM, "mend the attributes");
  name_nodes (copy, walk, frame, entry->name, &pair);
  int status = open_pair (&pair, frame, entry);
  if (status == 0)
    status = read_pair (&pair);
  if (status == 0)
    status = mend_entry (copy, &pair, frame, entry);
  if (status == 0 && pair.wanted.stat.stx_nlink > 1 &&
      !tpl_inode_map_put (&copy->links.by_ino, entry->ino, 1))
    status = tpl_fail (walk->path.text, ENOMEM, "remember an inode with several names");
  if (pair.from.fd >= 0)
    close (pair.from.fd);
  if (pair.to.fd >= 0)
    close (pair.to.fd);
  tpl_path_cut (&walk->path, frame->path_length);
  copy->counts.entries++;
  copy->counts.files += entry->type == DT_REG;
  tpl_progress_add (&copy->progress, 0, 1);
  return status;
}

static int
enter_directory (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_copy *copy = context;

  int status = tpl_walk_list (walk, frame, TPL_SOURCE, &frame->subdirs);
  if (status != 0)
    return status;
  tpl_dir_sort_by_inode (&frame->subdirs);
  for (size_t i = 0; i < frame->subdirs.count && status == 0; i++)
    if (frame->subdirs.entries[i].type != DT_DIR)
      status = visit_entry (copy, walk, frame, &frame->subdirs.entries[i]);
  tpl_dir_keep_directories (&frame->subdirs);
  return status;
}

static int
open_directories (void *context, struct tpl_walk *walk, struct tpl_frame *frame,
                  const struct tpl_entry *entry, int fd[TPL_SIDES])
{
  struct tpl_copy *copy = context;
  copy->counts.entries++;
  copy->counts.directories++;
  return tpl_walk_open (walk, frame, entry, fd);
}

static int
leave_directory (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_copy *copy = context;
  struct pair pair;

  name_nodes (copy, walk, frame, "", &pair);
  pair.from.fd = frame->fd[TPL_SOURCE];
  pair.to.fd = frame->fd[TPL_TARGET];
  int status = read_pair (&pair);
  if (status == 0)
    status = mend_attr (&pair);
  if (status == 0)
    status = mend_owner_and_xattrs (copy, &pair);
  return status == 0 ? mend_end (&pair) : status;
}

int
tpl_copy_attributes (struct tpl_copy *copy)
{
  static const struct tpl_visitor visitor = {
      .enter = enter_directory, .open = open_directories, .leave = leave_directory};
  struct tpl_walk walk;

  int status = tpl_walk_run (&walk, copy->trees, &visitor, copy);
  if (status == 0 && syncfs (copy->trees[TPL_TARGET].root_fd) != 0)
    status = tpl_fail ("/", errno, "write the target's filesystem to its disk");
  tpl_copy_free_links (copy);
  tpl_extents_free (&copy->extents);
  return status;
}

/* The walk of a copy: makes directories on the way down, ends them on the way up. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/room.h"
#include "helper/subvolume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name of FRAME's directory that is no directory. */
static int
copy_entry (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
            const struct tpl_entry *entry)
{
  bool linked;

  if (!tpl_path_push (&walk->path, entry->name))
    return tpl_fail (walk->path.text, ENOMEM, "copy %s", entry->name);
  int status = tpl_copy_link (copy, walk, frame, entry, &linked);
  if (status == 0 && !linked)
    status = entry->type == DT_REG ? tpl_copy_file (copy, walk, frame, entry)
                                   : tpl_copy_special (copy, walk, frame, entry);
  tpl_path_cut (&walk->path, frame->path_length);
  copy->counts.entries++;
  tpl_progress_add (&copy->progress, 0, 1);
  return status;
}

/* Copies the entries of FRAME that are regular files, or those that are neither these nor
   directories. */
static int
copy_entries (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame, bool regular)
{
  int status = 0;
  for (size_t i = 0; i < frame->subdirs.count && status == 0; i++) {
    const struct tpl_entry *entry = &frame->subdirs.entries[i];
    if (entry->type != DT_DIR && (entry->type == DT_REG) == regular)
      status = copy_entry (copy, walk, frame, entry);
  }
  return status;
}

/* Forgets the entries of FRAME that are not to be copied. */
static int
leave_out (const struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame)
{
  size_t kept = 0;
  for (size_t i = 0; i < frame->subdirs.count && copy->left_out.count > 0; i++) {
    if (!tpl_path_push (&walk->path, frame->subdirs.entries[i].name))
      return tpl_fail (walk->path.text, ENOMEM, "copy the directory");
    bool left_out
        = (tpl_expected_of (&copy->left_out, walk->path.text) & TPL_EXPECT_REMOVED) != 0;
    tpl_path_cut (&walk->path, frame->path_length);
    if (!left_out)
      frame->subdirs.entries[kept++] = frame->subdirs.entries[i];
  }
  if (copy->left_out.count > 0)
    frame->subdirs.count = kept;
  return 0;
}

static int
enter_directory (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_copy *copy = context;

  frame->data = copy->entering;
  copy->entering = NULL;
  int status = tpl_walk_list (walk, frame, TPL_SOURCE, &frame->subdirs);
  if (status != 0)
    return status;
  /* FAT has no inodes, and a file's short name depends on which were made before it: there the
     directory's own order is kept. */
  if (!copy->trees[TPL_SOURCE].is_fat)
    tpl_dir_sort_by_inode (&frame->subdirs);
  status = leave_out (copy, walk, frame);
  if (status == 0)
    status = copy_entries (copy, walk, frame, true);
  if (status == 0)
    status = copy_entries (copy, walk, frame, false);
  if (status == 0)
    status = tpl_copy_lend_project (copy, walk, frame, 0);
  tpl_dir_keep_directories (&frame->subdirs);
  return status;
}

static int
make_directory (const struct tpl_walk *walk, int dir_fd, const char *name, mode_t mode)
{
  bool may_exist = walk->depth == 1 && strcmp (name, "lost+found") == 0, tried = false;
  while (mkdirat (dir_fd, name, mode) != 0) {
    if (may_exist && errno == EEXIST)
      return 0;
    if (!tpl_room_make (dir_fd, &tried))
      return tpl_fail (walk->path.text, errno, "make the directory");
  }
  return 0;
}

static int
open_directories (void *context, struct tpl_walk *walk, struct tpl_frame *frame,
                  const struct tpl_entry *entry, int fd[TPL_SIDES])
{
  struct tpl_copy *copy = context;
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC;

  fd[TPL_SOURCE] = openat (frame->fd[TPL_SOURCE], entry->name, flags);
  if (fd[TPL_SOURCE] < 0)
    return tpl_fail (walk->path.text, errno, "open the directory");
  copy->entering = calloc (1, sizeof *copy->entering);
  if (copy->entering == NULL)
    return tpl_fail (walk->path.text, ENOMEM, "copy the directory");
  struct tpl_node node = tpl_node_open (&copy->trees[TPL_SOURCE], fd[TPL_SOURCE], walk->path.text);
  int status = tpl_inode_read (&node, &copy->entering->inode);
  if (status != 0)
    return status;

  /* Without the set-id bits: what is made in it must not inherit its group. */
  mode_t mode = copy->entering->inode.stat.stx_mode & 0777;
  copy->entering->is_subvolume
      = tpl_subvolume_is_at (&copy->trees[TPL_SOURCE], fd[TPL_SOURCE]);
  if (copy->entering->is_subvolume)
    status = tpl_copy_make_subvolume (copy, walk, frame, entry);
  else
    status = make_directory (walk, frame->fd[TPL_TARGET], entry->name, mode);
  if (status != 0)
    return status;
  fd[TPL_TARGET] = openat (frame->fd[TPL_TARGET], entry->name, flags);
  if (fd[TPL_TARGET] < 0)
    return tpl_fail (walk->path.text, errno, "open the new directory");
  copy->counts.entries++;
  copy->counts.directories++;
  tpl_progress_add (&copy->progress, 0, 1);
  return 0;
}

static int
leave_directory (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_copy *copy = context;
  struct tpl_copy_dir *dir = frame->data;
  const char *path = walk->path.text;
  struct tpl_node from = tpl_node_open (&copy->trees[TPL_SOURCE], frame->fd[TPL_SOURCE], path);
  struct tpl_node to = tpl_node_open (&copy->trees[TPL_TARGET], frame->fd[TPL_TARGET], path);

  int status = tpl_copy_attr (&to, &dir->inode);
  /* The root was there before: it has an owner and a mode of its own. So has a subvolume. */
  bool is_root = walk->depth == 1 || dir->is_subvolume;
  if (status == 0 && is_root)
    status = tpl_inode_set_owner (&to, &dir->inode);
  if (status == 0)
    status = tpl_copy_metadata (copy, &from, &to, &dir->inode);
  if (status == 0 && is_root)
    status = tpl_inode_set_mode (&to, &dir->inode);
  /* Once in every run: does the target keep nanoseconds? */
  if (status == 0 && walk->depth == 1)
    status = tpl_inode_set_times (&to, &dir->inode, true);
  if (status == 0)
    status = tpl_copy_late_attr (&to, &dir->inode);
  if (status == 0 && (dir->is_subvolume || (is_root && from.tree->is_btrfs)))
    status = tpl_copy_end_subvolume (copy, &from, &to);
  free (dir);
  frame->data = NULL;
  return status;
}

const struct tpl_visitor tpl_copy_visitor = {
    .enter = enter_directory,
    .open = open_directories,
    .leave = leave_directory,
};

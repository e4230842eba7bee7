#include "helper/walk.h"

#include "helper/command.h"
#include "helper/grow.h"
#include "helper/subvolume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* So many of the innermost directories stay open in each tree. Further out, a directory is closed
   and found again through ".." of its child. */
enum { open_window = 64 };

static void
close_side (struct tpl_frame *frame, int side)
{
  if (frame->fd[side] >= 0)
    close (frame->fd[side]);
  frame->fd[side] = -1;
}

static int
push (struct tpl_walk *walk, const int fd[TPL_SIDES], const struct stat status[TPL_SIDES])
{
  struct tpl_frame *frames = tpl_grow (walk->frames, walk->depth, &walk->room, sizeof *frames);
  if (frames == NULL)
    return tpl_fail (walk->path.text, ENOMEM, "go into the directory");
  walk->frames = frames;
  if (walk->depth >= open_window)
    for (int side = 0; side < TPL_SIDES; side++)
      close_side (&walk->frames[walk->depth - open_window], side);

  struct tpl_frame *frame = &walk->frames[walk->depth++];
  memset (frame, 0, sizeof *frame);
  for (int side = 0; side < TPL_SIDES; side++) {
    frame->fd[side] = fd[side];
    frame->ino[side] = status[side].st_ino;
    frame->device[side] = status[side].st_dev;
  }
  frame->path_length = walk->path.length;
  return 0;
}

/* Checks that FD is a directory of DEVICE, or a subvolume of its tree, but not of a filesystem
   mounted there: what is under a mount cannot be seen, and leaving it out would lose it silently.
 */
static int
identify (struct tpl_walk *walk, int side, int fd, dev_t device, struct stat *status)
{
  if (fstat (fd, status) != 0)
    return tpl_fail (walk->path.text, errno, "look at the directory in the %s",
                     tpl_side_name (side));
  const struct tpl_tree *tree = &walk->trees[side];
  if (status->st_dev != device && !tpl_subvolume_is_at (tree, fd) &&
      !tpl_subvolume_is_stub (tree, status->st_ino))
    return tpl_fail (walk->path.text, 0, "another filesystem is mounted here in the %s",
                     tpl_side_name (side));
  return 0;
}

/* Takes over FD in both cases. */
static int
enter (struct tpl_walk *walk, const struct tpl_visitor *visitor, void *context, int fd[TPL_SIDES])
{
  struct stat found[TPL_SIDES];
  int status = 0;
  for (int side = 0; side < TPL_SIDES && status == 0; side++) {
    dev_t device = walk->depth > 0 ? walk->frames[walk->depth - 1].device[side]
                                   : walk->trees[side].device;
    status = identify (walk, side, fd[side], device, &found[side]);
  }
  if (status == 0)
    status = push (walk, fd, found);
  if (status != 0) {
    for (int side = 0; side < TPL_SIDES; side++)
      close (fd[side]);
    return status;
  }
  return visitor->enter (context, walk, &walk->frames[walk->depth - 1]);
}

static int
reopen (struct tpl_walk *walk, struct tpl_frame *frame, const struct tpl_frame *child, int side)
{
  struct stat found;
  int fd = openat (child->fd[side], "..", O_RDONLY | O_DIRECTORY | O_NOATIME | O_CLOEXEC);
  if (fd < 0)
    return tpl_fail (walk->path.text, errno, "open the parent directory again in the %s",
                     tpl_side_name (side));
  frame->fd[side] = fd;
  int status = identify (walk, side, fd, frame->device[side], &found);
  if (status != 0)
    return status;
  if (found.st_ino != frame->ino[side] || found.st_dev != frame->device[side])
    return tpl_fail (walk->path.text, 0, "was moved during the walk in the %s",
                     tpl_side_name (side));
  return 0;
}

/* Ends the innermost directory and makes its parent the innermost, open again. */
static int
leave (struct tpl_walk *walk, const struct tpl_visitor *visitor, void *context)
{
  struct tpl_frame *frame = &walk->frames[walk->depth - 1];
  int status = visitor->leave (context, walk, frame);
  if (status == 0 && walk->depth >= 2) {
    struct tpl_frame *parent = frame - 1;
    for (int side = 0; side < TPL_SIDES && status == 0; side++)
      if (parent->fd[side] < 0)
        status = reopen (walk, parent, frame, side);
    tpl_path_cut (&walk->path, parent->path_length);
  }
  for (int side = 0; side < TPL_SIDES; side++)
    close_side (frame, side);
  tpl_dir_free (&frame->subdirs);
  walk->depth--;
  return status;
}

static int
descend (struct tpl_walk *walk, const struct tpl_visitor *visitor, void *context)
{
  struct tpl_frame *frame = &walk->frames[walk->depth - 1];
  const struct tpl_entry *entry = &frame->subdirs.entries[frame->next_subdir++];
  int fd[TPL_SIDES] = {-1, -1};

  if (!tpl_path_push (&walk->path, entry->name))
    return tpl_fail (walk->path.text, ENOMEM, "go into the directory");
  int status = visitor->open (context, walk, frame, entry, fd);
  return status != 0 ? status : enter (walk, visitor, context, fd);
}

bool
tpl_walk_is_elsewhere (const struct tpl_frame *frame, int side, const struct statx *stat)
{
  return makedev (stat->stx_dev_major, stat->stx_dev_minor) != frame->device[side];
}

/* For filesystems whose directories do not say what their entries are. */
static int
find_type (const struct tpl_walk *walk, const struct tpl_frame *frame, int side,
           struct tpl_entry *entry)
{
  struct stat status;
  if (fstatat (frame->fd[side], entry->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return tpl_fail (walk->path.text, errno, "look at %s in the %s", entry->name,
                     tpl_side_name (side));
  entry->type = (unsigned char)IFTODT (status.st_mode);
  return 0;
}

int
tpl_walk_list (const struct tpl_walk *walk, const struct tpl_frame *frame, int side,
               struct tpl_dir_list *list)
{
  int error = tpl_dir_read (frame->fd[side], list);
  if (error != 0)
    return tpl_fail (walk->path.text, error, "read the directory in the %s", tpl_side_name (side));
  int status = 0;
  for (size_t i = 0; i < list->count && status == 0; i++)
    if (list->entries[i].type == DT_UNKNOWN)
      status = find_type (walk, frame, side, &list->entries[i]);
  return status;
}

static int
walk_all (struct tpl_walk *walk, const struct tpl_visitor *visitor, void *context)
{
  int fd[TPL_SIDES];
  for (int side = 0; side < TPL_SIDES; side++) {
    fd[side] = fcntl (walk->trees[side].root_fd, F_DUPFD_CLOEXEC, 0);
    if (fd[side] < 0)
      return tpl_fail (walk->path.text, errno, "open the root again");
  }

  int status = enter (walk, visitor, context, fd);
  while (status == 0 && walk->depth > 0) {
    struct tpl_frame *frame = &walk->frames[walk->depth - 1];
    status = frame->next_subdir < frame->subdirs.count ? descend (walk, visitor, context)
                                                       : leave (walk, visitor, context);
  }
  return status;
}

int
tpl_walk_open (const struct tpl_walk *walk, const struct tpl_frame *frame,
               const struct tpl_entry *entry, int fd[TPL_SIDES])
{
  for (int side = 0; side < TPL_SIDES; side++) {
    fd[side] = openat (frame->fd[side], entry->name,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC);
    if (fd[side] < 0)
      return tpl_fail (walk->path.text, errno, "open the directory in the %s",
                       tpl_side_name (side));
  }
  return 0;
}

int
tpl_walk_run (struct tpl_walk *walk, struct tpl_tree trees[TPL_SIDES],
              const struct tpl_visitor *visitor, void *context)
{
  memset (walk, 0, sizeof *walk);
  walk->trees = trees;
  if (!tpl_path_init (&walk->path))
    return tpl_fail (NULL, ENOMEM, "start the walk");

  int status = walk_all (walk, visitor, context);

  for (; walk->depth > 0; walk->depth--) {
    struct tpl_frame *frame = &walk->frames[walk->depth - 1];
    for (int side = 0; side < TPL_SIDES; side++)
      close_side (frame, side);
    tpl_dir_free (&frame->subdirs);
    free (frame->data);
  }
  free (walk->frames);
  tpl_path_free (&walk->path);
  return status;
}

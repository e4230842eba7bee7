/* A walk through two trees in step, of any depth, that never leaves them: no limit by descriptors
   (only the innermost directories stay open) and none by PATH_MAX (everything is reached by
   directory descriptor and name; no symbolic link is ever followed). */
#ifndef TPL_HELPER_WALK_H
#define TPL_HELPER_WALK_H

#include "helper/dir.h"
#include "helper/path.h"
#include "helper/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One directory on the way from the root to where the walk is. */
struct tpl_frame {
  int fd[TPL_SIDES];       /* -1 while closed because the walk is far below */
  uint64_t ino[TPL_SIDES]; /* to know the directory again when it is reopened through ".." */
  dev_t device[TPL_SIDES]; /* of its tree, or on btrfs of its subvolume */
  size_t path_length;
  struct tpl_dir_list subdirs; /* the directories that are still to be entered, in this order */
  size_t next_subdir;
  void *data; /* the visitor's own; `enter` makes it, `leave` frees it */
};

struct tpl_walk {
  struct tpl_tree *trees; /* the two trees; borrowed */
  struct tpl_path path;   /* of the directory or entry that is looked at */
  struct tpl_frame *frames;
  size_t depth;
  size_t room;
};

/* All return 0 or an exit code, having told the error. */
struct tpl_visitor {
  /* FRAME has just been reached, both its directories are open. Looks at everything in it that is
     no directory and fills frame->subdirs. */
  int (*enter) (void *context, struct tpl_walk *walk, struct tpl_frame *frame);
  /* Opens the sub-directory ENTRY of FRAME in both trees. walk->path names it already. The walk
     owns the descriptors. */
  int (*open) (void *context, struct tpl_walk *walk, struct tpl_frame *frame,
               const struct tpl_entry *entry, int fd[TPL_SIDES]);
  /* Everything below FRAME is done; it is still open. */
  int (*leave) (void *context, struct tpl_walk *walk, struct tpl_frame *frame);
};

/* Whether STAT is of an inode that is not on the filesystem (on btrfs: in the subvolume) of FRAME's
   directory on SIDE. */
bool tpl_walk_is_elsewhere (const struct tpl_frame *frame, int side, const struct statx *stat);

/* Reads the entries of FRAME's directory on SIDE, with their types. The caller frees LIST in any
   case. Returns 0 or an exit code, the error told. */
int tpl_walk_list (const struct tpl_walk *walk, const struct tpl_frame *frame, int side,
                   struct tpl_dir_list *list);

/* Opens FRAME's sub-directory ENTRY in both trees: a visitor's `open` that makes nothing. */
int tpl_walk_open (const struct tpl_walk *walk, const struct tpl_frame *frame,
                   const struct tpl_entry *entry, int fd[TPL_SIDES]);

/* Walks TREES[0] and TREES[1] from their roots. Returns 0 or what a visitor's function returned. */
int tpl_walk_run (struct tpl_walk *walk, struct tpl_tree trees[TPL_SIDES],
                  const struct tpl_visitor *visitor, void *context);

#endif

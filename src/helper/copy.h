/* The rooms of the `copy` command: what they share. All functions return 0 or an exit code, having
   told the error. */
#ifndef TPL_HELPER_COPY_H
#define TPL_HELPER_COPY_H

#include "helper/expected.h"
#include "helper/extents.h"
#include "helper/handle.h"
#include "helper/inode-map.h"
#include "helper/inode.h"
#include "helper/progress.h"
#include "helper/ring.h"
#include "helper/share.h"
#include "helper/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct tpl_copy_counts {
  uint64_t entries;
  uint64_t directories;
  uint64_t files;
  uint64_t symlinks;
  uint64_t specials;
  uint64_t hardlinks;
  uint64_t xattrs;
  uint64_t data_bytes;
  uint64_t shared_bytes;
  uint64_t unshared_bytes;
  uint64_t preallocated_bytes;
  uint64_t subvolumes;
  uint64_t encoded_bytes; /* that compressed data take */
};

/* An inode with several names, of which the first has been made. */
struct tpl_link {
  struct tpl_handle handle; /* in the target */
  uint32_t remaining;       /* names that have not been made yet */
  struct tpl_inode *late;   /* owned: flags to give after the last name; NULL mostly */
};

struct tpl_links {
  struct tpl_inode_map by_ino; /* of the source; to an index of `list` */
  struct tpl_link *list;       /* owned */
  size_t count;
  size_t room;
};

/* Files of which shared extents were copied, to clone from. */
struct tpl_share_files {
  struct tpl_handle *list; /* owned */
  uint32_t count;
  size_t room;
  int open_fd; /* the one that was cloned from last; -1: none */
  uint32_t open_index;
};

struct tpl_copy {
  struct tpl_tree trees[TPL_SIDES];
  uid_t uid; /* that new inodes have */
  gid_t gid;
  bool keeps_shares;
  bool keeps_encoded; /* compressed data are carried over as they are */
  uint64_t default_subvolume; /* of the source; btrfs */
  struct tpl_expected left_out; /* what is not copied: its lines "removed PATH" */
  struct tpl_progress progress;
  struct tpl_copy_counts counts;
  struct tpl_ring ring;
  LIST_HEAD (, tpl_copy_job) jobs; /* files that are not finished: copy-file.c */
  struct tpl_links links;
  struct tpl_extents extents; /* of the file in hand */
  struct tpl_share_map shares;
  struct tpl_share_files share_files;
  struct tpl_copy_dir *entering; /* the directory that the walk is about to enter */
};

/* What is kept of a directory while the walk is below it. */
struct tpl_copy_dir {
  struct tpl_inode inode;
  bool is_subvolume;
  uint32_t lent_project; /* that the target directory has for a moment (copy-special.c) */
};

/* copy-tree.c: its context is a struct tpl_copy. */
extern const struct tpl_visitor tpl_copy_visitor;

/* copy-attributes.c: mends what another engine has copied. */
int tpl_copy_attributes (struct tpl_copy *copy);

/* copy-metadata.c */

/* Gives the new inode TO owner, extended attributes, mode and times of FROM. */
int tpl_copy_metadata (struct tpl_copy *copy, const struct tpl_node *from,
                       const struct tpl_node *to, const struct tpl_inode *inode);

/* Flags and project of an open directory or file, all but TPL_LATE_XFLAGS. */
int tpl_copy_attr (const struct tpl_node *to, const struct tpl_inode *inode);

/* The rest of them, which make further changes impossible; then checks all that were stored. */
int tpl_copy_late_attr (const struct tpl_node *to, const struct tpl_inode *inode);

/* copy-file.c */

/* Copies the regular file ENTRY of FRAME. It may still be in the ring afterwards. */
int tpl_copy_file (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                   const struct tpl_entry *entry);

/* Forgets files that were not finished, after an error; the ring has been stopped. */
void tpl_copy_drop_files (struct tpl_copy *copy);

/* The ring's `consume` and `fail`. */
int tpl_copy_piece_arrived (void *context, struct tpl_piece *piece);
int tpl_copy_piece_failed (void *context, const struct tpl_piece *piece, int which, int errnum);

/* copy-preallocate.c */

/* Makes room in the open file TO, of the size of INODE already, where the source has it without
   data: copy->extents are the source's. */
int tpl_copy_preallocate (struct tpl_copy *copy, const struct tpl_node *to,
                          const struct tpl_inode *inode);

/* copy-special.c */

/* Copies the symbolic link, FIFO, socket or device ENTRY of FRAME. */
int tpl_copy_special (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                      const struct tpl_entry *entry);

/* Makes new inodes in FRAME's target directory get PROJECT (0: none). */
int tpl_copy_lend_project (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                           uint32_t project);

/* copy-link.c */

/* Makes ENTRY of FRAME another name of an inode that has been copied. *LINKED tells whether it has.
 */
int tpl_copy_link (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                   const struct tpl_entry *entry, bool *linked);

/* Remembers the new inode TO, made from INODE, if more names of it are to come. */
int tpl_copy_remember_link (struct tpl_copy *copy, const struct tpl_node *to,
                            const struct tpl_inode *inode);

/* Checks that every name of every inode was found. */
int tpl_copy_check_links (const struct tpl_copy *copy);

void tpl_copy_free_links (struct tpl_copy *copy);

/* copy-share.c */

/* A part of a file that is shared, by place in the file that is copied. */
struct tpl_clone {
  uint64_t to_bytes;
  uint64_t length_bytes;
  uint64_t from_bytes; /* in the file OWNER */
  uint32_t owner;
  bool is_encoded; /* compressed: comes from the file that is copied itself */
};

struct tpl_clones {
  struct tpl_clone *list; /* owned */
  size_t count;
  size_t room;
};

/* Looks for the next part of the shared range at AT of EXTENT (clipped to END) that can be cloned.
   Returns true and *CLONE, or false when none is left. */
bool tpl_copy_find_clone (const struct tpl_copy *copy, const struct tpl_extent *extent,
                          uint64_t at_bytes, uint64_t end_bytes, struct tpl_clone *clone);

/* Gets the number under which the file TO is remembered as one to clone from. */
int tpl_copy_share_file (struct tpl_copy *copy, const struct tpl_node *to, uint32_t *owner);

/* Clones into the open file TO, the copy of FROM. All data of the files that are cloned from must
   have been written. */
int tpl_copy_clone (struct tpl_copy *copy, const struct tpl_node *from, const struct tpl_node *to,
                    const struct tpl_clone *clone);

/* Copies LENGTH_BYTES at START_BYTES through the page cache. */
int tpl_copy_plainly (const struct tpl_node *from, const struct tpl_node *to, uint64_t start_bytes,
                      uint64_t length_bytes);

/* copy-encoded.c */

/* Copies compressed data without unpacking them; what can't be stored so, plainly. TO has the size
   of FROM. */
int tpl_copy_encoded (struct tpl_copy *copy, const struct tpl_node *from, const struct tpl_node *to,
                      const struct tpl_clone *range);

/* copy-subvolume.c: what the root of a subvolume has besides what a directory has. */

/* Makes ENTRY of FRAME, whose path the walk has, a subvolume of the target. */
int tpl_copy_make_subvolume (struct tpl_copy *copy, const struct tpl_walk *walk,
                             const struct tpl_frame *frame, const struct tpl_entry *entry);

/* Ends the subvolume TO, the copy of FROM: nothing is written to it any more. */
int tpl_copy_end_subvolume (struct tpl_copy *copy, const struct tpl_node *from,
                            const struct tpl_node *to);

void tpl_copy_free_shares (struct tpl_copy *copy);

#endif

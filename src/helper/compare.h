/* The rooms of the `compare` command: what they share. Functions that return int return 0 or an
   exit code, having told the error; a difference is no error: it is reported. */
#ifndef TPL_HELPER_COMPARE_H
#define TPL_HELPER_COMPARE_H

#include "helper/digest.h"
#include "helper/expected.h"
#include "helper/extents.h"
#include "helper/inode-map.h"
#include "helper/inode.h"
#include "helper/progress.h"
#include "helper/ring.h"
#include "helper/share.h"
#include "helper/walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

struct tpl_compare {
  struct tpl_tree trees[TPL_SIDES];
  bool is_single; /* both trees are one: nothing to compare, a manifest is wanted */
  FILE *manifest; /* NULL: none is wanted */
  bool without_content;
  bool with_shares;
  struct tpl_expected expected;
  struct tpl_progress progress;
  struct tpl_ring ring;
  LIST_HEAD (, tpl_compare_job) jobs; /* files that are not finished: compare-file.c */
  struct tpl_inode_map links;         /* source's inode -> target's, of inodes with several names */
  struct tpl_share_map shares;        /* source's blocks -> target's */
  struct tpl_extents extents[TPL_SIDES]; /* of the file in hand */
  uint64_t default_subvolume[TPL_SIDES]; /* btrfs */
  uint64_t differences;
  uint64_t entries;
  uint64_t files;
  uint64_t directories;
  uint64_t compared_bytes;
};

/* The same name in both trees. */
struct tpl_pair {
  struct tpl_node node[TPL_SIDES];
  struct tpl_inode inode[TPL_SIDES];
  unsigned expectation; /* enum tpl_expectation */
};

/* Prints one difference: `PATH<TAB>WHAT<TAB>DETAIL`, escaped. After the first thousand they are
   only counted. */
void tpl_compare_report (struct tpl_compare *compare, const char *path, const char *what,
                         const char *detail_format, ...) __attribute__ ((format (printf, 4, 5)));

/* compare-tree.c: its context is a struct tpl_compare. */
extern const struct tpl_visitor tpl_compare_visitor;

/* Remembers the pair's inodes, if more names of the source's are to come. */
int tpl_compare_remember_link (struct tpl_compare *compare, const struct tpl_pair *pair);

/* compare-inode.c */

/* Reads both inodes of PAIR. */
int tpl_compare_read (struct tpl_pair *pair);

/* Compares everything but content, size and allocation. */
int tpl_compare_metadata (struct tpl_compare *compare, const struct tpl_pair *pair);

/* compare-file.c */

/* Compares the regular file ENTRY of FRAME. It may still be in the ring afterwards. */
int tpl_compare_file (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame,
                      const struct tpl_entry *entry, unsigned expectation);

/* Forgets files that were not finished, after an error; the ring has been stopped. */
void tpl_compare_drop_files (struct tpl_compare *compare);

/* The ring's `consume` and `fail`. */
int tpl_compare_piece_arrived (void *context, struct tpl_piece *piece);
int tpl_compare_piece_failed (void *context, const struct tpl_piece *piece, int which, int errnum);

/* compare-manifest.c; all but the first two do nothing where no manifest is wanted. */

/* FILE may be NULL: none is wanted. */
int tpl_manifest_open (struct tpl_compare *compare, const char *file);
int tpl_manifest_close (struct tpl_compare *compare, const char *file);

/* A further name of an inode that has several, or its first. */
void tpl_manifest_name (const struct tpl_compare *compare, const char *path, mode_t mode,
                        uint64_t target_ino);

/* The pair, whose inodes have been read and whose files are open. CONTENT is the digests of both
   sides, empty where content is not looked at. */
int tpl_manifest_pair (const struct tpl_compare *compare, const struct tpl_pair *pair,
                       const char *const content[TPL_SIDES]);

/* Reads the open file NODE for its digest; "" for what has no content. */
int tpl_manifest_digest (const struct tpl_compare *compare, const struct tpl_node *node,
                         const struct tpl_inode *inode, char hex[TPL_DIGEST_HEX]);

/* A name of DIR_FD that is on one side alone. Of a directory of the source, what is
   below it has no lines. */
int tpl_manifest_single (const struct tpl_compare *compare, const char *path, int dir_fd,
                         const struct tpl_entry *entry, int side);

/* compare-extents.c; the extents of both sides are in compare->extents. */

/* Holes and preallocations. */
void tpl_compare_allocation (struct tpl_compare *compare, const struct tpl_pair *pair);

/* Whether what the source shares is shared by the target. */
int tpl_compare_shares (struct tpl_compare *compare, const struct tpl_pair *pair);

#endif

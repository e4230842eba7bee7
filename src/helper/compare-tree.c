/* The walk of a comparison: which names are where. */
#include "helper/command.h"
#include "helper/compare.h"
#include "helper/subvolume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *
type_name (unsigned char type)
{
  static const struct {
    unsigned char type;
    const char *name;
  } names[] = {
      {DT_REG, "file"},         {DT_DIR, "directory"}, {DT_LNK, "symbolic link"},
      {DT_FIFO, "FIFO"},        {DT_SOCK, "socket"},   {DT_CHR, "character device"},
      {DT_BLK, "block device"},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].type == type)
      return names[i].name;
  return "unknown";
}

static int
make_path (struct tpl_walk *walk, const struct tpl_frame *frame, const char *name)
{
  tpl_path_cut (&walk->path, frame->path_length);
  return tpl_path_push (&walk->path, name) ? 0 : tpl_fail (walk->path.text, ENOMEM, "compare");
}

/* A name that is in one of the trees only. */
static int
report_single (struct tpl_compare *compare, struct tpl_walk *walk, const struct tpl_frame *frame,
               const struct tpl_entry *entry, int side)
{
  int status = make_path (walk, frame, entry->name);
  if (status != 0)
    return status;
  unsigned expectation = tpl_expected_of (&compare->expected, walk->path.text);
  unsigned excuse = side == TPL_SOURCE ? TPL_EXPECT_REMOVED : TPL_EXPECT_CREATED;
  if (!(expectation & excuse))
    tpl_compare_report (compare, walk->path.text, side == TPL_SOURCE ? "missing" : "extra",
                        "%s only in the %s", type_name (entry->type), tpl_side_name (side));
  return tpl_manifest_single (compare, walk->path.text, frame->fd[side], entry, side);
}

/* A name that is in both. *COMPARABLE tells whether there is more to compare. */
static int
report_both (struct tpl_compare *compare, struct tpl_walk *walk, const struct tpl_frame *frame,
             const struct tpl_entry *source, const struct tpl_entry *target, bool *comparable)
{
  int status = make_path (walk, frame, source->name);
  if (status != 0)
    return status;
  unsigned expectation = tpl_expected_of (&compare->expected, walk->path.text);
  if (expectation & TPL_EXPECT_REMOVED)
    tpl_compare_report (compare, walk->path.text, "not-removed", "is still in the target");
  if (expectation & TPL_EXPECT_CREATED)
    tpl_compare_report (compare, walk->path.text, "not-created", "was in the source before");
  *comparable = source->type == target->type;
  if (!*comparable)
    tpl_compare_report (compare, walk->path.text, "type", "source %s target %s",
                        type_name (source->type), type_name (target->type));
  return 0;
}

/* Reports names that are not in both lists, and leaves in SOURCE those that are. Both are sorted by
   name. */
static int
match_names (struct tpl_compare *compare, struct tpl_walk *walk, const struct tpl_frame *frame,
             struct tpl_dir_list *source, const struct tpl_dir_list *target)
{
  size_t left = 0, right = 0, kept = 0;
  int status = 0;

  while (status == 0 && (left < source->count || right < target->count)) {
    const struct tpl_entry *a = left < source->count ? &source->entries[left] : NULL;
    const struct tpl_entry *b = right < target->count ? &target->entries[right] : NULL;
    int order = a == NULL ? 1 : b == NULL ? -1 : strcmp (a->name, b->name);
    bool comparable = false;
    if (order == 0)
      status = report_both (compare, walk, frame, a, b, &comparable);
    else
      status = report_single (compare, walk, frame, order < 0 ? a : b,
                              order < 0 ? TPL_SOURCE : TPL_TARGET);
    if (comparable)
      source->entries[kept++] = *a;
    left += order <= 0;
    right += order >= 0;
  }
  source->count = kept;
  tpl_path_cut (&walk->path, frame->path_length);
  return status;
}

static const char *const no_content[TPL_SIDES] = {"", ""};

static int
compare_symlinks (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  char text[TPL_SIDES][PATH_MAX];
  ssize_t length[TPL_SIDES];

  for (int side = 0; side < TPL_SIDES; side++) {
    const struct tpl_node *node = &pair->node[side];
    length[side] = readlinkat (node->dir_fd, node->name, text[side], sizeof text[side]);
    if (length[side] < 0)
      return tpl_fail (node->path, errno, "read the symbolic link in the %s", tpl_side_name (side));
  }
  if (length[TPL_SOURCE] != length[TPL_TARGET] ||
      memcmp (text[TPL_SOURCE], text[TPL_TARGET], (size_t)length[TPL_SOURCE]) != 0)
    tpl_compare_report (compare, pair->node[TPL_SOURCE].path, "symlink",
                        "source \"%.*s\" target \"%.*s\"", (int)length[TPL_SOURCE],
                        text[TPL_SOURCE], (int)length[TPL_TARGET], text[TPL_TARGET]);
  return 0;
}

static int
compare_special (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame,
                 const struct tpl_entry *entry, unsigned expectation)
{
  struct tpl_pair pair = {.expectation = expectation};

  for (int side = 0; side < TPL_SIDES; side++)
    pair.node[side] = tpl_node_named (&compare->trees[side], frame->fd[side], entry->name,
                                      walk->path.text);
  int status = tpl_compare_read (&pair);
  if (status == 0)
    status = tpl_compare_remember_link (compare, &pair);
  if (status == 0)
    status = tpl_compare_metadata (compare, &pair);
  if (status == 0 && entry->type == DT_LNK && !(expectation & TPL_EXPECT_EDITED))
    status = compare_symlinks (compare, &pair);
  return status == 0 ? tpl_manifest_pair (compare, &pair, no_content) : status;
}

int
tpl_compare_remember_link (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const struct statx *source = &pair->inode[TPL_SOURCE].stat;
  if (source->stx_nlink < 2)
    return 0;
  uint64_t key = tpl_tree_inode_key (&compare->trees[TPL_SOURCE],
                                     makedev (source->stx_dev_major, source->stx_dev_minor),
                                     source->stx_ino);
  if (!tpl_inode_map_put (&compare->links, key, pair->inode[TPL_TARGET].stat.stx_ino))
    return tpl_fail (pair->node[TPL_SOURCE].path, ENOMEM, "remember an inode with several names");
  return 0;
}

/* Another name of an inode that has been compared: is it so in the target, too? Equal link counts
   and this make the groups equal. */
static int
compare_link (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame,
              const struct tpl_entry *entry, uint64_t target_ino)
{
  struct stat status;
  if (fstatat (frame->fd[TPL_TARGET], entry->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return tpl_fail (walk->path.text, errno, "look at the file in the target");
  if (status.st_ino != target_ino)
    tpl_compare_report (compare, walk->path.text, "hardlink",
                        "is no hard link to the file that it is one to in the source");
  tpl_manifest_name (compare, walk->path.text, status.st_mode, target_ino);
  return 0;
}

static int
compare_entry (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame,
               const struct tpl_entry *entry)
{
  uint64_t target_ino;

  int status = make_path (walk, frame, entry->name);
  if (status != 0)
    return status;
  unsigned expectation = tpl_expected_of (&compare->expected, walk->path.text);
  uint64_t key
      = tpl_tree_inode_key (&compare->trees[TPL_SOURCE], frame->device[TPL_SOURCE], entry->ino);
  if (tpl_inode_map_find (&compare->links, key, &target_ino))
    status = compare_link (compare, walk, frame, entry, target_ino);
  else if (entry->type == DT_REG)
    status = tpl_compare_file (compare, walk, frame, entry, expectation);
  else
    status = compare_special (compare, walk, frame, entry, expectation);
  compare->entries++;
  tpl_progress_add (&compare->progress, 0, 1);
  return status;
}

static int
read_subvolume (struct tpl_compare *compare, const struct tpl_node *node, int side, bool *read_only,
                bool *is_default)
{
  uint64_t id = 0;
  int status = tpl_subvolume_is_read_only (node, read_only);
  if (status == 0)
    status = tpl_subvolume_id (node, &id);
  *is_default = id == compare->default_subvolume[side];
  return status;
}

/* Whether both are subvolumes, or none is, of the same kind. */
static int
compare_subvolumes (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const char *path = pair->node[TPL_SOURCE].path;
  bool is[TPL_SIDES], read_only[TPL_SIDES], is_default[TPL_SIDES];
  int status = 0;

  for (int side = 0; side < TPL_SIDES; side++)
    is[side] = tpl_subvolume_is_at (&compare->trees[side], pair->node[side].fd);
  if (is[TPL_SOURCE] != is[TPL_TARGET])
    tpl_compare_report (compare, path, "subvolume", "is one only in the %s",
                        tpl_side_name (is[TPL_SOURCE] ? TPL_SOURCE : TPL_TARGET));
  if (!is[TPL_SOURCE] || !is[TPL_TARGET])
    return 0;
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = read_subvolume (compare, &pair->node[side], side, &read_only[side], &is_default[side]);
  if (status != 0)
    return status;
  if (read_only[TPL_SOURCE] != read_only[TPL_TARGET])
    tpl_compare_report (compare, path, "subvolume", "is read-only only in the %s",
                        tpl_side_name (read_only[TPL_SOURCE] ? TPL_SOURCE : TPL_TARGET));
  if (is_default[TPL_SOURCE] != is_default[TPL_TARGET])
    tpl_compare_report (compare, path, "subvolume", "is the default only in the %s",
                        tpl_side_name (is_default[TPL_SOURCE] ? TPL_SOURCE : TPL_TARGET));
  return 0;
}

static int
compare_directory (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_pair pair = {.expectation = tpl_expected_of (&compare->expected, walk->path.text)};
  for (int side = 0; side < TPL_SIDES; side++)
    pair.node[side] = tpl_node_open (&compare->trees[side], frame->fd[side], walk->path.text);
  int status = tpl_compare_read (&pair);
  compare->directories++;
  if (status != 0 || tpl_subvolume_is_stub (&compare->trees[TPL_SOURCE], frame->ino[TPL_SOURCE]))
    return status;
  status = compare_subvolumes (compare, &pair);
  if (status == 0)
    status = tpl_compare_metadata (compare, &pair);
  return status == 0 ? tpl_manifest_pair (compare, &pair, no_content) : status;
}

static int
read_and_match (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_dir_list target = {0};

  int status = tpl_walk_list (walk, frame, TPL_SOURCE, &frame->subdirs);
  if (status == 0)
    status = tpl_walk_list (walk, frame, TPL_TARGET, &target);
  if (status == 0) {
    tpl_dir_sort_by_name (&frame->subdirs);
    tpl_dir_sort_by_name (&target);
    status = match_names (compare, walk, frame, &frame->subdirs, &target);
  }
  tpl_dir_free (&target);
  return status;
}

static int
enter_directories (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  struct tpl_compare *compare = context;

  int status = compare_directory (compare, walk, frame);
  if (status == 0)
    status = read_and_match (compare, walk, frame);
  if (status != 0)
    return status;
  tpl_dir_sort_by_inode (&frame->subdirs);
  for (size_t i = 0; i < frame->subdirs.count && status == 0; i++)
    if (frame->subdirs.entries[i].type != DT_DIR)
      status = compare_entry (compare, walk, frame, &frame->subdirs.entries[i]);
  tpl_path_cut (&walk->path, frame->path_length);
  tpl_dir_keep_directories (&frame->subdirs);
  return status;
}

static int
open_directories (void *context, struct tpl_walk *walk, struct tpl_frame *frame,
                  const struct tpl_entry *entry, int fd[TPL_SIDES])
{
  struct tpl_compare *compare = context;
  compare->entries++;
  tpl_progress_add (&compare->progress, 0, 1);
  return tpl_walk_open (walk, frame, entry, fd);
}

static int
leave_directories (void *context, struct tpl_walk *walk, struct tpl_frame *frame)
{
  (void)context;
  (void)walk;
  (void)frame;
  return 0;
}

const struct tpl_visitor tpl_compare_visitor = {
    .enter = enter_directories,
    .open = open_directories,
    .leave = leave_directories,
};

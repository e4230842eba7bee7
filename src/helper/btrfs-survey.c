/* `tpl-helper btrfs-survey`: what a mounted btrfs holds, and what a copy of it will take. Lines:
     KEY NUMBER
     space FLAGS TOTAL-BYTES USED-BYTES     (of one kind of block groups; flags: linux/btrfs_tree.h)
     subvolume ID PARENT-ID GENERATION READ-ONLY SNAPSHOT RECEIVED PATH
   with paths escaped, and without a leading slash. */
#include "helper/btrfs-extents.h"
#include "helper/btrfs-search.h"
#include "helper/command.h"
#include "helper/escape.h"
#include "helper/grow.h"
#include "helper/subvolume.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/btrfs_tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct subvolume {
  uint64_t id;
  uint64_t parent;
  uint64_t generation;
  uint64_t dir; /* in the parent */
  bool is_read_only;
  bool is_snapshot;
  bool is_received;
  char *name; /* owned; NULL: it has none, because it was deleted */
  char *path; /* owned; NULL until it is known */
};

struct survey {
  struct tpl_tree tree;
  struct subvolume *list; /* by id; owned */
  size_t count;
  size_t room;
  bool has_quota;
};

static bool
is_subvolume (uint64_t id)
{
  return id >= BTRFS_FIRST_FREE_OBJECTID && id <= BTRFS_LAST_FREE_OBJECTID;
}

static bool
is_set (const uint8_t uuid[BTRFS_UUID_SIZE])
{
  static const uint8_t none[BTRFS_UUID_SIZE];
  return memcmp (uuid, none, sizeof none) != 0;
}

static int
add_subvolume (struct survey *survey, uint64_t id, const void *item, size_t length)
{
  struct btrfs_root_item root = {0};

  struct subvolume *list = tpl_grow (survey->list, survey->count, &survey->room, sizeof *list);
  if (list == NULL)
    return ENOMEM;
  survey->list = list;
  /* An old one is shorter. */
  memcpy (&root, item, length < sizeof root ? length : sizeof root);
  survey->list[survey->count++] = (struct subvolume){
      .id = id,
      .generation = le64toh (root.generation),
      .is_read_only = (le64toh (root.flags) & BTRFS_ROOT_SUBVOL_RDONLY) != 0,
      .is_snapshot = is_set (root.parent_uuid),
      .is_received = is_set (root.received_uuid),
  };
  return 0;
}

static struct subvolume *
find (const struct survey *survey, uint64_t id)
{
  for (size_t i = 0; i < survey->count; i++)
    if (survey->list[i].id == id)
      return &survey->list[i];
  return NULL;
}

/* The root's item comes before its back reference. */
static int
take_root (void *context, const struct btrfs_ioctl_search_header *header, const void *item)
{
  struct survey *survey = context;
  struct btrfs_root_ref ref;

  if (header->type == BTRFS_ROOT_ITEM_KEY) {
    survey->has_quota |= header->objectid == BTRFS_QUOTA_TREE_OBJECTID;
    return is_subvolume (header->objectid)
               ? add_subvolume (survey, header->objectid, item, header->len)
               : 0;
  }
  if (header->type != BTRFS_ROOT_BACKREF_KEY || header->len < sizeof ref)
    return 0;
  memcpy (&ref, item, sizeof ref);
  struct subvolume *last = survey->count > 0 ? &survey->list[survey->count - 1] : NULL;
  size_t length = le16toh (ref.name_len);
  if (last == NULL || last->id != header->objectid || last->name != NULL ||
      length > header->len - sizeof ref)
    return EIO;
  last->parent = header->offset;
  last->dir = le64toh (ref.dirid);
  last->name = strndup ((const char *)item + sizeof ref, length);
  return last->name == NULL ? ENOMEM : 0;
}

static int
read_roots (struct survey *survey)
{
  const struct btrfs_ioctl_search_key key = {
      .tree_id = BTRFS_ROOT_TREE_OBJECTID,
      .max_objectid = UINT64_MAX,
      .min_type = BTRFS_ROOT_ITEM_KEY,
      .max_type = BTRFS_ROOT_BACKREF_KEY,
  };
  int error = tpl_btrfs_search (survey->tree.root_fd, &key, take_root, survey);
  return error == 0 ? 0 : tpl_fail ("/", error, "read the list of subvolumes");
}

/* Paths from the top on: a subvolume may lie in one with a greater number. */
static int
resolve (struct survey *survey, struct subvolume *subvolume, size_t depth)
{
  struct btrfs_ioctl_ino_lookup_args args = {.treeid = subvolume->parent,
                                             .objectid = subvolume->dir};
  const char *above = "";

  if (subvolume->path != NULL)
    return 0;
  if (subvolume->parent != BTRFS_FS_TREE_OBJECTID) {
    struct subvolume *parent = find (survey, subvolume->parent);
    if (parent == NULL || parent->name == NULL || depth > survey->count)
      return tpl_fail (subvolume->name, 0, "this subvolume lies in none that is there");
    int status = resolve (survey, parent, depth + 1);
    if (status != 0)
      return status;
    above = parent->path;
  }
  if (ioctl (survey->tree.root_fd, BTRFS_IOC_INO_LOOKUP, &args) != 0)
    return tpl_fail (subvolume->name, errno, "look for the directory of the subvolume");
  args.name[sizeof args.name - 1] = '\0';
  if (asprintf (&subvolume->path, "%s%s%s%s", above, *above != '\0' ? "/" : "", args.name,
                subvolume->name) < 0) {
    subvolume->path = NULL;
    return tpl_fail (subvolume->name, ENOMEM, "make its path");
  }
  return 0;
}

static void
print_subvolume (const struct subvolume *subvolume)
{
  printf ("subvolume %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %d %d ", subvolume->id,
          subvolume->parent, subvolume->generation, subvolume->is_read_only,
          subvolume->is_snapshot, subvolume->is_received);
  tpl_escape_write (stdout, subvolume->path, strlen (subvolume->path));
  putchar ('\n');
}

static int
print_space (const struct tpl_tree *tree)
{
  enum { most_kinds = 64 };
  static union {
    struct btrfs_ioctl_space_args args;
    char bytes[sizeof (struct btrfs_ioctl_space_args) +
               most_kinds * sizeof (struct btrfs_ioctl_space_info)];
  } space;

  space.args.space_slots = most_kinds;
  if (ioctl (tree->root_fd, BTRFS_IOC_SPACE_INFO, &space.args) != 0)
    return tpl_fail ("/", errno, "ask for the filesystem's space");
  for (uint64_t i = 0; i < space.args.total_spaces && i < most_kinds; i++)
    printf ("space %llu %llu %llu\n", space.args.spaces[i].flags, space.args.spaces[i].total_bytes,
            space.args.spaces[i].used_bytes);
  return 0;
}

/* Whether the kernel reads compressed data as they are: if it does not know that, it says
 * ENOTTY. */
static bool
has_encoded_io (const struct tpl_tree *tree)
{
  struct btrfs_ioctl_encoded_io_args none = {0};
  return ioctl (tree->root_fd, BTRFS_IOC_ENCODED_READ, &none) == 0 ||
         (errno != ENOTTY && errno != EOPNOTSUPP);
}

static int
survey_all (struct survey *survey, bool without_snapshots)
{
  struct tpl_btrfs_extents extents = {0};
  uint64_t default_id = 0;

  int status = read_roots (survey);
  for (size_t i = 0; i < survey->count && status == 0; i++)
    if (survey->list[i].name != NULL)
      status = resolve (survey, &survey->list[i], 0);
  if (status == 0)
    status = tpl_subvolume_default (&survey->tree, &default_id);
  if (status == 0)
    status = print_space (&survey->tree);
  if (status == 0)
    status = tpl_btrfs_extents_add (&extents, &survey->tree, BTRFS_FS_TREE_OBJECTID);
  for (size_t i = 0; i < survey->count && status == 0; i++) {
    const struct subvolume *subvolume = &survey->list[i];
    if (subvolume->path == NULL)
      continue;
    print_subvolume (subvolume);
    if (!subvolume->is_snapshot || !without_snapshots)
      status = tpl_btrfs_extents_add (&extents, &survey->tree, subvolume->id);
  }
  if (status == 0) {
    printf ("default_subvolume %" PRIu64 "\nquota %d\nencoded_io %d\n", default_id,
            survey->has_quota, has_encoded_io (&survey->tree));
    tpl_btrfs_extents_print (&extents);
  }
  tpl_btrfs_extents_free (&extents);
  return status;
}

static int
run (int argc, char **argv)
{
  struct survey survey = {0};
  bool without_snapshots = argc == 3 && strcmp (argv[1], "--without-snapshots") == 0;

  if (argc != (without_snapshots ? 3 : 2))
    return tpl_usage_error ("needs a folder");
  int status = tpl_tree_open (&survey.tree, argv[argc - 1]);
  if (status != 0)
    return status;
  status = survey.tree.is_btrfs ? survey_all (&survey, without_snapshots)
                                : tpl_fail (argv[argc - 1], 0, "is no btrfs");
  for (size_t i = 0; i < survey.count; i++) {
    free (survey.list[i].name);
    free (survey.list[i].path);
  }
  free (survey.list);
  tpl_tree_close (&survey.tree);
  return status;
}

const struct tpl_command tpl_command_btrfs_survey = {
    .name = "btrfs-survey",
    .usage = "[--without-snapshots] FOLDER",
    .run = run,
};

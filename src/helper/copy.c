/* `tpl-helper copy`: everything that is in one tree into another, empty one. */
#include "helper/copy.h"

#include "helper/command.h"
#include "helper/subvolume.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Takes from the new filesystem's root what mkfs may have given it to hand down. */
static int
prepare_root (struct tpl_copy *copy)
{
  const struct tpl_tree *trees = copy->trees;
  struct tpl_node node = tpl_node_open (&trees[TPL_TARGET], trees[TPL_TARGET].root_fd, "/");
  struct tpl_node from = tpl_node_open (&trees[TPL_SOURCE], trees[TPL_SOURCE].root_fd, "/");
  struct tpl_inode inode;
  const struct tpl_inode plain = {0};

  copy->entering = calloc (1, sizeof *copy->entering);
  if (copy->entering == NULL)
    return tpl_fail ("/", ENOMEM, "start the copy");
  int status = tpl_inode_read (&from, &copy->entering->inode);
  if (status == 0)
    status = tpl_inode_read (&node, &inode);
  if (status != 0)
    return status;
  if (tpl_attr_is_special (&inode.attr))
    status = tpl_inode_set_attr (&node, &plain, 0);
  fremovexattr (node.fd, "system.posix_acl_default");
  inode.stat.stx_mode &= 0777;
  return status == 0 ? tpl_inode_set_mode (&node, &inode) : status;
}

static int
copy_tree (struct tpl_copy *copy)
{
  struct tpl_walk walk;

  umask (0);
  copy->uid = geteuid ();
  copy->gid = getegid ();
  int status = prepare_root (copy);
  if (status == 0)
    status = tpl_ring_start (&copy->ring);
  if (status == 0)
    status = tpl_walk_run (&walk, copy->trees, &tpl_copy_visitor, copy);
  if (status == 0)
    status = tpl_ring_drain (&copy->ring);
  if (status == 0)
    status = tpl_copy_check_links (copy);
  if (status == 0 && syncfs (copy->trees[TPL_TARGET].root_fd) != 0)
    status = tpl_fail ("/", errno, "write the target's filesystem to its disk");
  tpl_ring_stop (&copy->ring);
  tpl_copy_drop_files (copy);
  free (copy->entering);
  tpl_copy_free_links (copy);
  tpl_copy_free_shares (copy);
  tpl_extents_free (&copy->extents);
  return status;
}

static void
print_counts (const struct tpl_copy_counts *counts)
{
  const struct tpl_count lines[] = {
      {"entries", counts->entries},
      {"directories", counts->directories},
      {"files", counts->files},
      {"symlinks", counts->symlinks},
      {"specials", counts->specials},
      {"hardlinks", counts->hardlinks},
      {"xattrs", counts->xattrs},
      {"data_bytes", counts->data_bytes},
      {"shared_bytes", counts->shared_bytes},
      {"unshared_bytes", counts->unshared_bytes},
      {"preallocated_bytes", counts->preallocated_bytes},
      {"subvolumes", counts->subvolumes},
      {"encoded_bytes", counts->encoded_bytes},
      {NULL, 0},
  };
  tpl_counts_print (lines);
}

struct options {
  bool keeps_shares;
  bool keeps_encoded;
  bool attributes_only;
  const char *left_out;
  const char *progress;
  uint64_t total_bytes;
};

static int
parse (int argc, char **argv, struct options *options)
{
  static const struct option long_options[] = {
      {"shared", no_argument, NULL, 's'},
      {"encoded", no_argument, NULL, 'e'},
      {"leave-out", required_argument, NULL, 'l'},
      {"attributes-only", no_argument, NULL, 'a'},
      {"progress", required_argument, NULL, 'p'},
      {"total-bytes", required_argument, NULL, 't'},
      {NULL, 0, NULL, 0},
  };
  int option;

  memset (options, 0, sizeof *options);
  opterr = 0;
  while ((option = getopt_long (argc, argv, "", long_options, NULL)) != -1) {
    if (option == 's')
      options->keeps_shares = true;
    else if (option == 'e')
      options->keeps_encoded = true;
    else if (option == 'l')
      options->left_out = optarg;
    else if (option == 'a')
      options->attributes_only = true;
    else if (option == 'p')
      options->progress = optarg;
    else if (option == 't' && tpl_parse_bytes (optarg, &options->total_bytes))
      continue;
    else
      return tpl_usage_error ("unknown or incomplete option %s", argv[optind - 1]);
  }
  if (argc - optind != TPL_SIDES)
    return tpl_usage_error ("needs a source and a target");
  return 0;
}

static int
run (int argc, char **argv)
{
  /* Too big for a stack frame: the ring's slots are in it. */
  static struct tpl_copy copy;
  struct options options;

  int status = parse (argc, argv, &options);
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = tpl_tree_open (&copy.trees[side], argv[optind + side]);
  if (status == 0 && options.left_out != NULL)
    status = tpl_expected_read (&copy.left_out, options.left_out);
  if (status == 0 && copy.trees[TPL_SOURCE].is_btrfs)
    status = tpl_subvolume_default (&copy.trees[TPL_SOURCE], &copy.default_subvolume);
  if (status == 0 && copy.trees[TPL_SOURCE].device == copy.trees[TPL_TARGET].device)
    status = tpl_usage_error ("source and target are on one filesystem");
  if (status != 0)
    return status;

  copy.keeps_shares = options.keeps_shares;
  copy.keeps_encoded = options.keeps_encoded;
  copy.share_files.open_fd = -1;
  copy.ring.consume = tpl_copy_piece_arrived;
  copy.ring.fail = tpl_copy_piece_failed;
  copy.ring.context = &copy;
  tpl_progress_start (&copy.progress, "copy", options.progress, options.total_bytes);
  status = options.attributes_only ? tpl_copy_attributes (&copy) : copy_tree (&copy);
  tpl_progress_stop (&copy.progress);
  if (status == 0)
    print_counts (&copy.counts);
  for (int side = 0; side < TPL_SIDES; side++)
    tpl_tree_close (&copy.trees[side]);
  tpl_expected_free (&copy.left_out);
  return status;
}

const struct tpl_command tpl_command_copy = {
    .name = "copy",
    .usage = "[--shared] [--encoded] [--attributes-only] [--leave-out FILE] [--progress FILE] "
             "[--total-bytes N] SOURCE TARGET",
    .run = run,
};

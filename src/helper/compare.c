/* `tpl-helper compare`: are two trees the same in everything that `copy` keeps? */
#include "helper/compare.h"

#include "helper/command.h"
#include "helper/escape.h"
#include "helper/subvolume.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_differences_printed = 1000 };

void
tpl_compare_report (struct tpl_compare *compare, const char *path, const char *what,
                    const char *detail_format, ...)
{
  va_list args;
  char *detail = NULL;

  if (++compare->differences > most_differences_printed)
    return;
  tpl_escape_write (stdout, path, strlen (path));
  printf ("\t%s\t", what);
  va_start (args, detail_format);
  int length = vasprintf (&detail, detail_format, args);
  va_end (args);
  if (length >= 0)
    tpl_escape_write (stdout, detail, (size_t)length);
  free (detail);
  putchar ('\n');
}

/* Whether PATH (without a leading slash) is in the target; no symbolic link is followed. */
static bool
is_in_target (const struct tpl_compare *compare, const char *path)
{
  int dir_fd = dup (compare->trees[TPL_TARGET].root_fd);
  struct stat status;
  bool found = false;

  while (dir_fd >= 0) {
    size_t length = strcspn (path, "/");
    char *name = strndup (path, length);
    int next = -1;
    if (name != NULL && path[length] == '\0')
      found = fstatat (dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    else if (name != NULL)
      next = openat (dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    free (name);
    close (dir_fd);
    dir_fd = next;
    path += length + strspn (path + length, "/");
  }
  return found;
}

static void
report_what_was_not_created (struct tpl_compare *compare)
{
  for (size_t i = 0; i < compare->expected.count; i++) {
    const struct tpl_expected_line *line = &compare->expected.lines[i];
    if (!(line->expectation & TPL_EXPECT_CREATED) || is_in_target (compare, line->path))
      continue;
    char *path = NULL;
    if (asprintf (&path, "/%s", line->path) < 0)
      path = NULL;
    tpl_compare_report (compare, path == NULL ? line->path : path, "not-created",
                        "is not in the target");
    free (path);
  }
}

static int
compare_trees (struct tpl_compare *compare)
{
  struct tpl_walk walk;

  int status = 0;
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    if (compare->trees[side].is_btrfs)
      status = tpl_subvolume_default (&compare->trees[side], &compare->default_subvolume[side]);
  if (status == 0)
    status = tpl_ring_start (&compare->ring);
  if (status == 0)
    status = tpl_walk_run (&walk, compare->trees, &tpl_compare_visitor, compare);
  if (status == 0)
    status = tpl_ring_drain (&compare->ring);
  if (status == 0)
    report_what_was_not_created (compare);
  tpl_ring_stop (&compare->ring);
  tpl_compare_drop_files (compare);
  tpl_inode_map_free (&compare->links);
  tpl_share_free (&compare->shares);
  for (int side = 0; side < TPL_SIDES; side++)
    tpl_extents_free (&compare->extents[side]);
  return status;
}

/* A difference's line begins with a slash; these never do. */
static void
print_counts (const struct tpl_compare *compare)
{
  const struct tpl_count lines[] = {
      {"entries", compare->entries},
      {"directories", compare->directories},
      {"files", compare->files},
      {"compared_bytes", compare->compared_bytes},
      {"differences", compare->differences},
      {NULL, 0},
  };
  tpl_counts_print (lines);
  if (compare->differences > most_differences_printed)
    printf ("differences_not_shown %" PRIu64 "\n", compare->differences - most_differences_printed);
}

struct options {
  const char *progress;
  const char *expected;
  const char *manifest;
  uint64_t total_bytes;
};

static int
parse (int argc, char **argv, struct tpl_compare *compare, struct options *options)
{
  static const struct option long_options[] = {
      {"shared", no_argument, NULL, 's'},
      {"no-content", no_argument, NULL, 'n'},
      {"expected", required_argument, NULL, 'e'},
      {"manifest", required_argument, NULL, 'm'},
      {"progress", required_argument, NULL, 'p'},
      {"total-bytes", required_argument, NULL, 't'},
      {NULL, 0, NULL, 0},
  };
  int option;

  memset (options, 0, sizeof *options);
  opterr = 0;
  while ((option = getopt_long (argc, argv, "", long_options, NULL)) != -1) {
    if (option == 's')
      compare->with_shares = true;
    else if (option == 'n')
      compare->without_content = true;
    else if (option == 'e')
      options->expected = optarg;
    else if (option == 'm')
      options->manifest = optarg;
    else if (option == 'p')
      options->progress = optarg;
    else if (option == 't' && tpl_parse_bytes (optarg, &options->total_bytes))
      continue;
    else
      return tpl_usage_error ("unknown or incomplete option %s", argv[optind - 1]);
  }
  compare->is_single = argc - optind == 1 && options->manifest != NULL;
  if (argc - optind != TPL_SIDES && !compare->is_single)
    return tpl_usage_error ("needs a source and a target, or one tree and --manifest");
  return 0;
}

static int
compare_opened (struct tpl_compare *compare, const struct options *options)
{
  compare->ring.consume = tpl_compare_piece_arrived;
  compare->ring.fail = tpl_compare_piece_failed;
  compare->ring.context = compare;
  tpl_progress_start (&compare->progress, "compare", options->progress, options->total_bytes);
  int status = compare_trees (compare);
  tpl_progress_stop (&compare->progress);
  if (status == 0)
    print_counts (compare);
  return status == 0 && compare->differences > 0 ? TPL_EXIT_DIFFERENT : status;
}

static int
run (int argc, char **argv)
{
  /* Too big for a stack frame: the ring's slots are in it. */
  static struct tpl_compare compare;
  struct options options;

  int status = parse (argc, argv, &compare, &options);
  if (status != 0)
    return status;
  for (int side = 0; side < TPL_SIDES; side++)
    compare.trees[side].root_fd = -1;
  if (options.expected != NULL)
    status = tpl_expected_read (&compare.expected, options.expected);
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = tpl_tree_open (&compare.trees[side], argv[compare.is_single ? optind : optind + side]);
  if (status == 0)
    status = tpl_manifest_open (&compare, options.manifest);
  if (status == 0)
    status = compare_opened (&compare, &options);
  if (status == 0 || status == TPL_EXIT_DIFFERENT) {
    int closed = tpl_manifest_close (&compare, options.manifest);
    status = closed != 0 ? closed : status;
  }
  tpl_expected_free (&compare.expected);
  for (int side = 0; side < TPL_SIDES; side++)
    tpl_tree_close (&compare.trees[side]);
  return status;
}

const struct tpl_command tpl_command_compare = {
    .name = "compare",
    .usage = "[--shared] [--no-content] [--expected FILE] [--manifest FILE] [--progress FILE] "
             "[--total-bytes N] SOURCE TARGET\n"
             "  tpl-helper compare --manifest FILE [--no-content] [--progress FILE] [--total-bytes N] "
             "TREE",
    .run = run,
};

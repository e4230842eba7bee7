/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"
#include "xfs-source.h"

#include <string.h>

static gboolean
plan (const TplVolume *source, guint64 headroom, TplVolume *target, GError **error)
{
  return tpl_xfs_traits.plan (source, headroom, target, error);
}

/* The smallest sizes that bisection found, in MiB, with the pool that a mount keeps back and without:
 * this is the formula's proof. The plan may be larger by its slack and by a log of its own size,
 * never smaller. */
static void
test_against_bisection (void)
{
  static const struct {
    const char *features;
    guint64 used_mib, source_log_mib, headroom, smallest_mib;
  } cases[] = {
      {"reflink finobt sparse_inodes bigtime inobtcount", 1033, 8, 1, 1081},
      {"reflink finobt sparse_inodes bigtime inobtcount", 1033, 64, 1, 1089},
      {"reflink finobt sparse_inodes bigtime inobtcount", 1033, 8, 0, 1050},
      {"", 1033, 8, 1, 1075},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    TplVolume *source = xfs_source (cases[i].used_mib * TPL_MIB, cases[i].features);
    TplVolume *target = tpl_value_new (&tpl_volume_type);
    g_autoptr (GError) error = NULL;

    tpl_volume_set_fact (source, "log_bytes", cases[i].source_log_mib * TPL_MIB);
    g_assert_true (plan (source, cases[i].headroom, target, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (target->size_bytes, >=, cases[i].smallest_mib * TPL_MIB);
    g_assert_cmpuint (target->size_bytes, <=, (cases[i].smallest_mib + 5) * TPL_MIB);
    tpl_value_free (&tpl_volume_type, source);
    tpl_value_free (&tpl_volume_type, target);
  }
}

/* A size that the planner rounded up, or that was given, always works, and is used. */
static void
test_given_sizes (void)
{
  static const guint64 used_mib[] = {0, 1, 84, 450, 480, 500, 511, 900, 3900, 4060, 70000, 2000000};

  for (guint i = 0; i < G_N_ELEMENTS (used_mib); i++) {
    TplVolume *source = xfs_source (used_mib[i] * TPL_MIB, "reflink finobt rmapbt");
    TplVolume *smallest = tpl_value_new (&tpl_volume_type);
    guint64 free_bytes = 0;

    tpl_volume_set_fact (source, "log_bytes", 64 * TPL_MIB);
    g_assert_true (plan (source, 16 * TPL_MIB, smallest, NULL));
    g_assert_cmpuint (smallest->free_bytes, >=, 16 * TPL_MIB);
    g_assert_cmpuint (smallest->size_bytes % 4096, ==, 0);
    for (guint64 extra = 0; extra < 200 * TPL_GIB; extra = extra * 2 + 4 * TPL_MIB) {
      TplVolume *target = tpl_value_new (&tpl_volume_type);

      target->size_bytes = smallest->size_bytes + extra;
      g_assert_true (plan (source, 16 * TPL_MIB, target, NULL));
      g_assert_cmpuint (target->size_bytes, ==, smallest->size_bytes + extra);
      g_assert_cmpuint (target->free_bytes, >=, 16 * TPL_MIB);
      if (extra > 4 * TPL_GIB) /* most of what is given is free */
        g_assert_cmpuint (target->free_bytes, >, free_bytes);
      free_bytes = target->free_bytes;
      tpl_value_free (&tpl_volume_type, target);
    }
    tpl_value_free (&tpl_volume_type, source);
    tpl_value_free (&tpl_volume_type, smallest);
  }
}

static void
test_too_small (void)
{
  TplVolume *source = xfs_source (84 * TPL_MIB, "reflink finobt");
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  target->size_bytes = 85 * TPL_MIB;
  g_assert_false (plan (source, 16 * TPL_MIB, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL);
  g_assert_nonnull (strstr (error->message, "lv:os/root"));
  g_assert_nonnull (strstr (error->message, "89128960 bytes"));
  g_clear_error (&error);
  target->size_bytes = 0;
  g_assert_false (plan (source, G_MAXUINT64, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_refusals (void)
{
  static const struct {
    const char *fact;
    guint64 value;
    const char *says;
  } cases[] = {
      {"realtime", 1, "realtime"},       {"external_log", 1, "log on another device"},
      {"quota_flags", 1, "quotas"},      {"needsrepair", 1, "xfs_repair"},
      {"block_bytes", 0, "can't be"},    {"block_bytes", 131072, "can't be"},
      {"block_bytes", 4095, "can't be"}, {"sector_bytes", 8192, "can't be"},
      {"inode_bytes", 1, "can't be"},    {"dirblock_bytes", 512, "can't be"},
  };
  TplVolume *huge = xfs_source (G_MAXUINT64, "");
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) huge_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    TplVolume *source = xfs_source (84 * TPL_MIB, "reflink finobt");
    g_autoptr (GError) error = NULL;

    tpl_volume_set_fact (source, cases[i].fact, cases[i].value);
    g_assert_false (plan (source, 0, target, &error));
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    tpl_value_free (&tpl_volume_type, source);
  }
  g_assert_false (plan (huge, 0, target, &huge_error));
  g_assert_error (huge_error, TPL_ERROR, TPL_ERROR_REFUSED);
  tpl_value_free (&tpl_volume_type, huge);
  tpl_value_free (&tpl_volume_type, target);
}

/* Never more features than the source has, never fewer, and nothing that is the source's alone. */
static void
test_features_are_the_sources (void)
{
  static const char *const all[] = {"finobt",  "sparse_inodes", "rmapbt",   "reflink",   "bigtime",
                                    "nrext64", "inobtcount",    "exchange", "lazy_count"};
  TplVolume *source = xfs_source (84 * TPL_MIB, "finobt sparse_inodes bigtime");
  TplVolume *target = tpl_value_new (&tpl_volume_type);

  tpl_volume_set_fact (source, "shared_extents", 1);
  tpl_volume_set_fact (source, "inode_free_count", 100000);
  g_assert_true (plan (source, 0, target, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_assert_cmpuint (tpl_volume_get_fact (target, all[i], 0), ==,
                      tpl_volume_get_fact (source, all[i], 0));
  g_assert_cmpuint (tpl_volume_get_fact (target, "shared_extents", 7), ==, 7);
  g_assert_cmpuint (tpl_volume_get_fact (target, "inode_free_count", 7), ==, 7);
  g_assert_cmpuint (tpl_volume_get_fact (target, "agcount", 0), ==, 2);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

/* A mail spool of 4 million small files: 2 GiB of inodes, on a disk that allowed them 5%. */
static void
test_inodes_fit (void)
{
  TplVolume *source = xfs_source (4 * TPL_GIB, "finobt");
  TplVolume *target = tpl_value_new (&tpl_volume_type);

  tpl_volume_set_fact (source, "imax_pct", 5);
  g_assert_true (plan (source, 0, target, NULL));
  g_assert_cmpuint (tpl_volume_get_fact (target, "imax_pct", 0), ==, 25);
  tpl_volume_set_fact (source, "inode_count", 4 * 1024 * 1024);
  g_assert_true (plan (source, 0, target, NULL));
  g_assert_cmpuint (tpl_volume_get_fact (target, "imax_pct", 0), >=, 50);
  g_assert_cmpuint (tpl_volume_get_fact (target, "imax_pct", 0), <=, 75);
  tpl_volume_set_fact (source, "imax_pct", 0);
  g_assert_true (plan (source, 0, target, NULL));
  g_assert_cmpuint (tpl_volume_get_fact (target, "imax_pct", 7), ==, 0);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

static void
test_freed_inodes_go (void)
{
  TplVolume *source = xfs_source (400 * TPL_MIB, "finobt");
  TplVolume *before = tpl_value_new (&tpl_volume_type);
  TplVolume *after = tpl_value_new (&tpl_volume_type);

  g_assert_true (plan (source, 0, before, NULL));
  tpl_volume_set_fact (source, "inode_free_count", 100 * 1024); /* of 512 bytes: 50 MiB */
  g_assert_true (plan (source, 0, after, NULL));
  g_assert_cmpuint (after->size_bytes + 49 * TPL_MIB, <=, before->size_bytes);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, before);
  tpl_value_free (&tpl_volume_type, after);
}

static void
test_swap (void)
{
  TplVolume *source = tpl_value_new (&tpl_volume_type);
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  source->id = g_strdup ("part:3");
  source->type = g_strdup ("swap");
  g_assert_true (tpl_swap_traits.is_swap);
  g_assert_true (tpl_swap_traits.plan (source, G_MAXUINT64, target, NULL));
  g_assert_cmpuint (target->size_bytes, ==, 40960);
  target->size_bytes = 8 * TPL_MIB;
  g_assert_true (tpl_swap_traits.plan (source, 0, target, NULL));
  g_assert_cmpuint (target->size_bytes, ==, 8 * TPL_MIB);
  g_assert_cmpuint (target->free_bytes, ==, 8 * TPL_MIB - 4096);
  target->size_bytes = 4096;
  g_assert_false (tpl_swap_traits.plan (source, 0, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL);
  g_clear_error (&error);
  tpl_volume_set_fact (source, "page_bytes", 3);
  g_assert_false (tpl_swap_traits.plan (source, 0, target, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xfs-plan/against-bisection", test_against_bisection);
  g_test_add_func ("/xfs-plan/given-sizes", test_given_sizes);
  g_test_add_func ("/xfs-plan/too-small", test_too_small);
  g_test_add_func ("/xfs-plan/refusals", test_refusals);
  g_test_add_func ("/xfs-plan/features-are-the-sources", test_features_are_the_sources);
  g_test_add_func ("/xfs-plan/inodes-fit", test_inodes_fit);
  g_test_add_func ("/xfs-plan/freed-inodes-go", test_freed_inodes_go);
  g_test_add_func ("/swap-plan/sizes", test_swap);
  return g_test_run ();
}

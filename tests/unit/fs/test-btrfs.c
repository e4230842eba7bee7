/* SPDX-License-Identifier: GPL-3.0-or-later */
/* btrfs: what is planned, made by the real mkfs.btrfs, filled by the real copy, and read back.
 * Mounts loop devices natively, as root. */
#include <glib/gstdio.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../plan/command.h"
#include "adapt/btrfs-superblock.h"
#include "fs/btrfs-survey.h"
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define SOURCE_BYTES (2 * TPL_GIB)
#define LABEL        "a label, with \xc3\xa4"

typedef struct {
  char *path, *device, *folder;
  int fd;
} Disk;

static Disk
disk_open (const char *name, guint64 size_bytes)
{
  Disk disk = { .path = command_make_disk (name, size_bytes) };
  g_autofree char *directory = g_path_get_dirname (disk.path);
  disk.device = command_attach (disk.path, &disk.fd);
  disk.folder = g_build_filename (directory, "mnt", NULL);
  g_assert_cmpint (g_mkdir (disk.folder, 0700), ==, 0);
  return disk;
}

static void
disk_mount (const Disk *disk, gulong flags, const char *options)
{
  g_assert_cmpint (mount (disk->device, disk->folder, "btrfs", MS_NOATIME | flags, options), ==, 0);
}

/* As publishing does it where there is no partition table. */
static void
disk_cut (const Disk *disk, guint64 size_bytes)
{
  g_assert_cmpint (truncate (disk->path, (off_t)size_bytes), ==, 0);
  g_assert_cmpint (ioctl (disk->fd, LOOP_SET_CAPACITY), ==, 0);
}

static void
disk_close (Disk *disk)
{
  close (disk->fd);
  g_rmdir (disk->folder);
  command_remove_disk (disk->path);
  g_free (disk->device);
  g_free (disk->folder);
}

static TplVolume *
read_superblock (const Disk *disk, guint64 size_bytes)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_autoptr (GBytes) bytes = command_read_disk (disk->path, TPL_BTRFS_SUPERBLOCK_START,
                                                TPL_BTRFS_SUPERBLOCK_BYTES);
  g_autoptr (GError) error = NULL;
  volume->id = g_strdup ("part:1");
  volume->type = g_strdup ("btrfs");
  volume->size_bytes = size_bytes;
  tpl_btrfs_superblock_read (bytes, volume, &error);
  g_assert_no_error (error);
  return volume;
}

static void
free_subvolume (gpointer data)
{
  TplSubvolume *subvolume = data;
  g_free (subvolume->path);
  g_free (subvolume);
}

/* Surveys the mounted disk. */
static GPtrArray *
survey (const Disk *disk, TplVolume *volume)
{
  GPtrArray *subvolumes = g_ptr_array_new_with_free_func (free_subvolume);
  g_autofree char *text = command_run_words (g_getenv ("TPL_SHRINK_HELPER"), "btrfs-survey",
                                             disk->folder, NULL);
  g_autoptr (GError) error = NULL;
  tpl_btrfs_survey_read (text, volume, subvolumes, &error);
  g_assert_no_error (error);
  return subvolumes;
}

/* Makes `target` as it is planned. */
static void
make (const TplVolume *planned, const Disk *disk)
{
  extern const TplFsDriver tpl_fs_btrfs;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = tpl_fs_btrfs.make (planned, disk->device, &error);
  g_assert_no_error (error);
  g_autofree char *said = command_run ((const char *const *)argv);
}

static void
check_kept (const TplVolume *source, const TplVolume *made)
{
  static const char *const same[] = { "sector_bytes", "node_bytes", "checksum", "devices" };
  for (const TplFeature *feature = tpl_btrfs_features; feature->name; feature++)
    if (feature->fate == TPL_FEATURE_KEPT)
      g_assert_cmpuint (tpl_volume_get_fact (made, feature->name, 9), ==,
                        tpl_volume_get_fact (source, feature->name, 9));
  for (size_t i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpuint (tpl_volume_get_fact (made, same[i], 9), ==,
                      tpl_volume_get_fact (source, same[i], 9));
}

typedef struct {
  const char *name;
  const char *mkfs;    /* its options */
  const char *options; /* of the source's mount */
  const char *script;  /* fills $1 */
} Kind;

static const Kind kinds[] = {
  { "data-then-small", "", "",
    "head -c 200M /dev/urandom >$1/a; for i in $(seq 80); do mkdir $1/d$i; (cd $1/d$i;"
    " seq 90000 99999 | split -l 120 -a 2); done" },
  { "small", "-n 4096 -m single", "", "for i in $(seq 60); do mkdir $1/d$i; (cd $1/d$i;"
    " seq 90000 99999 | split -l 150 -a 2); done" },
  { "compressed", "--csum blake2", "compress=zstd",
    "for i in $(seq 20); do seq $i 400000 >$1/s$i; done; head -c 50M /dev/urandom >$1/r" },
  { "old", "-O ^no-holes,^extref,^skinny-metadata -R ^free-space-tree", "",
    "head -c 100M /dev/urandom >$1/a; cp --reflink=always $1/a $1/b; truncate -s 3G $1/hole" },
  { "empty", "-d dup", "", "true" },
};

static char *
options_of (const TplVolume *source)
{
  return g_strdup_printf ("%s%s",
                          tpl_volume_get_fact (source, "shared_extents", 0) ? "--shared " : "",
                          tpl_volume_get_fact (source, "encoded", 0) ? "--encoded " : "");
}

static TplVolume *
plan (const TplVolume *source, guint64 headroom_bytes)
{
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;
  target->id = g_strdup (source->id);
  target->type = g_strdup ("btrfs");
  target->label = g_strdup (LABEL);
  target->uuid = g_uuid_string_random ();
  tpl_btrfs_traits.plan (source, headroom_bytes, target, &error);
  g_assert_no_error (error);
  return target;
}

static void
run_helper (const char *command, const char *options, const Disk *from, const Disk *to)
{
  g_autofree char *line = g_strdup_printf ("\"$TPL_SHRINK_HELPER\" %s %s \"$1\" \"$2\"", command,
                                           options);
  g_autofree char *said
      = command_run_words ("sh", "-c", line, "sh", from->folder, to->folder, NULL);
  g_test_message ("%s: %s", command, said);
}

/* Without any headroom: the size must do, and not be far from what is needed. */
static void
test_fits (gconstpointer data)
{
  const Kind *kind = data;
  if (!command_need ("mkfs.btrfs", "btrfs", NULL) || !command_need_root ())
    return;
  Disk from = disk_open ("source.img", SOURCE_BYTES);
  g_autofree char *mkfs = g_strdup_printf ("mkfs.btrfs -q %s \"$1\"", kind->mkfs);
  g_autofree char *made = command_run_words ("sh", "-c", mkfs, "sh", from.device, NULL);
  disk_mount (&from, 0, kind->options);
  /* Another process's namespace may keep it mounted: then unmounting writes nothing. */
  g_autofree char *script = g_strconcat (kind->script, "; sync -f $1", NULL);
  g_autofree char *filled = command_run_words ("sh", "-ec", script, "sh", from.folder, NULL);
  g_assert_cmpint (umount (from.folder), ==, 0);
  disk_mount (&from, MS_RDONLY, "subvol=/");
  TplVolume *source = read_superblock (&from, SOURCE_BYTES);
  g_autoptr (GPtrArray) subvolumes = survey (&from, source);
  g_assert_cmpuint (subvolumes->len, ==, 0);
  TplVolume *planned = plan (source, 0);
  g_test_message ("%s: data %" G_GUINT64_FORMAT ", trees %" G_GUINT64_FORMAT ", planned %"
                  G_GUINT64_FORMAT, kind->name, tpl_volume_get_fact (source, "data_bytes", 0),
                  tpl_volume_get_fact (source, "tree_bytes", 0), planned->size_bytes);

  Disk to = disk_open ("target.img", planned->size_bytes + 64 * TPL_MIB);
  make (planned, &to);
  TplVolume *fresh = read_superblock (&to, planned->size_bytes);
  check_kept (source, fresh);
  disk_mount (&to, 0, "subvol=/");
  g_autofree char *options = options_of (source);
  run_helper ("copy", options, &from, &to);
  g_assert_cmpint (umount (to.folder), ==, 0);
  disk_cut (&to, planned->size_bytes);
  disk_mount (&to, MS_RDONLY, "subvol=/");
  run_helper ("compare", strstr (options, "--shared") ? "--shared" : "", &from, &to);
  g_autoptr (GPtrArray) none = survey (&to, fresh);
  g_assert_cmpuint (tpl_volume_get_fact (fresh, "data_bytes", 0), <=,
                    tpl_volume_get_fact (source, "data_bytes", 0));
  g_assert_cmpint (umount (to.folder), ==, 0);
  g_assert_cmpint (umount (from.folder), ==, 0);
  g_autofree char *checked =
      command_run_words ("btrfs", "check", "--readonly", to.device, NULL);
  g_autofree char *label = command_run_words ("btrfs", "filesystem", "label", to.device, NULL);
  g_assert_cmpstr (g_strchomp (label), ==, LABEL);
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, planned);
  tpl_value_free (&tpl_volume_type, fresh);
  disk_close (&to);
  disk_close (&from);
}

/* What can't be kept is refused by name. */
static void
test_refusals (void)
{
  static const struct {
    const char *fact;
    guint64 value;
    const char *said;
  } cases[] = {
    { "devices", 2, "several devices" },
    { "seeding", 1, "seed" },
    { "metadump", 1, "dump of metadata" },
    { "changing_uuid", 1, "UUID was changed" },
    { "other_profile", 1, "single and DUP" },
    { "quota", 1, "quota groups" },
    { "checksum", 4, "checksums" },
    { "zoned", 1, "\"zoned\"" },
    { "raid-stripe-tree", 1, "\"raid-stripe-tree\"" },
    { "squota", 1, "quota disable" },
    { "verity", 1, "\"verity\"" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    TplVolume *source = tpl_value_new (&tpl_volume_type);
    TplVolume *target = tpl_value_new (&tpl_volume_type);
    g_autoptr (GError) error = NULL;
    source->id = g_strdup ("part:1");
    tpl_volume_set_fact (source, "devices", 1);
    tpl_volume_set_fact (source, cases[i].fact, cases[i].value);
    g_assert_false (tpl_btrfs_traits.plan (source, 0, target, &error));
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
    g_assert_nonnull (strstr (error->message, cases[i].said));
    tpl_value_free (&tpl_volume_type, source);
    tpl_value_free (&tpl_volume_type, target);
  }
}

static GBytes *
read_fake (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  (void)error;
  g_assert_cmpuint (offset_bytes, ==, TPL_BTRFS_SUPERBLOCK_START);
  g_assert_cmpuint (length, ==, TPL_BTRFS_SUPERBLOCK_BYTES);
  return g_bytes_ref (disk->user_data);
}

/* By name, before a mount fails. */
static void
test_several_devices (void)
{
  extern const TplFsDriver tpl_fs_btrfs;
  const char *const names[] = { "usual", "two-devices" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (g_getenv ("TPL_CORPUS"), names[i], NULL);
    char *content = NULL;
    gsize length = 0;
    g_autoptr (GError) error = NULL;
    g_assert_true (g_file_get_contents (path, &content, &length, NULL));
    g_autoptr (GBytes) bytes = g_bytes_new_take (content, length);
    const TplFsDisk disk = { .device = "/dev/x", .read = read_fake, .user_data = bytes };
    TplVolume *volume = tpl_value_new (&tpl_volume_type);
    volume->id = g_strdup ("part:1");
    volume->size_bytes = TPL_GIB;
    g_assert_cmpint (tpl_fs_btrfs.inspect (&disk, volume, &error), ==, i == 0);
    if (i > 0) {
      g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
      g_assert_nonnull (strstr (error->message, "several devices"));
    }
    tpl_value_free (&tpl_volume_type, volume);
  }
}

static const char survey_text[] = "space 1 100 50\nspace 36 100 20\nspace 34 8 1\n"
                                  "subvolume 256 5 7 0 0 0 @\n"
                                  "subvolume 257 256 7 1 1 0 @/a \\134 snap\n"
                                  "subvolume 258 257 7 0 0 0 @/a \\134 snap/inner\n"
                                  "default_subvolume 257\nquota 0\nencoded_io 1\n"
                                  "leaf_bytes 10\ndata_extents 3\nplain_bytes 40\nshared_bytes 1\n"
                                  "encoded_bytes 5\nunpacked_bytes 9\n";

static void
test_survey (void)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_autoptr (GPtrArray) subvolumes = g_ptr_array_new_with_free_func (free_subvolume);
  g_autoptr (GError) error = NULL;
  volume->id = g_strdup ("part:1");
  volume->size_bytes = 1000;
  tpl_btrfs_survey_read (survey_text, volume, subvolumes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (volume->used_bytes, ==, 71);
  g_assert_cmpuint (tpl_volume_get_fact (volume, "data_bytes", 0), ==, 45);
  g_assert_cmpuint (tpl_volume_get_fact (volume, "metadata_dup", 0), ==, 1);
  g_assert_cmpuint (tpl_volume_get_fact (volume, "data_dup", 0), ==, 0);
  g_assert_cmpuint (subvolumes->len, ==, 3);
  const TplSubvolume *snapshot = subvolumes->pdata[1];
  g_assert_cmpstr (snapshot->path, ==, "@/a \\ snap");
  g_assert_true (snapshot->is_default && snapshot->is_snapshot && snapshot->read_only);

  g_assert_true (tpl_btrfs_survey_check (volume, subvolumes, "flatten", &error));
  g_assert_false (tpl_btrfs_survey_check (volume, subvolumes, "refuse", &error));
  g_assert_nonnull (strstr (error->message, "--snapshots drop"));
  g_clear_error (&error);
  g_assert_false (tpl_btrfs_survey_check (volume, subvolumes, "drop", &error));
  g_assert_nonnull (strstr (error->message, "default subvolume"));
  g_clear_error (&error);
  ((TplSubvolume *)subvolumes->pdata[1])->is_default = FALSE;
  g_assert_false (tpl_btrfs_survey_check (volume, subvolumes, "drop", &error));
  g_assert_nonnull (strstr (error->message, "snap/inner"));
  g_clear_error (&error);
  g_assert_false (tpl_btrfs_survey_read ("space 1 2\n", volume, subvolumes, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
  tpl_value_free (&tpl_volume_type, volume);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *name = g_strdup_printf ("/btrfs/fits/%s", kinds[i].name);
    g_test_add_data_func (name, &kinds[i], test_fits);
  }
  g_test_add_func ("/btrfs/refusals", test_refusals);
  g_test_add_func ("/btrfs/several-devices", test_several_devices);
  g_test_add_func ("/btrfs/survey", test_survey);
  return g_test_run ();
}

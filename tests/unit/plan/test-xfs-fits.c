/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The size that is planned, tried: a real tree is copied into a real filesystem of that size,
 * mounted as a guest would. It fits, what was promised is free, and not much more.
 */
#include "command.h"
#include "fs/fs-plan.h"
#include "fs/xfs-mkfs.h"
#include "plan/size.h"
#include "xfs-source.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SOURCE_BYTES (512 * TPL_MIB)
#define HEADROOM     (16 * TPL_MIB)
#define FILES        6000

/* An image, attached and mounted. */
typedef struct {
  char *path;
  char *device;
  char *folder;
  int fd;
} Disk;

static void
mount_disk (Disk *disk)
{
  g_assert_cmpint (mount (disk->device, disk->folder, "xfs", MS_NOATIME, "nouuid"), ==, 0);
}

static void
unmount_disk (Disk *disk)
{
  g_assert_cmpint (umount2 (disk->folder, 0), ==, 0);
}

static void
disk_open (Disk *disk, char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);

  disk->path = path;
  disk->device = command_attach (path, &disk->fd);
  disk->folder = g_build_filename (directory, "mnt", NULL);
  g_assert_cmpint (g_mkdir (disk->folder, 0700), ==, 0);
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

/* Small and large files in many folders; every third is removed again, as in a guest's life. */
static void
make_tree (const char *root)
{
  g_autofree char *content = g_strnfill (200 * 1024, 'x');

  for (guint i = 0; i < FILES; i++) {
    g_autofree char *folder = g_strdup_printf ("%s/d%u", root, i % 40);
    g_autofree char *file = g_strdup_printf ("%s/a-name-that-is-not-short-%u", folder, i);
    const gssize bytes = (gssize)(i % 50 == 0 ? 200 * 1024 : i * 37 % 9000);

    g_mkdir (folder, 0755);
    g_assert_true (
        g_file_set_contents_full (file, content, bytes, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
    if (i % 3 == 0)
      g_assert_cmpint (g_unlink (file), ==, 0);
  }
}

static char *
make_source (const char *metadata, const char *inodes)
{
  char *path = command_make_disk ("source.img", SOURCE_BYTES);
  g_autofree char *made =
      command_run_words ("mkfs.xfs", "-q", "-m", metadata, "-i", inodes, path, NULL);
  Disk disk;

  disk_open (&disk, path);
  mount_disk (&disk);
  make_tree (disk.folder);
  unmount_disk (&disk);
  close (disk.fd);
  g_rmdir (disk.folder);
  g_free (disk.device);
  g_free (disk.folder);
  return path;
}

static char *
make_target (TplVolume *target)
{
  char *path = command_make_disk ("target.img", target->size_bytes);
  g_autofree char *usage = NULL;
  g_autofree char *made = NULL;
  g_autoptr (TplMkfsXfsCaps) caps = NULL;
  g_auto (GStrv) argv = NULL;

  command_try (tpl_mkfs_xfs_probe, &usage);
  caps = tpl_mkfs_xfs_caps_parse (usage);
  argv = tpl_xfs_mkfs_argv (target, caps, path, NULL);
  made = command_run ((const char *const *)argv);
  return path;
}

static void
copy_and_check (Disk *source, Disk *target, const TplVolume *planned)
{
  g_autofree char *from = g_strconcat (source->folder, "/.", NULL);
  g_autofree char *copied = NULL;
  g_autofree char *file = g_build_filename (target->folder, "guest", NULL);
  g_autofree char *written = NULL;
  g_autofree char *seek = g_strdup_printf ("of=%s", file);
  struct statvfs space;
  guint64 free_bytes;

  mount_disk (source);
  mount_disk (target);
  copied = command_run_words ("cp", "-a", from, target->folder, NULL);
  unmount_disk (source);
  unmount_disk (target);
  mount_disk (target);
  g_assert_cmpint (statvfs (target->folder, &space), ==, 0);
  free_bytes = (guint64)space.f_bavail * space.f_frsize;
  g_test_message ("size %" G_GUINT64_FORMAT ", free %" G_GUINT64_FORMAT
                  ", planned %" G_GUINT64_FORMAT,
                  planned->size_bytes, free_bytes, planned->free_bytes);
  g_assert_cmpuint (free_bytes, >=, planned->free_bytes);
  g_assert_cmpuint (free_bytes, <=, HEADROOM + planned->size_bytes / 50 + 6 * TPL_MIB);
  /* The promise is no mere number: the guest writes it. */
  written = command_run_words ("dd", "if=/dev/zero", seek, "bs=1M", "count=15", "conv=fsync", NULL);
  unmount_disk (target);
}

static void
test_fits (gconstpointer data)
{
  const char *const *options = data;
  g_autoptr (GError) error = NULL;
  TplVolume *described, *planned;
  Disk source, target;
  char *path;

  if (!command_need_root () ||
      !command_need ("mkfs.xfs", "xfs_db", "xfs_info", "losetup", "cp", "dd", NULL))
    return;
  path = make_source (options[0], options[1]);
  described = xfs_read (path);
  planned = tpl_value_new (&tpl_volume_type);
  if (!tpl_xfs_traits.plan (described, HEADROOM, planned, &error))
    g_assert_no_error (error);
  disk_open (&source, path);
  disk_open (&target, make_target (planned));
  copy_and_check (&source, &target, planned);
  disk_close (&source);
  disk_close (&target);
  tpl_value_free (&tpl_volume_type, described);
  tpl_value_free (&tpl_volume_type, planned);
}

int
main (int argc, char **argv)
{
  static const char *const debian12[] = {"reflink=1,bigtime=1,inobtcount=1", "sparse=1"};
  static const char *const el7[] = {"reflink=0,bigtime=0,inobtcount=0,finobt=0", "sparse=0"};
  static const char *const rmapbt[] = {"reflink=1,rmapbt=1", "sparse=1"};

  g_test_init (&argc, &argv, NULL);
  /* Mounts of our own, which end with us. */
  if (geteuid () == 0 && unshare (CLONE_NEWNS) == 0)
    g_assert_cmpint (mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
  g_test_add_data_func ("/xfs-fits/debian12", debian12, test_fits);
  g_test_add_data_func ("/xfs-fits/el7", el7, test_fits);
  g_test_add_data_func ("/xfs-fits/rmapbt", rmapbt, test_fits);
  return g_test_run ();
}

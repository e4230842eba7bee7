/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/toolbox.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "adapt/cache.h"
#include "adapt/handles.h"
#include "adapt/process.h"
#include "error.h"

#define MIB (1024u * 1024)
#define INODES "4096"

/* LVM must not wait for an udev that it can't see from here, so it makes and removes a volume's
 * links itself, before it ends; nor look for its daemons, nor believe the host's device list. A
 * pool's tables that were made just now need no thin_check(8). */
static const char lvm_conf[] = "devices { use_devicesfile = 0 obtain_device_list_from_udev = 0 }\n"
                               "activation { udev_sync = 0 udev_rules = 0 monitoring = 0 }\n"
                               "backup { backup = 0 archive = 0 }\n"
                               "global { use_lvmpolld = 0 thin_check_executable = \"\" }\n";

static const char *const folders[]
    = { "dev", "proc", "sys", "run/lock/lvm", "tmp", "etc/lvm", "bin", "sbin", "usr/bin",
        "var/lib/xfsdump/inventory", "src", "tgt", "guest" };

typedef struct {
  const char *root;
  GHashTable *done; /* paths that are in */
  GString *list;    /* what they were made of, for the cache */
  guint64 size_bytes;
  GCancellable *cancellable;
} Toolbox;

static gboolean
add_file (Toolbox *toolbox, const char *from, const char *to, GError **error)
{
  if (!g_hash_table_add (toolbox->done, g_strdup (to)))
    return TRUE;
  g_autofree char *target = g_build_filename (toolbox->root, to, NULL);
  g_autofree char *parent = g_path_get_dirname (target);
  if (g_mkdir_with_parents (parent, 0755) != 0)
    return tpl_fail (error, TPL_ERROR_FAILED, "making \"%s\": %s", parent, g_strerror (errno));
  tpl_cache_append (toolbox->list, from);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) copy = g_file_new_for_path (target);
  if (!g_file_copy (source, copy, G_FILE_COPY_NONE, toolbox->cancellable, NULL, NULL, error)) {
    g_prefix_error (error, "copying \"%s\" for the appliance: ", from);
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    return FALSE;
  }
  GStatBuf status;
  if (g_stat (target, &status) == 0)
    toolbox->size_bytes += (guint64)status.st_size;
  return TRUE;
}

/* What libc loads by itself when a thread ends early, as those of argon2 in cryptsetup do: no
 * program names it. */
static gboolean
add_unwinder (Toolbox *toolbox, const char *library, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (library);
  g_autofree char *unwinder = g_build_filename (folder, "libgcc_s.so.1", NULL);
  return !g_str_has_suffix (library, "/libc.so.6")
         || !g_file_test (unwinder, G_FILE_TEST_EXISTS)
         || add_file (toolbox, unwinder, unwinder, error);
}

/* ldd prints "name => /path (0x...)" for a library and "/path (0x...)" for the loader. */
static gboolean
add_libraries (Toolbox *toolbox, const char *program, GError **error)
{
  const char *argv[] = { "ldd", program, NULL };
  g_autofree char *listing = NULL;
  if (!tpl_process_run (argv, &listing, toolbox->cancellable, NULL))
    return TRUE; /* static, or a script */
  g_auto (GStrv) lines = g_strsplit (listing, "\n", -1);
  for (size_t i = 0; lines[i]; i++) {
    const char *path = strchr (lines[i], '/');
    const char *end = path ? strstr (path, " (0x") : NULL;
    if (!end)
      continue;
    g_autofree char *library = g_strndup (path, (gsize)(end - path));
    if (!add_file (toolbox, library, library, error) || !add_unwinder (toolbox, library, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_tool (Toolbox *toolbox, const TplTool *tool, GError **error)
{
  g_autofree char *path = tpl_process_find (tool->program);
  if (!path && tool->required)
    return tpl_fail (error, TPL_ERROR_HOST, "this host has no %s: run tpl-shrink --check-host",
                     tool->program);
  if (!path)
    return TRUE;
  g_autofree char *place = g_strdup_printf ("/usr/bin/%s", tool->program);
  return add_file (toolbox, path, place, error) && add_libraries (toolbox, path, error);
}

static gboolean
add_text (Toolbox *toolbox, const char *path, const char *text, GError **error)
{
  g_autofree char *target = g_build_filename (toolbox->root, path, NULL);
  return g_file_set_contents (target, text, -1, error);
}

static gboolean
lay_out (Toolbox *toolbox, const TplTool *tools, const char *helper, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (toolbox->root, folders[i], NULL);
    if (g_mkdir_with_parents (path, 0755) != 0)
      return tpl_fail (error, TPL_ERROR_FAILED, "making \"%s\": %s", path, g_strerror (errno));
  }
  g_autofree char *mtab = g_build_filename (toolbox->root, "etc/mtab", NULL);
  if (symlink ("/proc/self/mounts", mtab) != 0)
    return tpl_fail (error, TPL_ERROR_FAILED, "making \"%s\": %s", mtab, g_strerror (errno));
  if (!add_text (toolbox, "etc/lvm/lvm.conf", lvm_conf, error)
      || !add_file (toolbox, helper, "/usr/bin/tpl-helper", error)
      || !add_libraries (toolbox, helper, error))
    return FALSE;
  for (const TplTool *tool = tools; tool->program; tool++)
    if (!add_tool (toolbox, tool, error))
      return FALSE;
  /* guestfs_sh () starts /bin/sh */
  g_autofree char *shell = g_build_filename (toolbox->root, "bin/sh", NULL);
  if (symlink ("/usr/bin/sh", shell) != 0)
    return tpl_fail (error, TPL_ERROR_FAILED, "making \"%s\": %s", shell, g_strerror (errno));
  return TRUE;
}

/* The image of what was laid out: a file at `path`. */
static gboolean
pack (const Toolbox *toolbox, const char *path, GError **error)
{
  /* Room for the programs' output, the guest's files that bootfix edits, and the manifest of some
   * ten million files: a sparse file, so that only what is written takes room. */
  g_autofree char *size
      = g_strdup_printf ("%" G_GUINT64_FORMAT "M", toolbox->size_bytes * 11 / 10 / MIB + 6144);
  const char *argv[] = { "mke2fs", "-q", "-F", "-t", "ext2", "-b", "4096", "-N", INODES, "-m", "0",
                         "-d", toolbox->root, path, size, NULL };
  if (!tpl_process_run (argv, NULL, toolbox->cancellable, error)) {
    g_prefix_error (error, "making the appliance's toolbox: ");
    return FALSE;
  }
  return TRUE;
}

/* Where the next run finds it. NULL: it can't be kept, which is no error. */
static char *
keep (const Toolbox *toolbox, const char *cache, const char *key)
{
  g_auto (TplFd) fd = cache ? tpl_cache_begin (cache) : -1;
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd/%d", (int)getpid (), fd);
  return fd >= 0 && pack (toolbox, path, NULL)
             ? tpl_cache_keep (cache, key, toolbox->list->str, fd, NULL)
             : NULL;
}

/* What the image depends on, besides the files that are in it. */
static char *
key_of (const TplTool *tools, const char *helper)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *)lvm_conf, sizeof lvm_conf);
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    g_checksum_update (sum, (const guchar *)folders[i], (gssize)strlen (folders[i]) + 1);
  g_checksum_update (sum, (const guchar *)helper, (gssize)strlen (helper) + 1);
  for (const TplTool *tool = tools; tool->program; tool++) {
    g_autofree char *path = tpl_process_find (tool->program);
    const char *found = path ? path : "";
    g_checksum_update (sum, (const guchar *)found, (gssize)strlen (found) + 1);
  }
  return g_strdup (g_checksum_get_string (sum));
}

char *
tpl_toolbox_take (const char *folder, const TplTool *tools, const char *helper,
                  GCancellable *cancellable, GError **error)
{
  g_autofree char *cache = tpl_cache_folder ();
  g_autofree char *key = key_of (tools, helper);
  char *kept = cache ? tpl_cache_find (cache, key) : NULL;
  if (kept)
    return kept;
  g_autofree char *root = g_build_filename (folder, "toolbox", NULL);
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) list = g_string_new (NULL);
  Toolbox toolbox = { .root = root, .done = done, .list = list, .cancellable = cancellable };
  if (!lay_out (&toolbox, tools, helper, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    return NULL;
  }
  kept = keep (&toolbox, cache, key);
  if (kept)
    return kept;
  g_autofree char *path = g_build_filename (folder, "toolbox.img", NULL);
  return pack (&toolbox, path, error) ? g_steal_pointer (&path) : NULL;
}

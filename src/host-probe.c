/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host-probe.h"

#include "adapt/cache.h"
#include "adapt/handles.h"
#include "adapt/process.h"
#include "host-data.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SANDBOX_SECONDS 20.0

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* The appliance that supermin builds takes about 400 MiB, and as much again while it is built. */
#define BUILD_BYTES (1024 * MIB)
/* The toolbox, and what a run writes to its overlay on the source. */
#define RUN_BYTES (256 * MIB)

/* Where distributions put what supermin makes the appliance of: libguestfs's own LIBGUESTFS_PATH.
 */
#define APPLIANCE_PATH                                                                             \
  "/usr/lib/x86_64-linux-gnu/guestfs:/usr/lib64/guestfs:/usr/lib/guestfs:"                         \
  "/usr/local/lib/x86_64-linux-gnu/guestfs:/usr/local/lib64/guestfs:/usr/local/lib/guestfs"

/* The kernel image of a version: where supermin(1) looks. NULL: there is none. The caller's. */
static char *
kernel_image (const char *root, const char *version)
{
  char *images[] = {g_strdup_printf ("%s/boot/vmlinuz-%s", root, version),
                    g_strdup_printf ("%s/lib/modules/%s/vmlinuz", root, version)};
  char *found = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (images); i++) {
    if (found == NULL && g_file_test (images[i], G_FILE_TEST_EXISTS))
      found = g_steal_pointer (&images[i]);
    g_free (images[i]);
  }
  return found;
}

gboolean
tpl_host_find_kernel (const char *root, gboolean *is_there, char **why_not)
{
  g_autofree char *folder = g_strconcat (root, "/lib/modules", NULL);
  g_autoptr (GDir) versions = g_dir_open (folder, 0, NULL);
  g_autofree char *locked = NULL;
  const char *version;
  while (versions != NULL && (version = g_dir_read_name (versions)) != NULL) {
    g_autofree char *modules = g_build_filename (folder, version, "modules.dep", NULL);
    g_autofree char *image = kernel_image (root, version);
    if (image == NULL || !g_file_test (modules, G_FILE_TEST_EXISTS))
      continue;
    *is_there = TRUE;
    if (access (image, R_OK) == 0)
      return TRUE;
    g_free (locked);
    locked = g_steal_pointer (&image);
  }
  *is_there = locked != NULL;
  *why_not = locked != NULL
                 ? g_strdup_printf ("%s can be read by root alone: run tpl-shrink as root, or run "
                                    "'sudo chmod a+r %s' (after each kernel update)",
                                    locked, locked)
                 : g_strdup ("there is no kernel with its modules in /boot and /lib/modules");
  return FALSE;
}

gboolean
tpl_host_find_appliance (const char *root, const char *path, gboolean *is_fixed, char **why_not)
{
  const char *searched = path != NULL && path[0] != '\0' ? path : APPLIANCE_PATH;
  g_auto (GStrv) folders = g_strsplit (searched, ":", -1);
  for (guint i = 0; folders[i] != NULL; i++) {
    if (folders[i][0] == '\0')
      continue;
    g_autofree char *parts = g_strconcat (root, folders[i], "/supermin.d", NULL);
    g_autofree char *kernel = g_strconcat (root, folders[i], "/kernel", NULL);
    g_autofree char *initrd = g_strconcat (root, folders[i], "/initrd", NULL);
    *is_fixed =
        g_file_test (kernel, G_FILE_TEST_EXISTS) && g_file_test (initrd, G_FILE_TEST_EXISTS);
    if (*is_fixed || g_file_test (parts, G_FILE_TEST_IS_DIR))
      return TRUE;
  }
  *why_not = searched == path ? g_strdup_printf ("LIBGUESTFS_PATH (%s) leads to no appliance", path)
                              : g_strdup ("libguestfs is not installed with its appliance");
  return FALSE;
}

gboolean
tpl_host_has_space (const char *folder, char **why_not)
{
  struct statvfs status;
  if (statvfs (folder, &status) != 0) {
    *why_not = g_strdup_printf ("looking for room in %s: %s", folder, g_strerror (errno));
    return FALSE;
  }
  guint64 free_bytes;
  if (!g_uint64_checked_mul (&free_bytes, status.f_bavail, status.f_frsize))
    free_bytes = G_MAXUINT64;
  /* In the cache, as guestfs(3), "Appliance", says. */
  g_autofree char *cache = tpl_cache_path (folder);
  g_autofree char *built =
      g_strdup_printf ("%s/.guestfs-%u/appliance.d/root", cache, (guint)geteuid ());
  guint64 wanted_bytes = g_file_test (built, G_FILE_TEST_EXISTS) ? RUN_BYTES : BUILD_BYTES;
  if (free_bytes >= wanted_bytes)
    return TRUE;
  *why_not = g_strdup_printf ("%s has %" G_GUINT64_FORMAT " MiB free, %" G_GUINT64_FORMAT
                              " MiB are needed: make room, or set TMPDIR to a folder that has it",
                              folder, free_bytes / MIB, wanted_bytes / MIB);
  return FALSE;
}

char *
tpl_host_hypervisor (void)
{
  const char *chosen = g_getenv ("LIBGUESTFS_HV");
  if (chosen != NULL && chosen[0] != '\0')
    return g_strdup (chosen);
  const TplHostNeed *qemu = &tpl_host_programs[0];
  char *found = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (qemu->programs) && found == NULL; i++)
    found = qemu->programs[i] != NULL ? tpl_process_find (qemu->programs[i]) : NULL;
  return found;
}

const char *
tpl_host_sandbox (const char *hypervisor)
{
  static const char sandbox[]
      = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
  /* One that was built without it refuses the option before it comes to the next. */
  const char *argv[] = { hypervisor, "-sandbox", sandbox, "-version", NULL };
  g_auto (TplFd) nothing = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  TplTrial trial = { argv, nothing, NULL, SANDBOX_SECONDS };
  TplVerdict verdict = { 0 };
  gboolean ended = nothing >= 0 && tpl_process_try (&trial, &verdict, NULL);
  g_free (verdict.complaint);
  return ended && verdict.succeeded ? sandbox : NULL;
}

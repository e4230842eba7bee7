/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our appliance is built of libguestfs's parts, but for its init. */
#include <glib/gstdio.h>
#include <string.h>

#include "adapt/appliance-parts.h"
#include "adapt/process.h"
#include "folder.h"

static void
test_lean (void)
{
  g_autofree char *lean
      = tpl_appliance_parts_lean ("mkdir -p /run\nudevadm trigger\nudevadm settle --timeout=600\n"
                                  "if x; then\nmdadm -As --auto=yes --run\nfi\n"
                                  "lvm pvscan --cache --activate ay\n# ldmtool create all\n");
  g_assert_cmpstr (lean, ==,
                   "mkdir -p /run\nudevadm trigger --subsystem-match=block "
                   "--subsystem-match=virtio-ports\nudevadm settle --timeout=600\n"
                   "if x; then\n:\nfi\n:\n# ldmtool create all\n");
}

/* A folder of parts, as libguestfs is installed. The caller's. */
static char *
install (Folder *folder, const char *init)
{
  g_free (folder_put (folder, "guestfs/supermin.d/packages", "bash\n", 0644));
  g_autofree char *script = folder_put (folder, "guestfs/init", init, 0755);
  char *path = g_path_get_dirname (script);
  g_autofree char *part = g_build_filename (path, "supermin.d/init.tar.gz", NULL);
  const char *argv[] = { "tar", "-czf", part, "-C", path, "init", NULL };
  g_assert_true (tpl_process_run (argv, NULL, NULL, NULL));
  return path;
}

/* What the init of that folder's appliance is. The caller's. */
static char *
init_of (const char *parts)
{
  g_autofree char *part = g_build_filename (parts, "supermin.d/init.tar.gz", NULL);
  const char *argv[] = { "tar", "-xzOf", part, "init", NULL };
  char *init = NULL;
  g_assert_true (tpl_process_run (argv, &init, NULL, NULL));
  return init;
}

static void
test_taken (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *installed = install (folder, "#!/bin/bash\nldmtool create all\nguestfsd\n");
  g_autofree char *path = g_strconcat ("/nowhere:", installed, NULL);
  g_autofree char *cache = g_build_filename (folder->root, "cache", NULL);
  g_autofree char *parts = tpl_appliance_parts_take (path, cache, folder->root, NULL);
  g_assert_nonnull (parts);
  g_autofree char *init = init_of (parts);
  g_assert_cmpstr (init, ==, "#!/bin/bash\n:\nguestfsd\n");
  g_autofree char *packages = g_build_filename (parts, "supermin.d/packages", NULL);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (packages, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "bash\n");

  /* Kept until libguestfs is upgraded. */
  g_autofree char *again = tpl_appliance_parts_take (path, cache, folder->root, NULL);
  g_assert_cmpstr (again, ==, parts);
  g_free (install (folder, "#!/bin/bash\nguestfsd --verbose\n"));
  g_autofree char *renewed = tpl_appliance_parts_take (path, cache, folder->root, NULL);
  g_assert_cmpstr (renewed, !=, parts);
  g_autofree char *new_init = init_of (renewed);
  g_assert_cmpstr (new_init, ==, "#!/bin/bash\nguestfsd --verbose\n");
}

/* A fixed appliance has no parts; a part that is none can't be edited. */
static void
test_not_taken (Folder *folder, gconstpointer data)
{
  (void)data;
  g_free (folder_put (folder, "fixed/kernel", "", 0644));
  g_free (folder_put (folder, "broken/supermin.d/init.tar.gz", "no archive", 0644));
  g_autofree char *cache = g_build_filename (folder->root, "cache", NULL);
  static const char *const folders[] = { "fixed", "broken" };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (folder->root, folders[i], NULL);
    g_assert_null (tpl_appliance_parts_take (path, cache, folder->root, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/appliance-parts/lean", test_lean);
  g_test_add ("/appliance-parts/taken", Folder, NULL, folder_make, test_taken, folder_remove);
  g_test_add ("/appliance-parts/not-taken", Folder, NULL, folder_make, test_not_taken,
              folder_remove);
  return g_test_run ();
}

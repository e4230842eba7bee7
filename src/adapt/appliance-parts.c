/* SPDX-License-Identifier: GPL-3.0-or-later */
/* supermin(1) builds an appliance of a folder of tar files and lists, supermin.d. */
#include "adapt/appliance-parts.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "adapt/cache.h"
#include "adapt/process.h"

#define INIT_PART "init.tar.gz"

/* Lines of its init that begin so, and what takes their place: a command, for a line may be all
 * that is in its "if". */
static const struct {
  const char *begins, *instead;
} lines[] = {
  { "udevadm trigger", "udevadm trigger --subsystem-match=block --subsystem-match=virtio-ports" },
  { "mdadm -As", ":" },
  { "ldmtool create", ":" },
  { "ip addr add", ":" },
  { "ip link set", ":" },
  { "lvm pvscan", ":" },
  { "lvm vgchange", ":" },
};

char *
tpl_appliance_parts_lean (const char *init)
{
  g_auto (GStrv) all = g_strsplit (init, "\n", -1);
  for (guint i = 0; all[i]; i++)
    for (size_t j = 0; j < G_N_ELEMENTS (lines); j++)
      if (g_str_has_prefix (all[i], lines[j].begins)) {
        g_free (all[i]);
        all[i] = g_strdup (lines[j].instead);
        break;
      }
  return g_strjoinv ("\n", all);
}

/* Where libguestfs finds parts. The caller's. */
static char *
installed_parts (const char *path)
{
  g_auto (GStrv) folders = g_strsplit (path, ":", -1);
  for (guint i = 0; folders[i]; i++) {
    g_autofree char *parts = g_build_filename (folders[i], "supermin.d", NULL);
    g_autofree char *init = g_build_filename (parts, INIT_PART, NULL);
    if (g_file_test (init, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&parts);
  }
  return NULL;
}

/* What our folder depends on: a part that is upgraded changes the installed one. The caller's. */
static char *
key_of (const char *parts)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *init = g_build_filename (parts, INIT_PART, NULL);
  tpl_cache_append (list, parts);
  tpl_cache_append (list, init);
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    g_string_append_printf (list, "%s\n%s\n", lines[i].begins, lines[i].instead);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, list->str, -1);
}

/* All but the init, as they are. */
static gboolean
link_parts (const char *parts, const char *own)
{
  g_autoptr (GDir) dir = g_dir_open (parts, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *part = g_build_filename (parts, name, NULL);
    g_autofree char *link = g_build_filename (own, name, NULL);
    if (strcmp (name, INIT_PART) != 0 && symlink (part, link) != 0 && errno != EEXIST)
      return FALSE;
  }
  return dir != NULL;
}

/* A script in a tar file of its own. What has its name is complete. */
static gboolean
make_init (const char *from, const char *to, const char *unfinished, const char *scratch,
           GCancellable *cancellable)
{
  g_autofree char *script = g_build_filename (scratch, "init", NULL);
  g_autofree char *init = NULL;
  const char *unpack[] = { "tar", "-xzOf", from, "init", NULL };
  const char *pack[] = { "tar", "-czf", unfinished, "-C", scratch, "--owner=0", "--group=0",
                         "init", NULL };
  if (!tpl_process_run (unpack, &init, cancellable, NULL))
    return FALSE;
  g_autofree char *lean = tpl_appliance_parts_lean (init);
  gboolean made = g_file_set_contents (script, lean, -1, NULL) && g_chmod (script, 0755) == 0
                  && tpl_process_run (pack, NULL, cancellable, NULL)
                  && g_rename (unfinished, to) == 0;
  if (!made)
    g_unlink (unfinished);
  return made;
}

char *
tpl_appliance_parts_take (const char *path, const char *cache, const char *scratch,
                          GCancellable *cancellable)
{
  g_autofree char *parts = installed_parts (path);
  if (!parts)
    return NULL;
  g_autofree char *key = key_of (parts);
  g_autofree char *folder = g_build_filename (cache, key, NULL);
  g_autofree char *own = g_build_filename (folder, "supermin.d", NULL);
  g_autofree char *from = g_build_filename (parts, INIT_PART, NULL);
  g_autofree char *to = g_build_filename (own, INIT_PART, NULL);
  /* Not among the parts: supermin takes all that it finds there. */
  g_autofree char *unfinished = g_strdup_printf ("%s/%d-" INIT_PART, folder, (int)getpid ());
  if (g_file_test (to, G_FILE_TEST_EXISTS)
      || (g_mkdir_with_parents (own, 0755) == 0 && link_parts (parts, own)
          && make_init (from, to, unfinished, scratch, cancellable)))
    return g_steal_pointer (&folder);
  return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include "adapt/cache.h"
#include "adapt/process.h"
#include "host-data.h"
#include "host-probe.h"

#include <unistd.h>

static void
add (GArray *items, const TplHostNeed *need, TplHostFamily family, gboolean found, char *why_not)
{
  TplHostItem item = {
      .what = need->what,
      /* TplHostItem's strings are static: so are interned ones. */
      .why = found || why_not == NULL ? need->why : g_intern_string (why_not),
      .found = found,
      .required = need->required,
      .package = family != TPL_HOST_FAMILIES ? need->packages[family] : NULL,
  };
  g_array_append_val (items, item);
}

static gboolean
has_program (const TplHostNeed *need)
{
  for (size_t i = 0; i < G_N_ELEMENTS (need->programs) && need->programs[i] != NULL; i++) {
    g_autofree char *path = tpl_process_find (need->programs[i]);
    if (path != NULL)
      return TRUE;
  }
  return FALSE;
}

/* The appliance and what it is built and runs with. */
static void
add_appliance (GArray *items, TplHostFamily family)
{
  gboolean is_fixed = FALSE, is_there = FALSE;
  g_autofree char *no_appliance = NULL, *no_kernel = NULL, *no_space = NULL;
  gboolean has_appliance =
      tpl_host_find_appliance ("", g_getenv ("LIBGUESTFS_PATH"), &is_fixed, &no_appliance);
  add (items, &tpl_host_appliance, family, has_appliance, no_appliance);
  if (!is_fixed)
    add (items, &tpl_host_supermin, family, has_program (&tpl_host_supermin), NULL);

  /* supermin(1): these name a kernel that is not where kernels are. */
  gboolean has_kernel =
      is_fixed || (g_getenv ("SUPERMIN_KERNEL") != NULL && g_getenv ("SUPERMIN_MODULES") != NULL) ||
      tpl_host_find_kernel ("", &is_there, &no_kernel);
  /* One that is there but locked is not mended by a package. */
  add (items, &tpl_host_kernel, is_there ? TPL_HOST_FAMILIES : family, has_kernel, no_kernel);

  gboolean has_space = tpl_host_has_space (tpl_cache_parent (), &no_space);
  add (items, &tpl_host_space, family, has_space, no_space);
}

static void
add_kvm (GArray *items, TplHostFamily family)
{
  g_autofree char *reason = NULL;
  gboolean works = tpl_host_kvm_works (&reason);
  g_autofree char *why = works ? NULL
                               : g_strdup_printf ("%s. All works without, about ten times "
                                                  "slower",
                                                  reason);
  add (items, &tpl_host_kvm, family, works, why);
}

GArray *
tpl_host_check (char **remedy)
{
  g_autofree char *os_release = NULL;
  if (!g_file_get_contents ("/etc/os-release", &os_release, NULL, NULL))
    g_file_get_contents ("/usr/lib/os-release", &os_release, NULL, NULL);
  TplHostFamily family = tpl_host_family (os_release != NULL ? os_release : "");

  GArray *items = g_array_new (FALSE, FALSE, sizeof (TplHostItem));
  for (const TplHostNeed *need = tpl_host_programs; need->what != NULL; need++)
    add (items, need, family, has_program (need), NULL);
  add_appliance (items, family);
  add_kvm (items, family);
  if (remedy != NULL)
    *remedy = tpl_host_remedy (items, family, geteuid () == 0);
  return items;
}

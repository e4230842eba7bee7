/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "request.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "error.h"
#include "plan/plan.h"

typedef struct Option Option;
struct Option {
  const char *name;
  gboolean (*set) (const Option *option, TplRequest *request, const char *value, GError **error);
  size_t offset;              /* in TplRequest */
  const char *const *choices; /* for set_choice () */
};

static gboolean
wrong_value (const Option *option, const char *value, const char *wanted, GError **error)
{
  return tpl_fail (error, TPL_ERROR_USAGE, "--%s: \"%s\" is not %s", option->name, value, wanted);
}

/* "64M", "64MiB", "1.5G": powers of 1024. */
static gboolean
parse_size (const char *text, guint64 *size_bytes)
{
  static const char units[] = "KMGT";
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);
  if (end == text || !(number >= 0))
    return FALSE;
  const char *unit = *end ? strchr (units, g_ascii_toupper (*end)) : NULL;
  double scale = 1;
  if (unit) {
    for (const char *at = units; at <= unit; at++)
      scale *= 1024;
    end++;
    if (strcmp (end, "iB") == 0)
      end += 2;
  }
  if (*end || number * scale >= (double)G_MAXINT64)
    return FALSE;
  *size_bytes = (guint64)(number * scale);
  return TRUE;
}

static gboolean
set_text (const Option *option, TplRequest *request, const char *value, GError **error)
{
  if (!value || !*value)
    return wrong_value (option, "", "a value", error);
  char **slot = G_STRUCT_MEMBER_P (request, option->offset);
  g_free (*slot);
  *slot = g_strdup (value);
  return TRUE;
}

static gboolean
set_choice (const Option *option, TplRequest *request, const char *value, GError **error)
{
  if (value && g_strv_contains (option->choices, value))
    return set_text (option, request, value, error);
  g_autofree char *all = g_strjoinv (", ", (char **)(uintptr_t)option->choices);
  g_autofree char *wanted = g_strdup_printf ("one of %s", all);
  return wrong_value (option, value ? value : "", wanted, error);
}

static gboolean
set_size (const Option *option, TplRequest *request, const char *value, GError **error)
{
  if (!value
      || !parse_size (value, G_STRUCT_MEMBER_P (request, option->offset)))
    return wrong_value (option, value ? value : "", "a size such as 64M or 1.5G", error);
  return TRUE;
}

static gboolean
set_seconds (const Option *option, TplRequest *request, const char *value, GError **error)
{
  guint64 *slot = G_STRUCT_MEMBER_P (request, option->offset);
  return (value && g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, slot, NULL))
         || wrong_value (option, value ? value : "", "a number of seconds", error);
}

static gboolean
set_swap (const Option *option, TplRequest *request, const char *value, GError **error)
{
  static const char *const policies[] = { "minimal", "keep", "none", NULL };
  if (value && g_strv_contains (policies, value))
    return set_text (option, request, value, error);
  guint64 size_bytes = 0;
  if (!value || !parse_size (value, &size_bytes) || size_bytes == 0)
    return wrong_value (option, value ? value : "", "minimal, keep, none or a size", error);
  request->swap_bytes = size_bytes;
  return set_text (option, request, "size", error);
}

static gboolean
set_vg (const Option *option, TplRequest *request, const char *value, GError **error)
{
  if (!value || !tpl_vg_name_is_valid (value))
    return wrong_value (option, value ? value : "", "a name that LVM takes for a volume group",
                        error);
  return set_text (option, request, value, error);
}

static gboolean
set_flag (const Option *option, TplRequest *request, const char *value, GError **error)
{
  gboolean *flag = G_STRUCT_MEMBER_P (request, option->offset);
  *flag = !value || strcmp (value, "yes") == 0;
  return *flag || strcmp (value, "no") == 0 || wrong_value (option, value, "yes or no", error);
}

#define MEMBER(name) G_STRUCT_OFFSET (TplRequest, name)
#define CHOICES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const Option options[] = {
  { "source-format", set_choice, MEMBER (source_format), CHOICES ("raw", "qcow2") },
  { "format", set_choice, MEMBER (format), CHOICES ("raw", "qcow2") },
  { "size", set_size, MEMBER (size_bytes), NULL },
  { "headroom", set_size, MEMBER (headroom_bytes), NULL },
  { "swap-size", set_swap, MEMBER (swap), NULL },
  { "vg", set_vg, MEMBER (vg), NULL },
  { "identity", set_choice, MEMBER (identity), CHOICES ("new", "keep") },
  { "engine", set_choice, MEMBER (engine), CHOICES ("helper", "xfsdump") },
  { "verify", set_choice, MEMBER (verify), CHOICES ("full", "metadata", "none") },
  { "receipt", set_text, MEMBER (receipt), NULL },
  { "snapshots", set_choice, MEMBER (snapshots), CHOICES ("refuse", "drop", "flatten") },
  { "seed", set_text, MEMBER (seed), NULL },
  { "appliance-timeout", set_seconds, MEMBER (appliance_seconds), NULL },
  { "force", set_flag, MEMBER (force), NULL },
  { "boot-test", set_flag, MEMBER (boot_test), NULL },
  { "connect", set_text, MEMBER (connect), NULL },
  { "swap-into-domain", set_flag, MEMBER (swap_into_domain), NULL },
  { "rename", set_flag, MEMBER (rename), NULL },
  { "replace", set_flag, MEMBER (replace), NULL },
  { "define", set_text, MEMBER (define), NULL },
  { "yes", set_flag, MEMBER (yes), NULL },
};

TplRequest *
tpl_request_new (const char *source, const char *target)
{
  TplRequest *request = g_new0 (TplRequest, 1);
  request->source = g_strdup (source);
  request->target = g_strdup (target);
  request->headroom_bytes = TPL_HEADROOM_DEFAULT;
  request->appliance_seconds = 600;
  request->swap = g_strdup ("minimal");
  request->engine = g_strdup ("helper");
  request->verify = g_strdup ("full");
  request->snapshots = g_strdup ("refuse");
  return request;
}

void
tpl_request_free (TplRequest *request)
{
  if (!request)
    return;
  g_free (request->source);
  g_free (request->target);
  g_free (request->source_format);
  g_free (request->format);
  g_free (request->swap);
  g_free (request->vg);
  g_free (request->identity);
  g_free (request->engine);
  g_free (request->verify);
  g_free (request->receipt);
  g_free (request->snapshots);
  g_free (request->seed);
  g_free (request->connect);
  g_free (request->define);
  g_free (request);
}

gboolean
tpl_request_set (TplRequest *request, const char *option, const char *value, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    if (strcmp (options[i].name, option) == 0)
      return options[i].set (&options[i], request, value, error);
  return tpl_fail (error, TPL_ERROR_USAGE, "there is no option --%s", option);
}

gboolean
tpl_request_is_flag (const char *option)
{
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    if (strcmp (options[i].name, option) == 0)
      return options[i].set == set_flag;
  return FALSE;
}

const char *
tpl_request_identity (const TplRequest *request)
{
  if (request->identity)
    return request->identity;
  return request->swap_into_domain ? "keep" : "new";
}

gboolean
tpl_request_check (const TplRequest *request, GError **error)
{
  if (request->swap_into_domain && g_strcmp0 (request->identity, "new") == 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--swap-into-domain puts a replacement in the disk's place, which keeps its "
                     "identity: leave out --identity new");
  if (request->rename && (!request->swap_into_domain || request->replace))
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--rename goes with --swap-into-domain, and not with --replace");
  if (request->vg && strcmp (tpl_request_identity (request), "keep") == 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--vg renames the volume group, --identity keep keeps its name: choose one");
  return TRUE;
}

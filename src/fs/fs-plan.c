/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/fs-plan.h"

#include "plan/size.h"
#include "tpl-shrink.h"

gboolean
tpl_features_read (const TplFeature *features, const guint64 words[TPL_FEATURE_WORDS],
                   TplVolume *volume, GError **error)
{
  guint64 unknown[] = { words[TPL_FEATURE_COMPAT], words[TPL_FEATURE_INCOMPAT],
                        words[TPL_FEATURE_RO_COMPAT] };

  for (const TplFeature *feature = features; feature->name != NULL; feature++) {
    tpl_volume_set_fact (volume, feature->name, (words[feature->word] & feature->bit) != 0);
    unknown[feature->word] &= ~feature->bit;
  }
  if ((unknown[TPL_FEATURE_COMPAT] | unknown[TPL_FEATURE_INCOMPAT] | unknown[TPL_FEATURE_RO_COMPAT])
      == 0)
    return TRUE;
  g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
               "%s has %s features that this tpl-shrink does not know (compat %#" G_GINT64_MODIFIER
               "x, incompat %#" G_GINT64_MODIFIER "x, ro-compat %#" G_GINT64_MODIFIER
               "x): use a newer one",
               volume->id, volume->type, unknown[TPL_FEATURE_COMPAT],
               unknown[TPL_FEATURE_INCOMPAT], unknown[TPL_FEATURE_RO_COMPAT]);
  return FALSE;
}

gboolean
tpl_features_check (const TplFeature *features, const TplVolume *source, GError **error)
{
  for (const TplFeature *feature = features; feature->name != NULL; feature++) {
    if (feature->fate != TPL_FEATURE_REFUSED || tpl_volume_get_fact (source, feature->name, 0) == 0)
      continue;
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED, "%s: %s has the feature \"%s\": %s",
                 source->id, source->type, feature->name, feature->remedy);
    return FALSE;
  }
  return TRUE;
}

void
tpl_features_keep (const TplFeature *features, const TplVolume *source, TplVolume *target)
{
  for (const TplFeature *feature = features; feature->name != NULL; feature++)
    if (feature->fate == TPL_FEATURE_KEPT || feature->fate == TPL_FEATURE_SPARED)
      tpl_volume_set_fact (target, feature->name,
                           tpl_volume_get_fact (source, feature->name, 0) != 0);
}

gboolean
tpl_fs_refuse (const TplVolume *source, const char *kind, const char *what, GError **error)
{
  g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED, "%s: %s %s", source->id, kind, what);
  return FALSE;
}

gboolean
tpl_fs_check (const TplVolume *source, const char *kind, const TplFsLimit *limits, GError **error)
{
  for (const TplFsLimit *limit = limits; limit->fact != NULL; limit++)
    if (tpl_volume_get_fact (source, limit->fact, 0) > limit->most)
      return tpl_fs_refuse (source, kind, limit->what, error);
  return TRUE;
}

gboolean
tpl_fs_too_small (const TplVolume *source, const char *kind, guint64 size_bytes, guint64 needed_bytes,
                  GError **error)
{
  g_autofree char *given_text = tpl_size_to_text (size_bytes);
  g_autofree char *needed_text = tpl_size_to_text (needed_bytes);

  g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
               "%s: %s of %s (%" G_GUINT64_FORMAT " bytes) can't hold the source's files and the "
               "headroom, which need %s (%" G_GUINT64_FORMAT " bytes): give it more room, or less "
               "headroom",
               source->id, kind, given_text, size_bytes, needed_text, needed_bytes);
  return FALSE;
}

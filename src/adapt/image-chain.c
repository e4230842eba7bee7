/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer is QEMU's ImageInfo (qapi/block-core.json). */
#include "adapt/image-chain.h"

#include <json-glib/json-glib.h>

#include "adapt/process.h"
#include "error.h"

void
tpl_image_chain_free (TplImageChain *chain)
{
  if (!chain)
    return;
  g_ptr_array_unref (chain->files);
  g_free (chain);
}

static JsonObject *
object_in (JsonObject *object, const char *member)
{
  JsonNode *node = object ? json_object_get_member (object, member) : NULL;
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* A data file's name counts from the image's folder; QEMU says a backing file's in full. */
static char *
beside (const char *image, const char *name)
{
  g_autofree char *folder = g_path_get_dirname (image);
  return g_canonicalize_filename (name, folder);
}

static void
read_image (JsonObject *image, gboolean is_top, TplImageChain *chain)
{
  JsonNode *snapshots = json_object_get_member (image, "snapshots");
  JsonObject *specific = object_in (object_in (image, "format-specific"), "data");
  const char *name = json_object_get_string_member_with_default (image, "filename", "");
  const char *data
      = specific ? json_object_get_string_member_with_default (specific, "data-file", NULL) : NULL;
  if (is_top && snapshots && JSON_NODE_HOLDS_ARRAY (snapshots))
    chain->snapshots = json_array_get_length (json_node_get_array (snapshots));
  if (!is_top)
    g_ptr_array_add (chain->files, g_strdup (name));
  if (data)
    g_ptr_array_add (chain->files, beside (name, data));
  chain->is_encrypted |= json_object_get_boolean_member_with_default (image, "encrypted", FALSE);
}

TplImageChain *
tpl_image_chain_read (const char *json, GError **error)
{
  g_autoptr (TplImageChain) chain = g_new0 (TplImageChain, 1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  chain->files = g_ptr_array_new_with_free_func (g_free);
  JsonNode *root = json_parser_load_from_data (parser, json, -1, NULL)
                       ? json_parser_get_root (parser)
                       : NULL;
  if (!root || !JSON_NODE_HOLDS_ARRAY (root)) {
    tpl_fail (error, TPL_ERROR_FAILED, "qemu-img's answer is no list of images");
    return NULL;
  }
  JsonArray *images = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (images); i++) {
    JsonNode *image = json_array_get_element (images, i);
    if (JSON_NODE_HOLDS_OBJECT (image))
      read_image (json_node_get_object (image), i == 0, chain);
  }
  return g_steal_pointer (&chain);
}

TplImageChain *
tpl_image_chain (const char *path, GCancellable *cancellable, GError **error)
{
  /* Absolute: a name with a colon would be a protocol's. -U: whether somebody has them open is
   * asked otherwise, and said better. */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  const char *argv[] = { "qemu-img", "info",  "-U",     "--backing-chain", "--output=json",
                         "-f",       "qcow2", absolute, NULL };
  g_autofree char *json = NULL;
  g_autoptr (GError) why = NULL;
  if (tpl_process_run (argv, &json, cancellable, &why))
    return tpl_image_chain_read (json, error);
  tpl_fail (error, why->code == TPL_ERROR_FAILED ? TPL_ERROR_REFUSED : why->code,
            "\"%s\" can't be read with all the files that it lies on: %s: put them where the image "
            "says, or name others with qemu-img rebase -u",
            path, why->message);
  return NULL;
}

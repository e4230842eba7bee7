/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/sizes.h"

#include "adapt/process.h"
#include "json/value-json.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define STAT_BLOCK_BYTES 512

static gboolean
is_true (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

/* Options that make the target bigger than a survey can know. */
static gboolean
has_size_of_its_own (const TplBatchJob *job)
{
  static const char *const names[] = {"size", "headroom", "swap-size"};
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (tpl_batch_job_get (job, names[i]) != NULL)
      return TRUE;
  return FALSE;
}

static void
take_disk (TplBatch *batch, JsonObject *disk)
{
  JsonNode *node = json_object_get_member (disk, "path");
  const char *path =
      node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  guint64 virtual_bytes = tpl_json_bytes (disk, "virtual_bytes");
  guint64 predicted_bytes = tpl_json_bytes (disk, "predicted_bytes");
  if (path == NULL || virtual_bytes == 0)
    return;
  g_autofree char *key = tpl_batch_disk_key (path);
  for (guint i = 0; i < batch->works->len; i++) {
    TplBatchWork *work = batch->works->pdata[i];
    if (work->state != TPL_WORK_WAITING || strcmp (work->source->key, key) != 0)
      continue;
    work->source_bytes = virtual_bytes;
    if (predicted_bytes == 0)
      continue;
    work->target_bytes = predicted_bytes;
    work->gain_bytes = virtual_bytes > predicted_bytes ? virtual_bytes - predicted_bytes : 0;
    work->need_bytes = predicted_bytes;
    work->need_is_exact = !is_true (disk, "estimate") && !has_size_of_its_own (work->job);
  }
}

gboolean
tpl_sizes_take_survey (TplBatch *batch, const char *json)
{
  g_autoptr (JsonNode) root = tpl_json_parse (json, -1, '{', NULL);
  JsonNode *disks =
      root != NULL ? json_object_get_member (json_node_get_object (root), "disks") : NULL;
  if (disks == NULL || !JSON_NODE_HOLDS_ARRAY (disks))
    return FALSE;
  JsonArray *array = json_node_get_array (disks);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *disk = json_array_get_element (array, i);
    if (JSON_NODE_HOLDS_OBJECT (disk))
      take_disk (batch, json_node_get_object (disk));
  }
  return TRUE;
}

/* What a survey would say better: no target of raw content takes more than its source has. */
static void
guess (TplBatchWork *work)
{
  struct stat status;
  g_autoptr (TplBatchDisk) disk =
      work->source->path != NULL ? tpl_batch_disk_look (work->source->path) : NULL;
  if (disk == NULL)
    return;
  work->source_bytes = disk->size_bytes;
  work->need_bytes = disk->size_bytes;
  if (disk->device == NULL && stat (work->source->path, &status) == 0)
    work->need_bytes = (guint64)status.st_blocks * STAT_BLOCK_BYTES;
  work->gain_bytes = disk->size_bytes > work->need_bytes ? disk->size_bytes - work->need_bytes : 0;
}

static void
ask_survey (TplBatch *batch)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_ptr_array_add (words, (gpointer)(uintptr_t)batch->settings.survey);
  g_ptr_array_add (words, (gpointer)(uintptr_t) "--json");
  g_ptr_array_add (words, (gpointer)(uintptr_t) "--");
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    if (work->state == TPL_WORK_WAITING && work->source->path != NULL)
      g_ptr_array_add (words, work->source->path);
  }
  if (words->len == 3)
    return; /* without a path it would survey all that there is */
  g_ptr_array_add (words, NULL);
  g_autofree char *json = NULL;
  if (tpl_process_run ((const char *const *)words->pdata, &json, NULL, NULL))
    tpl_sizes_take_survey (batch, json);
}

void
tpl_sizes_find (TplBatch *batch)
{
  for (guint i = 0; i < batch->works->len; i++) {
    TplBatchWork *work = batch->works->pdata[i];
    if (work->state == TPL_WORK_WAITING)
      guess (work);
  }
  if (batch->settings.survey != NULL)
    ask_survey (batch);
}

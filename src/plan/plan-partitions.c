/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where every partition begins and ends. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"

/* At a GPT's end: the second copy of the table, 33 sectors, rounded up. */
#define GPT_TAIL TPL_MIB

/* `cursor` is the end of the partition before; for the first logical one, the start of `extended`.
 */
static guint64
start_after (const TplLayout *layout, const TplPartition *partition, const TplPartition *extended,
             guint64 cursor)
{
  if (strcmp (partition->role, "logical") == 0)
    cursor = tpl_size_add (cursor, layout->sector_bytes); /* of its own table, the EBR */
  else if (extended != NULL)
    cursor = MAX (cursor, extended->end_bytes);
  return tpl_size_round_up (cursor, TPL_MIB);
}

guint64
tpl_planning_place (TplPlanning *planning)
{
  const TplPartition *first = g_ptr_array_index (planning->before->layout->partitions, 0);
  TplLayout *layout = planning->after;
  TplPartition *extended = NULL;
  guint64 cursor = first->start_bytes;

  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    /* The boot code before the source's first partition may know where that begins. */
    partition->start_bytes = partition->number == first->number
                                 ? first->start_bytes
                                 : start_after (layout, partition, extended, cursor);
    if (partition->volume == NULL) {
      extended = partition;
      cursor = partition->start_bytes;
      partition->end_bytes = tpl_size_round_up (tpl_size_add (cursor, 1), TPL_MIB);
      continue;
    }
    cursor = tpl_size_add (partition->start_bytes, partition->volume->size_bytes);
    partition->end_bytes = cursor;
    if (strcmp (partition->role, "logical") == 0)
      extended->end_bytes = cursor;
  }
  if (extended != NULL)
    cursor = MAX (cursor, extended->end_bytes);
  cursor = tpl_size_round_up (cursor, TPL_MIB);
  return g_strcmp0 (layout->table, "gpt") == 0 ? tpl_size_add (cursor, GPT_TAIL) : cursor;
}

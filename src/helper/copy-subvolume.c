/* Subvolumes of btrfs: made where the walk finds them, ended when it leaves them. */
#include "helper/copy.h"
#include "helper/subvolume.h"

int
tpl_copy_make_subvolume (struct tpl_copy *copy, const struct tpl_walk *walk,
                         const struct tpl_frame *frame, const struct tpl_entry *entry)
{
  copy->counts.subvolumes++;
  return tpl_subvolume_create (frame->fd[TPL_TARGET], entry->name, walk->path.text);
}

int
tpl_copy_end_subvolume (struct tpl_copy *copy, const struct tpl_node *from,
                        const struct tpl_node *to)
{
  uint64_t source_id, target_id;
  bool read_only;

  int status = tpl_subvolume_id (from, &source_id);
  if (status == 0)
    status = tpl_subvolume_id (to, &target_id);
  if (status == 0 && source_id == copy->default_subvolume)
    status = tpl_subvolume_set_default (to->tree, target_id);
  if (status == 0)
    status = tpl_subvolume_is_read_only (from, &read_only);
  if (status != 0 || !read_only)
    return status;
  /* Files in it may still be in the ring. */
  status = tpl_ring_drain (&copy->ring);
  return status == 0 ? tpl_subvolume_set_read_only (to) : status;
}

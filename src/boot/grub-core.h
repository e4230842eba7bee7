/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * GRUB's core image, as it lies on a disk that the BIOS boots: diskboot.img, whose block list names
 * the sectors of all that follows; lzma_decompress.img; and, compressed, the kernel, its modules
 * and what grub-install told them: where /boot is (the prefix), and load.cfg. See
 * grub-core/boot/i386/pc/{boot,diskboot,startup_raw}.S, util/mkimage.c and util/setup.c. Pure;
 * nothing that it reads is trusted.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A range of the disk, in bytes. */
typedef struct {
  guint64 start_bytes;
  guint64 end_bytes;
} TplGrubPlace;

/** Its first sector, as the master boot record names it; far behind any disk if that is cut off. */
TplGrubPlace tpl_grub_core_start (GBytes *head);

/**
 * Where the core image lies, in the order of its bytes (TplGrubPlace; the array is the caller's).
 * `head` is the disk from its first byte on, the master boot record. NULL: the core, or the list of
 * its sectors, is not within it.
 */
GArray *tpl_grub_core_places (GBytes *head);

/** The bytes of `head` at these places, in their order: the core image. The caller's. */
GBytes *tpl_grub_core_join (GBytes *head, const GArray *places);

/** What it unpacks to when it starts. NULL: it is not packed in the way that is known. */
GBytes *tpl_grub_core_unpack (GBytes *core);

/**
 * The core with that payload, as long as what it unpacks to now, in place of its own; as long as
 * `core`. Its Reed-Solomon codes are off, as grub-bios-setup's --no-rs-codes leaves them. NULL: it
 * is not packed in the way that is known, or has no room for the result.
 */
GBytes *tpl_grub_core_pack (GBytes *core, GBytes *payload);

G_END_DECLS

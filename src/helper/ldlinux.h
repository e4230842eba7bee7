/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldlinux.sys, the second stage of SYSLINUX and EXTLINUX from version 4 on: the boot sector and the
 * file itself hold the places of its sectors (syslinux: libinstaller/syslxint.h). libc only: used
 * inside the appliance and, by src/boot, outside. */
#ifndef TPL_HELPER_LDLINUX_H
#define TPL_HELPER_LDLINUX_H

#include <stddef.h>
#include <stdint.h>

enum { TPL_LDLINUX_SECTOR_BYTES = 512 };

/* Where the file lies: places are sectors of 512 bytes from the start of its partition. */
struct tpl_ldlinux_place {
  const uint64_t *sectors; /* of each of the file's sectors */
  uint64_t partition_start;
  uint64_t partition_sectors;
};

/* Why the file's bytes are none that can be patched, or NULL: they can. */
const char *tpl_ldlinux_trouble (const unsigned char *image, size_t size);

/* Patches the file's bytes and its partition's boot sector for a new place. Returns NULL, or why it
 * can't; then nothing was changed. */
const char *tpl_ldlinux_patch (unsigned char *image, size_t size,
                               unsigned char boot[TPL_LDLINUX_SECTOR_BYTES],
                               const struct tpl_ldlinux_place *place);

#endif

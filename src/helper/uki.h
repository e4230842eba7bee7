/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unified kernel images: programs for UEFI (PE/COFF) whose sections hold a kernel, an initramfs
 * image and a command line (UAPI group's specification UKI; Microsoft's "PE Format"). */
#ifndef TPL_HELPER_UKI_H
#define TPL_HELPER_UKI_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the section of that name (".initrd") in the file's bytes. False if there is none, the file
 * is no such program, or the section is not within it. */
bool tpl_uki_section (const unsigned char *data, size_t size, const char *name, size_t *offset,
                      size_t *length);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks for strings in a guest's files. A list says in which:
     file GLOB     regular files, but for those that an initrd line fits
     program GLOB  programs of any size; of unified kernel images the initramfs too
     initrd GLOB   all members of initramfs images, as the kernel unpacks them: a later one hides
                   earlier ones
   and another for what: "bytes TEXT" and "word TEXT" (guest-search.h). Files and members over 4 MiB
   are passed over: what names a disk is small. Each find is printed as "PATH<tab>NEEDLE" or
   "PATH!MEMBER<tab>NEEDLE", escaped; an image that can't be read is an error. */
#ifndef TPL_HELPER_GUEST_SCAN_H
#define TPL_HELPER_GUEST_SCAN_H

#include "helper/initrd.h"

struct tpl_scan;

/* Reads both lists from files. NULL: told on stderr. Free it with tpl_scan_free. */
struct tpl_scan *tpl_scan_new (const char *list_path, const char *needles_path);
void tpl_scan_free (struct tpl_scan *scan);

/* Searches what the list names below the directory ROOT_FD, IMAGES too or the rest alone. Returns
   an enum tpl_exit. */
int tpl_scan_files (struct tpl_scan *scan, int root_fd, bool images);

/* For who unpacks an image anyway: what must see it all, and then prints what it found. */
const struct tpl_initrd_visitor *tpl_scan_visitor (struct tpl_scan *scan);
int tpl_scan_end_image (struct tpl_scan *scan, const char *path);

#endif

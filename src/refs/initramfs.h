/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * An initramfs is not rebuilt (that needs the guest's own code, and minutes) but overridden: the
 * kernel lets a later archive's members replace earlier ones, so a small one behind the image
 * carries the edited texts.
 */
#pragma once

#include "refs/ref-map.h"

G_BEGIN_DECLS

typedef struct {
  char *name;   /* without a leading slash */
  guint32 mode; /* type and permissions, as st_mode */
  guint32 nlink;
  GBytes *content; /* a symbolic link's target, without a NUL */
} TplInitramfsMember;

/** Copies `name`, takes a reference to `content`. Free with tpl_initramfs_member_free (). */
TplInitramfsMember *tpl_initramfs_member_new (const char *name, guint32 mode, guint32 nlink,
                                              GBytes *content);
void tpl_initramfs_member_free (TplInitramfsMember *member);

/** Globs of the members that may name a disk; ends with NULL. */
const char *const *tpl_initramfs_globs (void);

/**
 * What must be laid over an image so that it looks for the new disk. `members` (TplInitramfsMember)
 * are those of the image that tpl_initramfs_globs () choose, as they are unpacked. Returns a new
 * array of TplInitramfsMember, in the order in which they must stand in the archive; empty when
 * nothing is to be done, also when an earlier call's result is part of the image. NULL on error.
 *
 * Texts are edited by their kind. dracut's hooks that wait for a removed device wait for nothing. A
 * device unit that initrd.target waits for is masked, and the new one wanted instead. A file that
 * must go becomes a link that leads nowhere: an archive can't remove.
 */
GPtrArray *tpl_initramfs_overrides (const TplRefMap *map, const char *image_path,
                                    const GPtrArray *members, GPtrArray *warnings, GError **error);

/** The newc archive of `members`, with its trailer. NULL when memory is short. */
GBytes *tpl_initramfs_archive (const GPtrArray *members);

G_END_DECLS

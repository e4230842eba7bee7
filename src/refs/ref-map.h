/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * TplRefMap: what every identity of the old disk became on the new one.
 *
 * An entry says `type old -> now`, or that the device is gone. The map knows all spellings by which
 * a guest's text can name such a device. Entries that stay the same (old equal to now) may be added
 * too: then what is not in the map is known to be no part of the disk, and is reported as foreign.
 * A map that changes nothing (identity kept) edits nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  TPL_REF_UUID,      /* of a filesystem, swap area or LUKS container, as blkid writes it */
  TPL_REF_LABEL,     /* of a filesystem or swap area */
  TPL_REF_PARTUUID,  /* a GPT partition's GUID, or xxxxxxxx-NN of an MBR one */
  TPL_REF_PARTLABEL, /* a GPT partition's name */
  TPL_REF_PTUUID,   /* a GPT disk's GUID, or the 8 digits of an MBR; MBR PARTUUIDs follow from it */
  TPL_REF_LVM_UUID, /* of a PV, VG or LV, 38 characters with the dashes */
  TPL_REF_VG,       /* volume group's name; renames all its LVs */
  TPL_REF_LV,       /* "vg/lv": needed where an LV is renamed or removed, or to know all LVs */
  TPL_REF_PARTITION, /* number in decimal: /dev/sda2 stays right as long as partition 2 does */
} TplRefType;

typedef struct {
  TplRefType type;
  char *old;
  char *now; /* NULL: the device is not on the new disk */
} TplRefEntry;

typedef struct TplRefMap TplRefMap;

TplRefMap *tpl_ref_map_new (void);
void tpl_ref_map_free (TplRefMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplRefMap, tpl_ref_map_free)

/** Adds `old` -> `now`; a NULL `now` says that the device is removed. Both are copied. A device
 * with several names (a swap LV with UUID and label) is added once for each. An earlier entry wins.
 */
void tpl_ref_map_add (TplRefMap *map, TplRefType type, const char *old, const char *now);

/** Says that btrfs subvolumes got new ids: `subvolid=` options beside `subvol=` are then dropped.
 */
void tpl_ref_map_set_drops_subvolids (TplRefMap *map, gboolean drops);
gboolean tpl_ref_map_drops_subvolids (const TplRefMap *map);

/** Says the path of a subvolume (from the filesystem's top, without a leading slash) by its old id,
 * so that what names it by that alone names the path instead. Sets the above. */
void tpl_ref_map_add_subvolume (TplRefMap *map, guint64 id, const char *path);
/** That path; NULL: unknown, or the id of several. The map's. */
const char *tpl_ref_map_subvolume (const TplRefMap *map, guint64 id);

/** TRUE when no entry changes or removes anything. */
gboolean tpl_ref_map_is_identity (const TplRefMap *map);

/** The entries (TplRefEntry), in the order in which they were added. They belong to the map. */
const GPtrArray *tpl_ref_map_entries (const TplRefMap *map);

typedef enum {
  TPL_REF_UNCHANGED, /* stays right as it is, or names no device of a disk at all */
  TPL_REF_CHANGED,
  TPL_REF_REMOVED, /* names a device that the new disk does not have */
  TPL_REF_FOREIGN, /* names one by the machine (by-path, serial number, /dev/sdb1) or of another
                      disk */
} TplRefVerdict;

/** Looks up one name of one type, without the spelling around it. `*changed` is set (free with
 * g_free ()) for TPL_REF_CHANGED only. UUIDs compare without case, LVM's with. */
TplRefVerdict tpl_ref_map_name (const TplRefMap *map, TplRefType type, const char *name,
                                char **changed);

/**
 * Translates a device in any spelling: TAG=value (quoted or not), /dev/disk/by-*, /dev/mapper/VG-LV
 * (dashes doubled), /dev/VG/LV, dm-uuid-LVM-*, lvm-pv-uuid-*, /dev/sda1, and VG/LV alone as
 * rd.lvm.lv= has it. The new name is in the old one's spelling. `*changed` as above.
 */
TplRefVerdict tpl_ref_map_device (const TplRefMap *map, const char *spec, char **changed);

/** The same for device-mapper's name of an LV, "vg-lv" with dashes doubled. FOREIGN: no such VG. */
TplRefVerdict tpl_ref_map_mapper (const TplRefMap *map, const char *name, char **changed);

/** device-mapper's name of an LV: dashes within either name are doubled. Free with g_free (). */
char *tpl_lvm_mapper_name (const char *vg, const char *lv);

/** `uuid` without its dashes. Free with g_free (). */
char *tpl_uuid_undashed (const char *uuid);

G_END_DECLS

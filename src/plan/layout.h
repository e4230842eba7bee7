/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is on a disk: the same values describe the source as it was found and the target as
 * planned. */
#pragma once

#include "plan/value.h"

/** A number that only the filesystem's driver understands: a feature bit, a block size. */
typedef struct {
  char *name;
  guint64 value;
} TplFact;

/** What a partition or a logical volume holds. */
typedef struct {
  char *id;       /* "part:2", "lv:os/root": the source's numbers and names, on both sides */
  char *type;     /* libblkid's name: "xfs", "swap", "LVM2_member"; or "empty" (zeros alone),
                   * "unknown" (data that bears no name), "boot-code" (of a BIOS boot partition) */
  char *uuid;     /* of the content, as text; NULL if it has none */
  char *label;    /* NULL if it has none */
  char *mountpoint; /* in the guest; NULL if fstab does not mount it; "swap" never stands here */
  guint64 size_bytes; /* of the partition or logical volume */
  guint64 used_bytes; /* content with its metadata, without the log; 0 for what is not a filesystem */
  guint64 free_bytes; /* that the guest will find free; on the target: as planned */
  GPtrArray *facts;   /* TplFact, the driver's own */
} TplVolume;

typedef struct {
  guint64 number;
  guint64 start_bytes;
  guint64 end_bytes; /* exclusive */
  char *role;        /* "primary", "extended", "logical" */
  char *type;        /* MBR: "0x83"; GPT: the type's GUID, lower case */
  char *name;        /* GPT's partition name, or NULL */
  char *uuid;        /* PARTUUID: GPT's GUID, or the MBR signature and number "d34db33f-01" */
  gboolean bootable; /* MBR's active flag */
  guint64 attributes; /* GPT's attribute bits */
  TplVolume *volume;  /* NULL for an extended partition */
} TplPartition;

typedef struct {
  char *name;
  char *uuid;      /* LVM's form, 6-4-4-4-4-4-6 */
  char *work_uuid; /* target: while source and target are attached together */
  char *segment_type; /* "linear", "striped", "thin", "snapshot", ...; target: "linear" or "thin" */
  char *thin_pool;    /* the name of its pool; NULL: none */
  char *tags;         /* with commas between them; NULL: none */
  guint64 extents;
  guint64 start_extent; /* target: on the physical volume */
  TplVolume *volume;
} TplLogicalVolume;

/** A thin pool: a volume that thin ones get their blocks of. Target: it has a block for each of
 * theirs. */
typedef struct {
  char *name;
  char *uuid;
  char *work_uuid;     /* target: while source and target are attached together */
  char *metadata_uuid; /* target: of the hidden volumes for its tables, and for the blocks */
  char *data_uuid;
  char *discards;      /* "passdown", "nopassdown", "ignore" */
  gboolean zero;       /* new blocks are zeroed */
  char *tags;
  guint64 chunk_bytes;
  guint64 metadata_extents;
  guint64 metadata_start_extent; /* target: on the physical volume */
  guint64 extents;
  guint64 start_extent; /* target */
} TplThinPool;

/** A physical volume besides a group's first, whose content moves there. */
typedef struct {
  char *id; /* "part:3" */
  char *uuid;
} TplPhysicalVolume;

typedef struct {
  char *name;
  char *work_name; /* target: while source and target are attached together */
  char *uuid;
  char *work_uuid;
  char *pv_id;   /* the volume that is its physical volume: "part:2" */
  char *pv_uuid;
  char *work_pv_uuid;
  guint64 pv_count;
  GPtrArray *other_pvs; /* TplPhysicalVolume; target: none */
  char *tags;
  guint64 extent_bytes;
  guint64 pe_start_bytes; /* of the first extent, in the physical volume */
  guint64 extents;        /* of the physical volume */
  GPtrArray *logical_volumes; /* TplLogicalVolume */
  GPtrArray *thin_pools;      /* TplThinPool */
} TplVolumeGroup;

/** An encrypted volume (LUKS) that was opened. Its header and key slots are carried over. */
typedef struct {
  char *id;             /* of the volume that is encrypted: "part:3", "lv:os/home" */
  guint64 header_bytes; /* before its content */
  TplVolume *volume;    /* its content: "luks:part:3" */
} TplEncrypted;

typedef struct {
  guint64 size_bytes;
  guint64 sector_bytes; /* logical sector size */
  char *table;      /* "msdos", "gpt"; NULL: none */
  char *table_uuid; /* GPT's disk GUID, or the MBR signature as 8 hex digits */
  GPtrArray *partitions;    /* TplPartition, by start */
  GPtrArray *volume_groups; /* TplVolumeGroup */
  GPtrArray *encrypted;     /* TplEncrypted */
} TplLayout;

extern const TplType tpl_fact_type, tpl_volume_type, tpl_partition_type, tpl_logical_volume_type,
    tpl_thin_pool_type, tpl_physical_volume_type, tpl_volume_group_type, tpl_encrypted_type,
    tpl_layout_type;

/** Whether it is GPT's BIOS boot partition: it holds GRUB's core, whatever else its bytes look
 * like. */
gboolean tpl_partition_is_bios_boot (const TplPartition *partition);

/** The named fact, or `otherwise` if the volume has none of that name. */
guint64 tpl_volume_get_fact (const TplVolume *volume, const char *name, guint64 otherwise);
/** Sets or adds a fact. */
void tpl_volume_set_fact (TplVolume *volume, const char *name, guint64 value);
/** Removes all facts. */
void tpl_volume_clear_facts (TplVolume *volume);

/** All volumes in order: each partition's, then each logical volume's, group by group, then what is
 * in encrypted ones. The array is the caller's, the volumes stay the layout's. Extended partitions
 * and PVs: the PVs are in it (type "LVM2_member"). */
GPtrArray *tpl_layout_volumes (const TplLayout *layout);
/** The encrypted volume's entry by its id, if it was opened, or NULL. The layout's. */
TplEncrypted *tpl_layout_encrypted (const TplLayout *layout, const char *id);
/** The volume with this id, or NULL. */
TplVolume *tpl_layout_find (const TplLayout *layout, const char *id);

/** The group's thin pool of that name, or NULL. The group's. */
TplThinPool *tpl_volume_group_pool (const TplVolumeGroup *group, const char *name);

/** The group's logical volume that holds the volume with this id, or NULL. The group's. */
TplLogicalVolume *tpl_volume_group_logical (const TplVolumeGroup *group, const char *volume_id);

/** The partition with that number, or NULL. The layout's. */
TplPartition *tpl_layout_partition (const TplLayout *layout, guint64 number);

/** The partition that holds the volume with this id, or NULL. The layout's. */
TplPartition *tpl_layout_partition_of (const TplLayout *layout, const char *volume_id);

/** Of a disk without a partition table: it is one volume, "part:0", as large as the layout. */
void tpl_layout_add_whole_disk (TplLayout *layout);

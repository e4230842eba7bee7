/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One run: what the stages hand to each other. Each stage fills what the later ones read. */
#pragma once

#include "adapt/appliance.h"
#include "adapt/handles.h"
#include "adapt/mirror.h"
#include "libvirt/session.h"
#include "plan/plan.h"
#include "request.h"
#include "stage/busy.h"

typedef struct TplReceiptOutput TplReceiptOutput;

/** A source or a target on the host. */
typedef struct {
  const char *path;  /* as the user named it, or what libvirt says that the name means */
  char *format;      /* "raw" or "qcow2" */
  gboolean is_device;  /* has its size and is written in place: a block device, or libvirt's volume */
  gboolean is_pending; /* a volume that libvirt makes once its size is planned */
  guint64 size_bytes; /* a device's; 0 for an image file that is made */
  guint64 sector_bytes; /* launch: of the logical sectors that its guest sees; the target has SOURCE's */
  TplFd fd;           /* held open: the lock hangs on it */
  char *mark;         /* source: what tpl_busy_mark () said before it was read */
  char *work_path;    /* target file: its temporary name until it is published */
  GPtrArray *layers;  /* paths of the files that it lies on (layers.h); NULL: none known */
} TplPlace;

/** A change that bootfix made on the target, which the comparison must find and nothing else. */
typedef struct {
  const char *what; /* "edited", "created" or "removed" */
  char *volume_id;
  char *path;       /* below the volume's root, escaped as tpl-helper does */
} TplEdit;

/** A filesystem, or a subvolume of it, that the guest's fstab mounts. */
typedef struct {
  char *volume_id;
  char
      *subvolume; /* from the filesystem's top; "": its top; NULL: of fstab's line, it names none */
  guint64 subvolume_id; /* of fstab's line; 0: it names none */
  char *mountpoint;
} TplGuestMount;

typedef struct {
  const TplRequest *request;
  char *seed; /* that the request says, or a random one */
  GCancellable *cancellable;
  TplObserver observer;
  gpointer observer_data;
  GTimer *timer;
  const char *stage; /* that runs now */
  guint64 progress_base_bytes;  /* done before the program that reports now */
  guint64 progress_total_bytes; /* of all of them; 0: as the program says */

  TplVirtSession *libvirt; /* resolve; NULL: there is none */
  TplPlace source, target; /* resolve */
  GPtrArray *others;       /* resolve: TplPlace, the guest's other disks, which are only read */
  char *folder;            /* scratch, on the host; removed at the end */
  TplFd folder_lock;
  gboolean kvm;            /* the first launch: it works here */
  char *toolbox;           /* the first launch: its image */
  const char *sandbox;     /* the first launch: how qemu is confined; NULL: it can't be */
  TplAppliance *appliance;  /* launch starts it, publish shuts it down */
  TplMirror *source_head;   /* the source's first and last MiB, and its boot code */
  TplInventory *inventory;  /* inspect */
  GPtrArray *keys;          /* resolve: keys.h */
  GPtrArray *open_keys;     /* inspect: TplKeyTry, of each of layout->encrypted */
  GHashTable *boot_files;   /* inspect: path -> GBytes, what boot loaders' drivers read */
  char *esp_id;             /* inspect: the volume with programs that UEFI starts; NULL: none */
  GHashTable *subvolumes;   /* inspect: volume id -> GPtrArray of TplSubvolume (fs/fs.h) */
  GPtrArray *mounts;        /* inspect: TplGuestMount of the guest's fstab, parents first */
  gboolean has_other_system; /* inspect: one that does not mount itself */
  GHashTable *source_devices; /* volume id -> device in the appliance */
  GHashTable *target_devices;
  TplPlan *plan;            /* plan */
  GPtrArray *edits;         /* bootfix: TplEdit */
  char *boot_evidence;      /* publish: what showed that the target boots; NULL: not tested */
  GPtrArray *times;         /* TplReceiptTime, of the stages that are done */
  TplReceiptOutput *receipt; /* resolve; NULL: none is wanted (stage/receipt.h) */

  struct TplReceipt *checked; /* stage/check.c: the receipt that SOURCE is checked against */
  char *manifest_path;
  guint64 differences;
  guint64 compared_names;
} TplRun;

/** The stages, in order. Each returns FALSE with an error of TPL_ERROR. */
gboolean tpl_stage_resolve (TplRun *run, GError **error);
gboolean tpl_stage_launch (TplRun *run, GError **error);
gboolean tpl_stage_inspect (TplRun *run, GError **error);
gboolean tpl_stage_plan (TplRun *run, GError **error);
gboolean tpl_stage_create (TplRun *run, GError **error);
gboolean tpl_stage_copy (TplRun *run, GError **error);
gboolean tpl_stage_bootfix (TplRun *run, GError **error);
gboolean tpl_stage_verify (TplRun *run, GError **error);
gboolean tpl_stage_publish (TplRun *run, GError **error);

/** Forgets what inspect and plan found and ends the appliance, so that both can be done again. */
gboolean tpl_run_rewind (TplRun *run, GError **error);

/** Adds to the time that a stage took. */
void tpl_run_add_time (TplRun *run, const char *stage, double seconds);

/** Tells the observer. */
void tpl_run_note (TplRun *run, TplEventKind kind, const char *format, ...) G_GNUC_PRINTF (3, 4);
void tpl_run_progress (TplRun *run, guint64 done_bytes, guint64 total_bytes);

/** The folder of the toolbox where a volume is mounted: "/src/2", "/tgt/2". The caller's. */
char *tpl_run_folder (const TplRun *run, const char *side, const TplVolume *volume);

/** Whether the target's volume is made with another UUID than it gets: it has the source's. */
gboolean tpl_run_gives_uuid (const TplRun *run, const TplVolume *volume);

/** Empty lists, of TplSubvolume and of TplGuestMount. */
GPtrArray *tpl_run_subvolumes_new (void);
GPtrArray *tpl_run_mounts_new (void);

/** Puts the names of what is not copied of a source's volume (its snapshots) into a file of the
 * toolbox. `path` is the file's, or NULL if all is copied; static. */
gboolean tpl_run_put_left_out (TplRun *run, const TplVolume *volume, const char **path,
                               GError **error);
/** The same names, a line "removed PATH" each. The caller's. */
char *tpl_run_left_out (const TplRun *run, const TplVolume *volume);

/** The source's volumes whose content is copied, in order. The array is the caller's. */
GPtrArray *tpl_run_copied_volumes (const TplRun *run);

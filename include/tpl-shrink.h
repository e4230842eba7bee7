/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * libtplshrink: makes a stopped Linux guest's disk as small as what is in it.
 *
 * A TplJob is one run: a source, a target and options. The source is never written. Sizes are in
 * bytes. Strings that a function takes are copied; strings that it returns say who owns them.
 * A job is used from one thread at a time; its observer is called in the thread that runs the job.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TPL_ERROR (tpl_error_quark ())

/** What the caller can do about an error. The programs' exit status is the code (see
 * tpl-shrink(1)). */
typedef enum {
  TPL_ERROR_FAILED = 1,            /* something that should have worked did not: read the message */
  TPL_ERROR_USAGE = 2,             /* an option or argument is wrong: change the call */
  TPL_ERROR_REFUSED = 3,           /* this source or target is not taken: change it, or leave it */
  TPL_ERROR_TOO_SMALL = 4,         /* the target or --size can't hold the plan: give more room */
  TPL_ERROR_RETRIABLE = 5,         /* the host's trouble (busy, appliance died ...): try again */
  TPL_ERROR_VERIFICATION = 6,      /* the copy differs from the source: the target was discarded */
  TPL_ERROR_NOTHING_TO_GAIN = 7,   /* the disk is about as small as it can be already */
  TPL_ERROR_HOST = 8,              /* the host lacks a program or library: see --check-host */
  TPL_ERROR_CANCELLED = 9,         /* stopped on request: nothing was left behind */
} TplError;

GQuark tpl_error_quark (void);

typedef struct TplJob TplJob;
typedef struct TplPlan TplPlan;

typedef enum {
  TPL_EVENT_STAGE,    /* a stage begins; message says what it does */
  TPL_EVENT_PROGRESS, /* done_bytes of total_bytes, within the stage */
  TPL_EVENT_NOTE,     /* something that the user should know */
  TPL_EVENT_WARNING,  /* something that the user should look at */
  TPL_EVENT_DEBUG,    /* for --verbose */
  TPL_EVENT_PLAN,     /* the plan is ready: tpl_job_get_plan () */
  TPL_EVENT_DONE,     /* the target is published */
} TplEventKind;

typedef struct {
  TplEventKind kind;
  const char *stage;   /* resolve, inspect, plan, create, copy, bootfix, verify or publish; recover,
                        * rollback or delete-source where that is the job. Static */
  const char *message; /* without a newline, safe for a terminal; NULL for PROGRESS */
  guint64 done_bytes;
  guint64 total_bytes; /* 0: not known */
  double elapsed_seconds; /* since the job began */
} TplEvent;

typedef void (*TplObserver) (const TplEvent *event, gpointer user_data);

/** Makes a job. `source` and `target` are block devices, image files or names of libvirt's
 * (vol:POOL/VOLUME, dom:NAME[:TARGET]); `target` may be NULL for a plan alone. SIGPIPE must be
 * ignored where libvirt runs: a daemon that ends would end the caller. Free with tpl_job_free
 * (). */
TplJob *tpl_job_new (const char *source, const char *target);
void tpl_job_free (TplJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplJob, tpl_job_free)

/**
 * Sets an option by the long name that it has on tpl-shrink's command line, without the dashes.
 * `value` is text as on the command line; NULL or "yes" for a flag. Errors: TPL_ERROR_USAGE for a
 * name that does not exist or a value that does not parse.
 *
 *   source-format  raw | qcow2
 *   disk           PATH of another disk of the guest, read for its part of a volume group; each
 *                  adds one
 *   key            UUID:file:PATH, or all:file:PATH: opens the encrypted volume (LUKS); each adds
 *                  one
 *   format         raw | qcow2: of a TARGET that is made (default: by TARGET's suffix, else raw)
 *   compress       flag: TARGET, a qcow2 file, is compressed
 *   size           SIZE of the target (default: the smallest that fits)
 *   headroom       SIZE to leave free in each filesystem (default: 5% of its content, 16M at least)
 *   swap-size      minimal | keep | none | SIZE
 *   vg             NAME of the volume group (default: after TARGET)
 *   identity       new | keep (default: new; keep with swap-into-domain)
 *   engine         helper | xfsdump (default: helper)
 *   verify         full | metadata | none: what is compared with the source (default: full)
 *   snapshots      refuse | drop | flatten: of btrfs (default: refuse)
 *   receipt        FILE that says what was done, and the digest of every file (FILE.files.gz)
 *   seed           text that all new UUIDs are made from (default: random)
 *   boot-test      flag: TARGET is started once, on an overlay, before it gets its name
 *   appliance-timeout  seconds without a sign of life after which the appliance is ended, with
 *                  TPL_ERROR_RETRIABLE (default: 600; 0: never)
 *   swap-into-domain  flag: when TARGET is proven, it takes SOURCE's place in its domain
 *   rename         flag: ... and its name too, where both are volumes of one pool
 *   replace        flag: TARGET takes the place of the volume of that name, when it is proven
 *   define         NAME of a new domain for TARGET, after SOURCE's
 *   yes            flag: tpl_job_delete_source () need not see the domain run
 *   force          flag: TARGET may hold something
 *   connect        URI of a libvirt of this host (default: LIBVIRT_DEFAULT_URI, else the one there)
 *
 * SIZE is a number with an optional suffix K, M, G, T (powers of 1024; KiB, MiB, ... too).
 */
gboolean tpl_job_set (TplJob *job, const char *option, const char *value, GError **error);

/** Sets who hears of the job's events; NULL for nobody. An event and its texts are the job's, and
 * last for the call. */
void tpl_job_set_observer (TplJob *job, TplObserver observer, gpointer user_data);

/** Inspects the source and plans. Writes nothing. The plan stays with the job. `cancellable` may be
 * NULL, here and below. Errors: any TPL_ERROR but TPL_ERROR_VERIFICATION. */
gboolean tpl_job_plan (TplJob *job, GCancellable *cancellable, GError **error);

/** Does the whole run. On FALSE no half-made file bears the target's name. Errors: any. */
gboolean tpl_job_run (TplJob *job, GCancellable *cancellable, GError **error);

/** Compares the disk that is the job's `source` with the receipt that "receipt" names, read-only.
 * Each difference is a TPL_EVENT_WARNING. Errors: TPL_ERROR_VERIFICATION: it differs;
 * TPL_ERROR_REFUSED: the receipt is missing or damaged; as tpl_job_plan (). */
gboolean tpl_job_verify (TplJob *job, GCancellable *cancellable, GError **error);

/** Finishes or undoes what killed runs left in libvirt, as each run does first. The job needs
 * neither source nor target. Errors: TPL_ERROR_RETRIABLE: not all could be done, the rest was. */
gboolean tpl_job_recover (TplJob *job, GCancellable *cancellable, GError **error);

/** Gives the domain that is the job's `source` (its name or UUID) the disk of before its last swap.
 * The new disk stays, with what was written to it since. Errors: TPL_ERROR_REFUSED: no swap is
 * known, the domain runs, the old disk is gone; TPL_ERROR_RETRIABLE. */
gboolean tpl_job_rollback (TplJob *job, GCancellable *cancellable, GError **error);

/** Deletes the old disk of the domain's last swap, for good. The domain must run from the new one,
 * or "yes" be set. Errors: TPL_ERROR_REFUSED: not proven, or something has the disk;
 * TPL_ERROR_RETRIABLE. */
gboolean tpl_job_delete_source (TplJob *job, GCancellable *cancellable, GError **error);

/** The job's plan, or NULL before there is one. It belongs to the job. */
const TplPlan *tpl_job_get_plan (const TplJob *job);

/** The plan as JSON text, with a final newline. Free with g_free (). */
char *tpl_plan_to_json (const TplPlan *plan);

/** One thing that a host needs: found or not. Strings are static. */
typedef struct {
  const char *what;    /* "mkfs.xfs", "/dev/kvm", "a kernel for the appliance" ... */
  const char *why;     /* what it is for */
  gboolean found;
  gboolean required;   /* FALSE: works without, slower or with fewer kinds of guests */
  const char *package; /* of this host's distribution, or NULL */
} TplHostItem;

/** Looks what this host has. Returns an array of TplHostItem (free with g_array_unref ()), and in
 * `remedy` (free with g_free ()) the command that installs what is missing, or NULL. */
GArray *tpl_host_check (char **remedy);

/** What a survey says of a disk. */
typedef enum {
  TPL_SURVEY_SHRINKABLE,      /* it would become smaller */
  TPL_SURVEY_NOTHING_TO_GAIN, /* it is about as small as it can be */
  TPL_SURVEY_REFUSED,         /* tpl-shrink would not take it */
  TPL_SURVEY_RUNNING,         /* somebody uses it: a domain that runs, a mount */
  TPL_SURVEY_UNREADABLE,      /* it could not be opened, or makes no sense */
  TPL_SURVEY_UNKNOWN,         /* only an appliance could tell */
} TplSurveyState;

/** A volume of a disk that was surveyed. */
typedef struct {
  char *id;   /* "part:1", "lv:os/root" */
  char *type; /* "xfs", "swap", "LVM2_member", "empty", ...; NULL: not known */
  guint64 size_bytes;
  guint64 used_bytes;      /* of filesystems */
  guint64 predicted_bytes; /* its size on the target; 0: nothing is predicted */
} TplSurveyVolume;

/** A disk that was surveyed. */
typedef struct {
  char *source;       /* what tpl_job_new () takes for it: its path, or "dom:NAME:TARGET" */
  char *path;         /* NULL: libvirt does not know where it is */
  GPtrArray *domains; /* names (char *) of those that have it; the first is source's */
  char *target;       /* "vda": in the first domain; or NULL */
  char *format;       /* "raw" or "qcow2"; NULL: not known */
  TplSurveyState state;
  int status;     /* that tpl-shrink would end with, a TplError or 0; -1: not known */
  char *reason;   /* of every state but TPL_SURVEY_SHRINKABLE, without a newline; else NULL */
  char *estimate; /* why used and predicted sizes may be off; NULL: they are not */
  guint64 virtual_bytes;   /* 0: not known, as with the other sizes */
  guint64 allocated_bytes; /* that it takes on the host */
  guint64 used_bytes;      /* by its filesystems, together */
  guint64 predicted_bytes; /* the target's size, as a plan would say it */
  guint64 won_bytes;       /* virtual less predicted; not 0 where it is shrinkable */
  guint64 inodes;          /* in use */
  double estimated_seconds; /* of a whole run; negative: not known */
  GPtrArray *volumes;       /* TplSurveyVolume; empty: not known */
} TplSurveyDisk;

/**
 * Looks what disks would become, on the host and without an appliance: from partition tables, LVM's
 * metadata and superblocks. Writes nothing. `paths` (ends with NULL) are image files, block devices
 * and folders of them; NULL or empty: the disks of all domains. `uri` is libvirt's; NULL:
 * LIBVIRT_DEFAULT_URI, else the one that is there. Disks that are in use are read only with
 * `read_running`. Returns an array of TplSurveyDisk, the caller's. What is wrong with a disk is in
 * its state and reason. Errors: TPL_ERROR_USAGE (a URI of another host), TPL_ERROR_RETRIABLE
 * (libvirt does not answer), TPL_ERROR_REFUSED (neither paths nor libvirt), TPL_ERROR_CANCELLED.
 */
GPtrArray *tpl_survey (const char *const *paths, const char *uri, gboolean read_running,
                       GCancellable *cancellable, GError **error);

/** "0.1.0" */
const char *tpl_version (void);

G_END_DECLS

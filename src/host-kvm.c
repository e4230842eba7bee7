/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether KVM works: Linux's Documentation/virt/kvm/api.rst, and qemu's own opinion. */
#include "host-probe.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapt/process.h"

#define DEVICE            "/dev/kvm"
#define LIMIT_SECONDS     5.0
#define ARCH_CAPABILITIES 0x10a /* host.h tells why this register */
#define CPUID_ENTRIES     256   /* no KVM has more */
#define API_VERSION                                                                                \
  12 /* "Applications should refuse to run if KVM_GET_API_VERSION returns any other" */

static gboolean
refuse (char **why_not, char *why)
{
  if (why_not != NULL)
    *why_not = why;
  else
    g_free (why);
  return FALSE;
}

/* The processor takes what KVM announces of this register. It must have a CPUID before. */
static gboolean
takes_capabilities (int device, int processor)
{
  g_autofree struct kvm_cpuid2 *cpuid
      = g_malloc0 (sizeof *cpuid + CPUID_ENTRIES * sizeof cpuid->entries[0]);
  struct {
    struct kvm_msrs header;
    struct kvm_msr_entry entry;
  } capabilities = {{.nmsrs = 1}, {.index = ARCH_CAPABILITIES}};
  cpuid->nent = CPUID_ENTRIES;
  if (ioctl (device, KVM_GET_MSRS, &capabilities) != 1)
    return TRUE; /* nothing is announced */
  return ioctl (device, KVM_GET_SUPPORTED_CPUID, cpuid) == 0
         && ioctl (processor, KVM_SET_CPUID2, cpuid) == 0
         && ioctl (processor, KVM_SET_MSRS, &capabilities) == 1;
}

/* The kernel's side: a machine and a processor can be made. */
static gboolean
try_device (int device, const char *path, gboolean thoroughly, char **why_not)
{
  int version = ioctl (device, KVM_GET_API_VERSION, 0);
  if (version != API_VERSION)
    return refuse (why_not, g_strdup_printf ("%s is no usable KVM (its version is %d, not %d)",
                                             path, version, API_VERSION));
  int machine = ioctl (device, KVM_CREATE_VM, 0);
  if (machine < 0)
    return refuse (why_not,
                   g_strdup_printf ("%s makes no virtual machine: %s", path, g_strerror (errno)));
  int processor = ioctl (machine, KVM_CREATE_VCPU, 0);
  int reason = errno;
  gboolean takes = processor < 0 || !thoroughly || takes_capabilities (device, processor);
  if (processor >= 0)
    close (processor);
  close (machine);
  if (!takes)
    return refuse (why_not, g_strdup_printf ("a virtual processor of %s does not take what KVM "
                                             "announces",
                                             path));
  return processor >= 0 || refuse (why_not, g_strdup_printf ("%s makes no virtual processor: %s",
                                                             path, g_strerror (reason)));
}

gboolean
tpl_host_try_device (const char *path, gboolean thoroughly, char **why_not)
{
  int device = open (path, O_RDWR | O_CLOEXEC);
  int reason = errno;
  if (device < 0 && (reason == ENOENT || reason == ENXIO || reason == ENODEV))
    return refuse (
        why_not, g_strdup_printf ("there is no %s: virtualization is off in the firmware or, in a "
                                  "virtual machine, nesting is",
                                  path));
  if (device < 0 && (reason == EACCES || reason == EPERM))
    return refuse (why_not, g_strdup_printf ("you may not open %s: run tpl-shrink as root, or as a "
                                             "member of the device's group",
                                             path));
  if (device < 0)
    return refuse (why_not, g_strdup_printf ("opening %s: %s", path, g_strerror (reason)));
  gboolean works = try_device (device, path, thoroughly, why_not);
  close (device);
  return works;
}

/* qemu's first line that tells an error; the caller's. */
static char *
first_error (const char *said)
{
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && strstr (lines[i], "warning:") == NULL)
      return g_strdup (lines[i]);
  return g_strdup ("it died without a word");
}

/* qemu aborts where KVM is broken: that is an answer, not a crash to be kept. */
static void
want_no_core (gpointer data)
{
  (void)data;
  setrlimit (RLIMIT_CORE, &(struct rlimit){0, 0});
}

gboolean
tpl_host_try_hypervisor (const char *hypervisor, double limit_seconds, char **why_not)
{
  /* "-cpu max" is what libguestfs asks for, and what makes the difference (see host.h). */
  const char *argv[] = {hypervisor, "-no-user-config", "-nodefaults", "-display", "none",
                        "-machine", "accel=kvm", "-cpu", "max", "-S", "-qmp", "stdio", NULL};
  /* All that qemu is told fits into the pipe's buffer. It is written before qemu could die, so that
   * no SIGPIPE comes; the pipe stays open until qemu has obeyed. */
  static const char commands[] = "{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"quit\"}\n";
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return refuse (why_not, g_strdup_printf ("making a pipe: %s", g_strerror (errno)));
  ssize_t written = write (ends[1], commands, sizeof commands - 1);
  g_autoptr (GError) error = NULL;
  TplTrial trial = {argv, ends[0], want_no_core, limit_seconds};
  TplVerdict verdict = {0};
  gboolean started = written > 0 && tpl_process_try (&trial, &verdict, &error);
  close (ends[0]);
  close (ends[1]);

  g_autofree char *said = verdict.complaint;
  if (!started)
    return refuse (why_not, g_strdup (error != NULL ? error->message : "writing to a pipe failed"));
  if (verdict.is_late)
    return refuse (why_not, g_strdup_printf ("%s did not start with KVM within %.1f s", hypervisor,
                                             limit_seconds));
  if (verdict.succeeded)
    return TRUE;
  g_autofree char *complaint = first_error (said);
  return refuse (
      why_not, g_strdup_printf ("KVM is there, but the hypervisor fails with it (%s)", complaint));
}

gboolean
tpl_host_kvm_may_work (void)
{
  return tpl_host_try_device (DEVICE, TRUE, NULL);
}

gboolean
tpl_host_kvm_works (char **why_not)
{
  if (!tpl_host_try_device (DEVICE, FALSE, why_not))
    return FALSE;
  g_autofree char *hypervisor = tpl_host_hypervisor ();
  if (hypervisor == NULL)
    return refuse (why_not, g_strdup ("there is no hypervisor to try KVM with"));
  return tpl_host_try_hypervisor (hypervisor, LIMIT_SECONDS, why_not);
}

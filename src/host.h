/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the host that the program runs on can do. tpl_host_check () itself is in tpl-shrink.h. */
#pragma once

#include <glib.h>

/**
 * Whether qemu can run a guest with KVM here. That /dev/kvm makes a virtual machine and a processor
 * does not say so. Seen on a machine in a cloud: with "-cpu qemu64" qemu ran, with "-cpu max",
 * which libguestfs asks for, it failed an assertion, for KVM announces a register that it then does
 * not take (IA32_ARCH_CAPABILITIES, MSR 0x10a). So in the end qemu is asked, with "-cpu max". Takes
 * a fraction of a second, never more than about five. On FALSE `why_not` (may be NULL) gets the
 * reason; the caller's. Any thread may call it.
 */
gboolean tpl_host_kvm_works (char **why_not);

/**
 * Whether it can, as far as the kernel tells without qemu, in a millisecond or two: enough to say
 * how long a run would take. Any thread may call it.
 */
gboolean tpl_host_kvm_may_work (void);

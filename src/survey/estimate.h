/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How long a run would take. */
#pragma once

#include <glib.h>

/**
 * Seconds of a run with full verification on a disk whose filesystems use so many bytes and inodes:
 * a sum of three terms that were measured (survey/estimate.c). `kvm`: hardware does the appliance.
 */
double tpl_survey_seconds (guint64 used_bytes, guint64 inodes, gboolean kvm);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One disk of a survey. */
#pragma once

#include "libvirt/disks.h"
#include "tpl-shrink.h"

/** A disk that nobody has looked at yet. `path` may be NULL. */
TplSurveyDisk *tpl_survey_disk_new (const char *path);
void tpl_survey_disk_free (TplSurveyDisk *disk);

/** Adds a domain that has the disk. The first one names it. */
void tpl_survey_disk_add_domain (TplSurveyDisk *disk, const TplVirtDisk *of_domain);

/** Looks at it and fills in all the rest but the time. Never fails: what is wrong is in its state
 * and reason. */
void tpl_survey_disk_look (TplSurveyDisk *disk, gboolean read_running);

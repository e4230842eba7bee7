/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What was found on the source. Immutable once inspected. */
#pragma once

#include "plan/layout.h"

typedef struct {
  char *os_id;      /* os-release's ID: "debian", "centos"; NULL if there is no OS */
  char *os_version; /* VERSION_ID */
  char *os_name;    /* PRETTY_NAME, escaped for a terminal */
  char *root_id;    /* id of the volume mounted at /; NULL if there is no OS */
  char *boot_loader; /* name of the driver in src/boot; NULL: none found */
} TplGuest;

typedef struct {
  char *source; /* as the user named it */
  TplLayout *layout;
  TplGuest *guest;
} TplInventory;

extern const TplType tpl_guest_type, tpl_inventory_type;

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/inventory.h"

static const TplField guest_fields[] = {
    TPL_STRING (TplGuest, os_id),       TPL_STRING (TplGuest, os_version),
    TPL_STRING (TplGuest, os_name),     TPL_STRING (TplGuest, root_id),
    TPL_STRING (TplGuest, boot_loader), {0},
};
const TplType tpl_guest_type = {"guest", sizeof (TplGuest), guest_fields};

static const TplField inventory_fields[] = {
    TPL_STRING (TplInventory, source),
    TPL_VALUE (TplInventory, layout, &tpl_layout_type),
    TPL_VALUE (TplInventory, guest, &tpl_guest_type),
    {0},
};
const TplType tpl_inventory_type = {"inventory", sizeof (TplInventory), inventory_fields};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/receipt.h"

#include <string.h>

#include "json/value-json.h"
#include "tpl-shrink.h"

static const TplField versions_fields[] = {
    TPL_STRING (TplReceiptVersions, tpl_shrink), TPL_STRING (TplReceiptVersions, libguestfs),
    TPL_STRING (TplReceiptVersions, qemu),       TPL_STRING (TplReceiptVersions, kernel),
    {0},
};
const TplType tpl_receipt_versions_type
    = {"versions", sizeof (TplReceiptVersions), versions_fields};

static const TplField disk_fields[] = {
    TPL_STRING (TplReceiptDisk, path),     TPL_STRING (TplReceiptDisk, format),
    TPL_UINT (TplReceiptDisk, size_bytes), TPL_STRING (TplReceiptDisk, pool),
    TPL_STRING (TplReceiptDisk, volume),   TPL_STRING (TplReceiptDisk, domain),
    {0},
};
const TplType tpl_receipt_disk_type = {"disk", sizeof (TplReceiptDisk), disk_fields};

static const TplField edit_fields[] = {
    TPL_STRING (TplReceiptEdit, action),        TPL_STRING (TplReceiptEdit, volume),
    TPL_STRING (TplReceiptEdit, path),          TPL_STRING (TplReceiptEdit, diff),
    TPL_UINT (TplReceiptEdit, bytes_before),    TPL_UINT (TplReceiptEdit, bytes_after),
    TPL_STRING (TplReceiptEdit, sha256_before), TPL_STRING (TplReceiptEdit, sha256_after),
    {0},
};
const TplType tpl_receipt_edit_type = {"edit", sizeof (TplReceiptEdit), edit_fields};

static const TplField time_fields[] = {
    TPL_STRING (TplReceiptTime, stage),
    TPL_UINT (TplReceiptTime, milliseconds),
    {0},
};
const TplType tpl_receipt_time_type = {"time", sizeof (TplReceiptTime), time_fields};

static const TplField volume_fields[] = {
    TPL_STRING (TplReceiptVolume, id),       TPL_STRING (TplReceiptVolume, digest),
    TPL_UINT (TplReceiptVolume, entries),    TPL_UINT (TplReceiptVolume, directories),
    TPL_UINT (TplReceiptVolume, files),      TPL_UINT (TplReceiptVolume, compared_bytes),
    {0},
};
const TplType tpl_receipt_volume_type = {"volume", sizeof (TplReceiptVolume), volume_fields};

static const TplField manifest_fields[] = {
    TPL_STRING (TplReceiptManifest, name),
    TPL_STRING (TplReceiptManifest, sha256),
    TPL_UINT (TplReceiptManifest, size_bytes),
    {0},
};
const TplType tpl_receipt_manifest_type
    = {"manifest", sizeof (TplReceiptManifest), manifest_fields};

static const TplField receipt_fields[] = {
    TPL_STRING (TplReceipt, format),
    TPL_STRING (TplReceipt, made),
    TPL_VALUE (TplReceipt, versions, &tpl_receipt_versions_type),
    TPL_VALUE (TplReceipt, source, &tpl_receipt_disk_type),
    TPL_VALUE (TplReceipt, target, &tpl_receipt_disk_type),
    TPL_STRING (TplReceipt, verification),
    TPL_STRING (TplReceipt, boot_test),
    TPL_LIST (TplReceipt, times, &tpl_receipt_time_type),
    TPL_LIST (TplReceipt, volumes, &tpl_receipt_volume_type),
    TPL_VALUE (TplReceipt, manifest, &tpl_receipt_manifest_type),
    TPL_UINT (TplReceipt, head_bytes),
    TPL_STRING (TplReceipt, head_digest),
    TPL_LIST (TplReceipt, edits, &tpl_receipt_edit_type),
    TPL_VALUE (TplReceipt, plan, &tpl_plan_type),
    {0},
};
const TplType tpl_receipt_type = {"receipt", sizeof (TplReceipt), receipt_fields};

gboolean
tpl_receipt_is_one (const char *text, gsize length)
{
  static const char start[] = "{\n  \"format\" : \"tpl-shrink receipt ";
  return length >= strlen (start) && memcmp (text, start, strlen (start)) == 0;
}

/* What is missing or makes no sense though it is well-formed; NULL: nothing. */
static const char *
find_fault (const TplReceipt *receipt)
{
  static const char *const known[] = { "full", "metadata", "none", NULL };
  if (g_strcmp0 (receipt->format, TPL_RECEIPT_FORMAT) != 0)
    return "\"format\" is not \"" TPL_RECEIPT_FORMAT "\"";
  if (!receipt->verification || !g_strv_contains (known, receipt->verification))
    return "\"verification\" is none of full, metadata, none";
  if (!receipt->plan || !receipt->plan->after || !receipt->plan->before
      || !receipt->plan->before->layout)
    return "\"plan\" is missing, or not whole";
  if (!receipt->target)
    return "\"target\" is missing";
  for (guint i = 0; i < receipt->volumes->len; i++)
    if (!((const TplReceiptVolume *)receipt->volumes->pdata[i])->id)
      return "a volume has no \"id\"";
  const TplReceiptManifest *manifest = receipt->manifest;
  if (!manifest)
    return NULL;
  if (!manifest->name || !*manifest->name || strchr (manifest->name, '/')
      || !manifest->sha256)
    return "\"manifest\" names no file beside it";
  return NULL;
}

TplReceipt *
tpl_receipt_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GError) why = NULL;
  TplReceipt *receipt = tpl_value_from_json_text (&tpl_receipt_type, text, (gssize)length, &why);
  const char *fault = receipt ? find_fault (receipt) : why->message;
  if (!fault)
    return receipt;
  g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED, "no receipt of tpl-shrink's, or damaged: %s",
               fault);
  tpl_value_free (&tpl_receipt_type, receipt);
  return NULL;
}

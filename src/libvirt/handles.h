/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What g_autoptr needs to know of libvirt's and libxml2's handles. */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (virDomain, virDomainFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virDomainSnapshot, virDomainSnapshotFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virStoragePool, virStoragePoolFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virStorageVol, virStorageVolFree)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlXPathContext, xmlXPathFreeContext)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlXPathObject, xmlXPathFreeObject)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlBuffer, xmlBufferFree)

/** Text of libvirt's or libxml2's, freed with free (). */
typedef char *TplVirtText;

static inline void
tpl_virt_text_clear (TplVirtText *text)
{
  free (*text);
  *text = NULL;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TplVirtText, tpl_virt_text_clear)

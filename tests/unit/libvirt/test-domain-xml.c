/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/domain-xml.h"

#include <string.h>

static const char domain[]
    = "<domain type='kvm'>\n"
      "  <name>tpl004</name>\n"
      "  <title>a &lt;title&gt;</title>\n"
      "  <metadata><x:y xmlns:x='urn:x'>kept</x:y></metadata>\n"
      "  <devices>\n"
      "    <interface type='direct'><source dev='eth0'/></interface>\n"
      "    <disk type='file' device='cdrom'><target dev='hda'/></disk>\n"
      "    <disk type='block' device='disk'>\n"
      "      <driver name='qemu' type='raw' cache='none'/>\n"
      "      <source dev='/dev/os/tpl004' startupPolicy='optional'/>\n"
      "      <target dev='vda' bus='virtio'/>\n"
      "      <iotune><read_iops_sec>10</read_iops_sec></iotune>\n"
      "      <serial>S&amp;1</serial>\n"
      "      <boot order='2'/>\n"
      "    </disk>\n"
      "    <disk type='file' device='disk'>\n"
      "      <driver name='qemu' type='qcow2'/>\n"
      "      <source file='/a'/>\n"
      "      <backingStore type='file'><format type='raw'/><source file='/b'/></backingStore>\n"
      "      <mirror type='file'><source file='/c'/></mirror>\n"
      "      <target dev='vdb'/>\n"
      "    </disk>\n"
      "    <disk type='volume'><source pool='os' volume='x'/><target dev='vdc'/></disk>\n"
      "    <disk type='network'><source protocol='nbd' name='n'/><target dev='vdd'/></disk>\n"
      "    <filesystem type='block'><source dev='/dev/f'/><target dir='/f'/></filesystem>\n"
      "  </devices>\n"
      "</domain>\n";

static void
test_sources (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sources = tpl_domain_sources (domain, &error);
  g_assert_no_error (error);
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    g_string_append_printf (all, "%s%s%s %s %s;", source->path ? source->path : source->pool,
                            source->volume ? "/" : "", source->volume ? source->volume : "",
                            source->target ? source->target : "-",
                            source->format ? source->format : "-");
  }
  g_assert_cmpstr (all->str, ==,
                   "/dev/os/tpl004 vda raw;/a vdb qcow2;/b - raw;/c - -;os/x vdc -;/dev/f - -;");
  g_assert_cmpuint (((const TplDomainSource *)sources->pdata[0])->boot_order, ==, 2);
}

static void
test_snapshot (void)
{
  g_autoptr (GPtrArray) sources = tpl_domain_sources (
      "<domainsnapshot><disks><disk name='vda'><source file='/over'/></disk></disks><domain>"
      "<devices>"
      "<disk type='file'><source file='/base'/><target dev='vda'/></disk></devices></domain>"
      "</domainsnapshot>",
      NULL);
  g_assert_cmpuint (sources->len, ==, 2);
  g_assert_cmpstr (((const TplDomainSource *)sources->pdata[1])->path, ==, "/base");
}

static void
test_not_xml (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tpl_domain_sources ("<domain", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
}

/* Replaces the disk in the domain's text and tells both apart. */
static char *
with_disk (const char *disk)
{
  const char *begin = strstr (domain, "<disk type='block'");
  const char *end = strstr (begin, "</disk>") + strlen ("</disk>");
  return g_strdup_printf ("%.*s%s%s", (int)(begin - domain), domain, disk, end);
}

static void
test_other_source (void)
{
  g_autoptr (GError) error = NULL;
  TplDomainSource source = { .path = (char *)"/dev/os/tpl&x", .format = (char *)"raw" };
  g_autofree char *old = tpl_domain_disk (domain, "vda", &error);
  g_autofree char *new = tpl_domain_disk_with_source (domain, "vda", &source, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (new, "startupPolicy=\"optional\" dev=\"/dev/os/tpl&amp;x\""));
  /* All else of the element is the same, byte for byte. */
  g_auto (GStrv) before = g_strsplit (old, "\n", -1);
  g_auto (GStrv) after = g_strsplit (new, "\n", -1);
  g_assert_cmpuint (g_strv_length (before), ==, g_strv_length (after));
  for (guint i = 0; before[i]; i++)
    if (!strstr (before[i], "<source"))
      g_assert_cmpstr (before[i], ==, after[i]);
  g_autofree char *whole = with_disk (new);
  g_assert_true (tpl_domain_same_but_source (domain, whole, "vda", &error));
}

static void
test_other_kind_of_source (void)
{
  g_autoptr (GError) error = NULL;
  TplDomainSource file = { .path = (char *)"/p/t.qcow2", .format = (char *)"qcow2" };
  TplDomainSource volume = { .pool = (char *)"os", .volume = (char *)"t" };
  g_autofree char *to_file = tpl_domain_disk_with_source (domain, "vda", &file, &error);
  g_assert_nonnull (strstr (to_file, "<disk type=\"file\" device=\"disk\">"));
  g_assert_nonnull (strstr (to_file, "file=\"/p/t.qcow2\""));
  g_assert_nonnull (strstr (to_file, "type=\"qcow2\" cache=\"none\""));
  g_assert_null (strstr (to_file, "dev=\"/dev/os"));
  g_autofree char *to_volume = tpl_domain_disk_with_source (domain, "vda", &volume, &error);
  g_assert_nonnull (strstr (to_volume, "pool=\"os\" volume=\"t\""));
}

static void
test_changes_are_seen (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) parts = g_strsplit (domain, "<read_iops_sec>10<", 2);
  g_autofree char *other = g_strjoinv ("<read_iops_sec>11<", parts);
  g_assert_false (tpl_domain_same_but_source (domain, other, "vda", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
}

static void
test_no_such_disk (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tpl_domain_disk (domain, "sda", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

static void
test_title (void)
{
  g_autofree char *title = tpl_domain_title (domain);
  g_assert_cmpstr (title, ==, "a <title>");
  g_assert_null (tpl_domain_title ("<domain/>"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-xml/sources", test_sources);
  g_test_add_func ("/domain-xml/snapshot", test_snapshot);
  g_test_add_func ("/domain-xml/not-xml", test_not_xml);
  g_test_add_func ("/domain-xml/other-source", test_other_source);
  g_test_add_func ("/domain-xml/other-kind-of-source", test_other_kind_of_source);
  g_test_add_func ("/domain-xml/changes-are-seen", test_changes_are_seen);
  g_test_add_func ("/domain-xml/no-such-disk", test_no_such_disk);
  g_test_add_func ("/domain-xml/title", test_title);
  return g_test_run ();
}

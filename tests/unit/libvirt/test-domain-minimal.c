/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/domain-minimal.h"

#include <string.h>

static const char domain[]
    = "<domain type='kvm' id='7'>\n"
      "  <name>tpl004</name><uuid>01234567-89ab-cdef-0123-456789abcdef</uuid>\n"
      "  <title>the template</title>\n"
      "  <metadata><x:y xmlns:x='urn:x'>secret</x:y></metadata>\n"
      "  <memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory>\n"
      "  <vcpu placement='static' cpuset='0-3' current='2'>4</vcpu>\n"
      "  <iothreads>1</iothreads>\n"
      "  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\n"
      "    <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>\n"
      "    <nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/lib/nvram/tpl004.fd</nvram>\n"
      "    <boot dev='cdrom'/><boot dev='hd'/></os>\n"
      "  <features><acpi/></features><cpu mode='host-passthrough'/><clock offset='utc'/>\n"
      "  <devices>\n"
      "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n"
      "    <disk type='block' device='disk'>\n"
      "      <driver name='qemu' type='raw' cache='none' iothread='1'/>\n"
      "      <source dev='/dev/os/tpl004'/><target dev='sda' bus='scsi'/><serial>S1</serial>\n"
      "      <boot order='1'/><alias name='d'/><address type='drive' unit='3'/></disk>\n"
      "    <disk type='file' device='disk'><source file='/other'/><target dev='sdb'/></disk>\n"
      "    <controller type='scsi' index='0' model='virtio-scsi'>\n"
      "      <address type='pci'/></controller>\n"
      "    <controller type='pci' index='1' model='pcie-root-port'/>\n"
      "    <interface type='bridge'><mac address='52:54:00:11:22:33'/><source bridge='br0'/>\n"
      "      <virtualport type='openvswitch'><parameters interfaceid='a'/></virtualport>\n"
      "      <target dev='vnet3'/><model type='virtio'/><address type='pci'/></interface>\n"
      "    <interface type='network'><mac address='52:54:00:11:22:34'/>\n"
      "      <source network='default'/><model type='e1000'/></interface>\n"
      "    <graphics type='spice' port='5900' passwd='secret'/>\n"
      "    <hostdev mode='subsystem' type='pci'/>\n"
      "  </devices>\n"
      "</domain>\n";

static char *
minimal (void)
{
  g_autoptr (GError) error = NULL;
  const TplDomainSource source = { .path = (char *)"/dev/os/t&pl", .format = (char *)"raw" };
  char *xml = tpl_domain_minimal (domain, "try", "sda", &source, &error);
  g_assert_no_error (error);
  return xml;
}

static void
test_kept (void)
{
  static const char *const kept[]
      = { "<domain type=\"kvm\">", "<name>try</name>", ">2097152</memory>",
          ">1048576</currentMemory>", "current=\"2\">4</vcpu>", "machine=\"pc-q35-7.2\"",
          "OVMF_CODE.fd</loader>",
          "<nvram template=\"/usr/share/OVMF/OVMF_VARS.fd\"/>", "<boot dev=\"hd\"/>", "<acpi/>",
          "host-passthrough", "offset=\"utc\"", "qemu-system-x86_64</emulator>",
          "dev=\"/dev/os/t&amp;pl\"", "<target dev=\"sda\" bus=\"scsi\"/>", "<serial>S1</serial>",
          "cache=\"none\"", "model=\"virtio-scsi\"", "bridge=\"br0\"", "type=\"openvswitch\"",
          "network=\"default\"", "type=\"e1000\"", "<serial type=\"pty\"/>", "type=\"vnc\"" };
  g_autofree char *xml = minimal ();
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++) {
    g_test_message ("%s", kept[i]);
    g_assert_nonnull (strstr (xml, kept[i]));
  }
}

/* What would be there twice, or is no use to a new machine. */
static void
test_left_out (void)
{
  static const char *const gone[]
      = { "tpl004", "<uuid", "<mac", "secret", "<title", "/other", "iothread", "<alias", "<address",
          "cpuset", "interfaceid", "vnet3", "order=", "cdrom", "hostdev", "pcie-root-port",
          "id=\"7\"" };
  g_autofree char *xml = minimal ();
  for (size_t i = 0; i < G_N_ELEMENTS (gone); i++) {
    g_test_message ("%s", gone[i]);
    g_assert_null (strstr (xml, gone[i]));
  }
}

static void
test_no_such_disk (void)
{
  g_autoptr (GError) error = NULL;
  const TplDomainSource source = { .path = (char *)"/dev/os/tpl" };
  g_assert_null (tpl_domain_minimal (domain, "try", "vdz", &source, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_clear_error (&error);
  const char *bare = "<domain><devices><disk><target dev='a'/></disk></devices></domain>";
  g_assert_null (tpl_domain_minimal (bare, "try", "a", &source, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-minimal/kept", test_kept);
  g_test_add_func ("/domain-minimal/left-out", test_left_out);
  g_test_add_func ("/domain-minimal/no-such-disk", test_no_such_disk);
  return g_test_run ();
}

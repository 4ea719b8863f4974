/* SPDX-License-Identifier: Apache-2.0 */
/* One interface: its device, its port in the switch, and the columns that configure it. What
 * cannot be set up stays as an iface with an error text, which goes to the row's "error" column
 * and to ovs-vsctl's user; it is tried again when the row or the host's devices change. */
#include "vswitchd/vswitchd_internal.h"

#include "os/err_format.h"
#include "os/log.h"

#include <stdio.h>
#include <string.h>

LOG_MODULE(bridge);

const char *
iface_wanted_type(const struct bridge *b, const struct vs_interface *row)
{
    const char *type = vs_interface_type(row);
    if (!strcmp(vs_interface_name(row), b->name)) {
        return "internal"; /* the local port, whatever the row says */
    }
    return *type ? type : "system";
}

static void
fail(struct iface *iface, const char *text)
{
    static struct log_rate rate = LOG_RATE(60, 20);
    if (!iface->error || strcmp(iface->error, text)) {
        log_limited(&rate, LOG_WARN, "%s", text);
        os_free(iface->error);
        iface->error = xstrdup(text);
        iface->dirty = true;
    }
}

static int
configure_options(struct iface *iface, struct netdev *netdev, struct err *e)
{
    const struct datum *options = vs_interface_options(iface->row);
    size_t n = datum_n(options);
    const char **keys = xalloc((n + 1) * sizeof *keys);
    const char **values = xalloc((n + 1) * sizeof *values);
    for (size_t i = 0; i < n; i++) {
        keys[i] = atom_string(datum_key(options, i));
        values[i] = atom_string(datum_value(options, i));
    }
    int code = netdev_configure(netdev, keys, values, n, e);
    os_free(keys);
    os_free(values);
    return code;
}

static int
open_device(struct vswitchd *v, struct iface *iface, struct netdev **netdev, struct err *e)
{
    struct err reason = {.code = 0};
    const char *type = dpif_open_type(ofproto_dpif(iface->bridge->ofproto), iface->type);
    int code = netdev_open(v->registry, iface->name, type, netdev, &reason);
    if (code) {
        return err_fail(e, code, "could not open network device %s (%s)", iface->name,
                        reason.text);
    }
    code = configure_options(iface, *netdev, e);
    if (code) {
        netdev_unref(*netdev);
    }
    return code;
}

static uint16_t
wanted_number(const struct iface *iface)
{
    const int64_t *request = vs_interface_ofport_request(iface->row);
    const int64_t *before = vs_interface_ofport(iface->row);
    const int64_t *number = request ? request : before;
    return number && *number > 0 && *number < OFP_PORT_MAX ? (uint16_t)*number : OFP_PORT_NONE;
}

void
iface_set_up(struct vswitchd *v, struct iface *iface)
{
    struct err e = {.code = 0};
    struct netdev *netdev;
    if (open_device(v, iface, &netdev, &e)) {
        fail(iface, e.text);
        return;
    }
    uint16_t number;
    int code = ofproto_port_add(iface->bridge->ofproto, netdev, wanted_number(iface), &number, &e);
    if (code) {
        netdev_unref(netdev);
        fail(iface, e.text);
        return;
    }
    os_free(iface->error);
    iface->error = NULL;
    iface->netdev = netdev;
    iface->ofp_port = number;
    iface->dirty = true;
    log_info("bridge %s: added interface %s on port %u", iface->bridge->name, iface->name, number);
    /* A port of a host's device is of no use while it is down; internal ones are the host's to
     * bring up. */
    if (strcmp(iface->type, "internal")) {
        netdev_set_up(netdev, true);
    }
    iface_configure(iface);
}

void
iface_tear_down(struct iface *iface)
{
    if (iface->netdev) {
        log_info("bridge %s: deleted interface %s on port %u", iface->bridge->name, iface->name,
                 iface->ofp_port);
        ofproto_port_del(iface->bridge->ofproto, iface->ofp_port);
        netdev_unref(iface->netdev);
        iface->netdev = NULL;
        iface->ofp_port = OFP_PORT_NONE;
        iface->dirty = true;
    }
}

static void
configure_mac(struct iface *iface)
{
    struct mac mac;
    const char *text = vs_interface_mac(iface->row);
    if (iface->ofp_port == OFP_PORT_LOCAL) {
        mac = iface->bridge->mac;
    } else if (!text ||
               sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac.byte[0], &mac.byte[1],
                      &mac.byte[2], &mac.byte[3], &mac.byte[4], &mac.byte[5]) != 6) {
        return;
    }
    if (mac_is_zero(mac)) {
        return;
    }
    int code = mac_is_group(mac) ? -E_INVAL : netdev_set_mac(iface->netdev, mac);
    if (code == -E_NOTSUP) {
        log_dbg("interface %s: its address is the host's to set", iface->name);
    } else if (code) {
        log_err("interface %s: setting MAC failed (%s)", iface->name, err_text(code));
    }
}

void
iface_configure(struct iface *iface)
{
    struct err e = {.code = 0};
    if (configure_options(iface, iface->netdev, &e)) {
        fail(iface, e.text);
        return;
    }
    configure_mac(iface);
    const int64_t *mtu = vs_interface_mtu_request(iface->row);
    if (mtu && *mtu > 0 && *mtu <= UINT16_MAX) {
        int code = netdev_set_mtu(iface->netdev, (uint32_t)*mtu);
        if (code) {
            log_err("interface %s: setting MTU failed (%s)", iface->name, err_text(code));
        }
    }
    ofproto_port_changed(iface->bridge->ofproto, iface->ofp_port);
    iface->dirty = true;
}

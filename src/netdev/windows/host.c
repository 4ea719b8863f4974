/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of a Windows host. The driver knows them: a device is "system" where the switch has an
 * adapter of that name, "internal" for the host's own adapters that bridges ask for, which may
 * come later than their port. What it tells of a device becomes the link; its news arrive on the
 * loop. Packets never come this way: ports of the driver's datapath are its own.
 *
 * Without the driver there are no system devices, and an internal port exists with its name,
 * address and number, so that configurations made for Hyper-V apply as they are, but it is down:
 * frames to it are dropped and counted, none come from it. Dummies and patches are portable. tx
 * may come from any thread, the rest is the control thread's. */
#include "netdev/netdev_host.h"

#include <string.h>

#include "datapath/messages/client.h"
#include "datapath/messages/server.h"
#include "netdev/windows/ovsext_device.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/random.h"
#include "port/atomic.h"

LOG_MODULE(netdev_windows);

enum { ANSWER_MAX = 4096 };

struct netdev_host {
    struct netdev_registry *registry;
    struct ovsext *device; /* NULL: no driver */
    struct msg_client client;
    uint32_t request[256], answer[ANSWER_MAX / 4];
};

/* The registry's; there is one per process. */
static struct netdev_host *host;

struct adapter {
    struct netdev netdev;
    uint64_t dropped;
};

/* -- Asking the driver -- */

/* What the driver says of the object of FAMILY whose name, attribute ATTR, is NAME. */
static int
get_object(enum msg_family family, uint16_t attr, const char *name, struct msg_attrs *attrs)
{
    struct msg m;
    if (!host || !host->device) {
        return -E_NODEV;
    }
    struct wr w = wr_make(host->request, sizeof host->request);
    bool in_dp = family == MSG_VPORT;
    msg_ask(&host->client, &w, family, in_dp ? MSG_VPORT_CMD_GET : MSG_NETDEV_CMD_GET, 0,
            in_dp ? DP_SERVER_IFINDEX : 0);
    nl_put(&w, attr, name, strlen(name) + 1);
    msg_end(&w, 0);
    if (w.bad) {
        return -E_NAMETOOLONG;
    }
    struct wr reply = wr_make(host->answer, sizeof host->answer);
    int code = ovsext_transact(host->device, host->request, w.n, &reply);
    return code ? code : msg_answer(&host->client, family, host->answer, reply.n, &m, attrs);
}

/* What ATTRS of family ovs_netdev say, over what is known already. */
static void
read_link(const struct msg_attrs *attrs, struct netdev_link *link)
{
    uint32_t flags = msg_u32(attrs, MSG_NETDEV_ATTR_FLAGS, 0);
    msg_get(attrs, MSG_NETDEV_ATTR_MAC, &link->mac, sizeof link->mac);
    link->mtu = msg_u32(attrs, MSG_NETDEV_ATTR_MTU, link->mtu);
    link->ifindex = msg_u32(attrs, MSG_NETDEV_ATTR_IFINDEX, 0);
    link->up = flags & MSG_NETDEV_UP;
    link->carrier = flags & MSG_NETDEV_CARRIER;
}

static int
get_link(const char *name, struct netdev_link *link)
{
    struct msg_attrs attrs;
    int code = get_object(MSG_NETDEV, MSG_NETDEV_ATTR_NAME, name, &attrs);
    if (!code) {
        read_link(&attrs, link);
    }
    return code;
}

/* -- Devices -- */

static int
system_open(struct netdev *d, struct err *e)
{
    if (!host || !host->device) {
        return err_fail(e, -E_AFNOSUPPORT, "%s", err_text(E_AFNOSUPPORT));
    }
    int code = get_link(d->name, &d->link);
    return code ? err_fail(e, code, "%s", err_text(code)) : 0;
}

static int
internal_open(struct netdev *d, struct err *e UNUSED)
{
    os_random_bytes(&d->link.mac, sizeof d->link.mac);
    d->link.mac.byte[0] = (uint8_t)((d->link.mac.byte[0] & ~1) | 2);
    d->link.mtu = 1500;
    get_link(d->name, &d->link); /* the adapter may be there already */
    return 0;
}

static void
adapter_close(struct netdev *d UNUSED)
{
}

static int
adapter_get_stats(struct netdev *d, struct netdev_stats *s)
{
    struct msg_attrs attrs;
    struct dp_vport_stats v = {
        .tx_dropped = PORT_READ_ONCE(&CONTAINER_OF(d, struct adapter, netdev)->dropped)};
    if (!get_object(MSG_VPORT, MSG_VPORT_ATTR_NAME, d->name, &attrs) &&
        msg_get(&attrs, MSG_VPORT_ATTR_STATS, &v, sizeof v)) {
        s->rx_errors = v.rx_errors;
        s->tx_errors = v.tx_errors;
        s->rx_dropped = v.rx_dropped;
    }
    s->rx_packets = v.rx_packets;
    s->tx_packets = v.tx_packets;
    s->rx_bytes = v.rx_bytes;
    s->tx_bytes = v.tx_bytes;
    s->tx_dropped = v.tx_dropped;
    return 0;
}

/* Adapters are the host's to enable, address and size; one that is not there yet takes what it
 * is told, to show it. */
static int
adapter_set_up(struct netdev *d UNUSED, bool up UNUSED)
{
    return -E_NOTSUP;
}

static int
internal_set_mac(struct netdev *d, struct mac mac)
{
    struct netdev_link link = d->link;
    if (link.ifindex) {
        return -E_NOTSUP;
    }
    link.mac = mac;
    netdev_link_changed(d, &link);
    return 0;
}

static int
internal_set_mtu(struct netdev *d, uint32_t mtu)
{
    struct netdev_link link = d->link;
    if (link.ifindex) {
        return -E_NOTSUP;
    }
    link.mtu = mtu;
    netdev_link_changed(d, &link);
    return 0;
}

static void
adapter_tx(struct netdev *d, struct pkt_batch *batch)
{
    PORT_FETCH_ADD(&CONTAINER_OF(d, struct adapter, netdev)->dropped, (uint64_t)batch->n);
    pkt_batch_free(batch);
}

static const struct netdev_ops system_ops = {
    .type = "system",
    .size = sizeof(struct adapter),
    .open = system_open,
    .close = adapter_close,
    .get_stats = adapter_get_stats,
    .set_up = adapter_set_up,
    .tx = adapter_tx,
};

static const struct netdev_ops internal_ops = {
    .type = "internal",
    .size = sizeof(struct adapter),
    .open = internal_open,
    .close = adapter_close,
    .get_stats = adapter_get_stats,
    .set_up = adapter_set_up,
    .set_mac = internal_set_mac,
    .set_mtu = internal_set_mtu,
    .tx = adapter_tx,
};

const struct netdev_ops *const netdev_host_types[] = {&system_ops, &internal_ops, NULL};

/* -- News -- */

static void
take_news(struct netdev_host *h, uint8_t cmd, const struct msg_attrs *attrs)
{
    const char *name = msg_string(attrs, MSG_NETDEV_ATTR_NAME);
    struct netdev *d = name ? netdev_find(h->registry, name) : NULL;
    if (!d || (d->ops != &system_ops && d->ops != &internal_ops)) {
        netdev_host_news(h->registry);
        return;
    }
    struct netdev_link link = d->link;
    if (cmd == MSG_NETDEV_CMD_DEL) {
        link.ifindex = 0;
        link.up = link.carrier = false;
    } else {
        read_link(attrs, &link);
    }
    netdev_link_changed(d, &link);
}

static void
receive(void *h_, const struct msg *m)
{
    struct netdev_host *h = h_;
    struct msg_attrs attrs;
    enum msg_family family;
    if (msg_client_family(&h->client, m->type, &family) && family == MSG_NETDEV &&
        !msg_get_attrs(family, m->payload, m->payload_size, &attrs)) {
        take_news(h, m->cmd, &attrs);
    }
}

struct netdev_host *
netdev_host_start(struct netdev_registry *registry, struct os_loop *loop)
{
    struct netdev_host *h = xzalloc(sizeof *h);
    h->registry = registry;
    msg_client_init(&h->client);
    int code = ovsext_open(loop, &h->device);
    if (!code) {
        code = ovsext_listen(h->device, DP_GROUP_NETDEV, receive, h);
    }
    if (code) {
        ovsext_close(h->device);
        h->device = NULL;
        if (code != -E_NODEV) {
            log_warn("the driver cannot be used (%s)", err_text(code));
        }
    }
    host = h;
    return h;
}

void
netdev_host_stop(struct netdev_host *h)
{
    if (h) {
        ovsext_close(h->device);
        host = host == h ? NULL : host;
        os_free(h);
    }
}

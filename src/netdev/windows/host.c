/* SPDX-License-Identifier: Apache-2.0 */
/* What Windows brings in user space: "internal" ports without an adapter. A bridge's local port
 * exists with its name, address and number, so that configurations made for Hyper-V apply as they
 * are; but a user program cannot give the host a network adapter. The driver's datapath does, and
 * until it runs the port is down: frames to it are dropped and counted, none come from it.
 * Other adapters belong to the driver as well; dummies and patches are portable. tx may come from
 * any thread, the rest is the control thread's. */
#include "netdev/netdev_host.h"

#include "os/random.h"
#include "port/atomic.h"

struct internal {
    struct netdev netdev;
    uint64_t dropped;
};

static int
internal_open(struct netdev *d, struct err *e UNUSED)
{
    os_random_bytes(&d->link.mac, sizeof d->link.mac);
    d->link.mac.byte[0] = (uint8_t)((d->link.mac.byte[0] & ~1) | 2);
    d->link.mtu = 1500;
    return 0;
}

static void
internal_close(struct netdev *d UNUSED)
{
}

static int
internal_get_stats(struct netdev *d, struct netdev_stats *s)
{
    s->rx_packets = s->rx_bytes = s->tx_packets = s->tx_bytes = 0;
    s->tx_dropped = PORT_READ_ONCE(&CONTAINER_OF(d, struct internal, netdev)->dropped);
    return 0;
}

static int
internal_set_up(struct netdev *d UNUSED, bool up UNUSED)
{
    return -E_NOTSUP;
}

static int
internal_set_mac(struct netdev *d, struct mac mac)
{
    struct netdev_link link = d->link;
    link.mac = mac;
    netdev_link_changed(d, &link);
    return 0;
}

static int
internal_set_mtu(struct netdev *d, uint32_t mtu)
{
    struct netdev_link link = d->link;
    link.mtu = mtu;
    netdev_link_changed(d, &link);
    return 0;
}

static void
internal_tx(struct netdev *d, struct pkt_batch *batch)
{
    PORT_FETCH_ADD(&CONTAINER_OF(d, struct internal, netdev)->dropped, (uint64_t)batch->n);
    pkt_batch_free(batch);
}

static const struct netdev_ops internal_ops = {
    .type = "internal",
    .size = sizeof(struct internal),
    .open = internal_open,
    .close = internal_close,
    .get_stats = internal_get_stats,
    .set_up = internal_set_up,
    .set_mac = internal_set_mac,
    .set_mtu = internal_set_mtu,
    .tx = internal_tx,
};

const struct netdev_ops *const netdev_host_types[] = {&internal_ops, NULL};

struct netdev_host *
netdev_host_start(struct netdev_registry *registry UNUSED, struct os_loop *loop UNUSED)
{
    return NULL;
}

void
netdev_host_stop(struct netdev_host *h UNUSED)
{
}

/* SPDX-License-Identifier: Apache-2.0 */
/* "patch": one end of a joint between two bridges. There is no device behind it: translation
 * goes on at the peer's bridge, so packets never come here. It keeps an address and counters that
 * translation feeds (netdev_patch_count). Control thread only. */
#include "netdev/netdev_patch.h"

#include <string.h>

#include "netdev/netdev_host.h"
#include "os/err_format.h"
#include "os/mem.h"
#include "os/random.h"

struct patch {
    struct netdev netdev;
    char *peer; /* NULL until configured */
    struct netdev_stats stats;
};

static struct patch *
patch_of(struct netdev *d)
{
    return CONTAINER_OF(d, struct patch, netdev);
}

static int
patch_open(struct netdev *d, struct err *e UNUSED)
{
    os_random_bytes(&d->link.mac, sizeof d->link.mac);
    d->link.mac.byte[0] = (uint8_t)((d->link.mac.byte[0] & ~1) | 2);
    d->link.up = d->link.carrier = true;
    return 0;
}

static void
patch_close(struct netdev *d)
{
    os_free(patch_of(d)->peer);
}

static int
patch_configure(struct netdev *d, const char *const keys[], const char *const values[], size_t n,
                struct err *e)
{
    const char *peer = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(keys[i], "peer")) {
            peer = values[i];
        }
    }
    if (!peer) {
        return err_fail(e, -E_INVAL, "%s: patch type requires valid 'peer' argument", d->name);
    }
    if (!strcmp(peer, d->name)) {
        return err_fail(e, -E_INVAL, "%s: patch peer must not be self", d->name);
    }
    struct patch *p = patch_of(d);
    os_free(p->peer);
    p->peer = xstrdup(peer);
    return 0;
}

static int
patch_get_stats(struct netdev *d, struct netdev_stats *out)
{
    const struct netdev_stats *s = &patch_of(d)->stats;
    out->rx_packets = s->rx_packets;
    out->tx_packets = s->tx_packets;
    out->rx_bytes = s->rx_bytes;
    out->tx_bytes = s->tx_bytes;
    return 0;
}

static int
patch_set_up(struct netdev *d, bool up)
{
    d->link.up = up;
    return 0;
}

static void
patch_tx(struct netdev *d UNUSED, struct pkt_batch *batch)
{
    pkt_batch_free(batch);
}

const struct netdev_ops netdev_patch_ops = {
    .type = "patch",
    .size = sizeof(struct patch),
    .open = patch_open,
    .close = patch_close,
    .configure = patch_configure,
    .get_stats = patch_get_stats,
    .set_up = patch_set_up,
    .tx = patch_tx,
};

const char *
netdev_patch_peer(const struct netdev *d)
{
    return d->ops == &netdev_patch_ops ? CONTAINER_OF(d, const struct patch, netdev)->peer : NULL;
}

void
netdev_patch_count(struct netdev *d, bool rx, uint64_t n_packets, uint64_t n_bytes)
{
    struct netdev_stats *s = &patch_of(d)->stats;
    *(rx ? &s->rx_packets : &s->tx_packets) += n_packets;
    *(rx ? &s->rx_bytes : &s->tx_bytes) += n_bytes;
}

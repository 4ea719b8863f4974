/* SPDX-License-Identifier: Apache-2.0 */
/* "dummy" and "dummy-internal": devices without a host behind them. A test feeds one with
 * netdev_dummy_receive(); what the switch sends is counted and, with options:tx_pcap=FILE,
 * written to a capture file (options:pcap=FILE: both directions, options:rxq_pcap: received).
 * Frames of dummies go through the datapath on the control thread, so that a test is
 * deterministic; tx may still come from any thread, hence the lock around the capture. */
#include "netdev/netdev_dummy.h"

#include <stdio.h>
#include <string.h>

#include "netdev/netdev_host.h"
#include "os/err_format.h"
#include "os/mem.h"
#include "port/atomic.h"

struct dummy {
    struct netdev netdev;
    struct netdev_stats stats;
    FILE *rx_pcap, *tx_pcap; /* may be the same */
    char *rx_path, *tx_path;
    uv_mutex_t capture_lock; /* guards the two files' positions */
};

static struct dummy *
dummy_of(struct netdev *d)
{
    return CONTAINER_OF(d, struct dummy, netdev);
}

static int
dummy_open(struct netdev *d, struct err *e UNUSED)
{
    static uint32_t n_opened;
    uint32_t id = n_opened++;
    d->link = (struct netdev_link){
        .mac = {{0xaa, 0x55, 0xaa, 0x55, (uint8_t)(id >> 8), (uint8_t)id}},
        .mtu = 1500,
        .up = true,
        .carrier = true,
        .duplex = -1,
    };
    uv_mutex_init(&dummy_of(d)->capture_lock);
    return 0;
}

/* Opens PATH as a capture file and writes its header (pcap, version 2.4, Ethernet). */
static FILE *
capture_open(const char *path)
{
    static const struct {
        uint32_t magic;
        uint16_t major, minor;
        int32_t zone;
        uint32_t accuracy, snap_len, link_type;
    } header = {0xa1b2c3d4, 2, 4, 0, 0, PKT_BUF_LARGEST, 1};
    FILE *f = fopen(path, "wb");
    if (f) {
        fwrite(&header, sizeof header, 1, f);
        fflush(f);
    }
    return f;
}

static void
capture_close(struct dummy *d)
{
    if (d->tx_pcap && d->tx_pcap != d->rx_pcap) {
        fclose(d->tx_pcap);
    }
    if (d->rx_pcap) {
        fclose(d->rx_pcap);
    }
    d->rx_pcap = d->tx_pcap = NULL;
    os_free(d->rx_path);
    os_free(d->tx_path);
    d->rx_path = d->tx_path = NULL;
}

static void
capture_write(struct dummy *d, FILE *f, const struct pkt *p)
{
    uint64_t now = os_wall_ms();
    const uint32_t record[4] = {(uint32_t)(now / 1000), (uint32_t)(now % 1000 * 1000), p->linear,
                                p->len};
    uv_mutex_lock(&d->capture_lock);
    fwrite(record, sizeof record, 1, f);
    fwrite(p->data, p->linear, 1, f);
    fflush(f);
    uv_mutex_unlock(&d->capture_lock);
}

static void
dummy_close(struct netdev *d)
{
    capture_close(dummy_of(d));
    uv_mutex_destroy(&dummy_of(d)->capture_lock);
}

static bool
same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static int
dummy_configure(struct netdev *netdev, const char *const keys[], const char *const values[],
                size_t n, struct err *e)
{
    struct dummy *d = dummy_of(netdev);
    const char *rx = NULL, *tx = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(keys[i], "pcap")) {
            rx = tx = values[i];
        } else if (!strcmp(keys[i], "tx_pcap")) {
            tx = values[i];
        } else if (!strcmp(keys[i], "rxq_pcap")) {
            rx = values[i];
        }
    }
    if (same_text(rx, d->rx_path) && same_text(tx, d->tx_path)) {
        return 0;
    }
    capture_close(d);
    if (rx) {
        d->rx_path = xstrdup(rx);
        d->rx_pcap = capture_open(rx);
    }
    if (tx) {
        d->tx_path = xstrdup(tx);
        d->tx_pcap = same_text(rx, tx) ? d->rx_pcap : capture_open(tx);
    }
    if ((rx && !d->rx_pcap) || (tx && !d->tx_pcap)) {
        return err_fail(e, -E_IO, "%s: could not create the capture file", netdev->name);
    }
    return 0;
}

static int
dummy_get_stats(struct netdev *d, struct netdev_stats *out)
{
    const struct netdev_stats *s = &dummy_of(d)->stats;
    out->rx_packets = PORT_READ_ONCE(&s->rx_packets);
    out->rx_bytes = PORT_READ_ONCE(&s->rx_bytes);
    out->tx_packets = PORT_READ_ONCE(&s->tx_packets);
    out->tx_bytes = PORT_READ_ONCE(&s->tx_bytes);
    return 0;
}

static int
dummy_set_up(struct netdev *d, bool up)
{
    struct netdev_link link = d->link;
    link.up = up;
    netdev_link_changed(d, &link);
    return 0;
}

static int
dummy_set_mac(struct netdev *d, struct mac mac)
{
    struct netdev_link link = d->link;
    link.mac = mac;
    netdev_link_changed(d, &link);
    return 0;
}

static int
dummy_set_mtu(struct netdev *d, uint32_t mtu)
{
    struct netdev_link link = d->link;
    link.mtu = mtu;
    netdev_link_changed(d, &link);
    return 0;
}

static void
dummy_tx(struct netdev *netdev, struct pkt_batch *batch)
{
    struct dummy *d = dummy_of(netdev);
    for (uint32_t i = 0; i < batch->n; i++) {
        PORT_FETCH_ADD(&d->stats.tx_packets, 1);
        PORT_FETCH_ADD(&d->stats.tx_bytes, batch->p[i]->len);
        if (d->tx_pcap) {
            capture_write(d, d->tx_pcap, batch->p[i]);
        }
    }
    pkt_batch_free(batch);
}

#define DUMMY_OPS(TYPE)                                                                           \
    {                                                                                             \
        .type = TYPE, .size = sizeof(struct dummy), .open = dummy_open, .close = dummy_close,     \
        .configure = dummy_configure, .get_stats = dummy_get_stats, .set_up = dummy_set_up,       \
        .set_mac = dummy_set_mac, .set_mtu = dummy_set_mtu, .tx = dummy_tx,                       \
    }

const struct netdev_ops netdev_dummy_ops = DUMMY_OPS("dummy");
const struct netdev_ops netdev_dummy_internal_ops = DUMMY_OPS("dummy-internal");

bool
netdev_is_dummy(const struct netdev *d)
{
    return d->ops->tx == dummy_tx;
}

void
netdev_dummy_receive(struct netdev *netdev, struct pkt *p)
{
    struct dummy *d = dummy_of(netdev);
    PORT_FETCH_ADD(&d->stats.rx_packets, 1);
    PORT_FETCH_ADD(&d->stats.rx_bytes, p->len);
    if (d->rx_pcap) {
        capture_write(d, d->rx_pcap, p);
    }
    struct pkt_batch batch = {.n = 1, .p = {p}};
    if (netdev->sink && netdev->link.up) {
        netdev->sink(netdev->sink_aux, &batch);
    } else {
        pkt_batch_free(&batch);
    }
}

void
netdev_dummy_set_admin_state(struct netdev *d, bool up)
{
    struct netdev_link link = d->link;
    link.up = link.carrier = up;
    netdev_link_changed(d, &link);
}

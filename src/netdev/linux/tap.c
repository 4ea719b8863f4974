/* SPDX-License-Identifier: Apache-2.0 */
/* "internal" (and "tap"): a port of the host itself, a tap device of our own that goes when it is
 * closed. Frames carry a virtio header, so checksums and segmentation stay undone between the
 * host's stack and other ports (Documentation/networking/tuntap.rst). rx and tx may run on
 * different threads: each frame is one system call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "netdev/linux/linux_device.h"
#include "netdev/linux/vnet.h"
#include "os/err_format.h"
#include "port/atomic.h"

struct tap {
    struct netdev netdev;
    int fd;
    uint64_t tx_dropped; /* frames the kernel refused; any thread */
};

static const struct tap *
tap_of(const struct netdev *d)
{
    return CONTAINER_OF(d, struct tap, netdev);
}

static int
attach(const char *name, int *fdp)
{
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    if (strlen(name) >= sizeof ifr.ifr_name) {
        return -E_NAMETOOLONG;
    }
    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return err_from_errno(errno);
    }
    unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    if (ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETOFFLOAD, offloads)) {
        int code = err_from_errno(errno);
        close(fd);
        return code;
    }
    *fdp = fd;
    return 0;
}

static int
tap_open(struct netdev *d, struct err *e)
{
    struct tap *t = CONTAINER_OF(d, struct tap, netdev);
    int code = attach(d->name, &t->fd);
    if (!code) {
        code = linux_device_load(d);
        if (code) {
            close(t->fd);
        }
    }
    return code ? err_fail(e, code, "%s", err_text(code)) : 0;
}

static void
tap_close(struct netdev *d)
{
    close(tap_of(d)->fd);
}

static int
tap_rx_fd(const struct netdev *d)
{
    return tap_of(d)->fd;
}

static int
tap_rx(struct netdev *d, struct pkt_pool *pool, struct pkt_batch *batch)
{
    while (batch->n < PKT_BATCH_MAX) {
        struct pkt *p = pkt_pool_get(pool);
        if (!p) {
            break;
        }
        struct virtio_net_hdr vnet;
        struct iovec iov[] = {{&vnet, sizeof vnet}, {p->data, PKT_BUF_LARGEST}};
        ssize_t n = readv(tap_of(d)->fd, iov, ARRAY_LEN(iov));
        if (n <= (ssize_t)sizeof vnet) {
            int code = n < 0 ? err_from_errno(errno) : -E_AGAIN;
            pkt_free(p);
            return batch->n ? 0 : code;
        }
        pkt_buf_set_len(p, (uint32_t)n - (uint32_t)sizeof vnet);
        if (vnet_to_pkt(&vnet, p)) {
            pkt_batch_add(batch, p);
        } else {
            pkt_free(p);
        }
    }
    return batch->n ? 0 : -E_AGAIN;
}

static void
tap_tx(struct netdev *d, struct pkt_batch *batch)
{
    struct tap *t = CONTAINER_OF(d, struct tap, netdev);
    for (uint32_t i = 0; i < batch->n; i++) {
        struct pkt *p = batch->p[i];
        struct virtio_net_hdr vnet;
        vnet_from_pkt(p, &vnet);
        struct iovec iov[] = {{&vnet, sizeof vnet}, {p->data, p->len}};
        ssize_t n;
        do {
            n = writev(t->fd, iov, ARRAY_LEN(iov));
        } while (n < 0 && errno == EINTR);
        /* EIO: the device is down, which drops in silence as a cable without a peer does. */
        if (n < 0 && errno != EIO) {
            PORT_FETCH_ADD(&t->tx_dropped, 1);
        }
    }
    pkt_batch_free(batch);
}

/* The kernel counts from the host's side: what it transmits, the switch receives. */
static int
tap_get_stats(struct netdev *d, struct netdev_stats *out)
{
    struct netdev_stats s;
    int code = linux_device_get_stats(d, &s);
    if (!code) {
        *out = s;
        out->rx_packets = s.tx_packets;
        out->rx_bytes = s.tx_bytes;
        out->rx_dropped = s.tx_dropped;
        out->rx_errors = s.tx_errors;
        out->tx_packets = s.rx_packets;
        out->tx_bytes = s.rx_bytes;
        out->tx_dropped =
            s.rx_dropped + PORT_READ_ONCE(&CONTAINER_OF(d, struct tap, netdev)->tx_dropped);
        out->tx_errors = s.rx_errors;
    }
    return code;
}

const struct netdev_ops netdev_tap_ops = {
    .type = "tap",
    .alias = "internal",
    .size = sizeof(struct tap),
    .open = tap_open,
    .close = tap_close,
    .get_stats = tap_get_stats,
    .set_up = linux_device_set_up,
    .set_mac = linux_device_set_mac,
    .set_mtu = linux_device_set_mtu,
    .get_status = linux_device_get_status,
    .rx_fd = tap_rx_fd,
    .rx = tap_rx,
    .tx = tap_tx,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* "system": an existing device of the host, through a packet(7) socket. The virtio header on the
 * socket (PACKET_VNET_HDR) lets frames of up to 64 KiB pass with their checksums and their
 * segmentation still to be done, as the host's stack and virtual machines send them; so TCP
 * over veth works at full speed with nothing configured. The kernel takes the outer VLAN tag out
 * of received frames; it is put back here. rx: one thread; tx: any, one system call a batch. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endian.h"
#include "netdev/linux/linux_device.h"
#include "netdev/linux/vnet.h"
#include "os/err_format.h"
#include "port/atomic.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { RECEIVE_BUFFER = 8 * 1024 * 1024, VLAN_HEADER = 4, MAC_PAIR = 12 };

struct system {
    struct netdev netdev;
    int fd;
    uint64_t rx_dropped, tx_dropped;
};

/* What a recvmmsg() call needs for each frame. */
struct rx_slot {
    struct pkt *p;
    struct virtio_net_hdr vnet;
    struct iovec iov[2];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } control;
};

static struct system *
system_of(struct netdev *d)
{
    return CONTAINER_OF(d, struct system, netdev);
}

static int
set_option(int fd, int option, int value)
{
    return setsockopt(fd, SOL_PACKET, option, &value, sizeof value);
}

/* Opened with protocol 0, so that nothing of other devices comes in before the bind. */
static int
attach(uint32_t ifindex, int *fdp)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return err_from_errno(errno);
    }
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)ifindex,
    };
    struct packet_mreq promisc = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_PROMISC};
    int size = RECEIVE_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size)) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    if (set_option(fd, PACKET_VNET_HDR, 1) || set_option(fd, PACKET_AUXDATA, 1) ||
        set_option(fd, PACKET_IGNORE_OUTGOING, 1) ||
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof promisc) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address)) {
        int code = err_from_errno(errno);
        close(fd);
        return code;
    }
    *fdp = fd;
    return 0;
}

static int
system_open(struct netdev *d, struct err *e)
{
    int code = linux_device_load(d);
    if (!code) {
        code = attach(d->link.ifindex, &system_of(d)->fd);
    }
    return code ? err_fail(e, code, "%s", err_text(code)) : 0;
}

static void
system_close(struct netdev *d)
{
    close(system_of(d)->fd);
}

static int
system_rx_fd(const struct netdev *d)
{
    return CONTAINER_OF(d, const struct system, netdev)->fd;
}

static void
prepare(struct rx_slot *slot, struct msghdr *msg)
{
    slot->iov[0] = (struct iovec){&slot->vnet, sizeof slot->vnet};
    slot->iov[1] = (struct iovec){slot->p->data, PKT_BUF_LARGEST};
    *msg = (struct msghdr){
        .msg_iov = slot->iov,
        .msg_iovlen = ARRAY_LEN(slot->iov),
        .msg_control = slot->control.bytes,
        .msg_controllen = sizeof slot->control.bytes,
    };
}

/* Puts back the VLAN tag that the kernel took out of the frame. */
static bool
restore_vlan(struct pkt *p, struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        struct tpacket_auxdata aux;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
            c->cmsg_len < CMSG_LEN(sizeof aux)) {
            continue;
        }
        memcpy(&aux, CMSG_DATA(c), sizeof aux);
        if (!(aux.tp_status & TP_STATUS_VLAN_VALID)) {
            continue;
        }
        uint8_t *data = p->len >= MAC_PAIR ? pkt_push(p, VLAN_HEADER, MAC_PAIR) : NULL;
        if (!data) {
            return false;
        }
        memmove(data, data + VLAN_HEADER, MAC_PAIR);
        put_be16(data + MAC_PAIR,
                 aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : ETH_P_8021Q);
        put_be16(data + MAC_PAIR + 2, aux.tp_vlan_tci);
    }
    return true;
}

/* Turns what one slot received into a packet; false if it must be dropped. */
static bool
accept_frame(struct rx_slot *slot, struct mmsghdr *m)
{
    if (m->msg_len <= sizeof slot->vnet || m->msg_hdr.msg_flags & MSG_TRUNC) {
        return false;
    }
    pkt_buf_set_len(slot->p, m->msg_len - (uint32_t)sizeof slot->vnet);
    return vnet_to_pkt(&slot->vnet, slot->p) && restore_vlan(slot->p, &m->msg_hdr);
}

static int
system_rx(struct netdev *d, struct pkt_pool *pool, struct pkt_batch *batch)
{
    struct rx_slot slots[PKT_BATCH_MAX];
    struct mmsghdr messages[PKT_BATCH_MAX];
    unsigned int n_slots = 0;
    while (n_slots < PKT_BATCH_MAX && (slots[n_slots].p = pkt_pool_get(pool))) {
        prepare(&slots[n_slots], &messages[n_slots].msg_hdr);
        n_slots++;
    }
    int n = recvmmsg(system_of(d)->fd, messages, n_slots, MSG_DONTWAIT, NULL);
    int code = n < 0 ? err_from_errno(errno) : 0;
    unsigned int n_got = n < 0 ? 0 : (unsigned int)n;
    for (unsigned int i = 0; i < n_slots; i++) {
        if (i < n_got && accept_frame(&slots[i], &messages[i])) {
            pkt_batch_add(batch, slots[i].p);
            continue;
        }
        if (i < n_got) {
            PORT_FETCH_ADD(&system_of(d)->rx_dropped, 1);
        }
        pkt_free(slots[i].p);
    }
    return code ? code : batch->n ? 0 : -E_AGAIN;
}

/* Sends N messages; what the kernel refuses is skipped and counted. */
static void
send_all(struct system *s, struct mmsghdr *messages, unsigned int n)
{
    for (unsigned int sent = 0; sent < n;) {
        int rc = sendmmsg(s->fd, messages + sent, n - sent, MSG_DONTWAIT);
        if (rc > 0) {
            sent += (unsigned int)rc;
        } else if (rc < 0 && errno == EINTR) {
            continue;
        } else {
            PORT_FETCH_ADD(&s->tx_dropped, 1);
            sent++;
        }
    }
}

static void
system_tx(struct netdev *d, struct pkt_batch *batch)
{
    struct mmsghdr messages[PKT_BATCH_MAX];
    struct virtio_net_hdr vnets[PKT_BATCH_MAX];
    struct iovec iovs[PKT_BATCH_MAX][2];
    for (uint32_t i = 0; i < batch->n; i++) {
        struct pkt *p = batch->p[i];
        vnet_from_pkt(p, &vnets[i]);
        iovs[i][0] = (struct iovec){&vnets[i], sizeof vnets[i]};
        iovs[i][1] = (struct iovec){p->data, p->len};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = iovs[i], .msg_iovlen = 2}};
    }
    send_all(system_of(d), messages, batch->n);
    pkt_batch_free(batch);
}

static int
system_get_stats(struct netdev *d, struct netdev_stats *stats)
{
    const struct system *s = system_of(d);
    int code = linux_device_get_stats(d, stats);
    if (!code) {
        stats->rx_dropped += PORT_READ_ONCE(&s->rx_dropped);
        stats->tx_dropped += PORT_READ_ONCE(&s->tx_dropped);
    }
    return code;
}

const struct netdev_ops netdev_system_ops = {
    .type = "system",
    .size = sizeof(struct system),
    .open = system_open,
    .close = system_close,
    .get_stats = system_get_stats,
    .set_up = linux_device_set_up,
    .set_mac = linux_device_set_mac,
    .set_mtu = linux_device_set_mtu,
    .get_status = linux_device_get_status,
    .rx_fd = system_rx_fd,
    .rx = system_rx,
    .tx = system_tx,
};

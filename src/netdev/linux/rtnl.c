/* SPDX-License-Identifier: Apache-2.0 */
/* rtnetlink through libmnl. Requests go over one socket per thread of control (there is one) and
 * wait for the kernel's answer; link news come over a second, non-blocking socket. Attributes
 * come from the kernel, but their lengths are checked all the same. */
#include "netdev/linux/rtnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "os/err_format.h"
#include "os/mem.h"

enum { BUFFER_SIZE = 32 * 1024 };

struct rtnl_watch {
    struct mnl_socket *socket;
    struct os_watch *watch;
    void (*changed)(void *aux, const char *name, const struct rtnl_link *);
    void *aux;
};

static void
read_stats(const struct nlattr *attr, struct netdev_stats *out)
{
    struct rtnl_link_stats64 s = {0};
    size_t n = mnl_attr_get_payload_len(attr);
    memcpy(&s, mnl_attr_get_payload(attr), MIN(n, sizeof s));
    *out = (struct netdev_stats){
        .rx_packets = s.rx_packets,
        .tx_packets = s.tx_packets,
        .rx_bytes = s.rx_bytes,
        .tx_bytes = s.tx_bytes,
        .rx_errors = s.rx_errors,
        .tx_errors = s.tx_errors,
        .rx_dropped = s.rx_dropped,
        .tx_dropped = s.tx_dropped,
        .multicast = s.multicast,
        .collisions = s.collisions,
        .rx_over_errors = s.rx_over_errors,
        .rx_crc_errors = s.rx_crc_errors,
        .rx_frame_errors = s.rx_frame_errors,
        .rx_missed_errors = s.rx_missed_errors,
        .tx_aborted_errors = s.tx_aborted_errors,
        .tx_carrier_errors = s.tx_carrier_errors,
    };
}

/* Reads one RTM_NEWLINK; its name goes to NAME, "" if it has none. */
static void
read_link(const struct nlmsghdr *nlh, char name[IFNAMSIZ], struct rtnl_link *out)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
    *out = (struct rtnl_link){.link = {.ifindex = (uint32_t)info->ifi_index, .duplex = -1}};
    netdev_stats_init(&out->stats);
    out->link.up = info->ifi_flags & IFF_UP;
    out->link.carrier = info->ifi_flags & IFF_RUNNING;
    name[0] = '\0';
    const struct nlattr *attr;
    mnl_attr_for_each(attr, nlh, sizeof *info)
    {
        size_t n = mnl_attr_get_payload_len(attr);
        switch (mnl_attr_get_type(attr)) {
        case IFLA_IFNAME:
            if (n > 0 && n <= IFNAMSIZ) {
                memcpy(name, mnl_attr_get_payload(attr), n);
                name[n - 1] = '\0';
            }
            break;
        case IFLA_ADDRESS:
            if (n == sizeof out->link.mac) {
                memcpy(&out->link.mac, mnl_attr_get_payload(attr), n);
            }
            break;
        case IFLA_MTU:
            out->link.mtu = n == 4 ? mnl_attr_get_u32(attr) : 0;
            break;
        case IFLA_CARRIER:
            out->link.carrier = n == 1 ? mnl_attr_get_u8(attr) : out->link.carrier;
            break;
        case IFLA_STATS64:
            read_stats(attr, &out->stats);
            break;
        default:
            break;
        }
    }
}

static struct mnl_socket *
request_socket(void)
{
    static struct mnl_socket *socket;
    if (!socket) {
        socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
        if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
            mnl_socket_close(socket);
            socket = NULL;
        }
    }
    return socket;
}

/* Sends the request in NLH and hands replies that are not an acknowledgement to REPLY. */
static int
talk(struct nlmsghdr *nlh, mnl_cb_t reply, void *aux)
{
    static uint32_t seq;
    struct mnl_socket *socket = request_socket();
    if (!socket) {
        return err_from_errno(errno);
    }
    nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    nlh->nlmsg_seq = ++seq;
    if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0) {
        return err_from_errno(errno);
    }
    char *buffer = xalloc(BUFFER_SIZE);
    int rc = MNL_CB_OK;
    while (rc > MNL_CB_STOP) {
        ssize_t n = mnl_socket_recvfrom(socket, buffer, BUFFER_SIZE);
        rc = n < 0 ? -1
                   : mnl_cb_run(buffer, (size_t)n, seq, mnl_socket_get_portid(socket), reply, aux);
    }
    int code = rc < 0 ? err_from_errno(errno) : 0;
    os_free(buffer);
    return code;
}

static int
got_link(const struct nlmsghdr *nlh, void *aux)
{
    char name[IFNAMSIZ];
    read_link(nlh, name, aux);
    return MNL_CB_OK;
}

static struct nlmsghdr *
start_request(char *buffer, uint16_t type, uint32_t ifindex)
{
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
    nlh->nlmsg_type = type;
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof *info);
    info->ifi_index = (int)ifindex;
    return nlh;
}

int
rtnl_get_link(const char *name, struct rtnl_link *link)
{
    if (strlen(name) >= IFNAMSIZ || !name[0]) {
        return -E_NODEV;
    }
    char buffer[512];
    struct nlmsghdr *nlh = start_request(buffer, RTM_GETLINK, 0);
    mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
    return talk(nlh, got_link, link);
}

int
rtnl_set_up(uint32_t ifindex, bool up)
{
    char buffer[512];
    struct nlmsghdr *nlh = start_request(buffer, RTM_NEWLINK, ifindex);
    struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
    info->ifi_change = IFF_UP;
    info->ifi_flags = up ? IFF_UP : 0;
    return talk(nlh, NULL, NULL);
}

int
rtnl_set_mac(uint32_t ifindex, struct mac mac)
{
    char buffer[512];
    struct nlmsghdr *nlh = start_request(buffer, RTM_NEWLINK, ifindex);
    mnl_attr_put(nlh, IFLA_ADDRESS, sizeof mac, &mac);
    return talk(nlh, NULL, NULL);
}

int
rtnl_set_mtu(uint32_t ifindex, uint32_t mtu)
{
    char buffer[512];
    struct nlmsghdr *nlh = start_request(buffer, RTM_NEWLINK, ifindex);
    mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
    return talk(nlh, NULL, NULL);
}

static int
got_news(const struct nlmsghdr *nlh, void *aux)
{
    struct rtnl_watch *w = aux;
    if (nlh->nlmsg_type == RTM_NEWLINK || nlh->nlmsg_type == RTM_DELLINK) {
        char name[IFNAMSIZ];
        struct rtnl_link link;
        read_link(nlh, name, &link);
        w->changed(w->aux, name, nlh->nlmsg_type == RTM_NEWLINK ? &link : NULL);
    }
    return MNL_CB_OK;
}

static void
news_ready(void *aux, unsigned int events UNUSED)
{
    struct rtnl_watch *w = aux;
    char *buffer = xalloc(BUFFER_SIZE);
    for (;;) {
        ssize_t n = mnl_socket_recvfrom(w->socket, buffer, BUFFER_SIZE);
        if (n < 0 && errno == ENOBUFS) {
            w->changed(w->aux, NULL, NULL);
            continue;
        }
        if (n <= 0) {
            break;
        }
        mnl_cb_run(buffer, (size_t)n, 0, 0, got_news, w);
    }
    os_free(buffer);
}

int
rtnl_watch_new(struct os_loop *loop,
               void (*changed)(void *aux, const char *name, const struct rtnl_link *), void *aux,
               struct rtnl_watch **watch)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (!socket) {
        return err_from_errno(errno);
    }
    if (mnl_socket_bind(socket, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0) {
        int code = err_from_errno(errno);
        mnl_socket_close(socket);
        return code;
    }
    struct rtnl_watch *w = xzalloc(sizeof *w);
    w->socket = socket;
    w->changed = changed;
    w->aux = aux;
    w->watch = os_watch_new(loop, mnl_socket_get_fd(socket), OS_READABLE, news_ready, w);
    *watch = w;
    return 0;
}

void
rtnl_watch_free(struct rtnl_watch *w)
{
    if (w) {
        os_watch_free(w->watch);
        mnl_socket_close(w->socket);
        os_free(w);
    }
}

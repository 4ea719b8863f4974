/* SPDX-License-Identifier: Apache-2.0 */
/* Family ovs_netdev: the devices that ports can be made of, which on Linux rtnetlink shows. They
 * are the host's and there without a datapath; nothing here changes them. */
#include "datapath/messages/server_internal.h"

static void
put_netdev(struct wr *w, const struct msg *m, const struct dp_netdev *dev)
{
    uint32_t flags = (dev->up ? (uint32_t)MSG_NETDEV_UP : 0) |
                     (dev->carrier ? (uint32_t)MSG_NETDEV_CARRIER : 0);
    size_t at = msg_begin(w, m);
    server_put_name(w, MSG_NETDEV_ATTR_NAME, dev->name);
    nl_put(w, MSG_NETDEV_ATTR_MAC, &dev->mac, sizeof dev->mac);
    nl_put_u32(w, MSG_NETDEV_ATTR_MTU, dev->mtu);
    nl_put_u32(w, MSG_NETDEV_ATTR_IFINDEX, dev->ifindex);
    nl_put_u32(w, MSG_NETDEV_ATTR_FLAGS, flags);
    msg_end(w, at);
}

void
dp_server_put_netdev(struct wr *w, const struct dp_netdev *dev, bool gone)
{
    struct msg m = server_note(MSG_NETDEV, gone ? MSG_NETDEV_CMD_DEL : MSG_NETDEV_CMD_NEW);
    put_netdev(w, &m, dev);
}

int
server_netdev_get(struct dp_server *s, struct wr *reply)
{
    const char *name = server_name(s, MSG_NETDEV_ATTR_NAME);
    bool by_index = msg_has(&s->attrs, MSG_NETDEV_ATTR_IFINDEX);
    uint32_t ifindex = msg_u32(&s->attrs, MSG_NETDEV_ATTR_IFINDEX, 0);
    if (msg_has(&s->attrs, MSG_NETDEV_ATTR_NAME) ? !name : !by_index) {
        return -E_INVAL;
    }
    for (uint32_t at = 0; s->host.netdev_next(s->host.aux, &at, &s->netdev);) {
        if (name ? server_names_equal(s->netdev.name, name) : s->netdev.ifindex == ifindex) {
            struct msg m = server_answer(s, MSG_NETDEV, MSG_NETDEV_CMD_NEW);
            put_netdev(reply, &m, &s->netdev);
            return reply->bad ? -E_OVERFLOW : 0;
        }
    }
    return -E_NODEV;
}

int
server_netdev_dump(struct dp_dump *d, struct wr *w)
{
    struct dp_server *s = d->server;
    uint32_t at = d->at;
    if (!s->host.netdev_next(s->host.aux, &at, &s->netdev)) {
        return 0;
    }
    struct msg m = server_part(d, MSG_NETDEV, MSG_NETDEV_CMD_NEW);
    put_netdev(w, &m, &s->netdev);
    d->at = w->bad ? d->at : at;
    return 1;
}

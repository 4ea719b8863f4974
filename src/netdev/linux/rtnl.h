/* SPDX-License-Identifier: Apache-2.0 */
/* Links of this network namespace over rtnetlink(7): ask, change, and hear of changes. Control
 * thread only; requests block for the kernel's answer. */
#pragma once

#include "netdev/netdev.h"

struct rtnl_link {
    struct netdev_link link; /* `resets` is left alone */
    struct netdev_stats stats;
};

/* -E_NODEV: no such link. */
int rtnl_get_link(const char *name, struct rtnl_link *);
int rtnl_set_up(uint32_t ifindex, bool up);
int rtnl_set_mac(uint32_t ifindex, struct mac);
int rtnl_set_mtu(uint32_t ifindex, uint32_t mtu);

struct rtnl_watch;
/* CHANGED(aux, name, link) for every link that the kernel reports; LINK is NULL when it is
 * gone. After an overrun NAME is NULL: everything may have changed. */
int rtnl_watch_new(struct os_loop *,
                   void (*changed)(void *aux, const char *name, const struct rtnl_link *),
                   void *aux, struct rtnl_watch **);
void rtnl_watch_free(struct rtnl_watch *); /* NULL is fine */

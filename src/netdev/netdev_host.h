/* SPDX-License-Identifier: Apache-2.0 */
/* What the host brings to src/netdev: its device types, and news of its links. One
 * implementation per platform (linux/host.c, windows/host.c). Control thread. */
#pragma once

#include "netdev/netdev.h"

/* The types of this host besides the portable ones, NULL at the end. */
extern const struct netdev_ops *const netdev_host_types[];

struct netdev_host;
/* Starts to follow the host's links; registry->links change through netdev_link_changed(). */
struct netdev_host *netdev_host_start(struct netdev_registry *, struct os_loop *);
void netdev_host_stop(struct netdev_host *); /* NULL is fine */

/* The host (or a device) found a new LINK for an open device: stores it, counts carrier changes
 * and tells the registry's owner, later, if anything differs. */
void netdev_link_changed(struct netdev *, const struct netdev_link *);

/* The host has a new device, or lost one, that is not open: the owner may want to try again. */
void netdev_host_news(struct netdev_registry *);

/* Portable types: dummy.c, patch.c. */
extern const struct netdev_ops netdev_dummy_ops, netdev_dummy_internal_ops, netdev_patch_ops;

/* SPDX-License-Identifier: Apache-2.0 */
/* What the two kinds of Linux device (system: AF_PACKET, internal: tap) share: everything asked
 * of the kernel's link by name and index. Control thread. */
#pragma once

#include "netdev/netdev.h"

/* Reads the link of D->name into D->link; -E_NODEV. */
int linux_device_load(struct netdev *);
/* Members for struct netdev_ops. */
int linux_device_get_stats(struct netdev *, struct netdev_stats *);
int linux_device_set_up(struct netdev *, bool up);
int linux_device_set_mac(struct netdev *, struct mac);
int linux_device_set_mtu(struct netdev *, uint32_t mtu);
void linux_device_get_status(struct netdev *,
                             void (*put)(void *aux, const char *key, const char *value),
                             void *aux);
/* Speed and duplex, which only ethtool(8)'s ioctl tells. */
void linux_device_load_ethtool(const char *name, struct netdev_link *);

extern const struct netdev_ops netdev_system_ops, netdev_tap_ops;

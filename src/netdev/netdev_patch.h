/* SPDX-License-Identifier: Apache-2.0 */
/* What translation needs of a "patch" device. Control thread. */
#pragma once

#include "netdev/netdev.h"

/* The name of the other end, borrowed; NULL if D is no patch or has no peer yet. */
const char *netdev_patch_peer(const struct netdev *d);
/* Adds to what the patch received (RX) or sent. */
void netdev_patch_count(struct netdev *, bool rx, uint64_t n_packets, uint64_t n_bytes);

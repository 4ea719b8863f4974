/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio network header (virtio 1.1, 5.1.6) that AF_PACKET and tap put before a frame, and
 * the packet's offload fields. Any thread. */
#pragma once

#include <linux/virtio_net.h>

#include "datapath/packet.h"

/* Takes what the kernel said of a received frame over into P, whose length is set. False if it
 * contradicts itself, and P must be dropped. */
bool vnet_to_pkt(const struct virtio_net_hdr *, struct pkt *p);
/* The header to send P with. */
void vnet_from_pkt(const struct pkt *p, struct virtio_net_hdr *);

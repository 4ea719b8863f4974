/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for tests: from a flow key, as `ovs-appctl netdev-dummy/receive` wants them, and from
 * hexadecimal text. Any thread. */
#pragma once

#include "datapath/flow_key.h"
#include "netdev/packet_buf.h"

/* A heap packet that parses to KEY, with right lengths and checksums. SIZE 0: with a payload of
 * 64 counted bytes where there is data (TCP without SYN, FIN and RST, UDP, ICMP echo), otherwise
 * none; else SIZE bytes in all, the payload zeros. 0; -E_INVAL when SIZE has no room for more
 * than the headers; -E_MSGSIZE when it is larger than a packet can be; -E_NOMEM. */
int flow_compose(const struct flow_key *key, size_t size, struct pkt **);
/* The same with PAYLOAD, of N bytes, where there is data. */
int flow_compose_payload(const struct flow_key *key, const void *payload, size_t n, struct pkt **);

/* A heap packet of the bytes in TEXT: pairs of hexadecimal digits, white space between them, at
 * least an Ethernet header. NULL if TEXT is not that. */
struct pkt *packet_from_hex(const char *text);

/* SPDX-License-Identifier: Apache-2.0 */
/* What one end of a TCP connection sent, put together from captured segments: in order, each byte
 * once. One thread. */
#pragma once

#include "base/types.h"
#include "text/str.h"

/* From where to where. Addresses and ports in network order. */
struct tcp_ends {
    uint8_t src[4], dst[4];
    uint16_t src_port, dst_port; /* host order */
};

struct tcp_segment;

struct tcp_stream {
    struct tcp_ends ends;
    bool has_begun;
    uint32_t next;             /* the number of the first byte that is missing */
    struct str data;           /* what nobody took yet */
    struct tcp_segment *early; /* came before what they follow */
};

/* Takes a segment with N bytes of DATA at SEQ; SYN counts as one. */
void tcp_stream_add(struct tcp_stream *, uint32_t seq, bool syn, const uint8_t *data, size_t n);
void tcp_stream_fini(struct tcp_stream *);

/* SPDX-License-Identifier: Apache-2.0 */
/* The asking side of messages: requests are begun here, ended by msg_end(), and sent by whatever
 * transport there is; answers are read here. A client knows the family numbers of its peer. One
 * thread per client. */
#pragma once

#include "base/uuid.h"
#include "datapath/messages/message.h"
#include "datapath/packet.h"

struct msg_client {
    uint16_t families[MSG_N_FAMILIES]; /* the peer's number of each */
    uint32_t seq;                      /* of the last request */
};

/* A client of a peer that uses the table's numbers. */
void msg_client_init(struct msg_client *);

/* Begins a request at the start of W; fill in attributes, then msg_end(w, 0). */
void msg_ask(struct msg_client *, struct wr *w, enum msg_family, uint8_t cmd, uint16_t flags,
             uint32_t dp_ifindex);
/* The family that a message of TYPE belongs to; false if to none. */
bool msg_client_family(const struct msg_client *, uint16_t type, enum msg_family *);
/* Reads the answer, N bytes, to the last request, which was to FAMILY, into *M and *ATTRS. 0: it
 * was done (m->type is MSG_TYPE_ERROR and there are no attributes if that is all that was said);
 * the code that the peer gave; -E_PROTO: not an answer. */
int msg_answer(const struct msg_client *, enum msg_family, const void *answer, size_t n,
               struct msg *m, struct msg_attrs *attrs);
/* The same for one message of the dump that was asked for by request SEQ; *DONE when it was the
 * last. Other requests may have been made since. */
int msg_dumped(const struct msg_client *, enum msg_family, uint32_t seq, const struct msg *m,
               bool *done, struct msg_attrs *attrs);

/* OVS_FLOW_ATTR_UFID. */
void msg_put_ufid(struct wr *w, const struct uuid *);
bool msg_get_ufid(const struct msg_attrs *attrs, struct uuid *); /* false: there is none */

/* OVS_PACKET_ATTR_OFFLOADS: what a packet's sender left to the device. */
enum { MSG_OFFLOAD_FLAGS = PKT_CSUM_PARTIAL | PKT_CSUM_GOOD | PKT_IP_CSUM_GOOD };
void msg_put_offloads(struct wr *w, const struct pkt *); /* nothing where there is nothing */
void msg_set_offloads(struct pkt *, const struct msg_offloads *);

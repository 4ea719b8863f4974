/* SPDX-License-Identifier: Apache-2.0 */
/* Datapath flows as text, the language of ovs-dpctl(8): what dump-flows prints and add-flow reads,
 * `recirc_id(0),in_port(1),eth_type(0x0800),ipv4(src=1.2.3.4/255.255.255.0)`. Any thread. */
#pragma once

#include "base/err.h"
#include "dpif/dpif.h"
#include "dpif/field_text.h"

enum {
    FLOW_TEXT_VERBOSE = 1 /* dump-flows -m: fields that are wildcarded too, and the ufid */
};

/* Appends KEY under MASK. MASK NULL: all of KEY, without metadata that is 0. A mask's packet_type
 * says whether the packet type is matched (it is not among the mask's words). */
void flow_text_put(struct str *, const struct flow_key *key, const struct flow_key *mask,
                   const struct port_names *, unsigned int flags);
/* Appends "packets:1, bytes:60, used:0.012s, flags:S"; the flags only if there are any. */
void flow_text_put_stats(struct str *, const struct dpif_flow_stats *, uint64_t now_ms);
/* Appends "ufid:" and the UUID. */
void flow_text_put_ufid(struct str *, const struct uuid *);
/* Appends a line of dump-flows, without a newline. */
void flow_text_put_flow(struct str *, const struct dpif_flow *, const struct port_names *,
                        uint64_t now_ms, unsigned int flags);

/* What a text named, for those who must know more than KEY and MASK say. */
struct flow_text_seen {
    bool any, eth, eth_type, in_port;
};

/* Reads TEXT into KEY, and into MASK the bits that it gives; MASK NULL: masks are not allowed, and
 * what is not given is 0. -E_SYNTAX: "syntax error at …". -E_INVAL: understood, but no packet is
 * like that (E names it). SEEN may be NULL. */
int flow_text_parse(const char *text, const struct port_names *, struct flow_key *key,
                    struct flow_key *mask, struct flow_text_seen *seen, struct err *);
/* "ufid:UUID" at *TEXT, which moves past it and what separates it from the next word. 1: there is
 * one; 0: none; -E_INVAL: a bad one. */
int flow_text_parse_ufid(const char **text, struct uuid *);

/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: OpenFlow messages. The first byte is the verbosity; the rest is shown as one
 * message. If its length is right, flow changes, packets and port descriptions that are accepted
 * are written again, which must be accepted, too. */
#include <stdlib.h>
#include <string.h>

#include "openflow/flow_format.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_packet_in.h"
#include "openflow/ofp_print.h"

static uint8_t wire[1 << 17];

static void
check_flow_mod(const struct ofp_msg *m)
{
    struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
    if (!ofp_flow_mod_get(m, &fm)) {
        struct wr w = wr_make(wire, sizeof wire);
        struct ofp_msg again;
        ofp_flow_mod_put(&w, (enum ofp_version)m->version, m->id == NXT_FLOW_MOD, true, m->xid,
                         &fm);
        VERIFY(w.bad || !ofp_msg_get(&again, wire, w.n));
    }
    ofp_actions_buffer_free(&fm.actions);
}

static void
check_packet_in(const struct ofp_msg *m)
{
    struct ofp_packet_in p;
    if (ofp_packet_in_get(m, &p)) {
        return;
    }
    for (enum ofp_packet_in_format f = 0; f < OFP_PACKET_IN_N_FORMATS; f++) {
        struct wr w = wr_make(wire, sizeof wire);
        struct ofp_msg again;
        struct ofp_packet_in q;
        ofp_packet_in_put(&w, (enum ofp_version)m->version, f, &p);
        VERIFY(w.bad || !ofp_msg_get(&again, wire, w.n));
        VERIFY(w.bad || !ofp_packet_in_get(&again, &q) || !rd_left(&p.packet));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    struct ofp_print how = {.verbosity = data[0] & 3};
    size_t n = size - 1;
    uint8_t *copy = malloc(n ? n : 1); /* of its own, so that a read past the end shows */
    memcpy(copy, data + 1, n);
    if (n >= OFP_HEADER_SIZE && n <= OFP_MSG_MAX && !(data[0] & 4)) {
        put_be16(copy + 2, (uint16_t)n);
    }
    struct str s = STR_INIT;
    ofp_print(&s, copy, n, &how);
    VERIFY(s.n && s.s[s.n - 1] == '\n');
    str_fini(&s);
    struct ofp_msg m;
    if (!ofp_msg_get(&m, copy, n)) {
        if (ofp_msg_kind(m.id) == OFPT_FLOW_MOD) {
            check_flow_mod(&m);
        } else if (ofp_msg_kind(m.id) == OFPT_PACKET_IN) {
            check_packet_in(&m);
        }
    }
    free(copy);
    return 0;
}

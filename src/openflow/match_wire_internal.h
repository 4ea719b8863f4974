/* SPDX-License-Identifier: Apache-2.0 */
/* Between match_wire.c, which chooses among forms of matches, and the file of each form. */
#pragma once

#include "openflow/match_wire.h"

enum { TCI_VID = 0xfff, TCI_PRESENT = 0x1000, TCI_PCP = 0xe000, TCI_PCP_SHIFT = 13 };

/* Wildcards of OpenFlow 1.0. */
enum {
    FW10_IN_PORT = 1 << 0,
    FW10_VLAN = 1 << 1,
    FW10_SRC = 1 << 2,
    FW10_DST = 1 << 3,
    FW10_TYPE = 1 << 4,
    FW10_PROTO = 1 << 5,
    FW10_TP_SRC = 1 << 6,
    FW10_TP_DST = 1 << 7,
    FW10_NW_SRC_SHIFT = 8,
    FW10_NW_DST_SHIFT = 14,
    FW10_NW_BITS = 0x3f,
    FW10_PCP = 1 << 20,
    FW10_TOS = 1 << 21,
    FW10_ALL = (1 << 22) - 1,
};

static inline void
match_set_tci(struct of_match *m, uint16_t tci, uint16_t mask)
{
    uint8_t value[2], bits[2];
    put_be16(value, tci);
    put_be16(bits, mask);
    of_match_set(m, OF_VLAN_TCI, value, bits);
}

enum ofp_error match_get_10(struct rd *r, struct of_match *m);
void match_put_10(struct wr *w, const struct of_match *m);
/* What follows type and length. */
enum ofp_error match_get_11(struct rd *r, struct of_match *m);
/* With type and length. */
void match_put_11(struct wr *w, const struct of_match *m);

/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_features.h"

#include "openflow/ofp_printers.h"

/* What is known of capabilities, in the order in which they are shown. */
static const struct {
    uint32_t bit, wire;
    const char *name;
    uint8_t from, to;
} capabilities[] = {
    {OFP_CAP_FLOW_STATS, 1 << 0, "FLOW_STATS", OFP_10, OFP_15},
    {OFP_CAP_TABLE_STATS, 1 << 1, "TABLE_STATS", OFP_10, OFP_15},
    {OFP_CAP_PORT_STATS, 1 << 2, "PORT_STATS", OFP_10, OFP_15},
    {OFP_CAP_STP, 1 << 3, "STP", OFP_10, OFP_10},
    {OFP_CAP_GROUP_STATS, 1 << 3, "GROUP_STATS", OFP_11, OFP_15},
    {OFP_CAP_IP_REASM, 1 << 5, "IP_REASM", OFP_10, OFP_15},
    {OFP_CAP_QUEUE_STATS, 1 << 6, "QUEUE_STATS", OFP_10, OFP_15},
    {OFP_CAP_ARP_MATCH_IP, 1 << 7, "ARP_MATCH_IP", OFP_10, OFP_11},
    {OFP_CAP_PORT_BLOCKED, 1 << 8, "PORT_BLOCKED", OFP_12, OFP_15},
    {OFP_CAP_BUNDLES, 1 << 9, "BUNDLES", OFP_14, OFP_15},
    {OFP_CAP_FLOW_MONITORING, 1 << 10, "FLOW_MONITORING", OFP_14, OFP_15},
};

static const struct ofp_bit_name action_names[] = {
    {1 << 0, "output"},       {1 << 11, "enqueue"},   {1 << 1, "set_vlan_vid"},
    {1 << 2, "set_vlan_pcp"}, {1 << 3, "strip_vlan"}, {1 << 4, "mod_dl_src"},
    {1 << 5, "mod_dl_dst"},   {1 << 6, "mod_nw_src"}, {1 << 7, "mod_nw_dst"},
    {1 << 8, "mod_nw_tos"},   {1 << 9, "mod_tp_src"}, {1 << 10, "mod_tp_dst"},
};
enum { ACTIONS_10 = 0xfff };

static bool
is_in(size_t i, uint8_t version)
{
    return capabilities[i].from <= version && version <= capabilities[i].to;
}

void
ofp_features_get(const struct ofp_msg *m, struct ofp_features *f)
{
    struct rd r = m->body;
    memset(f, 0, sizeof *f);
    f->datapath_id = rd_be64(&r);
    f->n_buffers = rd_be32(&r);
    f->n_tables = rd_u8(&r);
    f->auxiliary_id = rd_u8(&r);
    f->auxiliary_id = m->version >= OFP_13 ? f->auxiliary_id : 0;
    rd_skip(&r, 2);
    uint32_t wire = rd_be32(&r), actions = rd_be32(&r);
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        f->capabilities |=
            is_in(i, m->version) && wire & capabilities[i].wire ? capabilities[i].bit : 0;
    }
    f->actions = m->version == OFP_10 ? actions & ACTIONS_10 : 0;
    f->ports = r;
}

size_t
ofp_features_begin(struct wr *w, enum ofp_version version, uint32_t xid,
                   const struct ofp_features *f)
{
    size_t begin = ofp_msg_begin(w, OFPT_FEATURES_REPLY, version, xid);
    uint32_t wire = 0;
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        bool has = f->capabilities & capabilities[i].bit;
        wire |= has && is_in(i, (uint8_t)version) ? capabilities[i].wire : 0;
    }
    wr_be64(w, f->datapath_id);
    wr_be32(w, f->n_buffers);
    wr_u8(w, f->n_tables);
    wr_u8(w, version >= OFP_13 ? f->auxiliary_id : 0);
    wr_zeros(w, 2);
    wr_be32(w, wire);
    wr_be32(w, version == OFP_10 ? f->actions & ACTIONS_10 : 0);
    return begin;
}

static void
put_capabilities(struct str *s, uint32_t bits)
{
    str_puts(s, "capabilities:");
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        if (bits & capabilities[i].bit) {
            str_putf(s, " %s", capabilities[i].name);
        }
    }
    str_puts(s, bits ? "\n" : " 0\n");
}

enum ofp_error
ofp_print_features(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_features f;
    ofp_features_get(m, &f);
    str_putf(s, " dpid:%016llx\nn_tables:%u, n_buffers:%u", (unsigned long long)f.datapath_id,
             f.n_tables, f.n_buffers);
    if (f.auxiliary_id) {
        str_putf(s, ", auxiliary_id:%u", f.auxiliary_id);
    }
    str_putc(s, '\n');
    put_capabilities(s, f.capabilities);
    if (f.actions) {
        str_puts(s, "actions: ");
        ofp_put_bits(s, f.actions, action_names, ARRAY_LEN(action_names), ' ');
        str_putc(s, '\n');
    }
    return ofp_port_descs_format(s, &f.ports, m->version, how->ports);
}

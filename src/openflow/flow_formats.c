/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of flow formats, of their abbreviations, and of what only some of them can say. */
#include "openflow/flow_formats.h"

#include <string.h>

#include "os/err_format.h"
#include "text/str.h"

static const struct {
    const char *name;
    flow_formats formats;
    uint32_t versions; /* 0: an abbreviation */
} rows[] = {
    {"any", FORMAT_ANY, 0},
    {"OpenFlow10", FORMAT_OF10 | FORMAT_OF10_TID, 0},
    {"NXM", FORMAT_NXM | FORMAT_NXM_TID, 0},
    {"OXM", FORMAT_OXM12 | FORMAT_OXM13 | FORMAT_OXM14 | FORMAT_OXM15, 0},
    {"OpenFlow10-table_id", FORMAT_OF10, 1 << OFP_10},
    {"OpenFlow10+table_id", FORMAT_OF10_TID, 1 << OFP_10},
    {"NXM-table_id", FORMAT_NXM, 1 << OFP_10},
    {"NXM+table_id", FORMAT_NXM_TID, 1 << OFP_10},
    {"OpenFlow11", FORMAT_OF11, 1 << OFP_11},
    {"OXM-OpenFlow12", FORMAT_OXM12, 1 << OFP_12},
    {"OXM-OpenFlow13", FORMAT_OXM13, 1 << OFP_13},
    {"OXM-OpenFlow14", FORMAT_OXM14, 1 << OFP_14},
    {"OXM-OpenFlow15", FORMAT_OXM15, 1 << OFP_15},
};

int
flow_formats_parse(const char *text, flow_formats *formats, struct err *e)
{
    flow_formats all = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",");
        size_t i = 0;
        while (i < ARRAY_LEN(rows) &&
               (strlen(rows[i].name) != n || strncasecmp(rows[i].name, p, n))) {
            i++;
        }
        if (n && i == ARRAY_LEN(rows)) {
            return err_fail(e, -E_INVAL, "%.*s: unknown flow protocol", (int)n, p);
        }
        all |= n ? rows[i].formats : 0;
        p += n + (p[n] == ',');
    }
    if (!all) {
        return err_fail(e, -E_INVAL, "%s: no flow protocol specified", text);
    }
    *formats = all;
    return 0;
}

char *
flow_formats_text(flow_formats formats)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if ((formats & rows[i].formats) == rows[i].formats) {
            str_putf(&s, "%s%s", s.n ? "," : "", rows[i].name);
            formats &= ~rows[i].formats;
        }
    }
    return str_take(&s);
}

flow_formats
flow_formats_of(uint32_t versions)
{
    flow_formats formats = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        formats |= versions & rows[i].versions ? rows[i].formats : 0;
    }
    return formats;
}

uint32_t
flow_formats_versions(flow_formats formats)
{
    uint32_t versions = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        versions |= formats & rows[i].formats ? rows[i].versions : 0;
    }
    return versions;
}

/* Fields that not only NXM and OXM can say. WHOLE: what can match them exactly, PREFIX: with a
 * mask of leading ones (addresses), PARTLY: with any mask. */
static const struct {
    enum of_field_id field;
    flow_formats whole, prefix, partly;
} fields[] = {
#define NEW    (FORMAT_NXM_ANY | FORMAT_OXM_ANY)
#define NEW_11 (NEW | FORMAT_OF11)
    {OF_IN_PORT, FORMAT_ANY, 0, 0},
    {OF_IN_PORT_OXM, FORMAT_ANY, 0, 0},
    {OF_ETH_SRC, FORMAT_ANY, 0, NEW_11},
    {OF_ETH_DST, FORMAT_ANY, 0, NEW_11},
    {OF_ETH_TYPE, FORMAT_ANY, 0, 0},
    {OF_VLAN_TCI, FORMAT_ANY, 0, NEW},
    {OF_DL_VLAN, FORMAT_ANY, 0, NEW},
    {OF_VLAN_VID, FORMAT_ANY, 0, NEW},
    {OF_DL_VLAN_PCP, FORMAT_ANY, 0, 0},
    {OF_VLAN_PCP, FORMAT_ANY, 0, 0},
    {OF_IPV4_SRC, FORMAT_ANY, FORMAT_ANY, NEW_11},
    {OF_IPV4_DST, FORMAT_ANY, FORMAT_ANY, NEW_11},
    {OF_ARP_SPA, FORMAT_ANY, FORMAT_ANY, NEW_11},
    {OF_ARP_TPA, FORMAT_ANY, FORMAT_ANY, NEW_11},
    {OF_ARP_OP, FORMAT_ANY, 0, 0},
    {OF_IP_PROTO, FORMAT_ANY, 0, 0},
    {OF_IP_TOS, FORMAT_ANY, 0, 0},
    {OF_IP_DSCP, FORMAT_ANY, 0, 0},
    {OF_IP_ECN, NEW_11, 0, 0},
    {OF_TCP_SRC, FORMAT_ANY, 0, NEW},
    {OF_TCP_DST, FORMAT_ANY, 0, NEW},
    {OF_UDP_SRC, FORMAT_ANY, 0, NEW},
    {OF_UDP_DST, FORMAT_ANY, 0, NEW},
    {OF_SCTP_SRC, FORMAT_ANY, 0, NEW},
    {OF_SCTP_DST, FORMAT_ANY, 0, NEW},
    {OF_ICMP_TYPE, FORMAT_ANY, 0, 0},
    {OF_ICMP_CODE, FORMAT_ANY, 0, 0},
    {OF_MPLS_LABEL, NEW_11, 0, 0},
    {OF_MPLS_TC, NEW_11, 0, 0},
    {OF_METADATA, NEW_11, NEW_11, NEW_11},
};

/* Whether the mask of FIELD, an IPv4 address, is leading ones. */
static bool
is_prefix(const struct of_match *m, enum of_field_id field)
{
    uint32_t mask = (uint32_t)of_field_get_u64(field, &m->mask);
    return ((mask | (mask - 1)) == UINT32_MAX) || !mask;
}

flow_formats
flow_formats_of_match(const struct of_match *m, enum of_field_id field)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i].field == field) {
            return of_match_is_exact(m, field) ? fields[i].whole
                   : fields[i].prefix && fields[i].prefix != fields[i].partly &&
                           is_prefix(m, field)
                       ? fields[i].prefix
                   : fields[i].partly ? fields[i].partly
                                      : fields[i].whole;
        }
    }
    return NEW;
}

static flow_formats
of_exact_field(enum of_field_id field)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i].field == field) {
            return fields[i].whole;
        }
    }
    return NEW;
}

static flow_formats
of_list(const struct of_act_list *a)
{
    return flow_formats_of_actions(a->list, a->act.len - offsetof(struct of_act_list, list));
}

static flow_formats
of_action(const struct of_act *act)
{
    switch (act->type) {
    case OF_ACT_SET_FIELD:
        return of_exact_field(((const struct of_act_set_field *)act)->field);
    case OF_ACT_WRITE_METADATA:
        return NEW_11;
    case OF_ACT_METER:
    case OF_ACT_ENCAP:
        return FORMAT_13_UP;
    case OF_ACT_PUSH_VLAN:
        return FORMAT_OF11 | FORMAT_OXM_ANY;
    case OF_ACT_CLONE:
    case OF_ACT_WRITE_ACTIONS:
        return of_list((const struct of_act_list *)act);
    case OF_ACT_CT: {
        const struct of_act_ct *ct = (const struct of_act_ct *)act;
        return flow_formats_of_actions(ct->list, ct->act.len - offsetof(struct of_act_ct, list));
    }
    default:
        return FORMAT_ANY;
    }
}

flow_formats
flow_formats_of_actions(const void *list, size_t size)
{
    flow_formats formats = FORMAT_ANY;
    size_t ofs = 0;
    for (const struct of_act *act; (act = of_acts_next(list, size, &ofs));) {
        formats &= of_action(act);
    }
    return formats;
}

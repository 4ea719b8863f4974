/* SPDX-License-Identifier: Apache-2.0 */
/* Two layouts: six words, in which unknown reasons are passed over, and properties, in which they
 * are refused. */
#include "openflow/msg_async.h"

#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"

/* By kind: its name, its reasons up to OpenFlow 1.3 and in all, and their names. */
static const struct {
    const char *name;
    uint32_t old_reasons, reasons;
    const char *names[6]; /* of the reasons, NULL: there is none */
} kinds[OFP_ASYNC_N_KINDS] = {
    {"PACKET_IN",
     0x7,
     0x3f,
     {"no_match", "action", "invalid_ttl", "action_set", "group", "packet_out"}},
    {"PORT_STATUS", 0x7, 0x7, {"add", "delete", "modify"}},
    {"FLOW_REMOVED",
     0x3f,
     0x3f,
     {"idle", "hard", "delete", "group_delete", "meter_delete", "eviction"}},
    {"ROLE_STATUS",
     0x7,
     0x7,
     {"primary_request", "configuration_changed", "experimenter_data_changed"}},
    {"TABLE_STATUS", 0x18, 0x18, {NULL, NULL, NULL, "vacancy_down", "vacancy_up"}},
    {"REQUESTFORWARD", 0x3, 0x3, {"group_mod_request", "meter_mod_request"}},
};
enum { N_OLD_KINDS = 3, PROP_EXPERIMENTER_FIRST = 0xfffe };

static uint32_t
reasons_in(enum ofp_async_kind kind, uint8_t version)
{
    return version >= OFP_14 ? kinds[kind].reasons : kinds[kind].old_reasons;
}

static bool
is_words(enum ofp_msg_id id, uint8_t version)
{
    return id == NXT_SET_ASYNC_CONFIG || (id != NXT_SET_ASYNC_CONFIG2 && version < OFP_14);
}

/* -- Reading -- */

static enum ofp_error
get_words(struct rd *r, struct ofp_async *a)
{
    for (enum ofp_async_kind k = 0; (int)k < N_OLD_KINDS; k++) {
        a->primary[k] = rd_be32(r) & kinds[k].old_reasons;
        a->secondary[k] = rd_be32(r) & kinds[k].old_reasons;
    }
    return OFP_OK;
}

/* Even numbers are for secondaries, odd ones for others. */
static enum ofp_error
take_prop(struct ofp_async *a, uint8_t version, bool is_reply, struct ofp_prop *p)
{
    enum ofp_async_kind kind = (enum ofp_async_kind)(p->type / 2);
    uint32_t *set = p->type % 2 ? a->primary : a->secondary;
    if (p->type >= PROP_EXPERIMENTER_FIRST) {
        return OFPBPC_BAD_EXP_TYPE;
    }
    if (kind >= OFP_ASYNC_N_KINDS) { /* in a reply, what a switch can that is not known here */
        return is_reply ? OFP_OK : OFPACFC_UNSUPPORTED;
    }
    uint32_t reasons = rd_be32(&p->body);
    if (p->body.bad || rd_left(&p->body)) {
        return OFPBPC_BAD_LEN;
    }
    if (reasons & ~reasons_in(kind, version) && !is_reply) {
        return OFPACFC_INVALID;
    }
    set[kind] = reasons & reasons_in(kind, version);
    return OFP_OK;
}

enum ofp_error
ofp_async_get(const struct ofp_msg *m, struct ofp_async *async)
{
    struct rd r = m->body;
    struct ofp_async got = *async;
    enum ofp_error error = OFP_OK;
    if (is_words(m->id, m->version)) {
        error = get_words(&r, &got);
        rd_skip(&r, rd_left(&r));
    }
    while (!error && rd_left(&r)) {
        struct ofp_prop p;
        error = ofp_prop_get(&r, &p);
        error = error ? error : take_prop(&got, m->version, m->id == OFPT_GET_ASYNC_REPLY, &p);
    }
    if (!error) {
        *async = got;
    }
    return error;
}

/* -- Writing -- */

static void
put_prop(struct wr *w, unsigned int type, uint32_t reasons)
{
    size_t at = ofp_prop_begin(w, (uint16_t)type);
    wr_be32(w, reasons);
    ofp_prop_end(w, at);
}

void
ofp_async_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
              const struct ofp_async *a)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    bool words = is_words(id, (uint8_t)version);
    int n = words ? (int)N_OLD_KINDS : (int)OFP_ASYNC_N_KINDS;
    for (enum ofp_async_kind k = 0; (int)k < n; k++) {
        uint32_t known = words ? kinds[k].old_reasons : reasons_in(k, (uint8_t)version);
        if (words) {
            wr_be32(w, a->primary[k] & known);
            wr_be32(w, a->secondary[k] & known);
        } else {
            put_prop(w, 2 * k, a->secondary[k] & known);
            put_prop(w, 2 * k + 1, a->primary[k] & known);
        }
    }
    ofp_msg_end(w, begin);
}

/* -- Text -- */

static void
put_set(struct str *s, const char *role, const uint32_t *reasons)
{
    str_putf(s, "\n %s:\n", role);
    for (enum ofp_async_kind k = 0; k < OFP_ASYNC_N_KINDS; k++) {
        str_putf(s, "%16s:", kinds[k].name);
        for (size_t i = 0; i < ARRAY_LEN(kinds[k].names); i++) {
            if (reasons[k] >> i & 1) {
                str_putf(s, " %s", kinds[k].names[i]);
            }
        }
        str_puts(s, reasons[k] ? "\n" : " (off)\n");
    }
}

enum ofp_error
ofp_print_async(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_async async = {{0}, {0}};
    enum ofp_error error = ofp_async_get(m, &async);
    if (!error) {
        put_set(s, "primary", async.primary);
        put_set(s, "secondary", async.secondary);
    }
    return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_bundle.h"

#include "openflow/ofp_printers.h"
#include "os/log.h"

LOG_MODULE(ofp_bundle);

static struct log_rate bundle_rate = LOG_RATE(1, 5);

void
ofp_bundle_control_get(const struct ofp_msg *m, struct ofp_bundle_control *c)
{
    struct rd r = m->body;
    c->bundle = rd_be32(&r);
    c->type = rd_be16(&r);
    c->flags = rd_be16(&r);
}

void
ofp_bundle_control_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_bundle_control *c)
{
    enum ofp_msg_id id = OFPT_BUNDLE_CONTROL;
    w->bad = !ofp_msg_find(OFPT_BUNDLE_CONTROL, version, &id) || w->bad;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, c->bundle);
    wr_be16(w, c->type);
    wr_be16(w, c->flags);
    ofp_msg_end(w, begin);
}

/* What can be undone, and so be in a bundle. */
static bool
is_allowed(enum ofp_msg_id kind)
{
    return kind == OFPT_PORT_MOD || kind == OFPT_FLOW_MOD || kind == OFPT_GROUP_MOD ||
           kind == OFPT_PACKET_OUT;
}

enum ofp_error
ofp_bundle_add_get(const struct ofp_msg *m, struct ofp_bundle_add *a)
{
    struct rd r = m->body;
    struct ofp_header h;
    struct ofp_msg inner;
    a->bundle = rd_be32(&r);
    rd_skip(&r, 2);
    a->flags = rd_be16(&r);
    size_t n = rd_left(&r);
    if (!ofp_header_get(r.p, n, &h)) {
        return OFPBFC_MSG_BAD_LEN;
    }
    if (h.version != m->version) {
        return OFPBFC_BAD_VERSION;
    }
    if (h.len > n || h.len < OFP_HEADER_SIZE) {
        return OFPBFC_MSG_BAD_LEN;
    }
    if (h.xid != m->xid) {
        return OFPBFC_MSG_BAD_XID;
    }
    a->bytes = r.p;
    a->len = h.len;
    enum ofp_error error = ofp_msg_get(&inner, a->bytes, a->len);
    if (error) {
        log_limited(&bundle_rate, LOG_WARN,
                    "OFPT14_BUNDLE_ADD_MESSAGE contained message is unparsable (%s)",
                    ofp_error_name(error));
        return OFPBFC_MSG_UNSUP;
    }
    a->id = inner.id;
    if (!is_allowed(ofp_msg_kind(inner.id))) {
        log_limited(&bundle_rate, LOG_WARN,
                    "%s message not allowed inside OFPT14_BUNDLE_ADD_MESSAGE",
                    ofp_msg_name(inner.id));
        return OFPBFC_MSG_UNSUP;
    }
    return OFP_OK;
}

void
ofp_bundle_add_put(struct wr *w, enum ofp_version version, uint32_t xid,
                   const struct ofp_bundle_add *a)
{
    enum ofp_msg_id id = OFPT_BUNDLE_ADD_MESSAGE;
    w->bad = !ofp_msg_find(OFPT_BUNDLE_ADD_MESSAGE, version, &id) || w->bad;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, a->bundle);
    wr_zeros(w, 2);
    wr_be16(w, a->flags);
    wr_bytes(w, a->bytes, a->len);
    ofp_msg_end(w, begin);
}

static void
put_flags(struct str *s, uint16_t flags)
{
    static const struct ofp_bit_name names[] = {{OFP_BUNDLE_ATOMIC, "atomic"},
                                                {OFP_BUNDLE_ORDERED, "ordered"}};
    str_puts(s, " flags=");
    ofp_put_bits(s, flags, names, ARRAY_LEN(names), ' ');
}

enum ofp_error
ofp_print_bundle_control(struct str *s, const struct ofp_msg *m,
                         const struct ofp_print *how UNUSED)
{
    static const char *const types[] = {"OPEN_REQUEST",    "OPEN_REPLY",     "CLOSE_REQUEST",
                                        "CLOSE_REPLY",     "COMMIT_REQUEST", "COMMIT_REPLY",
                                        "DISCARD_REQUEST", "DISCARD_REPLY"};
    struct ofp_bundle_control c;
    ofp_bundle_control_get(m, &c);
    str_putf(s, "\n bundle_id=%#x type=%s", c.bundle,
             c.type < ARRAY_LEN(types) ? types[c.type] : "");
    put_flags(s, c.flags);
    return OFP_OK;
}

enum ofp_error
ofp_print_bundle_add(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_bundle_add a;
    enum ofp_error error = ofp_bundle_add_get(m, &a);
    if (!error) {
        str_putf(s, "\n bundle_id=%#x", a.bundle);
        put_flags(s, a.flags);
        str_putc(s, '\n');
        ofp_print(s, a.bytes, a.len, how);
    }
    return error;
}

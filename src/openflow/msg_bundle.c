/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_bundle.h"

#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_bundle);

static struct log_rate bundle_rate = LOG_RATE(1, 5);

enum { PROP_TIME = 1, TIME_SIZE = 16, PROP_PAD = 4 };

/* -- Times -- */

static struct ofp_time
get_time(struct rd *r)
{
    struct ofp_time t = {.seconds = rd_be64(r)};
    t.nanoseconds = rd_be32(r);
    rd_skip(r, 4);
    return t;
}

static void
put_time(struct wr *w, const struct ofp_time *t)
{
    wr_be64(w, t->seconds);
    wr_be32(w, t->nanoseconds);
    wr_zeros(w, 4);
}

/* Takes the N times of the one property of its kind at R, if it is there. */
static enum ofp_error
get_times(struct rd *r, struct ofp_time *times[], size_t n, bool *has_time)
{
    enum ofp_error error = OFP_OK;
    *has_time = false;
    while (!error && rd_left(r)) {
        struct ofp_prop prop;
        error = ofp_prop_get(r, &prop);
        if (error || prop.type != PROP_TIME) {
            continue;
        }
        rd_skip(&prop.body, PROP_PAD);
        if (prop.body.bad || rd_left(&prop.body) != n * TIME_SIZE) {
            return OFPBPC_BAD_LEN;
        }
        if (*has_time) {
            return OFPBPC_DUP_TYPE;
        }
        *has_time = true;
        for (size_t i = 0; i < n; i++) {
            *times[i] = get_time(&prop.body);
        }
    }
    return error;
}

static void
put_times(struct wr *w, const struct ofp_time *times[], size_t n)
{
    size_t begin = ofp_prop_begin(w, PROP_TIME);
    wr_zeros(w, PROP_PAD);
    for (size_t i = 0; i < n; i++) {
        put_time(w, times[i]);
    }
    ofp_prop_end(w, begin);
}

/* -- Control -- */

enum ofp_error
ofp_bundle_control_get(const struct ofp_msg *m, struct ofp_bundle_control *c)
{
    struct rd r = m->body;
    struct ofp_time *when = &c->when;
    *c = (struct ofp_bundle_control){.bundle = rd_be32(&r)};
    c->type = rd_be16(&r);
    c->flags = rd_be16(&r);
    return m->version >= OFP_15 ? get_times(&r, &when, 1, &c->has_time) : OFP_OK;
}

void
ofp_bundle_control_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_bundle_control *c)
{
    enum ofp_msg_id id = OFPT_BUNDLE_CONTROL;
    const struct ofp_time *when = &c->when;
    w->bad = !ofp_msg_find(OFPT_BUNDLE_CONTROL, version, &id) || w->bad;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, c->bundle);
    wr_be16(w, c->type);
    wr_be16(w, c->flags);
    if (c->has_time && version >= OFP_15) {
        put_times(w, &when, 1);
    }
    ofp_msg_end(w, begin);
}

/* -- Features -- */

enum ofp_error
ofp_bundle_features_get(const struct ofp_msg *m, struct ofp_bundle_features *f)
{
    struct rd r = m->body;
    struct ofp_time *times[] = {&f->accuracy, &f->max_future, &f->max_past, &f->now};
    bool is_reply = m->id == OFPST_BUNDLE_FEATURES_REPLY;
    *f = (struct ofp_bundle_features){.flags = is_reply ? rd_be16(&r) : rd_be32(&r)};
    rd_skip(&r, is_reply ? 6 : 4);
    return get_times(&r, times, ARRAY_LEN(times), &f->has_time);
}

void
ofp_bundle_features_put(struct wr *w, enum ofp_msg_id id, uint32_t xid,
                        const struct ofp_bundle_features *f)
{
    const struct ofp_time *times[] = {&f->accuracy, &f->max_future, &f->max_past, &f->now};
    size_t begin = ofp_msg_begin(w, id, OFP_15, xid);
    if (id == OFPST_BUNDLE_FEATURES_REPLY) {
        wr_be16(w, (uint16_t)f->flags);
        wr_zeros(w, 6);
    } else {
        wr_be32(w, f->flags);
        wr_zeros(w, 4);
    }
    if (f->has_time) {
        put_times(w, times, ARRAY_LEN(times));
    }
    ofp_msg_end(w, begin);
}

/* -- Adding -- */

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

static void
print_time(struct str *s, const char *what, const struct ofp_time *t)
{
    str_putf(s, " %s=%llu.%09us", what, (unsigned long long)t->seconds, t->nanoseconds);
}

enum ofp_error
ofp_print_bundle_features(struct str *s, const struct ofp_msg *m,
                          const struct ofp_print *how UNUSED)
{
    static const struct ofp_bit_name asked[] = {{OFP_BUNDLE_FEATURES_TIMESTAMP, "timestamp"},
                                                {OFP_BUNDLE_FEATURES_SET, "time_set_sched"}};
    static const struct ofp_bit_name able[] = {
        {OFP_BUNDLE_ATOMIC, "atomic"}, {OFP_BUNDLE_ORDERED, "ordered"}, {OFP_BUNDLE_TIME, "time"}};
    struct ofp_bundle_features f;
    enum ofp_error error = ofp_bundle_features_get(m, &f);
    if (error) {
        return error;
    }
    bool is_reply = m->id == OFPST_BUNDLE_FEATURES_REPLY;
    str_puts(s, is_reply ? " capabilities=" : " flags=");
    ofp_put_bits(s, f.flags, is_reply ? able : asked,
                 is_reply ? ARRAY_LEN(able) : ARRAY_LEN(asked), ' ');
    if (f.has_time) {
        str_putc(s, '\n');
        print_time(s, "accuracy", &f.accuracy);
        print_time(s, "max_future", &f.max_future);
        print_time(s, "max_past", &f.max_past);
        print_time(s, "timestamp", &f.now);
    }
    return OFP_OK;
}

enum ofp_error
ofp_print_bundle_control(struct str *s, const struct ofp_msg *m,
                         const struct ofp_print *how UNUSED)
{
    static const char *const types[] = {"OPEN_REQUEST",    "OPEN_REPLY",     "CLOSE_REQUEST",
                                        "CLOSE_REPLY",     "COMMIT_REQUEST", "COMMIT_REPLY",
                                        "DISCARD_REQUEST", "DISCARD_REPLY"};
    struct ofp_bundle_control c;
    enum ofp_error error = ofp_bundle_control_get(m, &c);
    if (error) {
        return error;
    }
    str_putf(s, "\n bundle_id=%#x type=%s", c.bundle,
             c.type < ARRAY_LEN(types) ? types[c.type] : "");
    put_flags(s, c.flags);
    if (c.has_time) {
        print_time(s, "scheduled", &c.when);
    }
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_controller_status.h"

#include "base/endian.h"
#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"

enum { FIXED_SIZE = 16, N_ROLES = 4, PROP_URI = 0 };

static enum ofp_error
get_props(struct rd *r, struct ofp_controller_status *c)
{
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(r)) {
        struct ofp_prop prop;
        error = ofp_prop_get(r, &prop);
        if (!error && prop.type == PROP_URI) {
            c->uri = prop.body;
        }
    }
    return error;
}

enum ofp_error
ofp_controller_status_get(struct rd *r, struct ofp_controller_status *c)
{
    struct rd peek = *r;
    uint16_t len = rd_be16(&peek);
    if (peek.bad || len < FIXED_SIZE || len > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd body = rd_sub(r, len);
    rd_skip(&body, 2);
    *c = (struct ofp_controller_status){.short_id = rd_be16(&body)};
    uint32_t role = rd_be32(&body);
    c->reason = rd_u8(&body);
    c->is_down = rd_u8(&body);
    rd_skip(&body, 6);
    if (role >= N_ROLES) {
        return OFPRRFC_BAD_ROLE;
    }
    c->role = (enum ofp_role)role;
    return get_props(&body, c);
}

void
ofp_controller_status_put(struct wr *w, const struct ofp_controller_status *c)
{
    size_t begin = w->n, n_uri = rd_left(&c->uri);
    wr_be16(w, 0);
    wr_be16(w, c->short_id);
    wr_be32(w, (uint32_t)c->role);
    wr_u8(w, c->reason);
    wr_u8(w, c->is_down);
    wr_zeros(w, 6);
    if (n_uri) {
        size_t prop = ofp_prop_begin(w, PROP_URI);
        wr_bytes(w, c->uri.p, n_uri);
        ofp_prop_end(w, prop);
    }
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}

static void
print_one(struct str *s, const struct ofp_controller_status *c)
{
    static const char *const reasons[] = {"request", "channel_status", "role",        "added",
                                          "removed", "short_id",       "experimenter"};
    str_putf(s, " id=%u role=%s channel=%s reason=", c->short_id, ofp_role_name(c->role),
             c->is_down ? "down" : "up");
    if (c->reason < ARRAY_LEN(reasons)) {
        str_puts(s, reasons[c->reason]);
    } else {
        str_putf(s, "%u", c->reason);
    }
    if (rd_left(&c->uri)) {
        str_puts(s, " uri=");
        ofp_put_fixed(s, c->uri.p, rd_left(&c->uri));
    }
}

enum ofp_error
ofp_print_controller_status(struct str *s, const struct ofp_msg *m,
                            const struct ofp_print *how UNUSED)
{
    struct rd r = m->body;
    bool is_list = m->id == OFPST_CONTROLLER_STATUS_REPLY;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_controller_status c;
        error = ofp_controller_status_get(&r, &c);
        if (!error) {
            str_puts(s, is_list ? "\n" : "");
            print_one(s, &c);
        }
    }
    return error;
}

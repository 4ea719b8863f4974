/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/ofp_parts.h"

#include "base/err.h"

enum { HEAD_MAX = 32, FLAGS_OFS = 10 };

static void
begin_part(struct ofp_parts *p)
{
    uint8_t head[HEAD_MAX];
    struct wr w = wr_make(head, sizeof head);
    ofp_msg_begin(&w, p->id, p->version, p->xid);
    p->begin = p->out->n;
    str_put(p->out, (const char *)head, w.n);
}

static void
end_part(struct ofp_parts *p, uint16_t flags)
{
    char *part = p->out->s + p->begin;
    put_be16(part + 2, (uint16_t)(p->out->n - p->begin));
    put_be16(part + FLAGS_OFS, flags);
}

void
ofp_parts_begin(struct ofp_parts *p, struct str *out, enum ofp_msg_id id, enum ofp_version version,
                uint32_t xid)
{
    *p = (struct ofp_parts){out, id, version, xid, 0};
    begin_part(p);
}

int
ofp_parts_put(struct ofp_parts *p, const void *entry, size_t n)
{
    if (n > OFP_MSG_MAX - HEAD_MAX) {
        return -E_OVERFLOW;
    }
    if (p->out->n - p->begin + n > OFP_MSG_MAX) {
        end_part(p, OFP_FLAG_MORE);
        begin_part(p);
    }
    str_put(p->out, entry, n);
    return 0;
}

void
ofp_parts_end(struct ofp_parts *p)
{
    end_part(p, 0);
}

void
ofp_whole_init(struct ofp_whole *w)
{
    *w = (struct ofp_whole){.body = STR_INIT};
}

void
ofp_whole_fini(struct ofp_whole *w)
{
    str_fini(&w->body);
}

static bool
belongs(const struct ofp_whole *w, const struct ofp_msg *m)
{
    return w->id == m->id && w->version == m->version && w->xid == m->xid;
}

enum ofp_error
ofp_whole_add(struct ofp_whole *w, struct ofp_msg *m, bool *is_whole)
{
    bool has_more = ofp_msg_is_statistics(m->id) && m->flags & OFP_FLAG_MORE;
    bool is_next = w->is_under_way && belongs(w, m);
    *is_whole = !has_more && !is_next;
    if (*is_whole) {
        return OFP_OK;
    }
    if (w->is_under_way && !is_next) {
        return OFPBRC_MULTIPART_BUFFER_OVERFLOW;
    }
    if (!is_next) {
        str_clear(&w->body);
        w->id = m->id;
        w->version = m->version;
        w->xid = m->xid;
    }
    size_t n = rd_left(&m->body);
    bool fits = n <= OFP_WHOLE_MAX - w->body.n;
    w->is_under_way = has_more && fits;
    if (!fits) {
        return OFPBRC_MULTIPART_BUFFER_OVERFLOW;
    }
    str_put(&w->body, (const char *)m->body.p, n);
    *is_whole = !has_more;
    if (*is_whole) {
        m->body = rd_make(w->body.s, w->body.n);
        m->flags = 0;
    }
    return OFP_OK;
}

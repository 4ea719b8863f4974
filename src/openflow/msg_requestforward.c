/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_requestforward.h"

#include "openflow/ofp_printers.h"

enum ofp_error
ofp_requestforward_get(const struct ofp_msg *m, struct ofp_msg *inner)
{
    struct ofp_header h;
    if (!ofp_header_get(m->body.p, rd_left(&m->body), &h) || h.len < OFP_HEADER_SIZE ||
        h.len > rd_left(&m->body)) {
        return OFPBFC_MSG_BAD_LEN;
    }
    if (h.version != m->version) {
        return OFPBRC_BAD_VERSION;
    }
    enum ofp_error error = ofp_msg_get(inner, m->body.p, h.len);
    if (error) {
        return error;
    }
    enum ofp_msg_id kind = ofp_msg_kind(inner->id);
    return kind == OFPT_GROUP_MOD || kind == OFPT_METER_MOD ? OFP_OK : OFPBFC_MSG_UNSUP;
}

void
ofp_requestforward_put(struct wr *w, enum ofp_version version, const void *request, size_t n)
{
    enum ofp_msg_id id = version == OFP_13 ? ONFT_REQUESTFORWARD : OFPT_REQUESTFORWARD;
    size_t begin = ofp_msg_begin(w, id, version, 0);
    wr_bytes(w, request, n);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_requestforward(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_msg inner;
    enum ofp_error error = ofp_requestforward_get(m, &inner);
    if (error) {
        return error;
    }
    str_putf(s, " reason=%s",
             ofp_msg_kind(inner.id) == OFPT_GROUP_MOD ? "group_mod" : "meter_mod");
    return ofp_print_body(s, &inner, how);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Errors to and from the wire, in the three ways in which they travel (ofp_error.h). */
#include "openflow/msg_error.h"

#include "openflow/ofp_printers.h"

enum {
    TYPE_NICIRA = 0xb0c2,
    TYPE_EXPERIMENTER = 0xffff,
    PAYLOAD_MAX = OFP_MSG_MAX - OFP_ERROR_SIZE
};

enum ofp_error
ofp_error_msg_get(const struct ofp_msg *m, struct rd *payload)
{
    struct rd r = m->body;
    struct ofp_error_wire w = {.kind = OFP_ERR_STANDARD};
    w.type = rd_be16(&r);
    w.code = rd_be16(&r);
    if (m->version < OFP_10 || m->version >= OFP_VERSION_END) {
        return OFP_OK;
    }
    if (w.type == TYPE_NICIRA && !w.code && m->version < OFP_12) {
        w.kind = OFP_ERR_VENDOR;
        w.vendor = rd_be32(&r);
        w.type = rd_be16(&r);
        w.code = rd_be16(&r);
    } else if (w.type == TYPE_EXPERIMENTER && m->version >= OFP_12) {
        w = (struct ofp_error_wire){.kind = OFP_ERR_EXPERIMENTER, .type = w.code};
        w.vendor = rd_be32(&r);
    }
    *payload = r;
    return r.bad ? OFP_OK : ofp_error_find((enum ofp_version)m->version, &w);
}

/* What can be said of ERROR in VERSION. */
static enum ofp_error
sayable(enum ofp_error error, enum ofp_version version)
{
    if (ofp_error_wire(error, version).kind == OFP_ERR_NONE) {
        error = NXBRC_UNENCODABLE_ERROR;
    }
    return ofp_error_wire(error, version).kind == OFP_ERR_NONE ? OFPBRC_BAD_TYPE : error;
}

void
ofp_error_msg_put(struct wr *w, enum ofp_error error, enum ofp_version version, uint32_t xid,
                  const void *bytes, size_t n)
{
    struct ofp_error_wire wire = ofp_error_wire(sayable(error, version), version);
    size_t begin = ofp_msg_begin(w, OFPT_ERROR, version, xid);
    if (wire.kind == OFP_ERR_VENDOR) {
        wr_be16(w, TYPE_NICIRA);
        wr_be16(w, 0);
        wr_be32(w, wire.vendor);
    }
    wr_be16(w, wire.kind == OFP_ERR_EXPERIMENTER ? TYPE_EXPERIMENTER : wire.type);
    wr_be16(w, wire.kind == OFP_ERR_EXPERIMENTER ? wire.type : wire.code);
    if (wire.kind == OFP_ERR_EXPERIMENTER) {
        wr_be32(w, wire.vendor);
    }
    wr_bytes(w, bytes, MIN(n, PAYLOAD_MAX));
    ofp_msg_end(w, begin);
}

/* Text with what is not printable as \ooo, and so are quotes and backslashes. */
static void
put_escaped(struct str *s, const struct rd *text)
{
    for (const uint8_t *p = text->p; p < text->end; p++) {
        bool is_plain = *p >= ' ' && *p < 0x7f && *p != '"' && *p != '\\';
        str_putf(s, is_plain ? "%c" : "\\%03o", *p);
    }
}

enum ofp_error
ofp_print_error(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd payload;
    enum ofp_error error = ofp_error_msg_get(m, &payload);
    if (!error) {
        return OFPBRC_BAD_LEN;
    }
    str_putf(s, " %s\n", ofp_error_name(error));
    if (error == OFPHFC_INCOMPATIBLE || error == OFPHFC_EPERM) {
        put_escaped(s, &payload);
    } else {
        struct ofp_print brief = *how;
        brief.verbosity = 1;
        ofp_print(s, payload.p, rd_left(&payload), &brief);
    }
    return OFP_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_config.h"

#include "openflow/ofp_printers.h"

enum { FRAGS = 3, INVALID_TTL = 4 };

enum ofp_error
ofp_switch_config_get(const struct ofp_msg *m, struct ofp_switch_config *c)
{
    struct rd r = m->body;
    uint16_t flags = rd_be16(&r), known = m->version < OFP_13 ? FRAGS | INVALID_TTL : FRAGS;
    if (m->id == OFPT_SET_CONFIG && flags & ~known) {
        return OFPSCFC_BAD_FLAGS;
    }
    flags &= known;
    c->frags = (enum ofp_frags)(flags & FRAGS);
    c->invalid_ttl_to_controller = flags & INVALID_TTL;
    c->miss_send_len = rd_be16(&r);
    return OFP_OK;
}

void
ofp_switch_config_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                      const struct ofp_switch_config *c)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    bool ttl = c->invalid_ttl_to_controller && version < OFP_13;
    wr_be16(w, (uint16_t)(c->frags | (ttl ? INVALID_TTL : 0)));
    wr_be16(w, c->miss_send_len);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_config(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    static const char *const frags[] = {"normal", "drop", "reassemble", "nx-match"};
    struct ofp_switch_config c;
    enum ofp_error error = ofp_switch_config_get(m, &c);
    if (error) {
        return error;
    }
    str_putf(s, " frags=%s%s miss_send_len=%u", frags[c.frags],
             c.invalid_ttl_to_controller ? " invalid_ttl_to_controller" : "", c.miss_send_len);
    return OFP_OK;
}

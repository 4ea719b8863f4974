/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_role.h"

#include "openflow/ofp_printers.h"

enum { N_ROLES = 4, NX_ROLE_BASE = OFP_ROLE_EQUAL }; /* Nicira's numbers begin with "equal" */

static bool
is_nicira(enum ofp_msg_id id)
{
    return id == NXT_ROLE_REQUEST || id == NXT_ROLE_REPLY;
}

enum ofp_error
ofp_role_get(const struct ofp_msg *m, struct ofp_role_msg *role)
{
    struct rd r = m->body;
    uint32_t number = rd_be32(&r);
    if (number >= N_ROLES - (is_nicira(m->id) ? NX_ROLE_BASE : 0)) {
        return OFPRRFC_BAD_ROLE;
    }
    role->role = (enum ofp_role)(number + (is_nicira(m->id) ? NX_ROLE_BASE : 0));
    rd_skip(&r, 4);
    bool asks = m->id == OFPT_ROLE_REQUEST && role->role == OFP_ROLE_NOCHANGE;
    bool has = !is_nicira(m->id) && !asks;
    role->generation = has ? rd_be64(&r) : OFP_GENERATION_NONE;
    return OFP_OK;
}

void
ofp_role_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
             const struct ofp_role_msg *role)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    if (is_nicira(id)) {
        wr_be32(w, role->role ? (uint32_t)role->role - NX_ROLE_BASE : 0);
    } else {
        wr_be32(w, (uint32_t)role->role);
        wr_zeros(w, 4);
        wr_be64(w, role->generation);
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_role_status_get(const struct ofp_msg *m, struct ofp_role_status *s)
{
    struct rd r = m->body;
    uint32_t role = rd_be32(&r);
    if (role >= N_ROLES) {
        return OFPRRFC_BAD_ROLE;
    }
    s->role = (enum ofp_role)role;
    s->reason = rd_u8(&r);
    rd_skip(&r, 3);
    s->generation = rd_be64(&r);
    return OFP_OK;
}

void
ofp_role_status_put(struct wr *w, enum ofp_version version, const struct ofp_role_status *s)
{
    enum ofp_msg_id id = version == OFP_13 ? ONFT_ROLE_STATUS : OFPT_ROLE_STATUS;
    size_t begin = ofp_msg_begin(w, id, version, 0);
    wr_be32(w, (uint32_t)s->role);
    wr_u8(w, s->reason);
    wr_zeros(w, 3);
    wr_be64(w, s->generation);
    ofp_msg_end(w, begin);
}

const char *
ofp_role_name(enum ofp_role role)
{
    static const char *const names[] = {"nochange", "equal", "primary", "secondary"};
    return names[role];
}

const char *
ofp_role_reason_name(unsigned int reason)
{
    static const char *const names[] = {"primary_request", "configuration_changed",
                                        "experimenter_data_changed"};
    return reason < ARRAY_LEN(names) ? names[reason] : NULL;
}

static void
put_generation(struct str *s, uint64_t generation)
{
    if (generation != OFP_GENERATION_NONE) {
        str_putf(s, " generation_id=%llu", (unsigned long long)generation);
    }
}

enum ofp_error
ofp_print_role(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_role_msg role;
    enum ofp_error error = ofp_role_get(m, &role);
    if (!error) {
        str_putf(s, " role=%s", ofp_role_name(role.role));
        put_generation(s, role.generation);
    }
    return error;
}

enum ofp_error
ofp_print_role_status(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct ofp_role_status status;
    enum ofp_error error = ofp_role_status_get(m, &status);
    if (!error) {
        const char *reason = ofp_role_reason_name(status.reason);
        str_putf(s, " role=%s", ofp_role_name(status.role));
        put_generation(s, status.generation);
        str_putf(s, " reason=%s", reason ? reason : "(unknown)");
    }
    return error;
}

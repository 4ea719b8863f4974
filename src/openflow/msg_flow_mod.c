/* SPDX-License-Identifier: Apache-2.0 */
/* Three layouts: OpenFlow 1.0's, which has the match first, Nicira's, and that of 1.1 and later.
 */
#include "openflow/msg_flow_mod.h"

#include "openflow/actions_check.h"
#include "openflow/instructions.h"

enum { FLAG_EMERGENCY_10 = 1 << 2, COMMAND_BITS = 0xff, TABLE_SHIFT = 8 };

/* The flags that VERSION knows. */
static uint16_t
known_flags(enum ofp_version version)
{
    uint16_t all = OFP_FF_SEND_FLOW_REM | OFP_FF_CHECK_OVERLAP;
    all |= version >= OFP_12 ? OFP_FF_RESET_COUNTS : 0;
    all |= version >= OFP_13 ? OFP_FF_NO_PACKET_COUNTS | OFP_FF_NO_BYTE_COUNTS : 0;
    return all;
}

void
ofp_flow_mod_init(struct ofp_flow_mod *fm)
{
    struct wr actions = fm->actions;
    *fm = (struct ofp_flow_mod){
        .priority = OFP_PRIORITY_DEFAULT,
        .table = OFP_TABLE_ALL,
        .buffer = OFP_BUFFER_NONE,
        .out_port = OFP_PORT_NONE,
        .out_group = OFP_GROUP_ANY,
        .actions = actions,
    };
    fm->actions.n = 0;
    fm->actions.bad = false;
}

/* -- Reading -- */

/* A command with the table above it, where there is one. */
static void
take_command(struct ofp_flow_mod *fm, uint16_t command)
{
    uint8_t table = (uint8_t)(command >> TABLE_SHIFT);
    fm->command = (uint8_t)(command & COMMAND_BITS);
    fm->table = table;
}

static enum ofp_error
check_flags(const struct ofp_flow_mod *fm, enum ofp_version version)
{
    uint16_t emergency = version == OFP_10 ? FLAG_EMERGENCY_10 : 0;
    if (fm->flags & ~(known_flags(version) | emergency)) {
        return OFPFMFC_BAD_FLAGS;
    }
    if (fm->flags & emergency) { /* nobody keeps such flows */
        return fm->idle_timeout || fm->hard_timeout ? OFPFMFC_BAD_EMERG_TIMEOUT
                                                    : OFPFMFC_TABLE_FULL;
    }
    return OFP_OK;
}

static enum ofp_error
get_10(struct rd *r, struct ofp_flow_mod *fm)
{
    struct of_match_10 match;
    of_match_10_get(r, &match);
    of_match_from_10(&match, &fm->match);
    of_match_normalize(&fm->match);
    fm->new_cookie = rd_be64(r);
    take_command(fm, rd_be16(r));
    fm->idle_timeout = rd_be16(r);
    fm->hard_timeout = rd_be16(r);
    fm->priority = rd_be16(r);
    fm->priority = match.wildcards ? fm->priority : UINT16_MAX; /* exact matches come first */
    fm->buffer = rd_be32(r);
    fm->out_port = rd_be16(r);
    fm->flags = rd_be16(r);
    return OFP_OK;
}

static enum ofp_error
get_nxm(struct rd *r, struct ofp_flow_mod *fm)
{
    struct of_match_cookie cookie;
    fm->new_cookie = rd_be64(r);
    take_command(fm, rd_be16(r));
    fm->idle_timeout = rd_be16(r);
    fm->hard_timeout = rd_be16(r);
    fm->priority = rd_be16(r);
    fm->buffer = rd_be32(r);
    fm->out_port = rd_be16(r);
    fm->flags = rd_be16(r);
    uint16_t match_len = rd_be16(r);
    rd_skip(r, 6);
    enum ofp_error error = of_match_get_nxm(r, match_len, true, &fm->match, &cookie);
    if (error) {
        return error;
    }
    fm->cookie = cookie.value;
    fm->cookie_mask = cookie.mask;
    return OFP_OK;
}

/* What the two cookies mean: of a new flow; of a change in OpenFlow 1.1, whether to change the
 * flows' or to choose by it; later, to choose only. */
static void
take_cookies(struct ofp_flow_mod *fm, uint8_t version, uint64_t cookie, uint64_t mask)
{
    bool is_add = fm->command == OFP_FLOW_ADD;
    bool is_new = is_add || (version == OFP_11 && !mask);
    fm->new_cookie = is_new ? cookie : OFP_COOKIE_NONE;
    fm->cookie = is_add ? 0 : cookie;
    fm->cookie_mask = is_add ? 0 : mask;
}

static enum ofp_error
get_11(struct rd *r, uint8_t version, struct ofp_flow_mod *fm)
{
    uint64_t cookie = rd_be64(r), mask = rd_be64(r);
    fm->table = rd_u8(r);
    fm->command = rd_u8(r);
    take_cookies(fm, version, cookie, mask);
    fm->idle_timeout = rd_be16(r);
    fm->hard_timeout = rd_be16(r);
    fm->priority = rd_be16(r);
    fm->buffer = rd_be32(r);
    enum ofp_error bad_port = ofp_port_get(r, version, &fm->out_port);
    fm->out_group = rd_be32(r);
    fm->flags = rd_be16(r);
    fm->importance = rd_be16(r);
    fm->importance = version >= OFP_14 && fm->command == OFP_FLOW_ADD ? fm->importance : 0;
    enum ofp_error error = of_match_get_wire(r, version, true, &fm->match);
    bool is_delete = fm->command == OFP_FLOW_DELETE || fm->command == OFP_FLOW_DELETE_STRICT;
    if (!error && fm->table == OFP_TABLE_ALL && !is_delete) {
        error = OFPFMFC_BAD_TABLE_ID;
    }
    return error ? error : bad_port;
}

enum ofp_error
ofp_flow_mod_get(const struct ofp_msg *m, struct ofp_flow_mod *fm)
{
    struct rd r = m->body;
    enum ofp_version version = (enum ofp_version)m->version;
    ofp_flow_mod_init(fm);
    enum ofp_error error = m->id == NXT_FLOW_MOD  ? get_nxm(&r, fm)
                           : m->version == OFP_10 ? get_10(&r, fm)
                                                  : get_11(&r, m->version, fm);
    if (!error && fm->command >= OFP_FLOW_N_COMMANDS) {
        error = OFPFMFC_BAD_COMMAND;
    }
    if (!error && m->id == NXT_FLOW_MOD && fm->command == OFP_FLOW_ADD && fm->cookie_mask) {
        error = NXBRC_NXM_INVALID; /* a new flow has a cookie, not some */
    }
    error = error ? error : of_instructions_get(r.p, rd_left(&r), version, &fm->actions);
    error = error ? error : of_acts_check_ports(fm->actions.start, fm->actions.n);
    error = error ? error : check_flags(fm, m->id == NXT_FLOW_MOD ? OFP_10 : version);
    return error ? error
                 : of_acts_check(fm->actions.start, fm->actions.n, &fm->match, fm->table, version);
}

/* -- Writing -- */

static uint16_t
command_of(const struct ofp_flow_mod *fm, bool has_table)
{
    return (uint16_t)(fm->command | (has_table ? fm->table << TABLE_SHIFT : 0));
}

static void
put_10(struct wr *w, bool has_table, const struct ofp_flow_mod *fm)
{
    of_match_put_wire(w, OFP_10, &fm->match);
    wr_be64(w, fm->new_cookie);
    wr_be16(w, command_of(fm, has_table));
    wr_be16(w, fm->idle_timeout);
    wr_be16(w, fm->hard_timeout);
    wr_be16(w, fm->priority);
    wr_be32(w, fm->buffer);
    wr_be16(w, (uint16_t)fm->out_port);
    wr_be16(w, fm->flags & known_flags(OFP_10));
}

static void
put_nxm(struct wr *w, bool has_table, const struct ofp_flow_mod *fm)
{
    struct of_match_cookie cookie = {fm->cookie, fm->cookie_mask};
    wr_be64(w, fm->new_cookie);
    wr_be16(w, command_of(fm, has_table));
    wr_be16(w, fm->idle_timeout);
    wr_be16(w, fm->hard_timeout);
    wr_be16(w, fm->priority);
    wr_be32(w, fm->buffer);
    wr_be16(w, (uint16_t)fm->out_port);
    wr_be16(w, fm->flags & known_flags(OFP_10));
    size_t match_len_at = w->n;
    wr_be16(w, 0);
    wr_zeros(w, 6);
    size_t len = of_match_put_nxm(w, &fm->match, &cookie);
    if (!w->bad) {
        put_be16(w->start + match_len_at, (uint16_t)len);
    }
}

static void
put_11(struct wr *w, enum ofp_version version, const struct ofp_flow_mod *fm)
{
    bool has_new = fm->command == OFP_FLOW_ADD ||
                   (version == OFP_11 && !fm->cookie_mask && fm->new_cookie != OFP_COOKIE_NONE);
    uint64_t new_cookie = fm->new_cookie == OFP_COOKIE_NONE ? 0 : fm->new_cookie;
    wr_be64(w, has_new ? new_cookie : fm->cookie);
    wr_be64(w, has_new ? 0 : fm->cookie_mask);
    bool is_delete = fm->command >= OFP_FLOW_DELETE;
    wr_u8(w, fm->table == OFP_TABLE_ALL && !is_delete ? 0 : fm->table);
    wr_u8(w, fm->command);
    wr_be16(w, fm->idle_timeout);
    wr_be16(w, fm->hard_timeout);
    wr_be16(w, fm->priority);
    wr_be32(w, fm->buffer);
    ofp_port_put(w, version, fm->out_port);
    wr_be32(w, fm->out_group);
    wr_be16(w, fm->flags & known_flags(version));
    wr_be16(w, version >= OFP_14 ? fm->importance : 0);
    of_match_put_wire(w, version, &fm->match);
}

void
ofp_flow_mod_put(struct wr *w, enum ofp_version version, bool nxm, bool has_table, uint32_t xid,
                 const struct ofp_flow_mod *fm)
{
    size_t begin = ofp_msg_begin(w, nxm ? NXT_FLOW_MOD : OFPT_FLOW_MOD, version, xid);
    if (nxm) {
        put_nxm(w, has_table, fm);
    } else if (version == OFP_10) {
        put_10(w, has_table, fm);
    } else {
        put_11(w, version, fm);
    }
    of_instructions_put(w, fm->actions.start, fm->actions.n, version, NULL);
    ofp_msg_end(w, begin);
}

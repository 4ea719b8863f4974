/* SPDX-License-Identifier: Apache-2.0 */
/* Tables to and from the wire. A change of OpenFlow 1.3 says nothing; before, it says what a miss
 * does; later, how a full table makes room and who hears of it. */
#include "openflow/msg_table.h"

#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_table);

static struct log_rate miss_rate = LOG_RATE(1, 5);

enum { CONFIG_MISS_11 = 3, CONFIG_EVICTION = 4, CONFIG_VACANCY = 8 };
enum { PROP_EVICTION = 2, PROP_VACANCY = 3, DESC_SIZE = 8, PER_CENT_MAX = 100 };

static void
take_config(struct ofp_table_config *c, uint32_t config)
{
    c->eviction = config & CONFIG_EVICTION;
    c->vacancy = config & CONFIG_VACANCY;
    c->eviction_flags = OFP_EVICTION_UNTOLD;
}

static enum ofp_error
take_prop(struct ofp_table_config *c, struct ofp_prop *p, bool *known)
{
    *known = true;
    if (p->type == PROP_EVICTION) {
        c->eviction_flags = rd_be32(&p->body);
    } else if (p->type == PROP_VACANCY) {
        c->vacancy_down = rd_u8(&p->body);
        c->vacancy_up = rd_u8(&p->body);
        c->vacancy_now = rd_u8(&p->body);
        rd_skip(&p->body, 1);
    } else {
        *known = false;
        return OFP_OK;
    }
    return p->body.bad || rd_left(&p->body) ? OFPBPC_BAD_LEN : OFP_OK;
}

/* -- Changes -- */

static enum ofp_error
get_changes(struct rd *r, struct ofp_table_config *c)
{
    while (rd_left(r)) {
        struct ofp_prop p;
        bool known;
        enum ofp_error error = ofp_prop_get(r, &p);
        error = error ? error : take_prop(c, &p, &known);
        if (error || !known) {
            return error ? error : OFPBRC_BAD_TYPE;
        }
        bool makes_sense =
            c->vacancy_down <= c->vacancy_up && c->vacancy_up <= PER_CENT_MAX && !c->vacancy_now;
        if (!makes_sense) {
            return OFPBPC_BAD_VALUE;
        }
    }
    return OFP_OK;
}

static enum ofp_miss
miss_from(uint32_t config)
{
    static const enum ofp_miss misses[] = {OFP_MISS_CONTROLLER, OFP_MISS_CONTINUE, OFP_MISS_DROP};
    if ((config & CONFIG_MISS_11) == CONFIG_MISS_11) {
        log_limited(&miss_rate, LOG_WARN, "bad table miss config %d", (int)config);
        return OFP_MISS_CONTROLLER;
    }
    return misses[config & CONFIG_MISS_11];
}

enum ofp_error
ofp_table_mod_get(const struct ofp_msg *m, struct ofp_table_config *c)
{
    struct rd r = m->body;
    memset(c, 0, sizeof *c);
    c->table = rd_u8(&r);
    rd_skip(&r, 3);
    uint32_t config = rd_be32(&r);
    c->eviction_flags = OFP_EVICTION_UNTOLD;
    if (m->version < OFP_13) {
        c->miss = miss_from(config);
    } else if (m->version >= OFP_14) {
        take_config(c, config);
        return get_changes(&r, c);
    }
    return OFP_OK;
}

static void
put_props(struct wr *w, const struct ofp_table_config *c)
{
    if (c->eviction_flags != OFP_EVICTION_UNTOLD) {
        size_t at = ofp_prop_begin(w, PROP_EVICTION);
        wr_be32(w, c->eviction_flags);
        ofp_prop_end(w, at);
    }
    if (c->vacancy) {
        size_t at = ofp_prop_begin(w, PROP_VACANCY);
        wr_u8(w, c->vacancy_down);
        wr_u8(w, c->vacancy_up);
        wr_u8(w, c->vacancy_now);
        wr_u8(w, 0);
        ofp_prop_end(w, at);
    }
}

static uint32_t
config_of(const struct ofp_table_config *c)
{
    return (c->eviction ? (uint32_t)CONFIG_EVICTION : 0) |
           (c->vacancy ? (uint32_t)CONFIG_VACANCY : 0);
}

void
ofp_table_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                  const struct ofp_table_config *c)
{
    size_t begin = ofp_msg_begin(w, OFPT_TABLE_MOD, version, xid);
    uint32_t miss = c->miss == OFP_MISS_DROP ? 2 : c->miss == OFP_MISS_CONTINUE ? 1 : 0;
    wr_u8(w, c->table);
    wr_zeros(w, 3);
    wr_be32(w, version >= OFP_14 ? config_of(c) : version < OFP_13 ? miss : 0);
    if (version >= OFP_14) {
        put_props(w, c);
    }
    ofp_msg_end(w, begin);
}

/* -- Descriptions -- */

enum ofp_error
ofp_table_desc_get(struct rd *r, struct ofp_table_config *c)
{
    memset(c, 0, sizeof *c);
    uint16_t len = rd_be16(r);
    c->table = rd_u8(r);
    rd_skip(r, 1);
    take_config(c, rd_be32(r));
    if (r->bad || len < DESC_SIZE || (size_t)len - DESC_SIZE > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd props = rd_sub(r, (size_t)len - DESC_SIZE);
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&props)) {
        struct ofp_prop p;
        bool known;
        error = ofp_prop_get(&props, &p);
        error = error ? error : take_prop(c, &p, &known);
    }
    return error;
}

void
ofp_table_desc_put(struct wr *w, const struct ofp_table_config *c)
{
    size_t begin = w->n;
    wr_be16(w, 0);
    wr_u8(w, c->table);
    wr_u8(w, 0);
    wr_be32(w, config_of(c));
    put_props(w, c);
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}

/* -- News -- */

enum ofp_error
ofp_table_status_get(const struct ofp_msg *m, enum ofp_table_reason *reason,
                     struct ofp_table_config *c)
{
    struct rd r = m->body;
    uint8_t number = rd_u8(&r);
    if (number != OFP_TABLE_VACANCY_DOWN && number != OFP_TABLE_VACANCY_UP) {
        return OFPBPC_BAD_VALUE;
    }
    *reason = (enum ofp_table_reason)number;
    rd_skip(&r, 7);
    return ofp_table_desc_get(&r, c);
}

void
ofp_table_status_put(struct wr *w, enum ofp_version version, enum ofp_table_reason reason,
                     const struct ofp_table_config *c)
{
    size_t begin = ofp_msg_begin(w, OFPT_TABLE_STATUS, version, 0);
    wr_u8(w, (uint8_t)reason);
    wr_zeros(w, 7);
    ofp_table_desc_put(w, c);
    ofp_msg_end(w, begin);
}

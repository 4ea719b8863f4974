/* SPDX-License-Identifier: Apache-2.0 */
/* Groups in memory, and the messages around them; what a bucket is on the wire has its own file.
 */
#include "openflow/field_set.h"
#include "openflow/msg_group_internal.h"
#include "openflow/ofp_prop.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(ofp_group);

static struct log_rate group_rate = LOG_RATE(1, 5);

/* -- In memory -- */

void
ofp_group_init(struct ofp_group *g)
{
    *g = (struct ofp_group){.buckets = STR_INIT};
}

void
ofp_group_fini(struct ofp_group *g)
{
    str_fini(&g->buckets);
    os_free(g->fields);
    ofp_group_init(g);
}

void
ofp_group_add_bucket(struct ofp_group *g, const struct ofp_bucket *bucket, const void *list,
                     size_t size)
{
    struct ofp_bucket head = *bucket;
    head.size = (uint32_t)size;
    str_put(&g->buckets, (const char *)&head, sizeof head);
    str_put(&g->buckets, list, size);
}

const struct ofp_bucket *
ofp_bucket_next(const struct ofp_group *g, size_t *ofs)
{
    if (*ofs >= g->buckets.n) {
        return NULL;
    }
    const struct ofp_bucket *bucket = (const void *)(g->buckets.s + *ofs);
    *ofs += sizeof *bucket + bucket->size;
    return bucket;
}

bool
ofp_group_add_field(struct ofp_group *g, const struct ofp_group_field *field)
{
    size_t at = g->n_fields, place = of_field_place(field->id);
    while (at && of_field_place(g->fields[at - 1].id) >= place) {
        at--;
    }
    if (at < g->n_fields && g->fields[at].id == field->id) {
        return false;
    }
    if (g->n_fields == g->fields_capacity) {
        g->fields = xgrow(g->fields, &g->fields_capacity, sizeof *g->fields);
    }
    memmove(&g->fields[at + 1], &g->fields[at], (g->n_fields - at) * sizeof *g->fields);
    g->fields[at] = *field;
    g->n_fields++;
    return true;
}

/* -- GROUP_MOD -- */

bool
ofp_group_is_15(uint8_t version)
{
    return version == OFP_10 || version >= OFP_15;
}

/* The commands for buckets are known in every version, though only 1.5 can say which bucket. */
static bool
is_command(uint16_t number)
{
    return number <= OFP_GROUP_INSERT_BUCKET || number == OFP_GROUP_REMOVE_BUCKET ||
           number == OFP_GROUP_ADD_OR_MODIFY;
}

/* What is allowed to be in a bucket of this type of group. A bucket to be inserted is told
 * without the type. */
static enum ofp_error
check_bucket(const struct ofp_group *g, const struct ofp_bucket *b, bool is_insert)
{
    bool watches = b->watch_port != OFP_PORT_NONE || b->watch_group != OFP_GROUP_ANY;
    if (b->weight && g->type != OFP_GROUP_SELECT && !is_insert) {
        return OFPGMFC_INVALID_GROUP;
    }
    if (g->type == OFP_GROUP_FF) {
        return watches ? OFP_OK : OFPGMFC_INVALID_GROUP;
    }
    return watches && g->type != OFP_GROUP_SELECT ? OFPGMFC_WATCH_UNSUPPORTED : OFP_OK;
}

static enum ofp_error
check_mod(const struct ofp_group_mod *mod, uint8_t version, size_t n_buckets)
{
    const struct ofp_group *g = &mod->group;
    bool is_13 = version == OFP_13 || version == OFP_14;
    if (mod->command == OFP_GROUP_DELETE && n_buckets && is_13) {
        return OFPGMFC_INVALID_GROUP;
    }
    if (g->type > OFP_GROUP_FF) {
        return OFPGMFC_BAD_TYPE;
    }
    if (g->type == OFP_GROUP_INDIRECT && mod->command != OFP_GROUP_DELETE && n_buckets != 1) {
        return OFPGMFC_INVALID_GROUP;
    }
    if (!is_command((uint16_t)mod->command)) {
        log_limited(&group_rate, LOG_WARN, "Invalid group command %u", (unsigned)mod->command);
        return OFPGMFC_BAD_COMMAND;
    }
    if (mod->command == OFP_GROUP_REMOVE_BUCKET && n_buckets) {
        return OFPGMFC_BAD_BUCKET;
    }
    size_t ofs = 0;
    enum ofp_error error = OFP_OK;
    for (const struct ofp_bucket *b; !error && (b = ofp_bucket_next(g, &ofs));) {
        error = check_bucket(g, b, mod->command == OFP_GROUP_INSERT_BUCKET);
    }
    return error;
}

/* Whether COMMAND can be for bucket ID. */
static bool
is_command_bucket(enum ofp_group_command command, uint32_t id)
{
    bool is_insert = command == OFP_GROUP_INSERT_BUCKET,
         is_remove = command == OFP_GROUP_REMOVE_BUCKET;
    if (id == OFP_BUCKET_ALL) {
        return !is_insert;
    }
    return (is_insert || is_remove) && (id <= OFP_BUCKET_MAX || id >= OFP_BUCKET_FIRST);
}

static enum ofp_error
get_15(struct rd *r, uint8_t version, struct ofp_group_mod *mod)
{
    uint16_t buckets_len = rd_be16(r);
    rd_skip(r, 2);
    mod->command_bucket_id = rd_be32(r);
    if (!is_command_bucket(mod->command, mod->command_bucket_id)) {
        return OFPGMFC_BAD_BUCKET;
    }
    if (buckets_len > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    enum ofp_error error = ofp_buckets_get(r, buckets_len, version, &mod->group);
    return error ? error : ofp_group_props_get(r, mod->command, &mod->group);
}

static size_t
count_buckets(const struct ofp_group *g)
{
    size_t n = 0, ofs = 0;
    while (ofp_bucket_next(g, &ofs)) {
        n++;
    }
    return n;
}

enum ofp_error
ofp_group_mod_get(const struct ofp_msg *m, struct ofp_group_mod *mod)
{
    struct rd r = m->body;
    bool is_15 = ofp_group_is_15(m->version);
    uint16_t command = rd_be16(&r);
    ofp_group_init(&mod->group);
    mod->command = (enum ofp_group_command)command;
    mod->command_bucket_id = OFP_BUCKET_ALL;
    mod->group.type = rd_u8(&r);
    rd_skip(&r, 1);
    mod->group.id = rd_be32(&r);
    enum ofp_error error = is_15 ? get_15(&r, m->version, mod)
                                 : ofp_buckets_get(&r, rd_left(&r), m->version, &mod->group);
    if (error) {
        return error;
    }
    return check_mod(mod, m->version, count_buckets(&mod->group));
}

void
ofp_group_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                  const struct ofp_group_mod *mod, bool *lost)
{
    const struct ofp_group *g = &mod->group;
    enum ofp_msg_id id = version == OFP_10 ? NXT_GROUP_MOD : OFPT_GROUP_MOD;
    bool is_15 = ofp_group_is_15((uint8_t)version);
    size_t begin = ofp_msg_begin(w, id, version, xid);
    w->bad = w->bad || !is_command((uint16_t)mod->command);
    wr_be16(w, (uint16_t)mod->command);
    wr_u8(w, g->type);
    wr_u8(w, 0);
    wr_be32(w, g->id);
    if (is_15) {
        size_t len_at = w->n;
        wr_zeros(w, 4);
        wr_be32(w, mod->command_bucket_id);
        ofp_buckets_put_counted(w, len_at, version, g, lost);
        ofp_group_props_put(w, version, g);
    } else {
        ofp_buckets_put(w, version, g, lost);
    }
    ofp_msg_end(w, begin);
}

/* -- Descriptions -- */

enum { DESC_SIZE_11 = 8, DESC_SIZE_15 = 16 };

enum ofp_error
ofp_group_desc_get(struct rd *r, uint8_t version, struct ofp_group *g)
{
    bool is_15 = ofp_group_is_15(version);
    size_t n = rd_left(r), head = is_15 ? DESC_SIZE_15 : DESC_SIZE_11;
    uint16_t len = rd_be16(r);
    ofp_group_init(g);
    g->type = rd_u8(r);
    rd_skip(r, 1);
    g->id = rd_be32(r);
    uint16_t buckets_len = is_15 ? rd_be16(r) : 0;
    rd_skip(r, is_15 ? 6 : 0);
    if (r->bad) {
        log_limited(&group_rate, LOG_WARN,
                    "OFPST11_GROUP_DESC reply has %zu leftover bytes at end", n);
        return OFPBRC_BAD_LEN;
    }
    if (len < head || len - head > rd_left(r)) {
        log_limited(&group_rate, LOG_WARN, "OFPST11_GROUP_DESC reply claims invalid length %u",
                    len);
        return OFPBRC_BAD_LEN;
    }
    struct rd body = rd_sub(r, len - head);
    if (!is_15) {
        return ofp_buckets_get(&body, rd_left(&body), version, g);
    }
    if (buckets_len > rd_left(&body)) {
        return OFPBRC_BAD_LEN;
    }
    enum ofp_error error = ofp_buckets_get(&body, buckets_len, version, g);
    return error ? error : ofp_group_props_get(&body, OFP_GROUP_ADD, g);
}

void
ofp_group_desc_put(struct wr *w, enum ofp_version version, const struct ofp_group *g, bool *lost)
{
    size_t begin = w->n;
    wr_be16(w, 0);
    wr_u8(w, g->type);
    wr_u8(w, 0);
    wr_be32(w, g->id);
    if (ofp_group_is_15((uint8_t)version)) {
        size_t len_at = w->n;
        wr_zeros(w, 8);
        ofp_buckets_put_counted(w, len_at, version, g, lost);
        ofp_group_props_put(w, version, g);
    } else {
        ofp_buckets_put(w, version, g, lost);
    }
    w->bad = w->bad || w->n - begin > UINT16_MAX;
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}

/* -- Requests -- */

uint32_t
ofp_group_request_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    return rd_left(&r) ? rd_be32(&r) : OFP_GROUP_EVERY;
}

void
ofp_group_request_put(struct wr *w, enum ofp_msg_id kind, enum ofp_version version, uint32_t xid,
                      uint32_t group)
{
    enum ofp_msg_id id = kind;
    w->bad = w->bad || !ofp_msg_find(kind, version, &id);
    size_t begin = ofp_msg_begin(w, id, version, xid);
    if (kind == OFPST_GROUP_REQUEST || ofp_group_is_15((uint8_t)version)) {
        wr_be32(w, group);
        wr_zeros(w, 4);
    }
    ofp_msg_end(w, begin);
}

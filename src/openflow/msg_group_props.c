/* SPDX-License-Identifier: Apache-2.0 */
/* How a select group selects: Netronome's property, which names a method and the fields that it
 * looks at. A field's value on the wire is its mask. */
#include <string.h>

#include "openflow/match_oxm.h"
#include "openflow/msg_group_internal.h"
#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_group);

static struct log_rate property_rate = LOG_RATE(1, 5);

enum { NETRONOME = 0x154d, SELECTION_METHOD = 1, SELECTION_SIZE = 28, HAS_MASK = 1 };

static enum ofp_error
refuse(const char *why, enum ofp_error error)
{
    log_limited(&property_rate, LOG_WARN, "%s", why);
    return error;
}

static bool
is_all(const uint8_t *p, size_t n, uint8_t byte)
{
    size_t i = 0;
    while (i < n && p[i] == byte) {
        i++;
    }
    return i == n;
}

static enum ofp_error
get_field(struct rd *r, struct ofp_group *g)
{
    const struct of_oxm *oxm;
    bool has_mask;
    size_t len;
    if (rd_left(r) >= 4 && rd_left(r) - 4 >= r->p[3] && r->p[2] & HAS_MASK) {
        return OFPBMC_BAD_MASK;
    }
    if (!of_oxm_get_header(r, &oxm, &has_mask, &len)) {
        return OFPBMC_BAD_LEN;
    }
    const uint8_t *value = rd_take(r, len);
    if (!value) {
        return OFPBMC_BAD_LEN;
    }
    if (!oxm) {
        return OFPBMC_BAD_FIELD;
    }
    struct ofp_group_field field = {.id = oxm->field, .len = (uint8_t)len};
    if (of_field_is_tun_metadata(oxm->field) ? !len || len > of_fields[oxm->field].wire
                                             : len != of_fields[oxm->field].wire) {
        return OFPBMC_BAD_FIELD;
    }
    memcpy(field.mask, value, len);
    if (is_all(value, len, 0)) {
        return OFPBMC_BAD_VALUE;
    }
    if (of_fields[field.id].mask == OF_MASK_NONE && !is_all(value, len, 0xff)) {
        return OFPBMC_BAD_MASK;
    }
    return ofp_group_add_field(g, &field) ? OFP_OK : OFPBMC_DUP_FIELD;
}

static enum ofp_error
get_fields(struct rd *r, struct ofp_group *g)
{
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(r)) {
        error = get_field(r, g);
    }
    return error;
}

static enum ofp_error
get_selection(struct rd *body, enum ofp_group_command command, struct ofp_group *g)
{
    if (g->type > OFP_GROUP_FF) {
        return OFPGMFC_BAD_TYPE;
    }
    switch (command) {
    case OFP_GROUP_ADD:
    case OFP_GROUP_MODIFY:
    case OFP_GROUP_ADD_OR_MODIFY:
        break;
    case OFP_GROUP_DELETE:
    case OFP_GROUP_INSERT_BUCKET:
    case OFP_GROUP_REMOVE_BUCKET:
        return refuse("ntr selection method property is only allowed for add and modify "
                      "group commands",
                      OFPBPC_BAD_VALUE);
    default:
        return OFPGMFC_BAD_COMMAND;
    }
    if (rd_left(body) < SELECTION_SIZE) {
        return refuse("ntr selection method property length is too short", OFPBPC_BAD_LEN);
    }
    if (g->type != OFP_GROUP_SELECT) {
        return refuse("ntr selection method property is only allowed for select groups",
                      OFPBPC_BAD_VALUE);
    }
    rd_skip(body, 4);
    struct rd method = rd_sub(body, OFP_SELECTION_METHOD_SIZE);
    g->selection_param = rd_be64(body);
    rd_copy(&method, g->selection_method, OFP_SELECTION_METHOD_SIZE);
    if (!memchr(g->selection_method, '\0', OFP_SELECTION_METHOD_SIZE)) {
        g->selection_method[0] = '\0';
        return refuse("ntr selection method is not null terminated", OFPBPC_BAD_VALUE);
    }
    bool is_hash = !strcmp(g->selection_method, "hash");
    if (!is_hash && strcmp(g->selection_method, "dp_hash")) {
        log_limited(&property_rate, LOG_WARN, "ntr selection method '%s' is not supported",
                    g->selection_method);
        return OFPBPC_BAD_VALUE;
    }
    if (!is_hash && rd_left(body)) {
        return refuse("ntr selection method fields are only allowed for hash", OFPBPC_BAD_VALUE);
    }
    enum ofp_error error = get_fields(body, g);
    return error ? refuse("ntr selection method fields are invalid", error) : OFP_OK;
}

enum ofp_error
ofp_group_props_get(struct rd *r, enum ofp_group_command command, struct ofp_group *g)
{
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(r)) {
        struct ofp_prop p;
        error = ofp_prop_get(r, &p);
        if (error) {
            break;
        }
        if (p.type != OFP_PROP_EXPERIMENTER) {
            error = OFPBPC_BAD_TYPE;
        } else if (p.vendor != NETRONOME || p.vendor_type != SELECTION_METHOD) {
            error = OFPBPC_BAD_EXP_TYPE;
        } else {
            error = get_selection(&p.body, command, g);
        }
    }
    return error;
}

void
ofp_group_props_put(struct wr *w, enum ofp_version version, const struct ofp_group *g)
{
    if (!*g->selection_method) {
        return;
    }
    size_t prop = ofp_prop_begin_vendor(w, NETRONOME, SELECTION_METHOD);
    wr_zeros(w, 4);
    wr_bytes(w, g->selection_method, OFP_SELECTION_METHOD_SIZE);
    wr_be64(w, g->selection_param);
    for (size_t i = 0; i < g->n_fields; i++) {
        const struct of_oxm *oxm = of_oxm_of(g->fields[i].id, version);
        if (oxm) {
            of_oxm_put_header(w, oxm, false, g->fields[i].len);
            wr_bytes(w, g->fields[i].mask, g->fields[i].len);
        }
    }
    ofp_prop_end(w, prop);
}

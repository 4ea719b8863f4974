/* SPDX-License-Identifier: Apache-2.0 */
/* OpenFlow 1.0 has one format that every switch knows; Nicira's match and the table's number are
 * asked for, and a switch that refuses does without. Later versions have one format each. */
#include "cmd/ovs-ofctl/flow_talk.h"

#include <stdlib.h>

#include "cmd/ovs-ofctl/names.h"
#include "os/log.h"

enum { FLOW_FORMAT_NXM = 2 };

struct flow_names
flow_names_of(struct ofctl *c, const char *target)
{
    struct flow_names names = {.tables = names_of_tables_to_accept(c, target)};
    names.ports = names_of_ports_to_accept(c, target);
    return names;
}

flow_formats
flow_formats_allowed(const struct ofctl *c, flow_formats usable)
{
    if (!(usable & c->formats)) {
        log_fatal("none of the usable flow formats (%s) is among the allowed flow formats (%s)",
                  flow_formats_text(usable), flow_formats_text(c->formats));
    }
    return usable & c->formats;
}

static bool
use_nxm(struct talk *t)
{
    wr_be32(talk_begin(t, NXT_SET_FLOW_FORMAT), FLOW_FORMAT_NXM);
    return talk_try(t);
}

static bool
use_table(struct talk *t)
{
    struct wr *w = talk_begin(t, NXT_FLOW_MOD_TABLE_ID);
    wr_u8(w, 1);
    wr_zeros(w, 7);
    return talk_try(t);
}

/* Has the switch use FORMAT of OpenFlow 1.0; false if it does not know it. */
static bool
use_format(struct talk *t, flow_formats format, struct flow_dialect *d)
{
    bool wants_nxm = format & FORMAT_NXM_ANY, wants_table = format & FORMAT_TID;
    if (wants_nxm && !d->nxm) {
        d->nxm = use_nxm(t);
    }
    if (wants_table && !d->has_table && d->nxm == wants_nxm) {
        d->has_table = use_table(t);
    }
    return d->nxm == wants_nxm && d->has_table == wants_table;
}

/* Has the switch use one of FORMATS, trying those of OpenFlow 1.0 in ORDER. */
static void
choose_format(struct talk *t, flow_formats usable, flow_formats formats,
              const flow_formats order[], size_t n_order, struct flow_dialect *d)
{
    *d = (struct flow_dialect){.version = talk_version(t)};
    formats &= flow_formats_of(1u << d->version);
    if (d->version > OFP_10 && formats) {
        return;
    }
    for (size_t i = 0; i < n_order; i++) {
        if (formats & order[i] && use_format(t, order[i], d)) {
            return;
        }
    }
    log_fatal("switch does not support any of the usable flow formats (%s)",
              flow_formats_text(usable));
}

struct talk *
flow_talk_open(struct ofctl *c, const char *target, flow_formats usable, struct flow_dialect *d)
{
    static const flow_formats order[] = {FORMAT_OF10, FORMAT_OF10_TID, FORMAT_NXM, FORMAT_NXM_TID};
    flow_formats formats = flow_formats_allowed(c, usable);
    struct talk *t = talk_open(c, target);
    choose_format(t, usable, formats, order, ARRAY_LEN(order), d);
    return t;
}

/* Where the table has a place of its own, it takes no special format to name it. */
static flow_formats
without_tables(flow_formats formats)
{
    return formats | (formats & FORMAT_NXM_TID ? FORMAT_NXM : 0) |
           (formats & FORMAT_OF10_TID ? FORMAT_OF10 : 0);
}

struct talk *
flow_talk_open_dump(struct ofctl *c, const char *target, flow_formats usable,
                    struct flow_dialect *d)
{
    static const flow_formats order[] = {FORMAT_NXM, FORMAT_OF10};
    struct talk *t = talk_open(c, target);
    choose_format(t, usable, without_tables(flow_formats_allowed(c, usable)), order,
                  ARRAY_LEN(order), d);
    return t;
}

struct talk *
flow_talk_open_replace(struct ofctl *c, const char *target, flow_formats usable,
                       struct flow_dialect *d)
{
    static const flow_formats order[] = {FORMAT_NXM, FORMAT_NXM_TID, FORMAT_OF10, FORMAT_OF10_TID};
    flow_formats formats = flow_formats_allowed(c, usable);
    struct talk *t = talk_open(c, target);
    choose_format(t, usable, formats, order, ARRAY_LEN(order), d);
    return t;
}

void
flow_talk_put(struct wr *w, const struct flow_dialect *d, struct ofp_flow_mod *fm)
{
    bool is_delete = fm->command == OFP_FLOW_DELETE || fm->command == OFP_FLOW_DELETE_STRICT;
    if (fm->table == OFP_TABLE_ALL && d->version >= OFP_11 &&
        (!is_delete || d->version == OFP_11)) {
        fm->table = 0; /* there is no "any" */
    }
    if (d->nxm && fm->new_cookie == OFP_COOKIE_NONE) {
        fm->new_cookie = 0;
    }
    ofp_flow_mod_put(w, d->version, d->nxm, d->has_table, 0, fm);
}

void
flow_talk_for_each(struct talk *t, void (*each)(void *aux, struct ofp_flow_stats *), void *aux)
{
    struct ofp_flow_stats *fs = xalloc(sizeof *fs);
    bool more;
    fs->actions = wr_make(xalloc(OF_ACTS_MAX), OF_ACTS_MAX);
    talk_start(t);
    do {
        struct ofp_msg m;
        more = talk_next_part(t, &m);
        if (ofp_msg_kind(m.id) != OFPST_FLOW_REPLY) {
            print_message(stderr, talk_options(t), NULL, m.bytes, m.len);
            exit(EXIT_FAILURE);
        }
        struct rd r = m.body;
        while (rd_left(&r)) {
            enum ofp_error error = ofp_flow_stats_get(&m, &r, fs);
            if (error) {
                log_fatal("parse error in reply (%s)", ofp_error_name(error));
            }
            each(aux, fs);
        }
    } while (more);
    os_free(fs->actions.start);
    os_free(fs);
}

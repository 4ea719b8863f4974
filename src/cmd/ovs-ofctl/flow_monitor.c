/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for flow monitors: Nicira's up to OpenFlow 1.2, ONF's extension in 1.3, the standard's
 * since 1.4. OpenFlow 1.5.1 section 7.3.5.17. */
#include "cmd/ovs-ofctl/flow_monitor.h"

#include <string.h>

#include "cmd/ovs-ofctl/flow_talk.h"
#include "openflow/words.h"
#include "os/log.h"

/* What is told unless SPEC says "!NAME"; the bits of Nicira's and ONF's requests, and those of
 * OpenFlow 1.4, where changes of one's own are abbreviated unless asked for. */
static const struct {
    const char *name;
    uint16_t bit, bit_14;
} kinds[] = {
    {"!initial", 1 << 0, 1 << 0}, {"!add", 1 << 1, 1 << 1},     {"!delete", 1 << 2, 1 << 2},
    {"!modify", 1 << 3, 1 << 3},  {"!actions", 1 << 4, 1 << 4}, {"!own", 1 << 5, 1 << 6},
};

/* SPEC without the words that begin with "!", for flow_parse_request(); takes these from FLAGS. */
static void
take_kinds(const char *spec, uint16_t *flags, uint16_t *flags_14, struct str *rest)
{
    const char *end = spec + strlen(spec);
    *flags = 0;
    *flags_14 = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        *flags |= kinds[i].bit;
        *flags_14 |= kinds[i].bit_14;
    }
    while (spec < end) {
        size_t n = strcspn(spec, ",");
        size_t i = 0;
        while (i < ARRAY_LEN(kinds) && !text_is(kinds[i].name, spec, n)) {
            i++;
        }
        if (i < ARRAY_LEN(kinds)) {
            *flags &= (uint16_t)~kinds[i].bit;
            *flags_14 &= (uint16_t)~kinds[i].bit_14;
        } else {
            str_putf(rest, "%s%.*s", rest->n ? "," : "", (int)n, spec);
        }
        spec += n + (spec[n] == ',');
    }
}

static void
put_nicira(struct wr *w, uint16_t flags, const struct ofp_flow_stats_request *rq)
{
    wr_be16(w, flags);
    wr_be16(w, (uint16_t)rq->out_port);
    size_t len_at = w->n;
    wr_be16(w, 0);
    wr_u8(w, rq->table);
    wr_zeros(w, 5);
    size_t n = of_match_put_nxm(w, &rq->match, NULL);
    if (!w->bad) {
        put_be16(w->start + len_at, (uint16_t)n);
    }
}

static void
put_onf(struct wr *w, uint16_t flags, const struct ofp_flow_stats_request *rq)
{
    wr_be16(w, flags);
    size_t len_at = w->n;
    wr_be16(w, 0);
    ofp_port_put(w, OFP_13, rq->out_port);
    wr_u8(w, rq->table);
    wr_zeros(w, 3);
    size_t at = w->n;
    of_match_put_wire(w, OFP_13, &rq->match);
    if (!w->bad) { /* the match's own length, without what pads it */
        put_be16(w->start + len_at, get_be16(w->start + at + 2));
    }
}

static void
put_standard(struct wr *w, enum ofp_version version, uint16_t flags,
             const struct ofp_flow_stats_request *rq)
{
    ofp_port_put(w, version, rq->out_port);
    wr_be32(w, rq->out_group);
    wr_be16(w, flags);
    wr_u8(w, rq->table);
    wr_u8(w, 0); /* add */
    of_match_put_wire(w, version, &rq->match);
}

void
request_flow_monitor(struct ofctl *c, struct talk *t, const char *target, const char *spec)
{
    struct ofp_flow_stats_request rq;
    struct str rest = STR_INIT;
    struct err e;
    uint16_t flags, flags_14;
    flow_formats formats;
    struct flow_names names = flow_names_of(c, target);
    take_kinds(spec, &flags, &flags_14, &rest);
    if (flow_parse_request(str_text(&rest), rest.n, &names, &rq, &formats, &e)) {
        log_fatal("%s: %s", spec, e.text);
    }
    enum ofp_version version = talk_version(t);
    struct wr *w = talk_begin(t, OFPST_FLOW_MONITOR_REQUEST);
    wr_be32(w, 0); /* the monitor's number */
    if (version < OFP_13) {
        put_nicira(w, flags, &rq);
    } else if (version == OFP_13) {
        put_onf(w, flags, &rq);
    } else {
        put_standard(w, version, flags_14, &rq);
    }
    talk_dump(t); /* what there is already; changes come by themselves */
    str_fini(&rest);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* "stat_trigger(packet_count=1000,periodic)": the instruction of OpenFlow 1.5 as text, both ways.
 * Statistics have OpenFlow's names. The reference lacks it. */
#include "base/endian.h"
#include "openflow/actions_format.h"
#include "openflow/actions_parse.h"
#include "os/err_format.h"

enum { NS_DIGITS = 9 };

static const struct {
    const char *name;
    uint32_t flag;
} flags[] = {{"periodic", OF_TRIGGER_PERIODIC}, {"only_first", OF_TRIGGER_ONLY_FIRST}};

/* A statistic of 32 or of 64 bits. */
static const struct statistic {
    const char *name;
    size_t ofs;
    bool is_wide;
} statistics[] = {
    {"idle_time", offsetof(struct ofp_flow_counts, idle_s), false},
    {"flow_count", offsetof(struct ofp_flow_counts, n_flows), false},
    {"packet_count", offsetof(struct ofp_flow_counts, n_packets), true},
    {"byte_count", offsetof(struct ofp_flow_counts, n_bytes), true},
};

static uint64_t
get_statistic(const struct ofp_flow_counts *c, const struct statistic *s)
{
    uint64_t wide;
    uint32_t narrow;
    memcpy(&wide, (const char *)c + s->ofs, sizeof wide);
    memcpy(&narrow, (const char *)c + s->ofs, sizeof narrow);
    return s->is_wide ? wide : narrow == OFP_COUNT32_UNKNOWN ? OFP_COUNT_UNKNOWN : narrow;
}

static void
set_statistic(struct ofp_flow_counts *c, const struct statistic *s, uint64_t x)
{
    uint32_t narrow = (uint32_t)x;
    memcpy((char *)c + s->ofs, s->is_wide ? (const void *)&x : (const void *)&narrow,
           s->is_wide ? sizeof x : sizeof narrow);
}

/* -- Writing -- */

static void
put_duration(struct str *s, const struct ofp_flow_counts *c)
{
    str_puts(s, "duration=");
    str_put_u64(s, c->duration_s);
    if (c->duration_ns) {
        str_putf(s, ".%09u", c->duration_ns);
        str_chomp(s, "0");
    }
}

void
act_show_stat_trigger(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_stat_trigger *a = act;
    str_putf(w->s, "%s(", name);
    if (a->thresholds.duration_s != OFP_COUNT32_UNKNOWN) {
        put_duration(w->s, &a->thresholds);
    }
    for (size_t i = 0; i < ARRAY_LEN(statistics); i++) {
        uint64_t x = get_statistic(&a->thresholds, &statistics[i]);
        if (x != OFP_COUNT_UNKNOWN) {
            act_show_comma(w->s);
            str_putf(w->s, "%s=", statistics[i].name);
            str_put_u64(w->s, x);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (a->flags & flags[i].flag) {
            act_show_comma(w->s);
            str_puts(w->s, flags[i].name);
        }
    }
    str_putc(w->s, ')');
}

/* -- Reading -- */

/* "5", "5.25": seconds. */
static int
parse_duration(struct act_text *t, const struct word *w, struct ofp_flow_counts *c)
{
    const char *end = w->value + w->n, *dot = memchr(w->value, '.', w->n);
    uint32_t seconds;
    int code = act_text_small(t, w->value, dot ? (size_t)(dot - w->value) : w->n,
                              OFP_COUNT32_UNKNOWN - 1, "duration", &seconds);
    uint32_t ns = 0, digits = 0;
    if (code) {
        return code;
    }
    for (const char *p = dot ? dot + 1 : end; p < end; p++, digits++) {
        if (*p < '0' || *p > '9' || digits == NS_DIGITS) {
            return err_fail(t->err, -E_INVAL, "invalid duration \"%.*s\"", (int)w->n, w->value);
        }
        ns = ns * 10 + (uint32_t)(*p - '0');
    }
    for (; digits < NS_DIGITS; digits++) {
        ns *= 10;
    }
    c->duration_s = seconds;
    c->duration_ns = ns;
    return 0;
}

static int
parse_word(struct act_text *t, const struct word *w, struct of_act_stat_trigger *a)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (word_is(w, flags[i].name) && !w->value) {
            a->flags |= flags[i].flag;
            return 0;
        }
    }
    if (word_is(w, "duration") && w->value) {
        return parse_duration(t, w, &a->thresholds);
    }
    for (size_t i = 0; i < ARRAY_LEN(statistics); i++) {
        const struct statistic *s = &statistics[i];
        if (word_is(w, s->name) && w->value) {
            uint64_t x;
            int code = act_text_number(t, w->value, w->n, &x);
            if (!code && x >= (s->is_wide ? OFP_COUNT_UNKNOWN : OFP_COUNT32_UNKNOWN)) {
                code = err_fail(t->err, -E_INVAL, "%s: %.*s is too large", s->name, (int)w->n,
                                w->value);
            }
            set_statistic(&a->thresholds, s, code ? OFP_COUNT_UNKNOWN : x);
            return code;
        }
    }
    return err_fail(t->err, -E_INVAL, "invalid argument to \"stat_trigger\": `%.*s'",
                    (int)w->n_name, w->name);
}

int
parse_stat_trigger(struct act_text *t)
{
    struct of_act_stat_trigger *a = act_text_begin(t, OF_ACT_STAT_TRIGGER);
    const char *p = value_of(t), *end = p + t->word.n;
    int code = 0;
    if (!a) {
        return act_text_end(t, a);
    }
    memset(&a->thresholds, UINT8_MAX, sizeof a->thresholds);
    for (struct word w; !code && word_next(&p, end, &w);) {
        code = parse_word(t, &w, a);
    }
    return code ? code : act_text_end(t, a);
}

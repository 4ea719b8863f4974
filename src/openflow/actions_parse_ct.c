/* SPDX-License-Identifier: Apache-2.0 */
/* ct and nat from text. What else a ct does to its connection stands in exec(...), and may set the
 * connection's mark and label only. */
#include <string.h>

#include "base/endian.h"
#include "openflow/actions_parse.h"
#include "openflow/table_text.h"
#include "os/err_format.h"
#include "text/network.h"

enum { FTP = 21, TFTP = 69 };

/* -- nat -- */

/* A NAT range being read: ADDRESS[-ADDRESS][:PORT[-PORT]], an IPv6 address in brackets. */
struct range {
    const char *p, *end;
    struct of_act_nat *nat;
};

/* Reads an address at R, up to one of STOP: its version; 0: none is there. */
static int
take_address(struct range *r, const char *stop, uint8_t *out4, uint8_t *out6)
{
    size_t n = 0;
    while (r->p + n < r->end && !strchr(stop, r->p[n])) {
        n++;
    }
    int version = ip_parse(IP_V4, r->p, n, out4)   ? IP_V4
                  : ip_parse(IP_V6, r->p, n, out6) ? IP_V6
                                                   : 0;
    r->p += version ? n : 0;
    return version;
}

static bool
take(struct range *r, char c)
{
    bool there = r->p < r->end && *r->p == c;
    r->p += there;
    return there;
}

/* Reads the addresses; false when their order is wrong. */
static bool
take_addresses(struct range *r)
{
    struct of_act_nat *nat = r->nat;
    bool in_brackets = take(r, '[');
    const char *stop = in_brackets ? "-]" : "-:";
    const char *start = r->p;
    int version = take_address(r, stop, nat->ipv4_min, nat->ipv6_min);
    if (!version && !in_brackets) { /* an IPv6 address without brackets has no port */
        version = take_address(r, "-", nat->ipv4_min, nat->ipv6_min);
    }
    if (!version) {
        r->p = start - in_brackets;
        return true;
    }
    bool is_v4 = version == IP_V4, good = true;
    nat->present |= is_v4 ? OF_NAT_IPV4_MIN : OF_NAT_IPV6_MIN;
    bool apart = in_brackets && take(r, ']'); /* [FIRST]-[LAST] as well as [FIRST-LAST] */
    if (take(r, '-')) {
        in_brackets = apart ? take(r, '[') : in_brackets;
        int last = take_address(r,
                                is_v4         ? ":]"
                                : in_brackets ? "]"
                                              : "",
                                nat->ipv4_max, nat->ipv6_max);
        nat->present |= is_v4 ? OF_NAT_IPV4_MAX : OF_NAT_IPV6_MAX;
        int order = is_v4 ? memcmp(nat->ipv4_min, nat->ipv4_max, 4)
                          : memcmp(nat->ipv6_min, nat->ipv6_max, 16);
        good = last == version && order <= 0;
        if (!order) {
            nat->present &= (uint16_t) ~(OF_NAT_IPV4_MAX | OF_NAT_IPV6_MAX);
        }
    }
    if (in_brackets) {
        take(r, ']');
    }
    return good;
}

static bool
take_number(struct range *r, uint16_t *x)
{
    uint64_t number;
    size_t n = 0;
    while (r->p + n < r->end && r->p[n] >= '0' && r->p[n] <= '9') {
        n++;
    }
    if (!text_to_u64(r->p, n, &number)) {
        return false;
    }
    *x = (uint16_t)number;
    r->p += n;
    return true;
}

/* Reads ":PORT[-PORT]", which an address must precede. */
static bool
take_ports(struct range *r)
{
    struct of_act_nat *nat = r->nat;
    if (!nat->present || !take(r, ':') || !take_number(r, &nat->proto_min)) {
        return true;
    }
    nat->present |= OF_NAT_PROTO_MIN;
    if (!take(r, '-')) {
        return true;
    }
    if (!take_number(r, &nat->proto_max) || nat->proto_max < nat->proto_min) {
        return false;
    }
    nat->present |= nat->proto_max > nat->proto_min ? OF_NAT_PROTO_MAX : 0;
    return true;
}

static int
parse_range(struct act_text *t, const struct word *w, struct of_act_nat *nat)
{
    struct range r = {w->value, w->value + w->n, nat};
    if (!take_addresses(&r) || !take_ports(&r)) {
        return err_fail(t->err, -E_INVAL, "invalid nat range \"%.*s\"", (int)w->n, w->value);
    }
    if (r.p != r.end) {
        return err_fail(t->err, -E_INVAL, "garbage (%.*s) after nat range \"%.*s\" (pos: %zu)",
                        (int)(r.end - r.p), r.p, (int)w->n, w->value, (size_t)(r.p - w->value));
    }
    return 0;
}

static int
parse_nat_key(struct act_text *t, const struct word *w, struct of_act_nat *nat)
{
    static const struct {
        const char *word;
        uint16_t flag;
    } flags[] = {
        {"persistent", OF_NAT_PERSISTENT}, {"hash", OF_NAT_HASH}, {"random", OF_NAT_RANDOM}};
    if (word_is(w, "src") || word_is(w, "dst")) {
        nat->flags |= word_is(w, "src") ? OF_NAT_SRC : OF_NAT_DST;
        return w->value ? parse_range(t, w, nat) : 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (word_is(w, flags[i].word)) {
            nat->flags |= flags[i].flag;
            return 0;
        }
    }
    return err_fail(t->err, -E_INVAL, "invalid key \"%.*s\" in \"nat\" argument", (int)w->n_name,
                    w->name);
}

static int
check_nat(struct act_text *t, const struct of_act_nat *nat)
{
    uint16_t both = OF_NAT_SRC | OF_NAT_DST, ways = OF_NAT_HASH | OF_NAT_RANDOM;
    if ((nat->flags & both) == both) {
        return err_fail(t->err, -E_INVAL, "May only specify one of \"src\" or \"dst\".");
    }
    if (!(nat->flags & both) && nat->flags) {
        return err_fail(t->err, -E_INVAL, "Flags allowed only with \"src\" or \"dst\".");
    }
    if ((nat->flags & ways) == ways) {
        return err_fail(t->err, -E_INVAL, "Both \"hash\" and \"random\" are not allowed.");
    }
    return 0;
}

int
parse_nat(struct act_text *t)
{
    struct of_act_nat nat = {.flags = 0};
    const char *p = value_of(t), *end = p + t->word.n;
    int code = 0;
    if (!t->within || strcmp(t->within, "ct")) {
        return err_fail(t->err, -E_INVAL, "Cannot have NAT action outside of \"ct\" action");
    }
    for (struct word w; !code && word_next(&p, end, &w);) {
        code = parse_nat_key(t, &w, &nat);
    }
    code = code ? code : check_nat(t, &nat);
    struct of_act_nat *to = code ? NULL : act_text_begin(t, OF_ACT_NAT);
    if (to) {
        nat.act = to->act;
        *to = nat;
    }
    return code ? code : act_text_end(t, to);
}

/* -- ct -- */

static int
parse_zone(struct act_text *t, const struct word *w, struct of_act_ct *ct)
{
    uint64_t zone;
    if (text_to_u64(w->value, w->n, &zone) && zone <= UINT16_MAX) {
        ct->zone_imm = (uint16_t)zone;
        return 0;
    }
    int code = of_subfield_parse(w->value, w->n, &ct->zone_src, t->err);
    if (!code && ct->zone_src.n_bits != 16) {
        code = err_fail(t->err, -E_INVAL,
                        "zone: %.*s: source field is %u bits wide but destination is 16 bits wide",
                        (int)w->n, w->value, ct->zone_src.n_bits);
    }
    return code;
}

static int
parse_alg(struct act_text *t, const struct word *w, struct of_act_ct *ct)
{
    ct->alg = w->n == 3 && !memcmp(w->value, "ftp", 3)    ? FTP
              : w->n == 4 && !memcmp(w->value, "tftp", 4) ? TFTP
                                                          : 0;
    return ct->alg ? 0
                   : err_fail(t->err, -E_INVAL, "invalid conntrack helper \"%.*s\"", (int)w->n,
                              w->value);
}

/* One key of ct(...) that is no list; *KNOWN is false for others. */
static int
parse_ct_key(struct act_text *t, const struct word *w, struct of_act_ct *ct, bool *known)
{
    uint8_t table;
    *known = true;
    if (word_is(w, "commit")) {
        ct->flags |= OF_CT_COMMIT;
    } else if (word_is(w, "force")) {
        ct->flags |= OF_CT_FORCE;
    } else if (word_is(w, "table") && w->value) {
        if (!of_table_parse(w->value, w->n, t->names.tables, &table)) {
            return err_fail(t->err, -E_INVAL, "unknown table %.*s", (int)w->n, w->value);
        }
        if (table == OF_TABLE_NONE) {
            return err_fail(t->err, -E_INVAL, "invalid table 0x%x", OF_TABLE_NONE);
        }
        ct->recirc_table = table;
    } else if (word_is(w, "zone") && w->value) {
        return parse_zone(t, w, ct);
    } else if (word_is(w, "alg") && w->value) {
        return parse_alg(t, w, ct);
    } else {
        *known = false;
    }
    return 0;
}

/* Only a connection's own fields may be set, and by these actions. */
static int
check_exec(struct act_text *t, const void *list, size_t size)
{
    size_t ofs = 0;
    for (const struct of_act *a; (a = of_acts_next(list, size, &ofs));) {
        const void *p = a;
        enum of_field_id field =
            a->type == OF_ACT_SET_FIELD ? ((const struct of_act_set_field *)p)->field
            : a->type == OF_ACT_LOAD    ? ((const struct of_act_load *)p)->dst.field
            : a->type == OF_ACT_MOVE    ? ((const struct of_act_move *)p)->dst.field
                                        : OF_FIELD_COUNT;
        if (field == OF_FIELD_COUNT && a->type != OF_ACT_NAT) {
            return err_fail(t->err, -E_INVAL, "ct action doesn't support nested action %s",
                            of_act_infos[a->type].name);
        }
        if (field != OF_CT_MARK && field != OF_CT_LABEL && a->type != OF_ACT_NAT) {
            return err_fail(t->err, -E_INVAL,
                            "ct action doesn't support nested modification of %s",
                            of_fields[field].name);
        }
    }
    return 0;
}

/* The lists in ct(...) up to END: nat and exec(...), in their order. */
static int
parse_ct_lists(struct act_text *t, const char *end)
{
    const char *p = value_of(t);
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        size_t begin = t->list->n;
        if (word_is(&w, "nat")) {
            const char *start = w.name;
            code = act_text_list(t, "ct", start, (size_t)(p - start));
        } else if (word_is(&w, "exec")) {
            code = act_text_list(t, "ct", w.value ? w.value : "", w.n);
        }
        code = code ? code : check_exec(t, t->list->start + begin, t->list->n - begin);
    }
    return code;
}

int
parse_ct(struct act_text *t)
{
    struct of_act_ct ct = {.recirc_table = OF_TABLE_NONE};
    const char *p = value_of(t), *end = p + t->word.n;
    int code = 0;
    const char *start = p;
    for (struct word w; !code && word_next(&p, end, &w);) {
        bool known;
        start = w.name;
        code = parse_ct_key(t, &w, &ct, &known);
        if (!code && !known && !word_is(&w, "nat") && !word_is(&w, "exec")) {
            code = err_fail(t->err, -E_INVAL, "invalid argument to \"ct\" action: `%.*s'",
                            (int)w.n_name, w.name);
        }
    }
    if (!code && ct.flags & OF_CT_FORCE && !(ct.flags & OF_CT_COMMIT)) {
        code = err_fail(t->err, -E_INVAL, "\"force\" flag requires \"commit\" flag.");
    }
    struct of_act_ct *to = act_text_begin(t, OF_ACT_CT);
    if (to) {
        ct.act = to->act;
        *to = ct;
        int before = parse_ct_lists(t, code ? start : end); /* what comes first is told */
        code = before ? before : code;
    }
    return code ? code : act_text_end(t, to);
}

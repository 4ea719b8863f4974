/* SPDX-License-Identifier: Apache-2.0 */
/* Actions of connection tracking to text. */

#include "openflow/actions_format.h"
#include "openflow/table_text.h"
#include "text/network.h"

static void
put_range(struct str *s, const struct of_act_nat *nat)
{
    bool is_v6 = nat->present & OF_NAT_IPV6_MIN;
    bool has_port = nat->present & OF_NAT_PROTO_MIN,
         has_ip = is_v6 || nat->present & OF_NAT_IPV4_MIN;
    enum ip_version version = is_v6 ? IP_V6 : IP_V4;
    if (is_v6 && has_port) {
        str_putc(s, '[');
    }
    if (has_ip) {
        str_put_ip(s, version, is_v6 ? nat->ipv6_min : nat->ipv4_min);
    }
    if (nat->present & (OF_NAT_IPV4_MAX | OF_NAT_IPV6_MAX)) {
        str_puts(s, is_v6 && has_port ? "]-[" : "-");
        str_put_ip(s, version, is_v6 ? nat->ipv6_max : nat->ipv4_max);
    }
    if (is_v6 && has_port) {
        str_putc(s, ']');
    }
    if (has_port) {
        str_putf(s, ":%u", nat->proto_min);
        if (nat->present & OF_NAT_PROTO_MAX) {
            str_putf(s, "-%u", nat->proto_max);
        }
    }
}

void
act_show_nat(struct act_writer *w, const char *name, const void *act)
{
    static const struct {
        uint16_t flag;
        const char *word;
    } words[] = {
        {OF_NAT_PERSISTENT, "persistent"}, {OF_NAT_HASH, "hash"}, {OF_NAT_RANDOM, "random"}};
    const struct of_act_nat *nat = act;
    str_puts(w->s, name);
    if (!nat->flags) {
        return;
    }
    str_puts(w->s, nat->flags & OF_NAT_SRC ? "(src" : "(dst");
    if (nat->present) {
        str_putc(w->s, '=');
        put_range(w->s, nat);
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (nat->flags & words[i].flag) {
            str_putf(w->s, ",%s", words[i].word);
        }
    }
    str_putc(w->s, ')');
}

/* What a ct's list does besides translating addresses. */
static void
put_exec(struct act_writer *w, const struct of_act_ct *ct)
{
    size_t size = ct->act.len - sizeof *ct, ofs = 0;
    bool any = false;
    for (const struct of_act *a; (a = of_acts_next(ct->list, size, &ofs));) {
        if (a->type == OF_ACT_NAT) {
            act_show_comma(w->s);
            act_show_nat(w, "nat", a);
        }
    }
    ofs = 0;
    for (const struct of_act *a; (a = of_acts_next(ct->list, size, &ofs));) {
        if (a->type != OF_ACT_NAT) {
            act_show_comma(w->s);
            str_puts(w->s, any ? "" : "exec(");
            any = true;
            act_show_list(w, a, ROUND_UP((size_t)a->len, 8));
        }
    }
    if (any) {
        str_putc(w->s, ')');
    }
}

void
act_show_ct(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_ct *ct = act;
    str_putf(w->s, "%s(", name);
    if (ct->flags & OF_CT_COMMIT) {
        str_puts(w->s, "commit");
    }
    if (ct->flags & OF_CT_FORCE) {
        act_show_comma(w->s);
        str_puts(w->s, "force");
    }
    if (ct->recirc_table != OF_TABLE_NONE) {
        act_show_comma(w->s);
        str_puts(w->s, "table=");
        of_table_put(w->s, ct->recirc_table, w->names.tables);
    }
    if (ct->zone_src.n_bits) {
        act_show_comma(w->s);
        str_puts(w->s, "zone=");
        of_subfield_put(w->s, &ct->zone_src);
    } else if (ct->zone_imm) {
        act_show_comma(w->s);
        str_putf(w->s, "zone=%u", ct->zone_imm);
    }
    if (ct->alg) {
        act_show_comma(w->s);
        str_putf(w->s, ct->alg == 21 ? "alg=ftp" : ct->alg == 69 ? "alg=tftp" : "alg=%u", ct->alg);
    }
    put_exec(w, ct);
    str_putc(w->s, ')');
}

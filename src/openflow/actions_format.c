/* SPDX-License-Identifier: Apache-2.0 */
/* Actions to text: a table of how each is written, most of them a word and a value. */
#include <inttypes.h>

#include "base/endian.h"
#include "openflow/actions_format.h"
#include "text/network.h"

/* -- Pieces -- */

static const char *
field_header_name(enum of_field_id field)
{
    const struct of_oxm *oxm = of_oxm_for(field, OFP_10);
    return oxm ? oxm->name : of_fields[field].name;
}

void
of_subfield_put(struct str *s, const struct of_subfield *sub)
{
    str_puts(s, field_header_name((enum of_field_id)sub->field));
    if (!sub->ofs && sub->n_bits == of_subfield_bits((enum of_field_id)sub->field)) {
        str_puts(s, "[]");
    } else if (sub->n_bits == 1) {
        str_putf(s, "[%u]", sub->ofs);
    } else {
        str_putf(s, "[%u..%u]", sub->ofs, sub->ofs + sub->n_bits - 1);
    }
}

void
act_show_comma(struct str *s)
{
    if (s->n && s->s[s->n - 1] != '(') {
        str_putc(s, ',');
    }
}

void
act_show_bytes(struct str *s, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_putf(s, i ? ".%02x" : "%02x", p[i]);
    }
}

const char *
act_show_name(const struct act_names *names, unsigned int value)
{
    const char *name = act_name_of(names, value);
    return name ? name : "<unknown>";
}

/* -- A word, and perhaps a value -- */

static void
put_word(struct act_writer *w, const char *name, const void *act UNUSED)
{
    str_puts(w->s, name);
}

static void
put_dec8(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%u", name, ((const struct of_act_u8 *)act)->value);
}

static void
put_dec16(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%u", name, ((const struct of_act_u16 *)act)->value);
}

static void
put_vlan_vid(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_vlan_vid *v = act;
    str_putf(w->s, "%s:%u", v->only_tagged ? "set_vlan_vid" : name, v->value);
}

static void
put_vlan_pcp(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_vlan_pcp *v = act;
    str_putf(w->s, "%s:%u", v->only_tagged ? "set_vlan_pcp" : name, v->value);
}

static void
put_dec32(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:%" PRIu32, name, ((const struct of_act_u32 *)act)->value);
}

static void
put_type(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:0x%04x", name, ((const struct of_act_u16 *)act)->value);
}

static void
put_paren8(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s(%u)", name, ((const struct of_act_u8 *)act)->value);
}

static void
put_paren32(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s(%" PRIu32 ")", name, ((const struct of_act_u32 *)act)->value);
}

static void
put_mac(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    str_put_mac(w->s, ((const struct of_act_mac *)act)->mac);
}

static void
put_ipv4(struct act_writer *w, const char *name, const void *act)
{
    uint8_t bytes[4];
    put_be32(bytes, ((const struct of_act_u32 *)act)->value);
    str_putf(w->s, "%s:", name);
    str_put_ip(w->s, IP_V4, bytes);
}

static void
put_subfield(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &((const struct of_act_subfield *)act)->sub);
}

/* -- All of them -- */

static act_show_fn *const writers[OF_ACT_COUNT] = {
    [OF_ACT_OUTPUT] = act_show_output,
    [OF_ACT_OUTPUT_REG] = act_show_output_reg,
    [OF_ACT_OUTPUT_TRUNC] = act_show_output_trunc,
    [OF_ACT_CONTROLLER] = act_show_controller,
    [OF_ACT_ENQUEUE] = act_show_enqueue,
    [OF_ACT_BUNDLE] = act_show_bundle,
    [OF_ACT_GROUP] = put_dec32,
    [OF_ACT_STRIP_VLAN] = act_show_strip_vlan,
    [OF_ACT_PUSH_VLAN] = put_type,
    [OF_ACT_PUSH_MPLS] = put_type,
    [OF_ACT_POP_MPLS] = put_type,
    [OF_ACT_PUSH_PBB] = put_type,
    [OF_ACT_ENCAP] = act_show_encap,
    [OF_ACT_DECAP] = act_show_decap,
    [OF_ACT_SET_FIELD] = act_show_set_field,
    [OF_ACT_LOAD] = act_show_load,
    [OF_ACT_MOVE] = act_show_move,
    [OF_ACT_SET_VLAN_VID] = put_vlan_vid,
    [OF_ACT_SET_VLAN_PCP] = put_vlan_pcp,
    [OF_ACT_SET_ETH_SRC] = put_mac,
    [OF_ACT_SET_ETH_DST] = put_mac,
    [OF_ACT_SET_IPV4_SRC] = put_ipv4,
    [OF_ACT_SET_IPV4_DST] = put_ipv4,
    [OF_ACT_SET_IP_DSCP] = put_dec8,
    [OF_ACT_SET_IP_ECN] = put_dec8,
    [OF_ACT_SET_IP_TTL] = put_dec8,
    [OF_ACT_SET_L4_SRC] = put_dec16,
    [OF_ACT_SET_L4_DST] = put_dec16,
    [OF_ACT_DEC_TTL_IDS] = act_show_ids,
    [OF_ACT_SET_MPLS_LABEL] = put_paren32,
    [OF_ACT_SET_MPLS_TC] = put_paren8,
    [OF_ACT_SET_MPLS_TTL] = put_paren8,
    [OF_ACT_SET_TUNNEL] = act_show_tunnel,
    [OF_ACT_DELETE_FIELD] = act_show_delete_field,
    [OF_ACT_CHECK_PKT_LARGER] = act_show_check,
    [OF_ACT_SET_QUEUE] = put_dec32,
    [OF_ACT_STACK_PUSH] = put_subfield,
    [OF_ACT_STACK_POP] = put_subfield,
    [OF_ACT_FIN_TIMEOUT] = act_show_fin_timeout,
    [OF_ACT_CONJUNCTION] = act_show_conjunction,
    [OF_ACT_NOTE] = act_show_note,
    [OF_ACT_CT] = act_show_ct,
    [OF_ACT_NAT] = act_show_nat,
    [OF_ACT_RESUBMIT] = act_show_resubmit,
    [OF_ACT_CLONE] = act_show_nested,
    [OF_ACT_LEARN] = act_show_learn,
    [OF_ACT_MULTIPATH] = act_show_multipath,
    [OF_ACT_SAMPLE] = act_show_sample,
    [OF_ACT_METER] = put_dec32,
    [OF_ACT_WRITE_ACTIONS] = act_show_nested,
    [OF_ACT_WRITE_METADATA] = act_show_metadata,
    [OF_ACT_STAT_TRIGGER] = act_show_stat_trigger,
    [OF_ACT_GOTO_TABLE] = act_show_goto_table,
};

void
act_show_list(struct act_writer *w, const void *list, size_t size)
{
    size_t ofs = 0;
    if (!size) {
        str_puts(w->s, "drop");
    }
    for (const struct of_act *a; (a = of_acts_next(list, size, &ofs));) {
        act_show_fn *put = writers[a->type] ? writers[a->type] : put_word;
        if (a != list) {
            str_putc(w->s, ',');
        }
        put(w, of_act_infos[a->type].name, a);
    }
}

void
of_acts_text_put(struct str *s, const void *list, size_t size, const struct flow_names *names)
{
    struct act_writer w = {s, flow_names_or_none(names)};
    act_show_list(&w, list, size);
}

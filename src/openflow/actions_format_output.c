/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that send packets somewhere, to text. */
#include <inttypes.h>

#include "openflow/actions_format.h"
#include "openflow/port_text.h"

enum { NO_LIMIT = 0xffff };

void
act_show_output(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_output *o = act;
    if (o->port == OFP_PORT_CONTROLLER) {
        str_putf(w->s, "CONTROLLER:%u", o->max_len);
        return;
    }
    if (o->port < OFP_PORT_MAX) {
        str_putf(w->s, "%s:", name);
    }
    of_port_put(w->s, o->port, w->names.ports);
}

void
act_show_output_reg(struct act_writer *w, const char *name, const void *act)
{
    str_putf(w->s, "%s:", name);
    of_subfield_put(w->s, &((const struct of_act_output_reg *)act)->src);
}

void
act_show_output_trunc(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_output_trunc *o = act;
    str_putf(w->s, "%s(port=", name);
    of_port_put(w->s, o->port, w->names.ports);
    str_putf(w->s, ",max_len=%" PRIu32 ")", o->max_len);
}

static void
put_reason(struct str *s, uint8_t reason)
{
    const char *name = act_name_of(&act_reasons, reason);
    act_show_comma(s);
    if (name) {
        str_putf(s, "reason=%s", name);
    } else {
        str_putf(s, "reason=%u", reason);
    }
}

void
act_show_controller(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_controller *c = act;
    size_t n = c->act.len - sizeof *c;
    if (c->reason == OF_REASON_ACTION && !c->controller_id && !n && !c->pause && !c->meter_id) {
        str_putf(w->s, "CONTROLLER:%u", c->max_len);
        return;
    }
    str_putf(w->s, "%s(", name);
    if (c->reason != OF_REASON_ACTION) {
        put_reason(w->s, c->reason);
    }
    if (c->max_len != NO_LIMIT) {
        act_show_comma(w->s);
        str_putf(w->s, "max_len=%u", c->max_len);
    }
    if (c->controller_id) {
        act_show_comma(w->s);
        str_putf(w->s, "id=%u", c->controller_id);
    }
    if (n) {
        act_show_comma(w->s);
        str_puts(w->s, "userdata=");
        act_show_bytes(w->s, c->userdata, n);
    }
    if (c->pause) {
        act_show_comma(w->s);
        str_puts(w->s, "pause");
    }
    if (c->meter_id) {
        act_show_comma(w->s);
        str_putf(w->s, "meter_id=%" PRIu32, c->meter_id);
    }
    str_putc(w->s, ')');
}

void
act_show_enqueue(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_enqueue *e = act;
    str_putf(w->s, "%s:", name);
    of_port_put(w->s, e->port, w->names.ports);
    str_putf(w->s, ":%" PRIu32, e->queue);
}

void
act_show_bundle(struct act_writer *w, const char *name, const void *act)
{
    const struct of_act_bundle *b = act;
    str_putf(w->s, b->dst.n_bits ? "%s_load(" : "%s(", name);
    str_putf(w->s, "%s,%u,%s,ofport,", act_show_name(&act_hash_fields, b->fields), b->basis,
             act_show_name(&act_bundle_algorithms, b->algorithm));
    if (b->dst.n_bits) {
        of_subfield_put(w->s, &b->dst);
        str_putc(w->s, ',');
    }
    str_puts(w->s, "members:");
    for (uint16_t i = 0; i < b->n_ports; i++) {
        if (i) {
            str_putc(w->s, ',');
        }
        of_port_put(w->s, b->ports[i], w->names.ports);
    }
    str_putc(w->s, ')');
}

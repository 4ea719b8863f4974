/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that send packets, from text: output in its forms, controller and enqueue. */
#include <string.h>

#include "base/hex.h"
#include "openflow/actions_names.h"
#include "openflow/actions_parse.h"
#include "openflow/port_text.h"
#include "os/err_format.h"

enum { NO_LIMIT = 0xffff };

static bool
mentions(const struct act_text *t, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= t->word.n; i++) {
        if (!memcmp(t->word.value + i, what, n)) {
            return true;
        }
    }
    return false;
}

/* output(port=PORT,max_len=BYTES) */
static int
parse_output_trunc(struct act_text *t)
{
    const char *p = t->word.value, *end = p + t->word.n;
    uint64_t max_len = 0;
    uint32_t port = OFP_PORT_NONE;
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        bool is_port = word_is(&w, "port"), known = false, good = false;
        if (is_port) {
            known = of_port_parse(w.value ? w.value : "", w.n, t->names.ports, &port);
            good = known &&
                   (port < OFP_PORT_MAX || port == OFP_PORT_IN_PORT || port == OFP_PORT_LOCAL);
        }
        if (is_port && !good) {
            code = err_fail(t->err, -E_INVAL, "output to %s truncate port: %.*s",
                            known ? "unsupported" : "unknown", (int)w.n, w.value ? w.value : "");
        } else if (word_is(&w, "max_len")) {
            code = act_text_number(t, w.value, w.n, &max_len);
            max_len = (uint32_t)max_len;
            if (!code && max_len < OF_TRUNC_MIN) {
                code = err_fail(t->err, -E_INVAL, "max_len %u is less than the minimum value %d",
                                (unsigned int)max_len, OF_TRUNC_MIN);
            }
        } else if (!word_is(&w, "port")) {
            code = err_fail(t->err, -E_INVAL, "invalid key '%.*s' in output_trunc argument",
                            (int)w.n_name, w.name);
        }
    }
    struct of_act_output_trunc *o = code ? NULL : act_text_begin(t, OF_ACT_OUTPUT_TRUNC);
    if (o) {
        o->port = (uint16_t)port;
        o->max_len = (uint32_t)max_len;
    }
    return code ? code : act_text_end(t, o);
}

int
act_text_put_output(struct act_text *t, uint32_t port, uint16_t max_len)
{
    struct of_act_output *o = act_text_begin(t, OF_ACT_OUTPUT);
    if (o) {
        o->port = (uint16_t)port;
        o->max_len = max_len;
    }
    return act_text_end(t, o);
}

int
parse_output(struct act_text *t)
{
    uint32_t port;
    struct of_subfield src;
    if (mentions(t, "port") && mentions(t, "max_len")) {
        return parse_output_trunc(t);
    }
    if (of_port_parse(value_of(t), t->word.n, t->names.ports, &port)) {
        return act_text_put_output(t, port, port == OFP_PORT_CONTROLLER ? NO_LIMIT : 0);
    }
    if (of_subfield_parse(value_of(t), t->word.n, &src, NULL)) {
        return err_fail(t->err, -E_INVAL, "%.*s: output to unknown port", VALUE_ARGS(t));
    }
    struct of_act_output_reg *o = act_text_begin(t, OF_ACT_OUTPUT_REG);
    if (o) {
        o->src = src;
        o->max_len = NO_LIMIT;
    }
    return act_text_end(t, o);
}

static int
parse_reason(struct act_text *t, const struct word *w, uint8_t *reason)
{
    unsigned int found;
    if (act_name_find(&act_reasons, w->value, w->n, &found)) {
        *reason = (uint8_t)found;
        return 0;
    }
    return err_fail(t->err, -E_INVAL, "unknown reason \"%.*s\"", (int)w->n,
                    w->value ? w->value : "");
}

/* Writes bytes, two digits each with or without dots between them; false at a bad digit. */
bool
act_text_hex(struct wr *w, const char *p, size_t n)
{
    for (const char *end = p + n; p < end;) {
        int high = hex_digit(*p), low = p + 1 < end ? hex_digit(p[1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        wr_u8(w, (uint8_t)(high << 4 | low));
        p += 2;
        p += p < end && *p == '.';
    }
    return true;
}

/* One key of controller(KEY=VALUE,...). *USERDATA is read last, since it grows the action. */
static int
parse_controller_key(struct act_text *t, const struct word *w, struct of_act_controller *c,
                     struct word *userdata)
{
    uint32_t x = 0;
    uint64_t meter;
    int code = 0;
    if (word_is(w, "max_len")) {
        code = act_text_small(t, w->value, w->n, UINT16_MAX, "max_len", &x);
        c->max_len = (uint16_t)x;
    } else if (word_is(w, "id")) {
        code = act_text_small(t, w->value, w->n, UINT16_MAX, "id", &x);
        c->controller_id = (uint16_t)x;
    } else if (word_is(w, "reason")) {
        code = parse_reason(t, w, &c->reason);
    } else if (word_is(w, "userdata")) {
        *userdata = *w;
    } else if (word_is(w, "pause")) {
        c->pause = true;
    } else if (word_is(w, "meter_id")) {
        code = act_text_number(t, w->value, w->n, &meter);
        c->meter_id = code ? 0 : (uint32_t)meter;
    } else {
        code = err_fail(t->err, -E_INVAL, "unknown key \"%.*s\" parsing controller action",
                        (int)w->n_name, w->name);
    }
    return code;
}

static bool
is_number(const struct act_text *t)
{
    size_t i = 0;
    while (i < t->word.n && t->word.value[i] >= '0' && t->word.value[i] <= '9') {
        i++;
    }
    return i && i == t->word.n;
}

int
parse_controller(struct act_text *t)
{
    struct of_act_controller c = {.max_len = NO_LIMIT, .reason = OF_REASON_ACTION};
    struct word userdata = {.name = NULL};
    const char *p = value_of(t), *end = p + t->word.n;
    uint32_t max_len;
    int code = 0;
    if (is_number(t)) {
        code = act_text_small(t, p, t->word.n, UINT16_MAX, "max_len", &max_len);
        return code ? code : act_text_put_output(t, OFP_PORT_CONTROLLER, (uint16_t)max_len);
    }
    for (struct word w; !code && word_next(&p, end, &w);) {
        code = parse_controller_key(t, &w, &c, &userdata);
    }
    if (code) {
        return code;
    }
    if (c.reason == OF_REASON_ACTION && !c.controller_id && !userdata.name && !c.pause &&
        !c.meter_id) {
        return act_text_put_output(t, OFP_PORT_CONTROLLER, c.max_len);
    }
    struct of_act_controller *to = act_text_begin(t, OF_ACT_CONTROLLER);
    if (to) {
        c.act = to->act;
        *to = c;
        if (!act_text_hex(t->list, userdata.n ? userdata.value : "", userdata.n)) {
            return err_fail(t->err, -E_INVAL, "bad hex digit in `controller' action `userdata'");
        }
    }
    return act_text_end(t, to);
}

int
parse_enqueue(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n, *colon = p;
    uint32_t port;
    uint64_t queue;
    while (colon < end && *colon != ':' && *colon != ',') {
        colon++;
    }
    if (colon == end || colon == p || colon + 1 == end) {
        return err_fail(t->err, -E_INVAL,
                        "\"enqueue\" syntax is \"enqueue:PORT:QUEUE\" or "
                        "\"enqueue(PORT,QUEUE)\"");
    }
    if (!of_port_parse(p, (size_t)(colon - p), t->names.ports, &port)) {
        return err_fail(t->err, -E_INVAL, "%.*s: enqueue to unknown port", (int)(colon - p), p);
    }
    int code = act_text_number(t, colon + 1, (size_t)(end - colon - 1), &queue);
    struct of_act_enqueue *e = code ? NULL : act_text_begin(t, OF_ACT_ENQUEUE);
    if (e) {
        e->port = (uint16_t)port;
        e->queue = (uint32_t)queue;
    }
    return code ? code : act_text_end(t, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Continuations as the packaged ovs-vswitchd makes them. Each action list among the properties has
 * before it the table and cookie of the flow that it is of, where these change. */
#include "openflow/msg_continuation.h"

#include "openflow/actions_text.h"
#include "openflow/actions_wire.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_prop.h"

enum {
    PROP_BRIDGE = 0x8000,
    PROP_STACK,
    PROP_MIRRORS,
    PROP_CONNTRACKED,
    PROP_TABLE,
    PROP_COOKIE,
    PROP_ACTIONS,
    PROP_ACTION_SET,
    PROP_ODP_PORT,
};
enum { UUID_SIZE = 16, PAD = 4 };

struct continuation {
    bool has_bridge, conntracked;
    uint8_t bridge[UUID_SIZE];
    uint32_t mirrors;
    uint8_t table;
    uint64_t cookie;
    uint8_t version;
    struct str stack, actions, action_set; /* as text */
    const struct flow_names *names;
};

static void
take_stack(struct continuation *c, const struct rd *r)
{
    str_putc(&c->stack, ' ');
    of_number_put_hex(&c->stack, r->p, rd_left(r));
}

static enum ofp_error
take_list(struct str *s, struct rd *r, const struct continuation *c)
{
    struct wr list = ofp_actions_buffer();
    rd_skip(r, PAD);
    enum ofp_error error =
        r->bad           ? OFPBPC_BAD_LEN
        : rd_left(r) % 8 ? OFPBRC_BAD_LEN
                         : of_acts_get(r->p, rd_left(r), (enum ofp_version)c->version, &list);
    if (!error && list.n) {
        str_put_repeat(s, ',', s->n > 0);
        of_acts_text_put(s, list.start, list.n, c->names);
    }
    ofp_actions_buffer_free(&list);
    return error;
}

static enum ofp_error
take_actions(struct continuation *c, struct rd *r)
{
    str_putf(&c->actions, "%sunroll_xlate(table=%u, cookie=%llu)", c->actions.n ? "," : "",
             c->table, (unsigned long long)c->cookie);
    return take_list(&c->actions, r, c);
}

static enum ofp_error
take_prop(struct continuation *c, struct ofp_prop *p)
{
    struct rd *r = &p->body;
    switch (p->type) {
    case PROP_BRIDGE:
        rd_copy(r, c->bridge, sizeof c->bridge);
        c->has_bridge = true;
        break;
    case PROP_STACK:
        take_stack(c, r);
        return OFP_OK;
    case PROP_MIRRORS:
        c->mirrors = rd_be32(r);
        break;
    case PROP_CONNTRACKED:
        c->conntracked = true;
        return OFP_OK;
    case PROP_TABLE:
        c->table = rd_u8(r);
        return r->bad ? OFPBPC_BAD_LEN : OFP_OK;
    case PROP_COOKIE:
        rd_skip(r, PAD);
        c->cookie = rd_be64(r);
        break;
    case PROP_ACTIONS:
        return take_actions(c, r);
    case PROP_ACTION_SET:
        return take_list(&c->action_set, r, c);
    case PROP_ODP_PORT:
        rd_skip(r, 4);
        break;
    default:
        return OFP_OK;
    }
    return r->bad || rd_left(r) ? OFPBPC_BAD_LEN : OFP_OK;
}

static void
put_text(struct str *s, const struct continuation *c)
{
    if (c->has_bridge) {
        const uint8_t *b = c->bridge;
        str_puts(s, " continuation.bridge=");
        for (size_t i = 0; i < UUID_SIZE; i++) {
            str_putf(s, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
        }
        str_putc(s, '\n');
    }
    if (c->stack.n) {
        str_putf(s, " continuation.stack=(top)%s (bottom)\n", str_text(&c->stack));
    }
    if (c->mirrors) {
        str_putf(s, " continuation.mirrors=0x%x\n", c->mirrors);
    }
    str_puts(s, c->conntracked ? " continuation.conntracked=true\n" : "");
    if (c->actions.n) {
        str_putf(s, " continuation.actions=%s\n", str_text(&c->actions));
    }
    if (c->action_set.n) {
        str_putf(s, " continuation.action_set=%s\n", str_text(&c->action_set));
    }
}

enum ofp_error
ofp_continuation_put_text(struct str *s, uint8_t version, const struct rd *from,
                          const struct flow_names *names)
{
    struct continuation c = {.version = version, .names = names};
    struct rd r = *from;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_prop p;
        error = ofp_prop_get(&r, &p);
        error = error ? error : take_prop(&c, &p);
    }
    if (!error) {
        put_text(s, &c);
    }
    str_fini(&c.stack);
    str_fini(&c.actions);
    str_fini(&c.action_set);
    return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: statistics in several messages put together again.
 *
 * An input that begins with a zero is steps, STEP_SIZE bytes each, of which every one makes a
 * message; what becomes whole of them is compared with a model. Any other input is messages one
 * after the other, as a connection brings them; what becomes whole is shown. */
#include <stdlib.h>
#include <string.h>

#include "openflow/ofp_parts.h"
#include "openflow/ofp_print.h"

enum { STEP_SIZE = 3, PART_MAX = 60000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* -- Steps -- */

static const struct kind {
    enum ofp_msg_id id;
    enum ofp_version version;
} kinds[] = {
    {OFPST_FLOW_REPLY, OFP_13},      {OFPST_FLOW_REPLY, OFP_10},
    {OFPST_FLOW_REPLY, OFP_15},      {OFPST_GROUP_REPLY, OFP_13},
    {NXST_FLOW_REPLY, OFP_10},       {OFPST_TABLE_FEATURES_REPLY, OFP_13},
    {OFPST_PORT_DESC_REPLY, OFP_14}, {OFPT_ECHO_REPLY, OFP_13},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

struct step {
    size_t kind;
    uint32_t xid;
    bool has_more;
    size_t n; /* bytes of the body, a multiple of 8 as most messages want */
};

static struct step
step_get(const uint8_t b[STEP_SIZE])
{
    struct step s = {b[0] % N_KINDS, b[0] >> 3 & 3, b[0] & 0x80,
                     (size_t)(b[1] << 8 | (b[2] & 0xf8))};
    s.has_more = s.has_more && kinds[s.kind].id != OFPT_ECHO_REPLY;
    s.n = s.n > PART_MAX ? PART_MAX : s.n;
    return s;
}

/* What the parts so far make, byte for byte. */
struct model {
    bool is_open;
    struct step first;
    size_t n;
    uint8_t bytes[OFP_WHOLE_MAX + PART_MAX];
};

enum outcome { WAITS, WHOLE, PASSES, REFUSED };

/* Adds step S, whose body is at BODY. PASSES: alone, between the parts of another message. WHOLE:
 * M->bytes are what comes out. */
static enum outcome
model_add(struct model *m, const struct step *s, const uint8_t *body)
{
    bool continues = m->is_open && m->first.kind == s->kind && m->first.xid == s->xid;
    if (!continues && m->is_open) {
        return s->has_more ? REFUSED : PASSES;
    }
    if (!continues) {
        m->first = *s;
        m->n = 0;
    }
    memcpy(m->bytes + m->n, body, s->n);
    m->n += s->n;
    m->is_open = s->has_more && m->n <= OFP_WHOLE_MAX;
    return m->n > OFP_WHOLE_MAX ? REFUSED : m->is_open ? WAITS : WHOLE;
}

static void
steps(const uint8_t *data, size_t size)
{
    static struct model model;
    static uint8_t buffer[OFP_MSG_MAX];
    struct ofp_whole whole;
    uint8_t byte = 0;
    model.is_open = false;
    ofp_whole_init(&whole);
    for (; size >= STEP_SIZE; data += STEP_SIZE, size -= STEP_SIZE) {
        struct step s = step_get(data);
        struct wr w = wr_make(buffer, sizeof buffer);
        size_t begin = ofp_msg_begin(&w, kinds[s.kind].id, kinds[s.kind].version, s.xid);
        size_t body = w.n;
        for (size_t i = 0; i < s.n; i++) {
            wr_u8(&w, byte++);
        }
        ofp_msg_end(&w, begin);
        if (s.has_more) {
            put_be16(buffer + 10, OFP_FLAG_MORE);
        }
        struct ofp_msg m;
        bool is_whole = false;
        if (ofp_msg_get(&m, buffer, w.n)) {
            continue; /* a length that this message cannot have */
        }
        enum outcome expected = model_add(&model, &s, buffer + body);
        enum ofp_error error = ofp_whole_add(&whole, &m, &is_whole);
        VERIFY(!error == (expected != REFUSED));
        VERIFY(is_whole == (expected == WHOLE || expected == PASSES));
        if (is_whole) {
            const uint8_t *bytes = expected == WHOLE ? model.bytes : buffer + body;
            size_t n = expected == WHOLE ? model.n : s.n;
            VERIFY(rd_left(&m.body) == n);
            VERIFY(!n || !memcmp(m.body.p, bytes, n));
            VERIFY(!ofp_msg_is_statistics(m.id) || !(m.flags & OFP_FLAG_MORE));
        }
    }
    ofp_whole_fini(&whole);
}

/* -- Messages -- */

static void
show(struct ofp_msg *m)
{
    VERIFY(rd_left(&m->body) <= OFP_WHOLE_MAX);
    uint8_t sum = 0;
    for (struct rd r = m->body; rd_left(&r);) {
        sum = (uint8_t)(sum + rd_u8(&r));
    }
    struct str s = STR_INIT;
    ofp_print(&s, m->bytes, m->len, &(struct ofp_print){.verbosity = sum & 1});
    str_fini(&s);
}

static void
messages(const uint8_t *data, size_t size)
{
    struct ofp_whole whole;
    struct ofp_header h;
    ofp_whole_init(&whole);
    while (ofp_header_get(data, size, &h) && h.len >= OFP_HEADER_SIZE && h.len <= size) {
        uint8_t *copy = malloc(h.len); /* of its own, so that a read past the end shows */
        memcpy(copy, data, h.len);
        struct ofp_msg m;
        bool is_whole = false;
        if (!ofp_msg_get(&m, copy, h.len) && !ofp_whole_add(&whole, &m, &is_whole) && is_whole) {
            show(&m);
        }
        free(copy);
        data += h.len;
        size -= h.len;
    }
    ofp_whole_fini(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && !data[0]) {
        steps(data + 1, size - 1);
    } else {
        messages(data, size);
    }
    return 0;
}

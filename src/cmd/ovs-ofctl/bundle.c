/* SPDX-License-Identifier: Apache-2.0 */
/* Changes are kept until all of them are there, as their numbers come before the bundle's; then
 * they go out without waiting. Errors may name changes: those are sent again to the user. */
#include "cmd/ovs-ofctl/bundle.h"

#include <stdlib.h>

#include "openflow/msg_error.h"
#include "openflow/ofp_print.h"
#include "os/log.h"

enum {
    BUNDLE_ID = 0,
    OPEN_REQUEST = 0,
    COMMIT_REQUEST = 4,
    ATOMIC_ORDERED = 3,
};

void
bundle_begin(struct bundle *b, struct talk *t)
{
    *b = (struct bundle){.talk = t, .msg = xalloc(OFP_MSG_MAX)};
}

void
bundle_add(struct bundle *b, const void *msg, size_t n)
{
    str_put(&b->changes, msg, n);
}

static enum ofp_msg_id
id_of(const struct bundle *b, enum ofp_msg_id kind)
{
    enum ofp_msg_id id;
    bool found = ofp_msg_find(kind, talk_version(b->talk), &id);
    VERIFY(found);
    return id;
}

/* "Error OFPBAC_BAD_OUT_GROUP for: " and the change or the request that it is about. */
static void
print_error(const struct bundle *b, const struct ofp_msg *m, const uint8_t *about, size_t n)
{
    struct rd payload;
    struct ofp_header h;
    enum ofp_error error = ofp_error_msg_get(m, &payload);
    const uint8_t *p = (const uint8_t *)b->changes.s, *end = p + b->changes.n;
    for (; p < end; p += h.len) {
        ofp_header_get(p, (size_t)(end - p), &h);
        if (h.xid == m->xid) {
            about = p;
            n = h.len;
        }
    }
    fprintf(stderr, "Error %s for: ", error ? ofp_error_name(error) : "unknown");
    print_message(stderr, talk_options(b->talk), NULL, about, n);
}

/* Sends request W and waits for its reply. False: an error came, for it or a change. */
static bool
request(struct bundle *b, const struct wr *w)
{
    bool good = true;
    struct ofp_header h;
    ofp_header_get(w->start, w->n, &h);
    talk_send(b->talk, w->start, w->n);
    for (;;) {
        size_t n;
        struct ofp_msg m;
        const uint8_t *msg = talk_receive(b->talk, &n);
        if (ofp_msg_get(&m, msg, n)) {
            continue;
        }
        if (m.id == OFPT_ERROR) {
            print_error(b, &m, w->start, w->n);
            good = false;
        }
        if (m.xid == h.xid) {
            return good;
        }
    }
}

static bool
control(struct bundle *b, uint16_t type)
{
    uint8_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    size_t begin =
        ofp_msg_begin(&w, id_of(b, OFPT_BUNDLE_CONTROL), talk_version(b->talk), vconn_new_xid());
    wr_be32(&w, BUNDLE_ID);
    wr_be16(&w, type);
    wr_be16(&w, ATOMIC_ORDERED);
    ofp_msg_end(&w, begin);
    return request(b, &w);
}

static bool
barrier(struct bundle *b)
{
    uint8_t buffer[OFP_HEADER_SIZE];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_msg_end(&w,
                ofp_msg_begin(&w, OFPT_BARRIER_REQUEST, talk_version(b->talk), vconn_new_xid()));
    return request(b, &w);
}

static void PORT_NORETURN
fail(const struct bundle *b)
{
    log_fatal("talking to %s (%s)", talk_name(b->talk), err_text(E_PROTO));
}

static void
send_change(struct bundle *b, const uint8_t *change, const struct ofp_header *h)
{
    struct wr w = wr_make(b->msg, OFP_MSG_MAX);
    size_t begin =
        ofp_msg_begin(&w, id_of(b, OFPT_BUNDLE_ADD_MESSAGE), talk_version(b->talk), h->xid);
    wr_be32(&w, BUNDLE_ID);
    wr_zeros(&w, 2);
    wr_be16(&w, ATOMIC_ORDERED);
    wr_bytes(&w, change, h->len);
    ofp_msg_end(&w, begin);
    if (w.bad) {
        log_fatal("a change is too long for a bundle");
    }
    talk_send(b->talk, b->msg, w.n);
}

void
bundle_commit(struct bundle *b)
{
    const uint8_t *p = (const uint8_t *)b->changes.s, *end = p + b->changes.n;
    struct ofp_header h;
    if (!control(b, OPEN_REQUEST)) {
        fail(b);
    }
    for (; p < end; p += h.len) {
        ofp_header_get(p, (size_t)(end - p), &h);
        send_change(b, p, &h);
    }
    bool good = barrier(b);
    good = control(b, COMMIT_REQUEST) && good;
    if (!good) {
        fail(b);
    }
    os_free(b->msg);
    str_fini(&b->changes);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What names a message is up to four numbers: type, statistics number, vendor and the vendor's
 * own number. They are read in a row and looked for in the table, whose first rows are the most
 * frequent ones. */
#include "openflow/ofp_msg.h"

#include <stdio.h>

#include "os/log.h"

LOG_MODULE(ofp_msgs);

static struct log_rate unknown_rate = LOG_RATE(1, 1), length_rate = LOG_RATE(1, 5);

enum head { HEAD_TYPE, HEAD_REQUEST, HEAD_REPLY };
enum { NO_VENDOR = 0, NX = 0x00002320, ONF = 0x4f4e4600 };
enum { TYPE_VENDOR = 4, VENDOR_STATISTICS = 0xffff };

/* A piece of a row: how the message travels in some versions. */
struct wire {
    uint8_t head; /* enum head */
    uint8_t from, to;
    uint16_t step;
    uint32_t vendor, number;
    uint16_t min;
};

/* The table's words, and its columns. */
enum { EXACT = 0, ANY = 1, ALL = UINT8_MAX + 9 };
#define WIRE(HEAD, VENDOR, NUMBER, FROM, TO, MIN, STEP)                                           \
    {HEAD, (FROM)-9, (TO)-9, STEP, VENDOR, NUMBER, MIN},
#define T(NUMBER, ...)            WIRE(HEAD_TYPE, NO_VENDOR, NUMBER, __VA_ARGS__)
#define REQ(NUMBER, ...)          WIRE(HEAD_REQUEST, NO_VENDOR, NUMBER, __VA_ARGS__)
#define REP(NUMBER, ...)          WIRE(HEAD_REPLY, NO_VENDOR, NUMBER, __VA_ARGS__)
#define X(VENDOR, NUMBER, ...)    WIRE(HEAD_TYPE, VENDOR, NUMBER, __VA_ARGS__)
#define XREQ(VENDOR, NUMBER, ...) WIRE(HEAD_REQUEST, VENDOR, NUMBER, __VA_ARGS__)
#define XREP(VENDOR, NUMBER, ...) WIRE(HEAD_REPLY, VENDOR, NUMBER, __VA_ARGS__)

static const struct info {
    const char *name;
    enum ofp_msg_id kind;
    const struct wire *wires; /* up to one with from == 0 */
} infos[OFP_MSG_COUNT] = {
#define OFM(ID, KIND, PRINTER, NAME, WIRES) [ID] = {NAME, KIND, (const struct wire[]){WIRES{0}}},
#include "openflow/msgs.def"
#undef OFM
};

const char *
ofp_msg_name(enum ofp_msg_id id)
{
    return infos[id].name;
}

enum ofp_msg_id
ofp_msg_kind(enum ofp_msg_id id)
{
    return infos[id].kind;
}

bool
ofp_msg_is_statistics(enum ofp_msg_id id)
{
    return infos[id].wires->head != HEAD_TYPE;
}

/* How the message travels in VERSION, or NULL. */
static const struct wire *
wire_in(enum ofp_msg_id id, uint8_t version)
{
    const struct wire *w = infos[id].wires;
    while (w->from && !(w->from <= version && version <= w->to)) {
        w++;
    }
    return w->from ? w : NULL;
}

bool
ofp_msg_is_in(enum ofp_msg_id id, enum ofp_version version)
{
    return wire_in(id, (uint8_t)version);
}

bool
ofp_msg_find(enum ofp_msg_id kind, enum ofp_version version, enum ofp_msg_id *found)
{
    enum ofp_msg_id id = 0;
    while (id < OFP_MSG_COUNT && !(infos[id].kind == kind && ofp_msg_is_in(id, version))) {
        id++;
    }
    if (id < OFP_MSG_COUNT) {
        *found = id;
    }
    return id < OFP_MSG_COUNT;
}

/* -- Reading -- */

bool
ofp_header_get(const void *bytes, size_t n, struct ofp_header *h)
{
    struct rd r = rd_make(bytes, n);
    struct ofp_header got;
    got.version = rd_u8(&r);
    got.type = rd_u8(&r);
    got.len = rd_be16(&r);
    got.xid = rd_be32(&r);
    if (!r.bad) {
        *h = got;
    }
    return !r.bad;
}

/* The numbers that name a message. */
struct ident {
    uint8_t version, type;
    enum head head;
    uint32_t vendor, number;
    uint16_t statistics; /* with a HEAD other than HEAD_TYPE */
};

/* The type of statistics in VERSION; that of replies is the next. */
static uint8_t
statistics_type(uint8_t version)
{
    return version == OFP_10 ? 16 : 18;
}

static enum ofp_error
get_vendor(struct rd *r, struct ident *i)
{
    i->vendor = rd_be32(r);
    i->number = rd_be32(r);
    if (!r->bad && i->vendor != NX && i->vendor != ONF) {
        log_limited(&unknown_rate, LOG_WARN, "OpenFlow message has unknown vendor 0x%x",
                    i->vendor);
        return OFPBRC_BAD_VENDOR;
    }
    return r->bad ? OFPBRC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_statistics(struct rd *r, struct ident *i, uint16_t *flags)
{
    enum ofp_error error = OFP_OK;
    i->head = i->type == statistics_type(i->version) ? HEAD_REQUEST : HEAD_REPLY;
    i->number = i->statistics = rd_be16(r);
    *flags = rd_be16(r);
    rd_skip(r, i->version == OFP_10 ? 0 : 4);
    if (i->statistics == VENDOR_STATISTICS) {
        error = get_vendor(r, i);
        rd_skip(r, i->version == OFP_10 && !error ? 4 : 0);
    }
    return error ? error : r->bad ? OFPBRC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_ident(struct rd *r, const struct ofp_header *h, struct ident *i, uint16_t *flags)
{
    *i = (struct ident){h->version, h->type, HEAD_TYPE, NO_VENDOR, h->type, 0};
    *flags = 0;
    if (h->type == TYPE_VENDOR) {
        return get_vendor(r, i);
    }
    uint8_t request = statistics_type(h->version);
    bool is_statistics = h->type == request || h->type == request + 1;
    return is_statistics ? get_statistics(r, i, flags) : OFP_OK;
}

static bool
names(const struct wire *w, const struct ident *i)
{
    return w && w->number == i->number && w->head == i->head && w->vendor == i->vendor;
}

/* A message that is in no row. */
static enum ofp_error
unknown(const struct ident *i)
{
    bool is_statistics = i->head != HEAD_TYPE;
    char statistics[16] = "", vendor[48] = "";
    if (is_statistics) {
        snprintf(statistics, sizeof statistics, ", stat %u", i->statistics);
    }
    if (i->vendor) {
        snprintf(vendor, sizeof vendor, ", vendor 0x%x, subtype %u", i->vendor, i->number);
    }
    log_limited(&unknown_rate, LOG_WARN, "unknown OpenFlow message (version %u, type %u%s%s)",
                i->version, i->type, statistics, vendor);
    return i->vendor ? OFPBRC_BAD_SUBTYPE : is_statistics ? OFPBRC_BAD_STAT : OFPBRC_BAD_TYPE;
}

static enum ofp_error
find(const struct ident *i, enum ofp_msg_id *found)
{
    for (enum ofp_msg_id id = 0; id < OFP_MSG_COUNT; id++) {
        if (names(wire_in(id, i->version), i)) {
            *found = id;
            return OFP_OK;
        }
    }
    return unknown(i);
}

/* Whether the body has a length that the row allows. */
static enum ofp_error
check_length(const struct ofp_msg *m)
{
    const struct wire *w = wire_in(m->id, m->version);
    size_t n = rd_left(&m->body), min = w->min + (m->len - n);
    const char *name = infos[m->id].name;
    if (n >= w->min && (w->step ? (n - w->min) % w->step == 0 : n == w->min)) {
        return OFP_OK;
    }
    if (w->step == EXACT) {
        log_limited(&length_rate, LOG_WARN,
                    "received %s with incorrect length %zu (expected length %zu)", name, m->len,
                    min);
    } else if (w->step == ANY) {
        log_limited(&length_rate, LOG_WARN,
                    "received %s with incorrect length %zu (expected length at least %zu bytes)",
                    name, m->len, min);
    } else {
        log_limited(
            &length_rate, LOG_WARN,
            "received %s with incorrect length %zu (must be exactly %zu bytes or longer by "
            "an integer multiple of %u bytes)",
            name, m->len, min, w->step);
    }
    return OFPBRC_BAD_LEN;
}

enum ofp_error
ofp_msg_get_partial(struct ofp_msg *m, const void *bytes, size_t n)
{
    struct ofp_header h;
    struct ident ident;
    *m = (struct ofp_msg){.bytes = bytes, .len = n, .body = rd_make(bytes, n)};
    if (!ofp_header_get(bytes, n, &h)) {
        return OFPBRC_BAD_LEN;
    }
    rd_skip(&m->body, OFP_HEADER_SIZE);
    m->version = h.version;
    m->xid = h.xid;
    enum ofp_error error = get_ident(&m->body, &h, &ident, &m->flags);
    return error ? error : find(&ident, &m->id);
}

enum ofp_error
ofp_msg_get(struct ofp_msg *m, const void *bytes, size_t n)
{
    struct ofp_header h;
    if (!ofp_header_get(bytes, n, &h) || h.len != n) {
        return OFPBRC_BAD_LEN;
    }
    enum ofp_error error = ofp_msg_get_partial(m, bytes, n);
    return error ? error : check_length(m);
}

/* -- Writing -- */

static void
put_vendor(struct wr *w, const struct wire *wire)
{
    wr_be32(w, wire->vendor);
    wr_be32(w, wire->number);
}

size_t
ofp_msg_begin(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid)
{
    size_t begin = w->n;
    const struct wire *wire = wire_in(id, (uint8_t)version);
    if (!wire) {
        w->bad = true;
        return begin;
    }
    bool is_statistics = wire->head != HEAD_TYPE, is_reply = wire->head == HEAD_REPLY;
    uint8_t type = is_statistics  ? (uint8_t)(statistics_type((uint8_t)version) + is_reply)
                   : wire->vendor ? TYPE_VENDOR
                                  : (uint8_t)wire->number;
    wr_u8(w, (uint8_t)version);
    wr_u8(w, type);
    wr_be16(w, 0);
    wr_be32(w, xid);
    if (is_statistics) {
        wr_be16(w, wire->vendor ? VENDOR_STATISTICS : (uint16_t)wire->number);
        wr_zeros(w, version == OFP_10 ? 2 : 6);
    }
    if (wire->vendor) {
        put_vendor(w, wire);
        wr_zeros(w, is_statistics && version == OFP_10 ? 4 : 0);
    }
    return begin;
}

void
ofp_msg_end(struct wr *w, size_t begin)
{
    size_t n = w->n - begin;
    if (n > OFP_MSG_MAX) {
        w->bad = true;
    }
    if (!w->bad) {
        put_be16(w->start + begin + 2, (uint16_t)n);
    }
}

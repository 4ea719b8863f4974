/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the layouts of actions_wire.def, both ways. A layout is a list of pieces, each of which
 * says what it is and which member it stands for. */
#include <string.h>

#include "openflow/actions_internal.h"
#include "openflow/port_text.h"
#include "os/log.h"
#include "text/hex_dump.h"

LOG_MODULE(ofp_actions);

enum { NICIRA = 0x00002320, TYPE_EXPERIMENTER = 0xffff, NX_HEAD = 10, STD_HEAD = 4 };

enum head { HEAD_STD, HEAD_NX };

enum piece_kind {
    PIECE_END,
    PIECE_PAD,
    PIECE_UINT, /* n bytes in host order here */
    PIECE_BYTES,
    PIECE_PORT, /* n bytes there */
    PIECE_LOW32,
    PIECE_FIELD,
    PIECE_SLICE,
    PIECE_OFS,
    PIECE_NBITS,
    PIECE_REST,
    PIECE_LIST,
    PIECE_HOOK,
};

struct piece {
    uint8_t kind;
    uint8_t n; /* bytes on the wire */
    uint16_t ofs;
    void (*put)(struct act_put *);
    enum ofp_error (*get)(struct act_get *);
};

#define MEMBER_OF(S, M) ((uint16_t)offsetof(struct of_act_##S, M))
#define P(N)            {PIECE_PAD, N, 0, NULL, NULL},
#define U8(S, M)        {PIECE_UINT, 1, MEMBER_OF(S, M), NULL, NULL},
#define U16(S, M)       {PIECE_UINT, 2, MEMBER_OF(S, M), NULL, NULL},
#define U32(S, M)       {PIECE_UINT, 4, MEMBER_OF(S, M), NULL, NULL},
#define U64(S, M)       {PIECE_UINT, 8, MEMBER_OF(S, M), NULL, NULL},
#define BYTES(S, M)                                                                               \
    {PIECE_BYTES, sizeof(((struct of_act_##S *)0)->M), MEMBER_OF(S, M), NULL, NULL},
#define PORT16(S, M) {PIECE_PORT, 2, MEMBER_OF(S, M), NULL, NULL},
#define PORT32(S, M) {PIECE_PORT, 4, MEMBER_OF(S, M), NULL, NULL},
#define LOW32(S, M)  {PIECE_LOW32, 4, MEMBER_OF(S, M), NULL, NULL},
#define FIELD(S, M)  {PIECE_FIELD, 0, MEMBER_OF(S, M), NULL, NULL},
#define SLICE(S, M)  {PIECE_SLICE, 2, MEMBER_OF(S, M), NULL, NULL},
#define OFS(S, M)    {PIECE_OFS, 2, MEMBER_OF(S, M), NULL, NULL},
#define NBITS(S, M)  {PIECE_NBITS, 2, MEMBER_OF(S, M), NULL, NULL},
#define REST(S)      {PIECE_REST, 0, sizeof(struct of_act_##S), NULL, NULL},
#define LIST(S)      {PIECE_LIST, 0, sizeof(struct of_act_##S), NULL, NULL},
#define HOOK(F)      {PIECE_HOOK, 0, 0, put_##F, get_##F},

enum { MAX_PIECES = 10 };

static const struct row {
    uint8_t id; /* enum of_act_type */
    uint8_t head;
    uint16_t number;
    uint8_t from, to;
    struct piece pieces[MAX_PIECES];
} rows[] = {
#define OF_WIRE(ID, HEAD, NUMBER, FROM, TO, ...)                                                  \
    {OF_ACT_##ID, HEAD_##HEAD, NUMBER, FROM, TO, {__VA_ARGS__{PIECE_END, 0, 0, NULL, NULL}}},
#include "openflow/actions_wire.def"
#undef OF_WIRE
};

/* -- Fields -- */

bool
of_subfield_is_valid(const struct of_subfield *sub)
{
    return sub->n_bits &&
           (uint32_t)sub->ofs + sub->n_bits <= of_subfield_bits((enum of_field_id)sub->field);
}

void
act_put_field(struct act_put *p, enum of_field_id field)
{
    struct wr *w = p->w;
    const struct of_oxm *oxm = of_oxm_of(field, p->naming);
    if (!oxm) {
        oxm = of_oxm_of(field, OFP_15);
    }
    if (!oxm) { /* a name for part of another field: the receiver refuses it */
        wr_be32(w, 0);
        return;
    }
    const struct of_oxm_class_info *c = &of_oxm_classes[oxm->oxm_class];
    wr_be16(w, c->number);
    wr_u8(w, (uint8_t)(oxm->number << 1));
    wr_u8(w, (uint8_t)(of_fields[field].wire + (c->experimenter ? 4 : 0)));
    if (c->experimenter) {
        wr_be32(w, c->experimenter);
    }
}

enum ofp_error
act_get_field(struct rd *r, uint16_t *field)
{
    uint16_t number = rd_be16(r);
    uint8_t id = rd_u8(r), len = rd_u8(r);
    uint32_t experimenter = number == UINT16_MAX ? rd_be32(r) : 0;
    const struct of_oxm *oxm = of_oxm_find(number, id >> 1, experimenter);
    if (r->bad) {
        return OFPBAC_BAD_LEN;
    }
    if (!len) {
        return OFPBMC_BAD_FIELD;
    }
    if (!oxm) {
        return OFPBAC_BAD_SET_TYPE;
    }
    *field = (uint16_t)oxm->field;
    return OFP_OK;
}

/* -- Writing -- */

static uint64_t
load_member(const struct of_act *a, const struct piece *piece)
{
    const uint8_t *member = (const uint8_t *)a + piece->ofs;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (piece->n) {
    case 1:
        return *member;
    case 2:
        memcpy(&u16, member, sizeof u16);
        return u16;
    case 4:
        memcpy(&u32, member, sizeof u32);
        return u32;
    default:
        memcpy(&u64, member, sizeof u64);
        return u64;
    }
}

static void
put_uint(struct wr *w, uint64_t x, size_t n)
{
    while (n--) {
        wr_u8(w, (uint8_t)(x >> 8 * n));
    }
}

static void
put_piece(struct act_put *p, const struct piece *piece)
{
    const uint8_t *member = (const uint8_t *)p->act + piece->ofs;
    struct of_subfield sub = {0, 0, 0, 0};
    uint16_t port = 0;
    uint64_t x = 0;
    switch (piece->kind) {
    case PIECE_PAD:
        wr_zeros(p->w, piece->n);
        break;
    case PIECE_UINT:
        put_uint(p->w, load_member(p->act, piece), piece->n);
        break;
    case PIECE_BYTES:
        wr_bytes(p->w, member, piece->n);
        break;
    case PIECE_PORT:
        memcpy(&port, member, sizeof port);
        put_uint(p->w, piece->n == 4 ? of_port_to_11(port) : port, piece->n);
        break;
    case PIECE_LOW32:
        memcpy(&x, member, sizeof x);
        wr_be32(p->w, (uint32_t)x);
        break;
    case PIECE_FIELD:
        memcpy(&sub, member, sizeof sub);
        act_put_field(p, (enum of_field_id)sub.field);
        break;
    case PIECE_SLICE:
        memcpy(&sub, member, sizeof sub);
        wr_be16(p->w, (uint16_t)(sub.ofs << 6 | (sub.n_bits - 1)));
        break;
    case PIECE_OFS:
        memcpy(&sub, member, sizeof sub);
        wr_be16(p->w, sub.ofs);
        break;
    case PIECE_NBITS:
        memcpy(&sub, member, sizeof sub);
        wr_be16(p->w, sub.n_bits);
        break;
    case PIECE_REST:
        wr_bytes(p->w, member, p->act->len - piece->ofs);
        break;
    case PIECE_LIST:
        act_put_list(p, member, p->act->len - piece->ofs);
        break;
    case PIECE_HOOK:
        piece->put(p);
        break;
    }
}

static void
put_head(struct wr *w, const struct row *row)
{
    if (row->head == HEAD_NX) {
        wr_be16(w, TYPE_EXPERIMENTER);
        wr_be16(w, 0);
        wr_be32(w, NICIRA);
    }
    wr_be16(w, row->number);
    if (row->head == HEAD_STD) {
        wr_be16(w, 0);
    }
}

static void
put_row(struct act_put *p, const struct row *row)
{
    size_t begin = p->w->n;
    p->number = row->number;
    p->naming = row->head == HEAD_NX ? OFP_10 : p->version;
    put_head(p->w, row);
    for (const struct piece *piece = row->pieces; piece->kind != PIECE_END; piece++) {
        put_piece(p, piece);
    }
    size_t len = p->w->n - begin;
    wr_zeros(p->w, ROUND_UP(len, 8) - len);
    len = p->w->n - begin;
    if (len > UINT16_MAX) {
        p->w->bad = true;
    }
    if (!p->w->bad) {
        put_be16(p->w->start + begin + 2, (uint16_t)len);
    }
}

static const struct row *
find_row_to_put(const struct of_act *a, enum ofp_version version)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].id == a->type && rows[i].from <= version && version <= rows[i].to &&
            act_row_fits(a, rows[i].number, version)) {
            return &rows[i];
        }
    }
    return NULL;
}

bool
act_put_row(struct act_put *p)
{
    const struct row *row = find_row_to_put(p->act, p->version);
    if (row) {
        put_row(p, row);
    }
    return row != NULL;
}

void
act_put_list(struct act_put *outer, const void *list, size_t size)
{
    size_t ofs = 0;
    for (const struct of_act *a; (a = of_acts_next(list, size, &ofs));) {
        struct act_put p = {
            .w = outer->w, .version = outer->version, .act = a, .lost = outer->lost};
        act_put_tag(&p);
        if (!act_put_row(&p) && !act_put_converted(&p) && p.lost) {
            *p.lost = true;
        }
    }
}

void
of_acts_put(struct wr *w, const void *list, size_t size, enum ofp_version version, bool *lost)
{
    struct act_put p = {.w = w, .version = version, .lost = lost};
    if (lost) {
        *lost = false;
    }
    act_put_list(&p, list, size);
}

/* -- Reading -- */

static void
store_member(uint8_t *member, uint64_t x, size_t n)
{
    uint16_t u16 = (uint16_t)x;
    uint32_t u32 = (uint32_t)x;
    if (n == 1) {
        *member = (uint8_t)x;
    } else if (n == 2) {
        memcpy(member, &u16, sizeof u16);
    } else if (n == 4) {
        memcpy(member, &u32, sizeof u32);
    } else {
        memcpy(member, &x, sizeof x);
    }
}

static uint64_t
get_uint(struct rd *r, size_t n)
{
    uint64_t x = 0;
    while (n--) {
        x = x << 8 | rd_u8(r);
    }
    return x;
}

static enum ofp_error
get_port(struct act_get *g, const struct piece *piece, uint8_t *member)
{
    uint32_t port = (uint32_t)get_uint(&g->r, piece->n);
    if (piece->n == 4 && !g->r.bad && !of_port_from_11(port, &port)) {
        return OFPBAC_BAD_OUT_PORT;
    }
    store_member(member, port, 2);
    return OFP_OK;
}

/* Bytes that must be 0 are in Nicira's actions; OpenFlow says to ignore its padding. */
static enum ofp_error
get_pad(struct act_get *g, size_t n, bool is_nicira)
{
    return get_uint(&g->r, n) && is_nicira ? NXBRC_MUST_BE_ZERO : OFP_OK;
}

static enum ofp_error
get_subfield(struct act_get *g, const struct piece *piece, uint8_t *member)
{
    struct of_subfield sub;
    enum ofp_error error = OFP_OK;
    memcpy(&sub, member, sizeof sub);
    if (piece->kind == PIECE_FIELD) {
        error = act_get_field(&g->r, &sub.field);
    } else {
        uint16_t x = rd_be16(&g->r);
        sub.ofs = piece->kind == PIECE_SLICE ? x >> 6 : piece->kind == PIECE_OFS ? x : sub.ofs;
        sub.n_bits = piece->kind == PIECE_SLICE   ? (uint16_t)((x & 63) + 1)
                     : piece->kind == PIECE_NBITS ? x
                                                  : sub.n_bits;
    }
    memcpy(member, &sub, sizeof sub);
    return error;
}

static enum ofp_error
get_piece(struct act_get *g, const struct piece *piece, bool is_nicira)
{
    uint8_t *member = (uint8_t *)act_get_it(g) + piece->ofs;
    switch (piece->kind) {
    case PIECE_PAD:
        return get_pad(g, piece->n, is_nicira);
    case PIECE_UINT:
        store_member(member, get_uint(&g->r, piece->n), piece->n);
        return OFP_OK;
    case PIECE_BYTES:
        rd_copy(&g->r, member, piece->n);
        return OFP_OK;
    case PIECE_PORT:
        return get_port(g, piece, member);
    case PIECE_LOW32:
        store_member(member, rd_be32(&g->r), 8);
        return OFP_OK;
    case PIECE_FIELD:
    case PIECE_SLICE:
    case PIECE_OFS:
    case PIECE_NBITS:
        return get_subfield(g, piece, member);
    case PIECE_REST:
        wr_bytes(g->list, g->r.p, rd_left(&g->r));
        rd_skip(&g->r, rd_left(&g->r));
        return OFP_OK;
    case PIECE_LIST:
        return act_get_list(g);
    default:
        return piece->get(g);
    }
}

/* What of ROW always takes as many bytes. */
static size_t
fixed_size(const struct row *row)
{
    size_t n = 0;
    for (const struct piece *p = row->pieces; p->kind != PIECE_END; p++) {
        n += p->n;
    }
    return n;
}

/* Reads what follows the head by ROW, as the action at the end of the list. */
static enum ofp_error
get_row(struct act_get *g, const struct row *row)
{
    bool is_nicira = row->head == HEAD_NX;
    g->begin = g->list->n;
    g->number = row->number;
    if (!of_act_begin(g->list, (enum of_act_type)row->id, of_act_infos[row->id].size)) {
        return OFPBAC_TOO_MANY;
    }
    enum ofp_error error = rd_left(&g->r) < fixed_size(row) ? OFPBAC_BAD_LEN : OFP_OK;
    for (const struct piece *p = row->pieces; !error && p->kind != PIECE_END; p++) {
        error = get_piece(g, p, is_nicira);
        if (!error && g->list->bad) {
            error = OFPBAC_TOO_MANY;
        }
    }
    if (!error && g->r.bad) {
        error = OFPBAC_BAD_LEN;
    }
    if (!error) { /* what is left is less than one unit of padding, and zeros */
        size_t left = rd_left(&g->r);
        error = left >= 8 ? OFPBAC_BAD_LEN : get_pad(g, left, is_nicira);
    }
    if (!error) {
        error = act_check(act_get_it(g), row->number, g->version);
    }
    of_act_end(g->list, g->begin);
    return error;
}

static const struct row *
find_row_to_get(enum head head, uint16_t number, enum ofp_version version)
{
    const struct row *older = NULL; /* of OpenFlow 1.1, which later versions still take */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        if (row->head == head && row->number == number) {
            if (head == HEAD_NX || (row->from <= version && version <= row->to)) {
                return row;
            }
            older = row->to == OFP_11 && version > OFP_11 ? row : older;
        }
    }
    return older;
}

/* The row of the action at R, whatever its length says. */
static enum ofp_error
find_row_of(struct rd r, enum ofp_version version, const struct row **row)
{
    uint16_t type = rd_be16(&r);
    enum head head = HEAD_STD;
    if (type == TYPE_EXPERIMENTER) {
        rd_skip(&r, 2);
        if (rd_be32(&r) != NICIRA && !r.bad) {
            return OFPBAC_BAD_VENDOR;
        }
        type = rd_be16(&r);
        head = HEAD_NX;
    }
    *row = r.bad ? NULL : find_row_to_get(head, type, version);
    return *row              ? OFP_OK
           : r.bad           ? OFPBAC_BAD_LEN
           : head == HEAD_NX ? OFPBAC_BAD_VENDOR_TYPE
                             : OFPBAC_BAD_TYPE;
}

static enum ofp_error
get_one(struct act_get *g, struct rd *list)
{
    const struct row *row;
    enum ofp_error error = find_row_of(*list, g->version, &row);
    if (error) {
        return error;
    }
    rd_skip(list, 2);
    uint16_t len = rd_be16(list);
    size_t head = row->head == HEAD_NX ? NX_HEAD : STD_HEAD;
    if (list->bad || len < head || len % 8 || (size_t)(len - STD_HEAD) > rd_left(list)) {
        return OFPBAC_BAD_LEN;
    }
    struct rd body = rd_sub(list, (size_t)(len - STD_HEAD));
    rd_skip(&body, head - STD_HEAD);
    struct act_get inner = {.r = body, .version = g->version, .list = g->list, .depth = g->depth};
    return get_row(&inner, row);
}

/* Logs the N bytes of a list whose action at OFS is bad. */
static void
log_bad_action(const uint8_t *bytes, size_t n, size_t ofs, enum ofp_error error)
{
    static struct log_rate rate = LOG_RATE(1, 5);
    struct str s = STR_INIT;
    str_put_hex_bytes(&s, bytes, n);
    str_chomp(&s, "\n");
    log_limited(&rate, LOG_WARN, "bad action at offset %zu (%s):\n%s", ofs, ofp_error_name(error),
                str_text(&s));
    str_fini(&s);
}

enum ofp_error
act_get_list(struct act_get *g)
{
    struct rd list = rd_sub(&g->r, rd_left(&g->r));
    struct act_get inner = {.version = g->version, .list = g->list, .depth = g->depth + 1};
    enum ofp_error error = inner.depth > OF_ACTS_NEST ? OFPBAC_TOO_MANY : OFP_OK;
    const uint8_t *bytes = list.p;
    size_t n = rd_left(&list);
    while (!error && rd_left(&list)) {
        size_t ofs = n - rd_left(&list);
        error = get_one(&inner, &list);
        if (error) {
            log_bad_action(bytes, n, ofs, error);
        }
    }
    return error;
}

enum ofp_error
of_acts_get(const void *bytes, size_t n, enum ofp_version version, struct wr *list)
{
    struct act_get g = {.r = rd_make(bytes, n), .version = version, .list = list};
    if (n % 8) {
        return OFPBRC_BAD_LEN;
    }
    enum ofp_error error = act_get_list(&g);
    return !error && list->bad ? OFPBAC_TOO_MANY : error;
}

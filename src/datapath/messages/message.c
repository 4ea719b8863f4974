/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of messages, netlink's own messages, and attributes against the table. Codes travel as
 * the negative error numbers of Linux, whatever the host's are, so both sides share a table of
 * them here. Pure; any context. */
#include "datapath/messages/message.h"

/* Numbers of <asm-generic/errno.h>. Where two codes are the same there, the first row is what is
 * read back. */
static const struct {
    uint8_t code, number;
} error_numbers[] = {
    {E_PERM, 1},       {E_NOENT, 2},        {E_SRCH, 3},          {E_IO, 5},
    {E_NXIO, 6},       {E_BADF, 9},         {E_CHILD, 10},        {E_AGAIN, 11},
    {E_NOMEM, 12},     {E_ACCES, 13},       {E_BUSY, 16},         {E_EXIST, 17},
    {E_NODEV, 19},     {E_NOTDIR, 20},      {E_ISDIR, 21},        {E_INVAL, 22},
    {E_MFILE, 24},     {E_FBIG, 27},        {E_NOSPC, 28},        {E_ROFS, 30},
    {E_PIPE, 32},      {E_RANGE, 34},       {E_DEADLK, 35},       {E_NAMETOOLONG, 36},
    {E_PROTO, 71},     {E_OVERFLOW, 75},    {E_MSGSIZE, 90},      {E_NOPROTOOPT, 92},
    {E_NOTSUP, 95},    {E_AFNOSUPPORT, 97}, {E_ADDRINUSE, 98},    {E_ADDRNOTAVAIL, 99},
    {E_NETDOWN, 100},  {E_NETUNREACH, 101}, {E_CONNRESET, 104},   {E_NOBUFS, 105},
    {E_NOTCONN, 107},  {E_TIMEDOUT, 110},   {E_CONNREFUSED, 111}, {E_HOSTUNREACH, 113},
    {E_CANCELED, 125}, {E_UNKNOWN, 5},      {E_EOF, 5},           {E_SYNTAX, 22},
};
static_assert(ARRAY_LEN(error_numbers) == E_COUNT - 1, "a row for each code but E_OK");

static const struct msg_attr_info attr_infos[MSG_N_FAMILIES][MSG_ATTR_COUNT] = {
#define ATTR(FAMILY, ID, NUMBER, MIN_SIZE, MAX_SIZE)                                              \
    [MSG_##FAMILY - MSG_FAMILY_MIN][NUMBER] = {#ID, (MIN_SIZE), (MAX_SIZE)},
#include "datapath/messages/messages.def"
};

uint8_t
msg_version(enum msg_family family)
{
    static const uint8_t versions[MSG_N_FAMILIES] = {
#define FAMILY(ID, NUMBER, NAME, VERSION) [(NUMBER)-MSG_FAMILY_MIN] = (VERSION),
#include "datapath/messages/messages.def"
    };
    return versions[family - MSG_FAMILY_MIN];
}

const struct msg_attr_info *
msg_attr_info(enum msg_family family, uint16_t attr)
{
    static const struct msg_attr_info none = {.name = NULL};
    unsigned int i = (unsigned int)family - MSG_FAMILY_MIN;
    return i < MSG_N_FAMILIES && attr < MSG_ATTR_COUNT ? &attr_infos[i][attr] : &none;
}

static size_t
header_size(uint16_t type)
{
    return type < MSG_TYPE_MIN ? MSG_NL_HEADER : MSG_HEADER;
}

bool
msg_next(struct rd *r, struct msg *m)
{
    if (r->bad || !rd_left(r)) {
        return false;
    }
    uint32_t len = rd_u32(r);
    *m = (struct msg){.type = rd_u16(r)};
    m->flags = rd_u16(r);
    m->seq = rd_u32(r);
    m->pid = rd_u32(r);
    size_t header = header_size(m->type);
    if (r->bad || len < header || len - MSG_NL_HEADER > rd_left(r)) {
        r->bad = true;
        return false;
    }
    if (header == MSG_HEADER) {
        m->cmd = rd_u8(r);
        m->version = rd_u8(r);
        rd_skip(r, 2);
        m->dp_ifindex = rd_u32(r);
    }
    m->payload_size = len - header;
    m->payload = rd_take(r, m->payload_size);
    rd_skip(r, MIN(ROUND_UP((size_t)len, 4) - len, rd_left(r)));
    return !r->bad;
}

size_t
msg_begin(struct wr *w, const struct msg *m)
{
    size_t at = w->n;
    wr_u32(w, 0);
    wr_u16(w, m->type);
    wr_u16(w, m->flags);
    wr_u32(w, m->seq);
    wr_u32(w, m->pid);
    if (m->type >= MSG_TYPE_MIN) {
        wr_u8(w, m->cmd);
        wr_u8(w, m->version);
        wr_u16(w, 0);
        wr_u32(w, m->dp_ifindex);
    }
    return at;
}

void
msg_end(struct wr *w, size_t at)
{
    uint32_t len = (uint32_t)(w->n - at);
    if (!w->bad) {
        memcpy(w->start + at, &len, sizeof len);
    }
}

/* 0 or a positive error number. */
static uint32_t
error_number(int code)
{
    for (size_t i = 0; i < ARRAY_LEN(error_numbers); i++) {
        if (error_numbers[i].code == -code) {
            return error_numbers[i].number;
        }
    }
    return 0;
}

void
msg_put_error(struct wr *w, const struct msg *request, uint32_t pid, int code)
{
    struct msg m = {.type = MSG_TYPE_ERROR, .seq = request->seq, .pid = pid};
    size_t at = msg_begin(w, &m);
    uint32_t request_len = (uint32_t)(request->payload_size + header_size(request->type));
    wr_u32(w, 0u - error_number(code));
    wr_u32(w, request_len);
    wr_u16(w, request->type);
    wr_u16(w, request->flags);
    wr_u32(w, request->seq);
    wr_u32(w, request->pid);
    msg_end(w, at);
}

void
msg_put_done(struct wr *w, uint32_t seq, uint32_t pid)
{
    struct msg m = {.type = MSG_TYPE_DONE, .flags = MSG_F_MULTI, .seq = seq, .pid = pid};
    size_t at = msg_begin(w, &m);
    wr_u32(w, 0);
    msg_end(w, at);
}

int
msg_error_code(const struct msg *m)
{
    struct rd r = rd_make(m->payload, m->payload_size);
    uint32_t number = 0u - rd_u32(&r);
    if (r.bad) {
        return -E_PROTO;
    }
    for (size_t i = 0; number && i < ARRAY_LEN(error_numbers); i++) {
        if (error_numbers[i].number == number) {
            return -(int)error_numbers[i].code;
        }
    }
    return number ? -E_UNKNOWN : 0;
}

int
msg_get_attrs(enum msg_family family, const void *payload, size_t n, struct msg_attrs *attrs)
{
    struct rd r = rd_make(payload, n);
    memset(attrs, 0, sizeof *attrs);
    for (struct nl_attr a; nl_next(&r, &a);) {
        const struct msg_attr_info *info = msg_attr_info(family, a.type);
        if (!info->name) {
            continue;
        }
        if (a.size < info->min || a.size > info->max) {
            return -E_RANGE;
        }
        attrs->a[a.type] = a;
    }
    return r.bad ? -E_INVAL : 0;
}

const char *
msg_string(const struct msg_attrs *attrs, uint16_t attr)
{
    const struct nl_attr *a = &attrs->a[attr];
    for (uint16_t i = 0; i < a->size; i++) {
        if (!a->payload[i]) {
            return (const char *)a->payload;
        }
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The first line of a message, and what is said of bytes that are none. */
#include "openflow/ofp_print.h"

#include "openflow/ofp_printers.h"
#include "openflow/port_text.h"
#include "text/hex_dump.h"

static ofp_printer *const printers[OFP_MSG_COUNT] = {
#define OFM(ID, KIND, PRINTER, ...) [ID] = ofp_print_##PRINTER,
#include "openflow/msgs.def"
#undef OFM
};

void
ofp_put_bits(struct str *s, uint32_t x, const struct ofp_bit_name *names, size_t n, char separator)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (x & names[i].bit) {
            str_put_repeat(s, separator, any);
            str_puts(s, names[i].name);
            any = true;
            x &= ~names[i].bit;
        }
    }
    if (x || !any) {
        str_put_repeat(s, separator, any);
        str_putf(s, x ? "%#x" : "0", x);
    }
}

enum ofp_error
ofp_print_body(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    return printers[m->id](s, m, how);
}

void
ofp_put_fixed(struct str *s, const uint8_t *bytes, size_t n)
{
    size_t len = 0;
    while (len < n && bytes[len]) {
        len++;
    }
    str_put(s, (const char *)bytes, len);
}

void
ofp_put_count(struct str *s, uint64_t count)
{
    if (count == UINT64_MAX) {
        str_putc(s, '?');
    } else {
        str_putf(s, "%llu", (unsigned long long)count);
    }
}

enum ofp_error
ofp_print_nothing(struct str *s UNUSED, const struct ofp_msg *m UNUSED,
                  const struct ofp_print *how UNUSED)
{
    return OFP_OK;
}

enum ofp_error
ofp_print_undecoded(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    str_putc(s, '\n');
    str_put_hex_dump(s, m->body.p, rd_left(&m->body));
    return OFP_OK;
}

/* "OFPST_FLOW reply (OF1.3) (xid=0x2):" */
static void
put_head(struct str *s, const struct ofp_msg *m)
{
    str_puts(s, ofp_msg_name(m->id));
    if (m->version >= OFP_VERSION_END) {
        str_putf(s, " (OF 0x%02x)", m->version);
    } else if (m->version != OFP_10) {
        str_putf(s, " (OF1.%d)", m->version - OFP_10);
    }
    str_putf(s, " (xid=0x%x):", m->xid);
}

static void
put_flags(struct str *s, const struct ofp_msg *m)
{
    uint16_t more = m->version >= OFP_13 || m->bytes[1] % 2 ? OFP_FLAG_MORE : 0;
    uint16_t unknown = (uint16_t)(m->flags & ~more);
    if (m->flags) {
        str_putf(s, " flags=%s", m->flags & more ? "[more]" : "");
        if (unknown) {
            str_putf(s, "[***unknown flags 0x%04x***]", unknown);
        }
    }
}

static void
end_line(struct str *s)
{
    str_chomp(s, " ");
    if (s->n && s->s[s->n - 1] != '\n') {
        str_putc(s, '\n');
    }
}

static void
put_error(struct str *s, enum ofp_error error, const void *bytes, size_t n)
{
    char last = s->n ? s->s[s->n - 1] : '\n';
    if (last != '\n' && last != ' ') {
        str_putc(s, last == ':' ? ' ' : '\n');
    }
    str_putf(s, "***decode error: %s***\n", ofp_error_name(error));
    str_put_hex_dump(s, bytes, n);
}

static void
print_whole(struct str *s, const void *bytes, size_t n, const struct ofp_print *how)
{
    struct ofp_msg m;
    enum ofp_error error = ofp_msg_get(&m, bytes, n);
    if (!error) {
        put_head(s, &m);
        if (ofp_msg_is_statistics(m.id)) {
            put_flags(s, &m);
        }
        error = ofp_print_body(s, &m, how);
    }
    if (error) {
        put_error(s, error, bytes, n);
    } else {
        end_line(s);
    }
}

/* Less than the header promises: what can be said is which message it would have been. */
static void
print_truncated(struct str *s, const void *bytes, size_t n, size_t promised)
{
    struct ofp_msg m;
    if (!ofp_msg_get_partial(&m, bytes, n)) {
        put_head(s, &m);
        str_putc(s, '\n');
    }
    str_putf(s, "(***truncated to %zu bytes from %zu***)\n", n, promised);
    str_put_hex_dump(s, bytes, n);
}

void
ofp_print(struct str *out, const void *bytes, size_t n, const struct ofp_print *how)
{
    struct str s = STR_INIT; /* of its own: line ends are looked for in it */
    struct ofp_header h;
    if (!n) {
        str_puts(&s, "OpenFlow message is empty\n");
    } else if (!ofp_header_get(bytes, n, &h)) {
        str_putf(&s, "OpenFlow packet too short (only %zu bytes):\n", n);
        str_put_hex_dump(&s, bytes, n);
    } else if (h.len < n) {
        str_putf(&s, "(***only uses %u bytes out of %zu***)\n", h.len, n);
        str_put_hex_dump(&s, bytes, n);
    } else if (h.len > n) {
        print_truncated(&s, bytes, n, h.len);
    } else {
        print_whole(&s, bytes, n, how);
    }
    str_put(out, str_text(&s), s.n);
    str_fini(&s);
}

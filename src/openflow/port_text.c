/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: the reserved ones are a table. A port's own name is quoted where a reader would take it
 * for something else. */
#include "openflow/port_text.h"

#include <string.h>

#include "base/endian.h"
#include "openflow/words.h"
#include "os/log.h"

LOG_MODULE(ofp_port);

#define WIDE_BASE 0xffff0000u /* what reserved ports have in front in OpenFlow 1.1 */

static const struct {
    const char *name;
    uint16_t port;
} reserved[] = {
    {"IN_PORT", OFP_PORT_IN_PORT}, {"TABLE", OFP_PORT_TABLE}, {"NORMAL", OFP_PORT_NORMAL},
    {"FLOOD", OFP_PORT_FLOOD},     {"ALL", OFP_PORT_ALL},     {"CONTROLLER", OFP_PORT_CONTROLLER},
    {"LOCAL", OFP_PORT_LOCAL},     {"ANY", OFP_PORT_NONE},    {"UNSET", OFP_PORT_UNSET},
    {"NONE", OFP_PORT_NONE},
};

uint32_t
of_port_to_11(uint32_t port)
{
    return port >= OFP_PORT_MAX ? port | WIDE_BASE : port;
}

bool
of_port_from_11(uint32_t wide, uint32_t *port)
{
    if (wide >= OFP_PORT_MAX && wide < (WIDE_BASE | OFP_PORT_MAX)) {
        return false;
    }
    *port = wide & 0xffff;
    return true;
}

static const char *
reserved_name(uint32_t port)
{
    size_t i = 0;
    while (i < ARRAY_LEN(reserved) && reserved[i].port != port) {
        i++;
    }
    return i < ARRAY_LEN(reserved) ? reserved[i].name : NULL;
}

static bool
same_letters(const char *name, const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && name[i] && (name[i] | 0x20) == (text[i] | 0x20)) {
        i++;
    }
    return i == n && !name[n];
}

static bool
find_reserved(const char *text, size_t n, uint32_t *port)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (same_letters(reserved[i].name, text, n)) {
            *port = reserved[i].port;
            return true;
        }
    }
    return false;
}

/* A number of 16 bits, or of 32 with a reserved port. */
static bool
port_from_number(uint32_t x, uint32_t *port)
{
    if (x < OFP_PORT_MAX) {
        *port = x;
        return true;
    }
    if (x <= UINT16_MAX) {
        const char *name = reserved_name(x);
        if (name) {
            log_warn("referring to port %s as %u is deprecated for compatibility with OpenFlow "
                     "1.1 and later",
                     name, x);
        } else {
            log_warn("port %u is a reserved OF1.0 port number that will be translated to %u when "
                     "talking to an OF1.1 or later controller",
                     x, of_port_to_11(x));
        }
        *port = x;
        return true;
    }
    if (!of_port_from_11(x, port)) {
        log_warn("port %u is outside the supported range 0 through %x or 0x%x through 0x%x", x,
                 UINT16_MAX, WIDE_BASE | OFP_PORT_MAX, UINT32_MAX);
        return false;
    }
    return true;
}

bool
of_port_parse(const char *text, size_t n, const struct of_port_names *names, uint32_t *port)
{
    const char *p = text, *end = text + n;
    int number;
    bool is_number = text_take_int(&p, end, &number);
    if (n && *text == '-') {
        log_warn("Negative value %.*s is not a valid port number.", (int)n, text);
        return false;
    }
    if (is_number && p == end) {
        uint64_t x = 0;
        for (p = text + (*text == '+'); p < end && x <= UINT32_MAX; p++) {
            x = x * 10 + (uint64_t)(*p - '0');
        }
        return x <= UINT32_MAX && port_from_number((uint32_t)x, port);
    }
    if (find_reserved(text, n, port)) {
        return true;
    }
    text = of_name_unquote(text, &n);
    return names && names->number && names->number(names->aux, text, n, port);
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
of_name_is_plain(const char *name)
{
    const char *p = name;
    while (is_letter(*p) || (p > name && *p >= '0' && *p <= '9')) {
        p++;
    }
    return p > name && !*p;
}

const char *
of_name_unquote(const char *text, size_t *n)
{
    bool is_quoted = *n >= 2 && text[0] == '"' && text[*n - 1] == '"';
    *n -= 2 * is_quoted;
    return text + is_quoted;
}

void
of_port_put(struct str *s, uint32_t port, const struct of_port_names *names)
{
    const char *name = reserved_name(port);
    const char *own = !name && names && names->name ? names->name(names->aux, port) : NULL;
    if (name) {
        str_puts(s, name);
    } else if (own) {
        str_putf(s, of_name_is_plain(own) ? "%s" : "\"%s\"", own);
    } else {
        str_put_u64(s, port);
    }
}

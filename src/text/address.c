/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of HOST:PORT and PORT:HOST. A host in brackets may hold colons; otherwise a second
 * colon is an error, as an unbracketed IPv6 address would be ambiguous. */
#include "text/address.h"

#include <string.h>

#include "os/err_format.h"

/* Takes the token at *P up to a colon; NULL where the text is over. Brackets go. */
static bool
take_token(const char **p, const char **start, size_t *n, bool *bracketed)
{
    const char *s = *p;
    if (!s) {
        return false;
    }
    *bracketed = *s == '[';
    const char *close = *bracketed ? strchr(s, ']') : NULL;
    if (close) {
        *start = s + 1;
        *n = (size_t)(close - s - 1);
        s = close + 1;
    } else {
        *start = s;
        *n = strcspn(s, ":");
        s += *n;
        *bracketed = false;
    }
    *p = *s == ':' ? s + 1 : NULL;
    return !*s || *s == ':';
}

static int
parse_port(const char *whole, const char *s, size_t n, uint16_t *port, struct err *e)
{
    unsigned int value = 0;
    bool ok = n > 0;
    for (size_t i = 0; i < n; i++) {
        ok = ok && s[i] >= '0' && s[i] <= '9';
        value = MIN(value * 10 + (unsigned int)(s[i] - '0'), 100000u);
    }
    if (!ok || value > 65535) {
        return err_fail(e, -E_INVAL, "%s: bad port number \"%.*s\"", whole, (int)n, s);
    }
    *port = (uint16_t)value;
    return 0;
}

static int
set_host(const char *whole, const char *s, size_t n, bool bracketed, struct address *a,
         struct err *e)
{
    if (n >= sizeof a->host) {
        return err_fail(e, -E_INVAL, "%s: host name too long", whole);
    }
    memcpy(a->host, s, n);
    a->host[n] = '\0';
    a->bracketed = bracketed;
    return 0;
}

int
address_parse_active(const char *s, uint16_t default_port, struct address *a, struct err *e)
{
    const char *p = s, *host, *port;
    size_t n_host, n_port = 0;
    bool bracketed, ignored;
    struct address result = {.port = default_port};
    if (!take_token(&p, &host, &n_host, &bracketed)) {
        return err_fail(e, -E_INVAL, "%s: bad IP address \"%s\"", s, s);
    }
    bool has_port = take_token(&p, &port, &n_port, &ignored) && n_port;
    if (p || (!has_port && !default_port)) {
        return err_fail(e, -E_INVAL, "%s: port must be specified", s);
    }
    if (!n_host) {
        return err_fail(e, -E_INVAL, "%s: host must be specified", s);
    }
    int error = set_host(s, host, n_host, bracketed, &result, e);
    if (!error && has_port) {
        error = parse_port(s, port, n_port, &result.port, e);
    }
    if (!error) {
        *a = result;
    }
    return error;
}

int
address_parse_passive(const char *s, uint16_t default_port, struct address *a, struct err *e)
{
    const char *p = s, *host = "", *port = "";
    size_t n_host = 0, n_port = 0;
    bool bracketed = false, ignored;
    struct address result = {.port = default_port};
    bool ok = take_token(&p, &port, &n_port, &ignored);
    if (ok && p) {
        ok = take_token(&p, &host, &n_host, &bracketed);
    }
    if (!ok || p || (!n_port && !default_port)) {
        return err_fail(e, -E_INVAL, "%s: port must be specified", s);
    }
    int error = set_host(s, host, n_host, bracketed, &result, e);
    if (!error && n_port) {
        error = parse_port(s, port, n_port, &result.port, e);
    }
    if (!error) {
        *a = result;
    }
    return error;
}

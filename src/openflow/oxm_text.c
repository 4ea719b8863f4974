/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/oxm_text.h"

#include <string.h>

#include "base/hex.h"
#include "openflow/match_oxm.h"
#include "os/err_format.h"

enum { HEADER_DIGITS = 8 };

static const char cookie_name[] = "NXM_NX_COOKIE";

/* -- Writing -- */

static void
put_hex(struct str *s, const uint8_t *p, size_t n)
{
    while (n--) {
        str_putf(s, "%02x", *p++);
    }
}

void
of_oxm_text_put(struct str *s, struct rd r)
{
    if (!rd_left(&r)) {
        str_puts(s, "<any>");
    }
    for (size_t i = 0; rd_left(&r); i++) {
        const struct of_oxm *oxm;
        bool has_mask;
        size_t len;
        bool is_cookie = of_match_cookie_is_next(&r);
        of_oxm_get_header(&r, &oxm, &has_mask, &len);
        const uint8_t *value = rd_take(&r, len), *mask = has_mask ? rd_take(&r, len) : NULL;
        if (r.bad || of_oxm_has_stray_bits(value, mask, len)) {
            if (rd_left(&r)) {
                str_putf(s, "%s<%zu invalid bytes>", i ? ", " : "", rd_left(&r));
            }
            return;
        }
        str_putf(s, "%s%s%s(", i ? ", " : "",
                 is_cookie ? cookie_name
                 : oxm     ? oxm->name
                           : "?",
                 has_mask ? "_W" : "");
        put_hex(s, value, len);
        if (mask) {
            str_putc(s, '/');
            put_hex(s, mask, len);
        }
        str_putc(s, ')');
    }
}

/* -- Reading -- */

/* A field's header, and how long its value is. */
struct header {
    bool has_mask;
    size_t len;
};

/* Eight hexadecimal digits. */
static bool
take_number(const char *name, size_t n, struct wr *w, struct header *h)
{
    uint8_t bytes[HEADER_DIGITS / 2];
    for (size_t i = 0; i < sizeof bytes; i++) {
        int high = n == HEADER_DIGITS ? hex_digit(name[2 * i]) : -1;
        int low = high < 0 ? -1 : hex_digit(name[2 * i + 1]);
        if (low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *h = (struct header){bytes[2] & 1, bytes[2] & 1 ? bytes[3] / 2 : bytes[3]};
    wr_bytes(w, bytes, sizeof bytes);
    return true;
}

/* How many bytes are written at P: tunnel options have any length. */
static size_t
count_bytes(const char *p)
{
    size_t n = 0;
    for (p += strspn(p, " \t"); hex_digit(*p) >= 0; p += strspn(p, " \t")) {
        if (hex_digit(p[1]) < 0) {
            break;
        }
        p += 2;
        n++;
    }
    return n;
}

/* Appends the header that the N characters at NAME say, behind which the value stands. */
static bool
take_header(const char *name, size_t n, struct wr *w, struct header *h)
{
    bool has_mask = n > 2 && !memcmp(name + n - 2, "_W", 2);
    size_t n_plain = has_mask ? n - 2 : n;
    if (n_plain == sizeof cookie_name - 1 && !memcmp(name, cookie_name, n_plain)) {
        static const struct of_match_cookie cookie = {0, UINT64_MAX}, masked = {0, 1};
        of_match_put_cookie(w, has_mask ? &masked : &cookie);
        *h = (struct header){has_mask, sizeof cookie.value};
        w->n -= w->bad ? 0 : h->len * (has_mask ? 2 : 1);
        return true;
    }
    const struct of_oxm *oxm = of_oxm_find_name(name, n_plain);
    if (!oxm || (has_mask && of_fields[oxm->field].mask == OF_MASK_NONE)) {
        return take_number(name, n, w, h);
    }
    *h = (struct header){has_mask, of_field_is_tun_metadata(oxm->field)
                                       ? count_bytes(name + n + 1)
                                       : of_fields[oxm->field].wire};
    of_oxm_put_header(w, oxm, has_mask, h->len);
    return true;
}

/* Takes N bytes as pairs of digits, with spaces before them if they like. */
static int
take_bytes(const char **p, size_t n, struct wr *w, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        *p += strspn(*p, " \t");
        int high = hex_digit(**p), low = high < 0 ? -1 : hex_digit((*p)[1]);
        if (low < 0) {
            return err_fail(e, -E_INVAL, "expected to read %zu bytes but got %zu", n, i);
        }
        wr_u8(w, (uint8_t)(high << 4 | low));
        *p += 2;
    }
    return 0;
}

static int
take_field(const char **p, struct wr *w, struct err *e)
{
    const char *name = *p, *open = strchr(name, '(');
    struct header h;
    if (!open) {
        return err_fail(e, -E_INVAL, "%s: missing ( at end of nx_match", name);
    }
    size_t n = (size_t)(open - name);
    if (!take_header(name, n, w, &h)) {
        return err_fail(e, -E_INVAL, "%s: unknown field `%.*s'", name, (int)n, name);
    }
    *p = open + 1;
    int code = take_bytes(p, h.len, w, e);
    if (!code && h.has_mask) {
        *p += strspn(*p, " ");
        if (*(*p)++ != '/') {
            return err_fail(e, -E_INVAL, "%s: missing / in masked field %.*s", name, (int)n, name);
        }
        code = take_bytes(p, h.len, w, NULL) ? err_fail(e, -E_INVAL, "%s: hex digits expected", *p)
                                             : 0;
    }
    if (code) {
        return code;
    }
    *p += strspn(*p, " ");
    if (**p != ')') {
        return err_fail(e, -E_INVAL, "%s: missing ) following field %.*s", name, (int)n, name);
    }
    ++*p;
    return 0;
}

int
of_oxm_text_parse(const char *text, struct wr *w, struct err *e)
{
    int code = 0;
    if (strcmp(text, "<any>") == 0) {
        return 0;
    }
    for (text += strspn(text, ", "); !code && *text; text += strspn(text, ", ")) {
        code = take_field(&text, w, e);
        if (code) {
            return code;
        }
    }
    return code;
}

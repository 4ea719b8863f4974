/* SPDX-License-Identifier: Apache-2.0 */
/* Filling and rendering of faults. The first fault stays: whoever fails first knows best, so a
 * second filling is our own bug. Used by everything in src/ovsdb and by the tools; any thread,
 * one fault one thread. */
#include "ovsdb/fault.h"

#include <stdio.h>

#include "os/err_format.h"

void
fault_fini(struct fault *f)
{
    f->tag = NULL;
    str_fini(&f->details);
    str_fini(&f->syntax);
}

static void
fill(struct fault *f, const char *tag, const char *fmt, va_list args)
{
    ASSERT(!f->tag);
    f->tag = tag;
    str_putv(&f->details, fmt, args);
}

int
fault_set(struct fault *f, int code, const char *tag, const char *fmt, ...)
{
    if (f) {
        va_list args;
        va_start(args, fmt);
        fill(f, tag, fmt, args);
        va_end(args);
    }
    return code;
}

int
fault_set_syntax(struct fault *f, const json_t *v, const char *tag, const char *fmt, ...)
{
    if (f) {
        va_list args;
        va_start(args, fmt);
        fill(f, tag ? tag : FAULT_SYNTAX, fmt, args);
        va_end(args);
        if (v) {
            json_write(&f->syntax, v, JSON_WRITE_SORTED);
        }
    }
    return -E_SYNTAX;
}

void
fault_move(struct fault *f, struct fault *from)
{
    if (f) {
        ASSERT(!f->tag);
        fault_fini(f);
        *f = *from;
        *from = (struct fault)FAULT_INIT;
    } else {
        fault_fini(from);
    }
}

void
fault_copy(struct fault *to, const struct fault *from)
{
    if (from) {
        to->tag = from->tag;
        str_puts(&to->details, str_text(&from->details));
        str_puts(&to->syntax, str_text(&from->syntax));
    }
}

void
fault_prepend(struct fault *f, const char *fmt, ...)
{
    if (!f) {
        return;
    }
    struct str old = f->details;
    str_init(&f->details);
    va_list args;
    va_start(args, fmt);
    str_putv(&f->details, fmt, args);
    va_end(args);
    str_put(&f->details, str_text(&old), old.n);
    str_fini(&old);
}

json_t *
fault_to_json(const struct fault *f)
{
    json_t *v = json_object();
    json_object_set_new(v, "error", json_string(f->tag ? f->tag : "internal error"));
    if (f->details.n) {
        json_object_set_new(v, "details", json_stringn_nocheck(f->details.s, f->details.n));
    }
    if (f->syntax.n) {
        json_object_set_new(v, "syntax", json_stringn_nocheck(f->syntax.s, f->syntax.n));
    }
    return v;
}

char *
fault_to_text(const struct fault *f)
{
    struct str out = STR_INIT;
    if (f->syntax.n) {
        str_putf(&out, "syntax \"%s\": ", f->syntax.s);
    }
    str_puts(&out, f->tag ? f->tag : "internal error");
    if (f->details.n) {
        str_puts(&out, out.n ? ": " : "");
        str_puts(&out, f->details.s);
    }
    return str_take(&out);
}

int
fault_to_err(const struct fault *f, int code, struct err *e)
{
    char *text = fault_to_text(f);
    err_fail_tag(e, code, f->tag ? f->tag : "", "%s", text);
    os_free(text);
    return code;
}

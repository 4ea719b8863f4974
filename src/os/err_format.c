/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and codes of errors in hosted code. The errno map walks base/err.def. */
#include "os/err_format.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <uv.h>

static const int errnos[E_COUNT] = {
#define ERR(NAME, TEXT, ERRNO) [E_##NAME] = ERRNO,
#include "base/err.def"
#undef ERR
};

static void
fill(struct err *e, int code, const char *tag, const char *fmt, va_list args)
{
    e->code = code;
    snprintf(e->tag, sizeof e->tag, "%s", tag);
    vsnprintf(e->text, sizeof e->text, fmt, args);
}

int
err_fail(struct err *e, int code, const char *fmt, ...)
{
    if (e) {
        va_list args;
        va_start(args, fmt);
        fill(e, code, "", fmt, args);
        va_end(args);
    }
    return code;
}

int
err_fail_tag(struct err *e, int code, const char *tag, const char *fmt, ...)
{
    if (e) {
        va_list args;
        va_start(args, fmt);
        fill(e, code, tag, fmt, args);
        va_end(args);
    }
    return code;
}

void
err_prepend(struct err *e, const char *fmt, ...)
{
    if (!e) {
        return;
    }
    char context[sizeof e->text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(context, sizeof context, fmt, args);
    va_end(args);
    struct err old = *e;
    /* The innermost cause matters most: when both do not fit, the context is cut. */
    size_t n = sizeof e->text;
    int n_context = snprintf(e->text, n, "%.*s: ", (int)(n / 2), context);
    snprintf(e->text + n_context, n - (size_t)n_context, "%.*s", (int)n - n_context - 1, old.text);
}

int
err_from_errno(int host_errno)
{
    if (host_errno == 0) {
        return 0;
    }
    for (int i = 1; i < E_COUNT; i++) {
        if (errnos[i] == host_errno) {
            return -i;
        }
    }
    return -E_UNKNOWN;
}

int
err_to_errno(int code)
{
    int index = code < 0 ? -code : code;
    if (index == 0) {
        return 0;
    }
    return index < E_COUNT && errnos[index] ? errnos[index] : EIO;
}

/* libuv's numbers, which on Windows are no errno values. */
static const struct {
    int uv;
    int code;
} uv_codes[] = {
    {UV_EACCES, -E_ACCES},
    {UV_EADDRINUSE, -E_ADDRINUSE},
    {UV_EADDRNOTAVAIL, -E_ADDRNOTAVAIL},
    {UV_EAFNOSUPPORT, -E_AFNOSUPPORT},
    {UV_EAGAIN, -E_AGAIN},
    {UV_EAI_AGAIN, -E_HOSTUNREACH},
    {UV_EAI_FAIL, -E_HOSTUNREACH},
    {UV_EAI_NODATA, -E_HOSTUNREACH},
    {UV_EAI_NONAME, -E_HOSTUNREACH},
    {UV_EBADF, -E_BADF},
    {UV_EBUSY, -E_BUSY},
    {UV_ECANCELED, -E_CANCELED},
    {UV_ECHARSET, -E_INVAL},
    {UV_ECONNABORTED, -E_CONNRESET},
    {UV_ECONNREFUSED, -E_CONNREFUSED},
    {UV_ECONNRESET, -E_CONNRESET},
    {UV_EEXIST, -E_EXIST},
    {UV_EFBIG, -E_FBIG},
    {UV_EHOSTUNREACH, -E_HOSTUNREACH},
    {UV_EINVAL, -E_INVAL},
    {UV_EIO, -E_IO},
    {UV_EISDIR, -E_ISDIR},
    {UV_EMFILE, -E_MFILE},
    {UV_EMSGSIZE, -E_MSGSIZE},
    {UV_ENAMETOOLONG, -E_NAMETOOLONG},
    {UV_ENETDOWN, -E_NETDOWN},
    {UV_ENETUNREACH, -E_NETUNREACH},
    {UV_ENOBUFS, -E_NOBUFS},
    {UV_ENODEV, -E_NODEV},
    {UV_ENOENT, -E_NOENT},
    {UV_ENOMEM, -E_NOMEM},
    {UV_ENOSPC, -E_NOSPC},
    {UV_ENOTCONN, -E_NOTCONN},
    {UV_ENOTDIR, -E_NOTDIR},
    {UV_ENOTSUP, -E_NOTSUP},
    {UV_ENXIO, -E_NXIO},
    {UV_EOF, -E_EOF},
    {UV_EPERM, -E_PERM},
    {UV_EPIPE, -E_PIPE},
    {UV_EPROTO, -E_PROTO},
    {UV_EROFS, -E_ROFS},
    {UV_ESRCH, -E_SRCH},
    {UV_ETIMEDOUT, -E_TIMEDOUT},
};

int
err_from_uv(int status)
{
    if (status >= 0) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(uv_codes); i++) {
        if (uv_codes[i].uv == status) {
            return uv_codes[i].code;
        }
    }
    return err_from_errno(-status);
}

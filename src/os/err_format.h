/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a `struct err` (base/err.h) and mapping the host's error numbers. Any thread. */
#pragma once

#include "base/err.h"

/* Fills E (may be NULL) and gives CODE, so that `return err_fail(e, -E_INVAL, "…");` reads well.
 * The tag becomes "". */
int err_fail(struct err *e, int code, const char *fmt, ...) PORT_PRINTF(3, 4);
/* The same with a protocol's tag, such as OVSDB's "constraint violation". */
int err_fail_tag(struct err *e, int code, const char *tag, const char *fmt, ...) PORT_PRINTF(4, 5);
/* Puts "context: " before the text of E (may be NULL). */
void err_prepend(struct err *e, const char *fmt, ...) PORT_PRINTF(2, 3);
/* The negative code for a positive host errno, and back (EIO for codes without one). */
int err_from_errno(int host_errno);
int err_to_errno(int code);
/* The negative code for a negative libuv status. */
int err_from_uv(int status);
#ifdef _WIN32
/* The negative code for a GetLastError() value. */
int err_from_win32(unsigned long code);
#endif

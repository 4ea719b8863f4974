/* SPDX-License-Identifier: Apache-2.0 */
/* Syntax of network addresses in connection names (ovsdb(7), "Connection Methods"):
 * HOST[:PORT] of active ones and [PORT][:HOST] of passive ones, IPv6 in brackets, with
 * %SCOPE. Pure text; any thread. */
#pragma once

#include "base/err.h"

struct address {
    char host[256]; /* without brackets; "" where none is given */
    uint16_t port;
    bool bracketed; /* the host was in brackets, so an IPv6 address */
};

/* Both take DEFAULT_PORT where none is given; 0 means that one must be. -E_INVAL with the
 * reference's text, which begins with S. */
int address_parse_active(const char *s, uint16_t default_port, struct address *, struct err *);
int address_parse_passive(const char *s, uint16_t default_port, struct address *, struct err *);

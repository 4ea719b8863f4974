/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: Ethernet's by hand, IP's by libuv, which has the same syntax on all hosts. */
#include "text/network.h"

#include <uv.h>

#include "base/hex.h"

enum { IP_TEXT_SIZE = 64 };

void
str_put_mac(struct str *s, const uint8_t *m)
{
    static const char digits[] = "0123456789abcdef";
    char text[17];
    for (size_t i = 0; i < 6; i++) {
        char *p = text + 3 * i;
        p[0] = digits[m[i] >> 4];
        p[1] = digits[m[i] & 15];
        if (i < 5) {
            p[2] = ':';
        }
    }
    str_put(s, text, sizeof text);
}

void
str_put_ip(struct str *s, enum ip_version version, const uint8_t *ip)
{
    if (version == IP_V4) {
        for (size_t i = 0; i < 4; i++) {
            if (i) {
                str_putc(s, '.');
            }
            str_put_u64(s, ip[i]);
        }
        return;
    }
    char text[IP_TEXT_SIZE];
    uv_inet_ntop(AF_INET6, ip, text, sizeof text);
    str_puts(s, text);
}

size_t
mac_parse(const char *text, size_t n, uint8_t *mac)
{
    size_t at = 0;
    for (size_t i = 0; i < 6; i++) {
        if (i && (at >= n || text[at++] != ':')) {
            return 0;
        }
        size_t begin = at;
        unsigned int x = 0;
        for (; at < n && hex_digit(text[at]) >= 0; at++) {
            x = x << 4 | (unsigned int)hex_digit(text[at]);
        }
        if (at == begin || at > begin + 2) {
            return 0;
        }
        mac[i] = (uint8_t)x;
    }
    return at;
}

bool
ip_parse(enum ip_version version, const char *text, size_t n, uint8_t *ip)
{
    char copy[IP_TEXT_SIZE];
    if (n >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    return !uv_inet_pton(version == IP_V4 ? AF_INET : AF_INET6, copy, ip);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet and IP addresses as text; their bytes are in wire order. Pure text; any thread. */
#pragma once

#include "text/str.h"

enum { MAC_TEXT_LEN = 17 };

void str_put_mac(struct str *, const uint8_t *mac);
enum ip_version { IP_V4 = 4, IP_V6 = 6 };
void str_put_ip(struct str *, enum ip_version version, const uint8_t *ip);

/* Reads "01:02:3:4:5:06", each part of one or two digits, from the N characters at TEXT. Gives how
 * many it took, 0: there is none; MAC is then undefined. */
size_t mac_parse(const char *text, size_t n, uint8_t *mac);
/* Whether the N characters at TEXT are an address; puts it in IP. */
bool ip_parse(enum ip_version version, const char *text, size_t n, uint8_t *ip);

/* SPDX-License-Identifier: Apache-2.0 */
/* What the adapters and ports of a switch are called: names in UTF-8 made of what NDIS gives. */
#pragma once

#include "driver/kernel.h"

/* Writes the N bytes of UTF-16 at TEXT to NAME as UTF-8 with a final zero, cut at a character
 * where it does not fit in SIZE bytes. Half a surrogate pair becomes U+FFFD. Any IRQL. */
void name_from_utf16(_Out_writes_z_(size) char *name, _In_ size_t size,
                     _In_reads_bytes_(n) const WCHAR *text, _In_ size_t n);
/* The same of an NDIS string, whose length is not trusted. */
void name_from_counted(_Out_writes_z_(size) char *name, _In_ size_t size,
                       _In_ const IF_COUNTED_STRING *text);
/* The name that the host's administrator sees for the interface with GUID, as "Ethernet0" or
 * "vEthernet (external)". False, and NAME empty, if the host has no such interface. */
_IRQL_requires_(PASSIVE_LEVEL)
bool name_of_interface(_Out_writes_z_(size) char *name, _In_ size_t size, _In_ const GUID *guid);
/* Whether two names, each with its final zero, are the same. Any IRQL. */
bool name_equal(_In_z_ const char *a, _In_z_ const char *b);

/* SPDX-License-Identifier: Apache-2.0 */
/* Names. A Hyper-V port has a friendly name of its own; the host's own adapters, external and
 * internal, are known by the alias of their interface, which IP Helper keeps. No state. */
#include "driver/name.h"

#include "driver/ip_helper.h"

enum { REPLACEMENT = 0xfffd };

/* The character at TEXT[*AT], which is moved past it. */
static uint32_t
take_character(const WCHAR *text, size_t len, size_t *at)
{
    uint32_t c = text[(*at)++];
    if (c < 0xd800 || c > 0xdfff) {
        return c;
    }
    uint32_t low = *at < len ? text[*at] : 0;
    if (c > 0xdbff || low < 0xdc00 || low > 0xdfff) {
        return REPLACEMENT;
    }
    (*at)++;
    return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* Writes C to OUT, which has room for four bytes; gives how many it took. */
static size_t
put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6) {
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    }
    out[0] = (uint8_t)(lead[n] | c);
    return n;
}

_Use_decl_annotations_
void
name_from_utf16(char *name, size_t size, const WCHAR *text, size_t n_bytes)
{
    size_t len = n_bytes / sizeof *text, n = 0;
    for (size_t at = 0; at < len && text[at];) {
        uint8_t bytes[4];
        size_t k = put_utf8(bytes, take_character(text, len, &at));
        if (n + k >= size) {
            break;
        }
        memcpy(name + n, bytes, k);
        n += k;
    }
    name[n] = '\0';
}

_Use_decl_annotations_
void
name_from_counted(char *name, size_t size, const IF_COUNTED_STRING *text)
{
    name_from_utf16(name, size, text->String, MIN(text->Length, sizeof text->String));
}

_Use_decl_annotations_
bool
name_of_interface(char *name, size_t size, const GUID *guid)
{
    NET_LUID luid;
    WCHAR alias[IF_MAX_STRING_SIZE + 1];
    name[0] = '\0';
    if (!NT_SUCCESS(ConvertInterfaceGuidToLuid(guid, &luid)) ||
        !NT_SUCCESS(ConvertInterfaceLuidToAlias(&luid, alias, ARRAY_LEN(alias)))) {
        return false;
    }
    name_from_utf16(name, size, alias, sizeof alias);
    return name[0] != '\0';
}

_Use_decl_annotations_
bool
name_equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Shows OpenFlow messages for the tests: each line of standard input is a verbosity and the bytes
 * of a message in hexadecimal; behind what is shown of it comes a line with a dot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "openflow/ofp_print.h"

enum { LINE_MAX_SIZE = 1 << 18 };

/* Reads the digits at P into BYTES, of their own size so that a read past the end shows. */
static uint8_t *
read_bytes(const char *p, size_t *n)
{
    uint8_t *bytes = malloc(strlen(p) / 2 + 1);
    *n = 0;
    for (; hex_digit(p[0]) >= 0 && hex_digit(p[1]) >= 0; p += 2) {
        bytes[(*n)++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
    }
    uint8_t *exact = malloc(*n ? *n : 1);
    memcpy(exact, bytes, *n);
    free(bytes);
    return exact;
}

/* What is in packets is the program's to tell. */
static void
put_packet(void *aux UNUSED, struct str *s, uint32_t packet_type UNUSED, const void *bytes UNUSED,
           size_t n UNUSED)
{
    str_puts(s, "PACKET");
}

int
main(void)
{
    static char line[LINE_MAX_SIZE];
    struct str s = STR_INIT;
    while (fgets(line, sizeof line, stdin)) {
        char *hex;
        struct ofp_print how = {.verbosity = (int)strtol(line, &hex, 10), .packet = put_packet};
        size_t n;
        uint8_t *bytes = read_bytes(hex + strspn(hex, " "), &n);
        str_clear(&s);
        ofp_print(&s, bytes, n, &how);
        printf("%s.\n", str_text(&s));
        free(bytes);
    }
    str_fini(&s);
    return 0;
}

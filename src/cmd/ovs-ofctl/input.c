/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of files with a thing on each line, and of bytes as hexadecimal digits. */
#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "cmd/ovs-ofctl/ofctl.h"
#include "os/err_format.h"
#include "os/log.h"

static const char spaces[] = " \t\r\n\v\f";

FILE *
input_open(const char *path, const char *failure)
{
    if (strcmp(path, "-") == 0) {
        return stdin;
    }
    FILE *file = fopen(path, "r");
    if (!file) {
        log_fatal("%s: %s (%s)", path, failure, err_text(err_from_errno(errno)));
    }
    return file;
}

void
input_close(FILE *file)
{
    if (file != stdin) {
        fclose(file);
    }
}

/* A line with its newline, as long as it may be; false at the end. */
static bool
read_line(FILE *file, struct str *line)
{
    str_clear(line);
    do {
        str_reserve(line, 4096);
        if (!fgets(line->s + line->n, (int)(line->size - line->n), file)) {
            break;
        }
        line->n += strlen(line->s + line->n);
    } while (!line->n || line->s[line->n - 1] != '\n');
    return line->n > 0;
}

bool
input_line(FILE *file, struct str *line, unsigned int *number)
{
    while (read_line(file, line)) {
        if (number) {
            ++*number;
        }
        str_truncate(line, strcspn(line->s, "#\r\n"));
        if (line->s[strspn(line->s, spaces)]) {
            return true;
        }
    }
    return false;
}

bool
input_any_line(FILE *file, struct str *line)
{
    bool there = read_line(file, line);
    str_chomp(line, "\n");
    return there;
}

bool
input_try_hex(const char *text, struct str *bytes)
{
    for (text += strspn(text, spaces); *text; text += strspn(text, spaces)) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0) {
            return false;
        }
        str_putc(bytes, (char)(high << 4 | low));
        text += 2;
    }
    return true;
}

uint8_t *
input_hex(const char *text, size_t *n, const char *complaint)
{
    struct str bytes = STR_INIT;
    if (!input_try_hex(text, &bytes)) {
        log_fatal("%s", complaint);
    }
    *n = bytes.n;
    return (uint8_t *)str_take(&bytes);
}

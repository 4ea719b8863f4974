/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the tools. A table holds its cells in all three data forms' sources and is turned
 * into text by one function per format. Tables written one after the other are separated by a
 * blank line in the formats that have no frame of their own; which is the first is remembered
 * per process, as the tools' output is one. */
#include "text/table.h"

#include <string.h>

#include "base/uuid.h"

struct table {
    char *caption;
    bool timestamp;
    char **headings;
    size_t n_columns, columns_size;
    struct table_cell *cells;
    size_t n_cells, cells_size;
    size_t n_rows;
};

static bool printed_one;

struct table *
table_new(void)
{
    return xzalloc(sizeof(struct table));
}

static void
cell_fini(struct table_cell *cell)
{
    os_free(cell->text[0]);
    os_free(cell->text[1]);
    json_decref(cell->json);
}

void
table_free(struct table *t)
{
    if (!t) {
        return;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        os_free(t->headings[i]);
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        cell_fini(&t->cells[i]);
    }
    os_free(t->caption);
    os_free(t->headings);
    os_free(t->cells);
    os_free(t);
}

void
table_restart(void)
{
    printed_one = false;
}

void
table_set_caption(struct table *t, const char *caption)
{
    os_free(t->caption);
    t->caption = caption ? xstrdup(caption) : NULL;
}

void
table_set_timestamp(struct table *t, bool timestamp)
{
    t->timestamp = timestamp;
}

void
table_add_column(struct table *t, const char *heading)
{
    VERIFY(!t->n_rows);
    if (t->n_columns == t->columns_size) {
        t->headings = xgrow(t->headings, &t->columns_size, sizeof *t->headings);
    }
    t->headings[t->n_columns++] = xstrdup(heading);
}

void
table_add_row(struct table *t)
{
    VERIFY(t->n_cells == t->n_rows * t->n_columns);
    t->n_rows++;
}

void
table_add_cell(struct table *t, struct table_cell cell)
{
    VERIFY(t->n_cells < t->n_rows * t->n_columns);
    if (t->n_cells == t->cells_size) {
        t->cells = xgrow(t->cells, &t->cells_size, sizeof *t->cells);
    }
    t->cells[t->n_cells++] = cell;
}

void
table_add_text(struct table *t, const char *text)
{
    table_add_cell(t, (struct table_cell){.text = {xstrdup(text), NULL}});
}

/* -- Cells as text -- */

/* The text of CELL, the caller's to free. */
static char *
cell_text(const struct table_cell *cell, const struct table_style *style)
{
    if (style->data == TABLE_JSON_DATA && cell->json) {
        return json_text(cell->json, JSON_WRITE_SORTED);
    }
    const char *text = style->data == TABLE_BARE ? cell->text[TABLE_BARE] : NULL;
    return xstrdup(text ? text : cell->text[0] ? cell->text[0] : "");
}

static char **
all_texts(const struct table *t, const struct table_style *style)
{
    char **texts = xalloc(t->n_cells * sizeof *texts);
    for (size_t i = 0; i < t->n_cells; i++) {
        texts[i] = cell_text(&t->cells[i], style);
    }
    return texts;
}

static void
free_texts(const struct table *t, char **texts)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        os_free(texts[i]);
    }
    os_free(texts);
}

static void
put_separator(struct str *out)
{
    if (printed_one) {
        str_putc(out, '\n');
    }
    printed_one = true;
}

static void
put_time(const struct table *t, struct str *out)
{
    if (t->timestamp) {
        char time[40];
        table_format_time(time, sizeof time);
        str_putf(out, "%s\n", time);
    }
}

/* What comes before a table without a frame. */
static void
put_title(const struct table *t, struct str *out)
{
    put_separator(out);
    put_time(t, out);
    if (t->caption) {
        str_putf(out, "%s\n", t->caption);
    }
}

/* -- table -- */

/* A line is put together cell by cell; spaces come only before something visible. */
struct line {
    struct str *out;
    size_t pending; /* spaces owed */
};

static void
put_cell(struct line *line, const char *text, size_t width)
{
    size_t n = MIN(strlen(text), width); /* wider only when the width is limited */
    if (n) {
        str_put_repeat(line->out, ' ', line->pending);
        str_put(line->out, text, n);
        line->pending = 0;
    }
    line->pending += width - n + 1;
}

static void
end_line(struct line *line)
{
    str_putc(line->out, '\n');
    line->pending = 0;
}

static size_t *
column_widths(const struct table *t, char **texts, const struct table_style *style)
{
    size_t *widths = xzalloc(t->n_columns * sizeof *widths);
    size_t max = style->max_column_width ? style->max_column_width : SIZE_MAX;
    for (size_t x = 0; x < t->n_columns; x++) {
        widths[x] = style->headings ? strlen(t->headings[x]) : 0;
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t *width = &widths[i % t->n_columns], n = strlen(texts[i]);
        *width = MAX(*width, MIN(n, max));
    }
    return widths;
}

static void
format_table(const struct table *t, const struct table_style *style, struct str *out)
{
    char **texts = all_texts(t, style);
    size_t *widths = column_widths(t, texts, style);
    struct line line = {out, 0};
    size_t n = t->n_columns;
    put_title(t, out);
    if (style->headings) {
        for (size_t x = 0; x < n; x++) {
            put_cell(&line, t->headings[x], widths[x]);
        }
        end_line(&line);
        for (size_t x = 0; x < n; x++) {
            str_put_repeat(out, '-', widths[x]);
            str_putc(out, x + 1 == n ? '\n' : ' ');
        }
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        put_cell(&line, texts[i], widths[i % n]);
        if ((i + 1) % n == 0) {
            end_line(&line);
        }
    }
    os_free(widths);
    free_texts(t, texts);
}

/* -- list -- */

static void
format_list(const struct table *t, const struct table_style *style, struct str *out)
{
    char **texts = all_texts(t, style);
    put_title(t, out);
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t x = i % t->n_columns;
        if (x == 0 && i) {
            str_putc(out, '\n');
        }
        if (style->headings) {
            str_putf(out, "%-20s: ", t->headings[x]);
        }
        str_puts(out, texts[i]);
        str_putc(out, '\n');
    }
    free_texts(t, texts);
}

/* -- html -- */

static void
put_html(struct str *out, const char *text, size_t n)
{
    for (const char *p = text; p < text + n; p++) {
        switch (*p) {
        case '&':
            str_puts(out, "&amp;");
            break;
        case '<':
            str_puts(out, "&lt;");
            break;
        case '>':
            str_puts(out, "&gt;");
            break;
        case '"':
            str_puts(out, "&quot;");
            break;
        default:
            str_putc(out, *p);
        }
    }
}

/* UUIDs within a cell lead to the row that they name. */
static void
put_html_links(struct str *out, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        struct uuid uuid;
        if (n - i >= UUID_TEXT_LEN && uuid_parse(text + i, UUID_TEXT_LEN, &uuid)) {
            str_putf(out, "<a href=\"#%.*s\">%.8s</a>", UUID_TEXT_LEN, text + i, text + i);
            i += UUID_TEXT_LEN;
        } else {
            put_html(out, text + i++, 1);
        }
    }
}

static void
put_html_cell(struct str *out, const char *heading, const char *text)
{
    str_puts(out, "    <td>");
    if (!strcmp(heading, "_uuid")) {
        str_puts(out, "<a name=\"");
        put_html(out, text, strlen(text));
        str_puts(out, "\">");
        put_html(out, text, MIN(strlen(text), 8));
        str_puts(out, "</a>");
    } else {
        put_html_links(out, text);
    }
    str_puts(out, "</td>\n");
}

static void
format_html(const struct table *t, const struct table_style *style, struct str *out)
{
    char **texts = all_texts(t, style);
    put_time(t, out);
    str_puts(out, "<table border=1>\n");
    if (t->caption) {
        str_puts(out, "    <caption>");
        put_html(out, t->caption, strlen(t->caption));
        str_puts(out, "</caption>\n");
    }
    if (style->headings) {
        str_puts(out, "  <tr>\n");
        for (size_t x = 0; x < t->n_columns; x++) {
            str_puts(out, "    <th>");
            put_html(out, t->headings[x], strlen(t->headings[x]));
            str_puts(out, "</th>\n");
        }
        str_puts(out, "  </tr>\n");
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t x = i % t->n_columns;
        if (x == 0) {
            str_puts(out, "  <tr>\n");
        }
        put_html_cell(out, t->headings[x], texts[i]);
        if (x + 1 == t->n_columns) {
            str_puts(out, "  </tr>\n");
        }
    }
    str_puts(out, "</table>\n");
    free_texts(t, texts);
}

/* -- csv, as RFC 4180 -- */

static void
put_csv(struct str *out, const char *text, bool last)
{
    if (strpbrk(text, "\n\",")) {
        str_putc(out, '"');
        for (const char *p = text; *p; p++) {
            str_puts(out, *p == '"' ? "\"\"" : (char[]){*p, '\0'});
        }
        str_putc(out, '"');
    } else {
        str_puts(out, text);
    }
    str_putc(out, last ? '\n' : ',');
}

static void
format_csv(const struct table *t, const struct table_style *style, struct str *out)
{
    char **texts = all_texts(t, style);
    put_title(t, out);
    for (size_t x = 0; style->headings && x < t->n_columns; x++) {
        put_csv(out, t->headings[x], x + 1 == t->n_columns);
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        put_csv(out, texts[i], (i + 1) % t->n_columns == 0);
    }
    free_texts(t, texts);
}

/* -- json -- */

static void
format_json(const struct table *t, const struct table_style *style, struct str *out)
{
    json_t *headings = json_array();
    for (size_t x = 0; x < t->n_columns; x++) {
        json_array_append_new(headings, json_string(t->headings[x]));
    }
    json_t *data = json_array();
    json_t *row = NULL;
    for (size_t i = 0; i < t->n_cells; i++) {
        if (i % t->n_columns == 0) {
            row = json_array();
            json_array_append_new(data, row);
        }
        const struct table_cell *cell = &t->cells[i];
        json_array_append_new(row,
                              cell->json ? json_incref(cell->json) : json_string(cell->text[0]));
    }
    json_t *all = json_object();
    if (t->caption) {
        json_object_set_new(all, "caption", json_string(t->caption));
    }
    if (t->timestamp) {
        char time[40];
        table_format_time(time, sizeof time);
        json_object_set_new(all, "time", json_string(time));
    }
    json_object_set_new(all, "headings", headings);
    json_object_set_new(all, "data", data);
    json_write(out, all, style->json_flags | JSON_WRITE_SORTED);
    str_putc(out, '\n');
    json_decref(all);
}

void
table_format(const struct table *t, const struct table_style *style, struct str *out)
{
    static void (*const formats[])(const struct table *, const struct table_style *,
                                   struct str *) = {
        [TABLE_TABLE] = format_table, [TABLE_LIST] = format_list, [TABLE_HTML] = format_html,
        [TABLE_CSV] = format_csv,     [TABLE_JSON] = format_json,
    };
    VERIFY(t->n_cells == t->n_rows * t->n_columns);
    formats[style->format](t, style, out);
}

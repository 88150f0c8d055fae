#include "export/letters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

// Controls and directions: the first are not XML, the second can turn a position around for the reader.
static bool is_unfit(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffe) == 0xfffe || (c >= 0xd800 && c < 0xe000);
}

// Next letter and its length in bytes; '?' for a byte that is not UTF-8, ' ' for what does not fit.
static gunichar letter_next(const char *at, size_t *bytes)
{
    gunichar c = g_utf8_get_char_validated(at, -1);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        *bytes = 1;
        return '?';
    }
    *bytes = (size_t)(g_utf8_next_char(at) - at);
    return is_unfit(c) ? ' ' : c;
}

void export_letters_clean(const char *text, size_t max_letters, char *out, size_t size)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    size_t used = 0, letters = 0, bytes, cut = 0; // cut: last place where an ellipsis still fits
    for (const char *at = text ? text : ""; *at; at += bytes) {
        char letter[6];
        int n = g_unichar_to_utf8(letter_next(at, &bytes), letter);
        if (letters == max_letters || used + (size_t)n >= size) {
            memcpy(out + cut, ellipsis, sizeof ellipsis);
            return;
        }
        memcpy(out + used, letter, (size_t)n);
        used += (size_t)n;
        if (++letters < max_letters && used + sizeof ellipsis <= size)
            cut = used;
    }
    out[used] = '\0';
}

static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if ((*from != '?' && *from != ' ') || to == text || to[-1] != *from)
            *to++ = *from;
    *to = '\0';
}

void export_letters_telex(const char *text, char *out, size_t size)
{
    char clean[4096];
    export_letters_clean(text, 900, clean, sizeof clean);
    char *ascii = g_str_to_ascii(clean, "C");
    size_t n = 0;
    for (const char *at = ascii; *at && n + 1 < size; at++) {
        char c = g_ascii_toupper(*at);
        if (c == '%' && n + 5 < size)
            n += (size_t)snprintf(out + n, size - n, n && out[n - 1] == ' ' ? "PCT" : " PCT");
        else
            out[n++] = g_ascii_isalnum(c) || strchr(" -?:().,'=/+", c) ? c
                       : c == ';'                                      ? ','
                       : c == '_'                                      ? '-'
                                                                       : '?';
    }
    out[n] = '\0';
    g_free(ascii);
    squeeze(out);
}

void export_letters_html(struct core_buf *out, const char *text)
{
    size_t bytes;
    for (const char *at = text ? text : ""; *at; at += bytes) {
        gunichar c = letter_next(at, &bytes);
        char letter[6];
        if (c == '&')
            core_buf_puts(out, "&amp;");
        else if (c == '<')
            core_buf_puts(out, "&lt;");
        else if (c == '>')
            core_buf_puts(out, "&gt;");
        else if (c == '"')
            core_buf_puts(out, "&quot;");
        else if (c == '\'')
            core_buf_puts(out, "&#39;");
        else
            core_buf_add(out, letter, (size_t)g_unichar_to_utf8(c, letter));
    }
}

void export_letters_plotter(const char *text, size_t max, char *out, size_t size)
{
    char telex[EXPORT_NAME];
    export_letters_telex(text, telex, sizeof telex);
    size_t n = 0;
    for (const char *at = telex; *at && n < max && n + 1 < size; at++)
        if (g_ascii_isalnum(*at) || (*at == '-' && n))
            out[n++] = *at;
    while (n && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

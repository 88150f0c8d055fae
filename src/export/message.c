#include "export/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "export/letters.h"

enum { LONGEST = 4096 };

void export_message_put(struct core_buf *out, int hang, const char *format, ...)
{
    char text[LONGEST], telex[LONGEST];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    export_letters_telex(text, telex, sizeof telex);
    int indent = (int)strspn(text, " ");
    for (const char *at = telex + strspn(telex, " "); *at;) {
        size_t room = (size_t)(EXPORT_COLUMNS - indent), n = strlen(at);
        if (n > room) {
            for (n = room; n && at[n] != ' ';)
                n--;
            n = n ? n : room;
        }
        core_buf_printf(out, "%*s%.*s\n", indent, "", (int)n, at);
        at += n;
        at += strspn(at, " ");
        indent = hang;
    }
}

void export_message_row(struct core_buf *out, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t n = strlen(text);
    n = n > EXPORT_COLUMNS ? EXPORT_COLUMNS : n;
    while (n && text[n - 1] == ' ')
        n--;
    core_buf_printf(out, "%.*s\n", (int)n, text);
}

void export_message_blank(struct core_buf *out)
{
    core_buf_puts(out, "\n");
}

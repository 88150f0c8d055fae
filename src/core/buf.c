#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

// Room for `more` bytes and the NUL.
static bool buf_reserve(struct core_buf *buf, size_t more)
{
    if (buf->failed || more > SIZE_MAX / 4 - buf->length) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->length + more + 1;
    if (need <= buf->capacity)
        return true;
    size_t capacity = buf->capacity ? buf->capacity : 256;
    while (capacity < need)
        capacity *= 2;
    char *text = realloc(buf->text, capacity);
    if (!text) {
        buf->failed = true;
        return false;
    }
    buf->text = text;
    buf->capacity = capacity;
    return true;
}

void core_buf_add(struct core_buf *buf, const void *bytes, size_t length)
{
    if (!buf_reserve(buf, length))
        return;
    if (length)
        memcpy(buf->text + buf->length, bytes, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void core_buf_puts(struct core_buf *buf, const char *text)
{
    core_buf_add(buf, text, strlen(text));
}

void core_buf_printf(struct core_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        buf->failed = true;
    if (length < 0 || !buf_reserve(buf, (size_t)length))
        return;
    va_start(args, format);
    vsnprintf(buf->text + buf->length, (size_t)length + 1, format, args);
    va_end(args);
    buf->length += (size_t)length;
}

enum ph_status core_buf_check(const struct core_buf *buf, struct ph_err *err)
{
    return buf->failed ? core_err_nomem(err) : PH_OK;
}

void core_buf_fini(struct core_buf *buf)
{
    free(buf->text);
    *buf = (struct core_buf){0};
}

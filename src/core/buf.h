// A text that grows. Out of memory is remembered, so that a writer checks once, at the end.
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "pharos/pharos.h"

// A zeroed struct is an empty buffer. `text` is NUL-terminated once anything was added.
struct core_buf {
    char *text;
    size_t length, capacity;
    bool failed;
};

void core_buf_add(struct core_buf *buf, const void *bytes, size_t length);
void core_buf_puts(struct core_buf *buf, const char *text);
void core_buf_printf(struct core_buf *buf, const char *format, ...) PH_PRINTF(2, 3);

// PH_ENOMEM when any addition failed.
enum ph_status core_buf_check(const struct core_buf *buf, struct ph_err *err) PH_NODISCARD;
void core_buf_fini(struct core_buf *buf);

#endif

// Files that are either whole under their name or not there: written aside, then renamed.
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include <stddef.h>

#include "core/buf.h"
#include "pharos/pharos.h"

// Writes bytes aside in the same folder, flushes to disk and renames over `path`.
enum ph_status core_file_write(const char *path, const void *bytes, size_t length,
                               struct ph_err *err) PH_NODISCARD;

// The same for a buffer; fails with PH_ENOMEM when the buffer had failed.
enum ph_status core_file_write_buf(const char *path, const struct core_buf *buf,
                                   struct ph_err *err) PH_NODISCARD;

// A name beside `path` for a library that writes by itself; finish with core_file_commit or
// core_file_discard. The name ends as `path` does, so that format by extension still works.
enum ph_status core_file_aside(const char *path, char out[4096], struct ph_err *err) PH_NODISCARD;
enum ph_status core_file_commit(const char *aside, const char *path, struct ph_err *err) PH_NODISCARD;
void core_file_discard(const char *aside);

// Whole content; out->text is NUL-terminated. Larger than `limit` bytes is PH_EINPUT.
enum ph_status core_file_read(const char *path, size_t limit, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;

// mkdir -p
enum ph_status core_file_mkdir(const char *path, struct ph_err *err) PH_NODISCARD;

#endif

// How functions say what went wrong. The library never prints: details travel in struct ph_err.
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "pharos/pharos.h"

// Fills *err (may be NULL) and returns `status`, so that a caller writes `return core_err_set(...)`.
// `where`: file, JSON pointer or variable; `fix`: what the user can do. Either may be NULL.
enum ph_status core_err_set(struct ph_err *err, enum ph_status status, const char *where, const char *fix,
                            const char *what, ...) PH_PRINTF(5, 6);

// Shorthand for PH_ENOMEM.
enum ph_status core_err_nomem(struct ph_err *err);

// Shorthand for PH_EIO with the text of errno (read on entry). `verb` as in "write", "open".
enum ph_status core_err_errno(struct ph_err *err, const char *verb, const char *path);

// Prefixes err->where with "outer: " (for example the file around a pointer). NULL err is fine.
void core_err_within(struct ph_err *err, const char *outer);

// Exit status of the contract for a status.
int core_err_exit(enum ph_status status);

#endif

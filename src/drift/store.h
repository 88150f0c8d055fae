// Room for the snapshots of a large run: a file without a name, looked at as memory, so that what is not in
// use costs no memory. It lies in $TMPDIR or /var/tmp, its space is taken at once, and it ends with this
// process.
#ifndef DRIFT_STORE_H
#define DRIFT_STORE_H

#include <stddef.h>

#include "pharos/pharos.h"

// Snapshots larger than this do not stay in memory.
#define DRIFT_STORE_FROM_BYTES ((size_t)256 << 20)

// Zeroed. PH_EIO when there is no room on the disk.
enum ph_status drift_store_new(size_t bytes, void **out, struct ph_err *err) PH_NODISCARD;
void drift_store_free(void *store, size_t bytes); // accepts NULL

// These bytes are not looked at for a while. They keep their values.
void drift_store_rest(const void *from, size_t bytes);

#endif

// GRIB in the decoding process: the only place where ecCodes sees a file's bytes.
#ifndef FORCING_GRIB_WORKER_H
#define FORCING_GRIB_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forcing/grib_wire.h"

enum { GRIB_KEPT = 2 };

// A decoded field: rows from south to north, columns from west to east (up and right on a map).
struct forcing_grib_decoded {
    uint64_t offset;
    uint32_t field;
    double *values; // NULL: none
    size_t n, columns;
};

struct forcing_grib_worker {
    const unsigned char *bytes;
    size_t n_bytes;
    unsigned char *shared;
    size_t shared_bytes;
    struct forcing_grib_decoded kept[GRIB_KEPT];
    int oldest;
};

// The folder that ecCodes reads its tables from, before the walls go up; NULL: it has them inside. Also
// forgets the environment, so that nothing in it changes what ecCodes does.
const char *forcing_grib_worker_tables(void);

// In the parent, before it starts a process for a message of this edition and centre: reads the tables that
// such messages need, so that processes have them from their beginning and need not read them each for itself
// (a twentieth of a second). Looks at samples of ecCodes' own only; the second time it is quick.
void forcing_grib_worker_warm(int edition, int centre);

// Keys of up to GRIB_BATCH fields from byte `from` on, behind a forcing_grib_progress.
void forcing_grib_worker_index(struct forcing_grib_worker *worker, uint64_t from);

// A block of rows j0.. and columns i0.. of a field, NAN where missing, or an array of its grid section. 0 or
// ecCodes' error.
int forcing_grib_worker_read(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length,
                             uint32_t field, const uint64_t start[2], const uint64_t count[2], uint64_t *n);
int forcing_grib_worker_array(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length,
                              uint32_t field, enum forcing_grib_array which, uint64_t *n);

#endif

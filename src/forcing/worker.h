// The decoding process: the only place where libnetcdf, ecCodes and the libraries of packed files are called,
// on bytes already in memory.
#ifndef FORCING_WORKER_H
#define FORCING_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "forcing/description.h"

// What the process is for; each has walls as narrow as it can.
enum forcing_worker_task { WORKER_FOR_HEAD, WORKER_FOR_NETCDF, WORKER_FOR_GRIB };

enum forcing_worker_op {
    WORKER_DESCRIBE = 1,
    WORKER_READ,
    WORKER_READ_FLOATS, // the same as 32-bit floats, for what loses nothing by that
    WORKER_HEAD,        // the first bytes of a packed file
    WORKER_GRIB_INDEX,  // start[0]: from which byte on
    WORKER_GRIB_READ,   // start and count: rows and columns
    WORKER_GRIB_ARRAY,  // var: enum forcing_grib_array
};

// Where GRIB requests carry the field: in start, behind the two of the block.
enum { WORKER_GRIB_OFFSET = 2, WORKER_GRIB_LENGTH, WORKER_GRIB_FIELD };

enum { WORKER_HEAD_BYTES = 512 };

// How it ends when the walls could not be put up: at all, or those that leave ecCodes its tables.
enum { WORKER_EXIT_NO_WALLS = 3, WORKER_EXIT_NO_TABLES };

struct forcing_worker_request {
    uint32_t op;
    int32_t var; // index in the description
    uint64_t start[DESCRIPTION_RANK], count[DESCRIPTION_RANK];
};

enum forcing_worker_library { WORKER_NETCDF, WORKER_ECCODES, WORKER_UNPACK };

struct forcing_worker_reply {
    int32_t failed;  // 0, or the library's error
    int32_t library; // enum forcing_worker_library
    uint64_t n;      // bytes of description, numbers read, fields
};

// Serves requests that come on `fd` until it is closed; answers' data go into `shared`. Never returns.
_Noreturn void forcing_worker_run(enum forcing_worker_task task, int fd, const void *bytes, size_t n_bytes,
                                  void *shared, size_t shared_bytes);

#endif

// The decoding process: the only place where libnetcdf is called, on bytes already in memory.
#ifndef FORCING_WORKER_H
#define FORCING_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "forcing/description.h"

enum forcing_worker_op { WORKER_DESCRIBE = 1, WORKER_READ };

struct forcing_worker_request {
    uint32_t op;
    int32_t var; // index in the description
    uint64_t start[DESCRIPTION_RANK], count[DESCRIPTION_RANK];
};

struct forcing_worker_reply {
    int32_t failed; // 0, or libnetcdf's error
    uint64_t n;     // bytes of description, or numbers read
};

// Serves requests that come on `fd` until it is closed; answers' data go into `shared`. Never returns.
_Noreturn void forcing_worker_run(int fd, const void *bytes, size_t n_bytes, void *shared,
                                  size_t shared_bytes);

#endif

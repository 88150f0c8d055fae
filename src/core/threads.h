// Work on ranges of an array by several threads. What a block computes must not depend on who runs it.
#ifndef CORE_THREADS_H
#define CORE_THREADS_H

#include <stddef.h>

#include "pharos/pharos.h"

// Calls run(arg, from, to, thread) for consecutive blocks of at most `block` indices of [0, n), each once;
// `thread` is 0..threads-1, for scratch memory. Blocks begin at multiples of `block` whatever the number of
// threads. Returns when all are done. With threads <= 1, or when no thread can be started, runs here.
void core_threads_for(int threads, size_t n, size_t block,
                      void (*run)(void *arg, size_t from, size_t to, int thread), void *arg);

// Processors that this process may use, at least 1.
int core_threads_available(void);

#endif

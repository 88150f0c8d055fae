#include "core/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "test/tap.h"

struct tally {
    atomic_int *visits;
    size_t n, block;
    int threads;
    atomic_int misplaced;
};

static void visit(void *arg, size_t from, size_t to, int thread)
{
    struct tally *tally = arg;
    if (from % tally->block || to > tally->n || to <= from || to - from > tally->block || thread < 0 ||
        thread >= (tally->threads > 1 ? tally->threads : 1))
        atomic_fetch_add(&tally->misplaced, 1);
    for (size_t i = from; i < to; i++)
        atomic_fetch_add(&tally->visits[i], 1);
}

static void each_index_once(int threads)
{
    static const size_t sizes[] = {0, 1, 7, 256, 257, 10000};
    static const size_t blocks[] = {1, 3, 256, 20000};
    int wrong = 0, misplaced = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
            struct tally tally = {calloc(sizes[s] + 1, sizeof(atomic_int)), sizes[s], blocks[b], threads, 0};
            core_threads_for(threads, sizes[s], blocks[b], visit, &tally);
            for (size_t i = 0; i < sizes[s]; i++)
                wrong += tally.visits[i] != 1;
            misplaced += tally.misplaced;
            free(tally.visits);
        }
    tap_ok(!wrong, "%d threads: each index is visited once", threads);
    tap_ok(!misplaced, "%d threads: blocks begin at multiples of their size, threads are numbered", threads);
}

static void remember_thread(void *arg, size_t from, size_t to, int thread)
{
    pthread_t *self = arg;
    (void)from, (void)to, (void)thread;
    *self = pthread_self();
}

int main(void)
{
    for (int threads = -1; threads <= 8; threads++)
        each_index_once(threads);
    each_index_once(1000);
    pthread_t self = 0;
    core_threads_for(1, 5, 5, remember_thread, &self);
    tap_ok(pthread_equal(self, pthread_self()), "one thread runs here");
    atomic_int visits[3] = {0};
    struct tally tally = {visits, 3, SIZE_MAX, 2, 0};
    core_threads_for(2, 3, SIZE_MAX, visit, &tally);
    tap_ok(visits[0] == 1 && visits[2] == 1 && !tally.misplaced,
           "a block larger than everything is one block");
    tap_ok(core_threads_available() >= 1, "there is at least one processor");
    return tap_done();
}

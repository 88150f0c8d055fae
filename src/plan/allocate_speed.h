// Sooner to the end of slow sweeps: Anderson's acceleration (1965). Of the last few states and what a sweep
// made of them, the mixture with the least change; the next sweep begins there.
#ifndef PLAN_ALLOCATE_SPEED_H
#define PLAN_ALLOCATE_SPEED_H

#include <stdbool.h>

#include "core/arena.h"

enum { PLAN_SPEED_DEPTH = 8 };

struct plan_speed {
    size_t n, kept;        // length of a state; differences in use
    size_t next;           // where the next difference goes
    double *state, *swept; // the last ones
    double *d_change[PLAN_SPEED_DEPTH],
        *d_swept[PLAN_SPEED_DEPTH]; // differences of sweep(x) - x, of sweep(x)
    bool begun;
};

bool plan_speed_init(struct plan_speed *speed, size_t n, struct core_arena *arena);
void plan_speed_forget(struct plan_speed *speed);

// x: where the sweep began. swept: what it made, replaced by where the next shall begin (not below 0).
void plan_speed_mix(struct plan_speed *speed, const double *x, double *swept);

#endif

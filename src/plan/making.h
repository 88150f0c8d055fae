// What the steps of plan_make share.
#ifndef PLAN_MAKING_H
#define PLAN_MAKING_H

#include "plan/crew.h"

// Everything between the question and the answer.
struct plan_making {
    const struct plan_problem *problem;
    struct core_job *job;
    int threads;
    struct core_arena arena; // scratch
    struct plan_flat flat;
    struct plan_scene scene; // all particles, or as many as are worth refining on
    struct plan_crew crew;
    struct plan_result *out;
    struct plan_scene sample, few; // to explore on, and to ask why
    struct plan_crew scouts, askers;
    const uint8_t *inside; // [n_areas][n] 1: the particle is in the area at the middle of its search
};

// Areas in the order of the case's assets, and the reasons of those without.
enum ph_status plan_areas_make(struct plan_making *m, struct ph_err *err) PH_NODISCARD;

#endif

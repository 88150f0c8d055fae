// What the parts of a comparison share while it is made.
#ifndef RUN_SKILL_WORK_H
#define RUN_SKILL_WORK_H

#include "run/skill.h"

enum { SKILL_MOST_CODES = 16 };

struct ranking;

// Warnings of single drifts, told once at the end.
struct skill_warning {
    char code[32], text[512];
    size_t drifts;
};

struct skill_work {
    struct run *run;
    struct run_skill *skill;
    int64_t case_ns; // when and where the case itself begins
    struct geo_pos case_pos;
    struct skill_warning warning[SKILL_MOST_CODES];
    size_t n_warnings, n_drifts;
    struct ph_err first_gap;                           // why the first start was not served
    size_t hours;                                      // of the longest horizon
    struct geo_pos *observed, *median, *put, *current; // [hours + 1]
    struct prob_cloud *cloud;                          // [hours + 1]
    const struct ranking *ranking;                     // of the source being ranked (skill_rank.c)
};

// Calls fn at every start of every track that is known up to a horizon, with w->observed filled for `hours`.
typedef enum ph_status skill_visit(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                   struct ph_err *err);
enum ph_status skill_starts_visit(struct skill_work *w, const char *stage, skill_visit *fn,
                                  struct ph_err *err) PH_NODISCARD;

// A particle that follows the current alone, without any chance: its places at the hours [0, hours]. *served
// false where the forcing ends before.
enum ph_status skill_current_drift(struct skill_work *w, struct forcing *forcing, struct geo_pos pos,
                                   int64_t t_ns, size_t hours, struct geo_pos *out, bool *served,
                                   struct ph_err *err) PH_NODISCARD;

// Drifts the case from one start and adds its entries. Without forcing there it is counted, and PH_OK.
enum ph_status skill_start_compare(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                   struct ph_err *err) PH_NODISCARD;

// What all entries at horizon h say together.
enum ph_status skill_summary_make(struct run_skill *skill, size_t h, struct ph_err *err) PH_NODISCARD;

// Each source of current by itself, best first.
enum ph_status skill_rank(struct skill_work *w, struct ph_err *err) PH_NODISCARD;

#endif

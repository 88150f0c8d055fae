// From a find back to where and when it began to drift, after BAKTRAK (Breivik et al. 2012, arXiv:1111.0756):
// members are run forwards from starts spread widely in space and time, kept in proportion to their agreement
// with the find, resampled and jittered over some rounds. Nothing is ever run backwards but the first guess.
#ifndef DRIFT_BACKTRACK_H
#define DRIFT_BACKTRACK_H

#include "drift/ensemble.h"

// How much work; zeros: DRIFT_BACKTRACK_MEMBERS and DRIFT_BACKTRACK_ROUNDS.
enum { DRIFT_BACKTRACK_MEMBERS = 12000, DRIFT_BACKTRACK_ROUNDS = 4 };
struct drift_backtrack_effort {
    size_t members, rounds;
};

struct drift_backtrack {
    size_t members, rounds;
    double effective;                  // effective sample size of the last round: (sum w)^2 / sum w^2
    double missing_frac;               // of its members, stopped where no forcing covers
    struct geo_pos mean;               // of the starts
    int64_t median_ns, from_ns, to_ns; // of their times: median, and where nine tenths lie
};

// Puts every particle of one source of kind BACKTRACK at a start drawn from those that led to the find. Where
// the find may be any of the objects that the scenario drifts, particles of an object get starts of that
// object and the weights of objects turn to what the find makes of them; otherwise starts of all that may
// have been found serve alike. The same seed gives the same starts for any number of threads. PH_EINPUT when
// no member comes near the find. Warnings: "backtrack-few", "backtrack-missing".
enum ph_status drift_backtrack(const struct scenario_case *c, size_t source,
                               const struct drift_backtrack_effort *effort, struct forcing *forcing,
                               struct geo_coast *coast, struct core_job *job, struct scenario_seeds *seeds,
                               struct drift_backtrack *out, struct ph_err *err) PH_NODISCARD;

#endif

// Where and when a thing that was found may have begun to drift, roughly: the proposals of backtrack.c.
//
// Places are metres east and north in the plane about the find. The first proposal is a coarse run backwards;
// later ones are kernels about starts that led to the find, in a frame that follows the mean of the reverse
// tracks and is scaled by their spread, so that "further back" and "further upstream" go together.
#ifndef DRIFT_PROPOSAL_H
#define DRIFT_PROPOSAL_H

#include "core/arena.h"
#include "core/job.h"
#include "forcing/forcing.h"
#include "geo/earth.h"
#include "scenario/case.h"

enum { DRIFT_PROPOSAL_TRACKS = 240, DRIFT_PROPOSAL_CENTRES = 600 };

// A start: time before the find in seconds (> 0), place.
struct drift_beginning {
    double back_s;
    struct geo_xy at;
};

struct drift_proposal {
    const struct scenario_case *c;
    const struct scenario_source *source;
    struct geo_plane plane; // about the find
    double span_s;          // from the earliest start to the find
    double find_sd_m;       // of the find's position, each axis
    double slope_frac;      // steepest downwind leeway of what was found, for the wind's error
    size_t n_steps;         // of the reverse run
    double step_s;
    struct geo_xy *track;           // [n_steps + 1][DRIFT_PROPOSAL_TRACKS], the first at the find
    struct geo_xy *mean;            // [n_steps + 1] of the tracks
    double *tracks_sd_m;            // [n_steps + 1] about it, each axis
    size_t n_centres;               // of the kernels; 0: the reverse run alone
    struct drift_beginning *centre; // at: in the frame (units of the spread)
    double time_sd_s, frame_sd;     // widths of the kernels
};

// Runs backwards from the find with the deterministic velocity, each track with its own leeway: -V never
// un-diffuses, so spread() adds what diffusion and errors do.
enum ph_status drift_proposal_init(const struct scenario_case *c, size_t source, struct forcing *forcing,
                                   struct core_job *job, struct core_arena *arena, struct drift_proposal *out,
                                   struct ph_err *err) PH_NODISCARD;

// Standard deviation on each axis (m) of a drift of back_s: by errors and diffusion alone; with the tracks'.
double drift_proposal_noise_m(const struct drift_proposal *p, double back_s);
double drift_proposal_spread_m(const struct drift_proposal *p, double back_s);

// Draws one start, and the density of drawing it (per second and square metre).
struct drift_beginning drift_proposal_draw(const struct drift_proposal *p, uint64_t seed, uint64_t member);
double drift_proposal_density(const struct drift_proposal *p, struct drift_beginning start);

// Learns from weighted starts of the last round: kernels about some of them, drawn by weight.
void drift_proposal_learn(struct drift_proposal *p, size_t n, const struct drift_beginning *start,
                          const double *weight, double effective, uint64_t seed);

// A start moved a little: by `part` of the kernels' widths.
struct drift_beginning drift_proposal_jitter(const struct drift_proposal *p, struct drift_beginning start,
                                             double part, uint64_t seed, uint64_t member);

#endif

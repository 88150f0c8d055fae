// The quick twin of the kernel: the same physics in float on rows that meet nothing unusual. Rows that do
// (a missing corner, the shore, a pole, a release within a step) are left to the definition in block.c, each
// by what it meets itself, so that results never depend on the company a particle keeps.
//
// fast_rows.c is compiled once for any processor and once for those with AVX2; both do the same additions and
// multiplications in the same order and give the same bits.
#ifndef DRIFT_FAST_H
#define DRIFT_FAST_H

#include "drift/block.h"
#include "forcing/patch.h"

enum {
    DRIFT_FAST_ROWS = 128, // of a block: what its rows need fits the nearest 32 kB of memory, nearly
};

// One step as the loops want it: numbers that are the same for all rows.
struct drift_fast_step {
    uint32_t index;
    float dt_s;
    float lose[4], fresh[4]; // e <- e - lose e + fresh N(0,1): 1 - rho keeps more digits than rho
    float at[2][2];          // fraction of the way between the time levels: [stage: start, end][kind]
    float diffuse_m;         // sqrt(2 K dt)
};

// Where the coast is far: one byte a square of `1 / per_deg` degrees, 1 when it and all squares around are
// sea.
struct drift_fast_sea {
    const uint8_t *clear; // NULL: no land anywhere
    double south_deg, west_deg, per_deg;
    int32_t rows, columns;
};

// What all blocks of a window share.
struct drift_fast_plan {
    struct forcing_patch patch[DRIFT_DRIVERS];
    struct drift_fast_step step[DRIFT_WINDOW_STEPS];
    size_t n_steps;
    const uint32_t *jibe_below; // [n_steps * n_objects]: a random word below this swings over
    size_t n_objects;
    struct drift_fast_sea sea;
    uint64_t seed;
    float sd_mps[4];
    bool two_stages; // Heun; else Euler
    bool errors, diffuses, jibes, holds;
};

// The rows of a block, one array for each thing. Rows from n on repeat row 0 and come to nothing.
struct drift_fast_rows {
    _Alignas(64) double lat[DRIFT_FAST_ROWS], lon[DRIFT_FAST_ROWS];
    double lat_next[DRIFT_FAST_ROWS], lon_next[DRIFT_FAST_ROWS];
    float slope[3][DRIFT_FAST_ROWS], offset[3][DRIFT_FAST_ROWS]; // right, left, down
    float error[4][DRIFT_FAST_ROWS];
    float cross_slope[DRIFT_FAST_ROWS], cross_offset[DRIFT_FAST_ROWS];
    float normal[6][DRIFT_FAST_ROWS]; // four for the errors, two for diffusion
    float wind_u[DRIFT_FAST_ROWS], wind_v[DRIFT_FAST_ROWS];
    float u[2][DRIFT_FAST_ROWS], v[2][DRIFT_FAST_ROWS]; // of each stage
    float deg_per_m_lat[DRIFT_FAST_ROWS], deg_per_m_lon[DRIFT_FAST_ROWS], tan_lat[DRIFT_FAST_ROWS];
    float east[DRIFT_FAST_ROWS], north[DRIFT_FAST_ROWS];
    float wx[DRIFT_FAST_ROWS], wy[DRIFT_FAST_ROWS];
    float quad[4 * DRIFT_FAST_ROWS]; // (u, v) west and east of each row's place
    int32_t cell[DRIFT_FAST_ROWS];
    int32_t square[DRIFT_FAST_ROWS];
    uint32_t particle[DRIFT_FAST_ROWS], word[4][DRIFT_FAST_ROWS];
    uint32_t side[DRIFT_FAST_ROWS];   // 0 right, 1 left
    uint32_t begins[DRIFT_FAST_ROWS]; // 1: its first step is the window's first
    uint32_t object[DRIFT_FAST_ROWS];
    uint32_t jibe_below[DRIFT_FAST_ROWS];
    uint32_t odd[DRIFT_FAST_ROWS];     // not 0: left to the definition
    uint32_t escaped[DRIFT_FAST_ROWS]; // not 0: left the box of the window before it was odd
    float held[4][DRIFT_FAST_ROWS];    // current u, v, wind u, v of the last stage, when the plan `holds`
    size_t n, padded;
    bool any_begins;
};

// Looks at a way where land may be near or the forcing ends: sets odd or escaped of the row. Not vectorised.
typedef void drift_fast_look(void *arg, struct drift_fast_rows *rows, size_t row, const double *lat,
                             const double *lon);

// All steps of the window for all rows.
typedef void drift_fast_run(const struct drift_fast_plan *plan, struct drift_fast_rows *rows,
                            drift_fast_look *off_patch, drift_fast_look *near_land, void *arg);
drift_fast_run drift_fast_run_any;
#if defined(__x86_64__)
drift_fast_run drift_fast_run_v3; // needs x86-64-v3: AVX2, FMA, BMI
#endif

#endif

// The quick twin of the kernel: the same physics in float on rows that meet nothing unusual. Rows that do
// (a missing corner, the shore, a pole, a release within a step) are left to the definition in block.c, each
// by what it meets itself, so that results never depend on the company a particle keeps.
//
// fast_rows.c is compiled once for any processor and once for those with AVX2 and with AVX-512. All do the
// same operations in the same order. Where the processor has fused multiply-add (AVX2, AVX-512, arm64) it is
// used, and these give the same bits; an x86-64 without it rounds once more often (docs/adr/0012).
#ifndef DRIFT_FAST_H
#define DRIFT_FAST_H

#include "drift/block.h"
#include "forcing/patch.h"

enum {
    DRIFT_FAST_ROWS = 128, // of a block: what its rows need fits the nearest 32 kB of memory, nearly
    DRIFT_FAST_SETTLE = 8, // steps after which places and cells are worked out afresh, in double
};

// One step as the loops want it: numbers that are the same for all rows.
struct drift_fast_step {
    uint32_t index;
    float dt_s;
    float lose[4], fresh[4]; // e <- e - lose e + fresh N(0,1): 1 - rho keeps more digits than rho
    float at[2][2];          // fraction of the way between the time levels: [stage: start, end][kind]
    float diffuse_m;         // sqrt(2 K dt)
};

// How far the coast and the end of the box are: one byte a square of `square_deg`, the number of squares (0
// to 255) to the nearest that is not all sea inside the box, counted as a king moves.
struct drift_fast_sea {
    const uint8_t *away; // NULL: no coast to look at
    double south_deg, west_deg, square_deg;
    int32_t rows, columns;
};

// How far a place may move along both axes and meet no shore and no end of the box.
double drift_fast_sea_free_deg(const struct drift_fast_sea *sea, struct geo_pos pos);

// What all blocks of a window share.
struct drift_fast_plan {
    struct forcing_patch patch[DRIFT_DRIVERS];
    // The patch at the start of each step and the end of the last, where it is small; else NULL. What comes
    // out is the same to the bit: values are blended in time first, here or there.
    const float *blend[DRIFT_DRIVERS][DRIFT_WINDOW_STEPS + 1];
    struct drift_fast_step step[DRIFT_WINDOW_STEPS];
    size_t n_steps;
    const uint32_t *jibe_below; // [n_steps * n_objects]: a random word below this swings over
    size_t n_objects;
    struct drift_fast_sea sea;
    uint64_t seed;
    float sd_mps[4];
    bool two_stages; // Heun; else Euler
    bool errors, diffuses, jibes;
};

// Where the rows are on one grid.
struct drift_fast_place {
    _Alignas(64) float wx[DRIFT_FAST_ROWS], wy[DRIFT_FAST_ROWS]; // how far into the cell, eastward, northward
    uint32_t column[DRIFT_FAST_ROWS], row[DRIFT_FAST_ROWS];
    int32_t cell[DRIFT_FAST_ROWS]; // where it begins in the patch
};

// The rows of a block, one array for each thing. Rows from n on repeat row 0 and come to nothing.
struct drift_fast_rows {
    // At the window's start, or where places were settled last; and what has been moved since (degrees).
    _Alignas(64) double lat[DRIFT_FAST_ROWS], lon[DRIFT_FAST_ROWS];
    float moved_lat[DRIFT_FAST_ROWS], moved_lon[DRIFT_FAST_ROWS];
    float was_lat[DRIFT_FAST_ROWS], was_lon[DRIFT_FAST_ROWS]; // moved before the step
    float sine[DRIFT_FAST_ROWS], cosine[DRIFT_FAST_ROWS];     // of the latitude
    float free_deg[DRIFT_FAST_ROWS]; // moved by less than this on both axes there is no shore to meet
    struct drift_fast_place here[DRIFT_DRIVERS], there;          // there: at the second stage
    float slope[3][DRIFT_FAST_ROWS], offset[3][DRIFT_FAST_ROWS]; // right, left, down
    float cross_slope[DRIFT_FAST_ROWS], cross_offset[DRIFT_FAST_ROWS];
    float error[4][DRIFT_FAST_ROWS];
    float stray_east[DRIFT_FAST_ROWS], stray_north[DRIFT_FAST_ROWS]; // diffusion of the step, metres
    float u[DRIFT_DRIVERS][DRIFT_FAST_ROWS], v[DRIFT_DRIVERS][DRIFT_FAST_ROWS]; // forcing just read
    float first_u[DRIFT_FAST_ROWS], first_v[DRIFT_FAST_ROWS];                   // velocity of the first stage
    float deg_per_m_lat[DRIFT_FAST_ROWS],
        deg_per_m[DRIFT_FAST_ROWS];                              // the latter over cos(lat) is of longitude
    float east_deg[DRIFT_FAST_ROWS], north_deg[DRIFT_FAST_ROWS]; // way of a stage or of the step
    uint32_t particle[DRIFT_FAST_ROWS], word[4][DRIFT_FAST_ROWS];
    uint32_t diffuse_word[4][DRIFT_FAST_ROWS], jibe_word[4][DRIFT_FAST_ROWS];
    uint32_t square[DRIFT_FAST_ROWS]; // of the raster of the sea
    uint32_t side[DRIFT_FAST_ROWS];   // 0 right, 1 left
    uint32_t begins[DRIFT_FAST_ROWS]; // 1: its first step is the window's first
    uint32_t object[DRIFT_FAST_ROWS];
    uint32_t jibe_below[DRIFT_FAST_ROWS];
    uint32_t odd[DRIFT_FAST_ROWS];     // not 0: left to the definition
    uint32_t escaped[DRIFT_FAST_ROWS]; // not 0: left the box of the window before it was odd
    size_t n, padded;
    bool any_begins;
};

// Looks at a way where land may be near or the forcing ends: sets odd or escaped of the row. Not vectorised.
typedef void drift_fast_look(void *arg, struct drift_fast_rows *rows, size_t row, struct geo_pos from,
                             struct geo_pos to);

// The loops, once for each kind of processor.
struct drift_fast_kind {
    const char *name;
    // All steps of the window for all rows.
    void (*run)(const struct drift_fast_plan *plan, struct drift_fast_rows *rows, drift_fast_look *off_patch,
                drift_fast_look *near_land, void *arg);
    // The patch at `at` of the way between its two times: (rows + 1) * (columns + 1) points without gaps.
    void (*blend)(const struct forcing_patch *patch, float at, float *out);
};
extern const struct drift_fast_kind drift_fast_any;
#if defined(__x86_64__)
extern const struct drift_fast_kind drift_fast_v3; // needs x86-64-v3: AVX2, FMA, BMI
extern const struct drift_fast_kind drift_fast_v4; // needs x86-64-v4: AVX-512 F, BW, CD, DQ, VL
#endif

#endif

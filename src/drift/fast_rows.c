// Compiled twice, see meson.build: DRIFT_FAST_RUN names the function that comes out.
#include "drift/fast.h"

#include <math.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "drift/fast_math.h"
#include "geo/earth.h"

typedef struct drift_fast_rows rows_t;

#define EACH_ROW(i, n) for (size_t i = 0; i < (n); i++)

// ---- Random numbers: the words of core/rng.h ----

#if defined(__AVX2__)
// Four products of 32 x 32 bits at a time: even and odd rows are kept apart, one in each 64 bits, from the
// first round to the last, so that high and low halves need no sorting in between.
struct philox_lanes {
    __m256i c0, c1, c2, c3;
};

static inline struct philox_lanes philox_round(struct philox_lanes c, __m256i k0, __m256i k1)
{
    __m256i p0 = _mm256_mul_epu32(c.c0, _mm256_set1_epi64x(0xD2511F53u));
    __m256i p1 = _mm256_mul_epu32(c.c2, _mm256_set1_epi64x(0xCD9E8D57u));
    return (struct philox_lanes){_mm256_xor_si256(_mm256_srli_epi64(p1, 32), _mm256_xor_si256(c.c1, k0)), p1,
                                 _mm256_xor_si256(_mm256_srli_epi64(p0, 32), _mm256_xor_si256(c.c3, k1)), p0};
}

static inline void philox_join(__m256i even, __m256i odd, uint32_t *out)
{
    __m256i joined = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
    _mm256_store_si256((__m256i *)(void *)out, joined);
}

static void philox(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step, uint32_t purpose,
                   uint32_t (*word)[DRIFT_FAST_ROWS])
{
    for (size_t i = 0; i < n; i += 8) {
        __m256i ids = _mm256_load_si256((const __m256i *)(const void *)(particle + i));
        __m256i zero = _mm256_setzero_si256(), s = _mm256_set1_epi64x(step), p = _mm256_set1_epi64x(purpose);
        struct philox_lanes even = {ids, zero, s, p}, odd = {_mm256_srli_epi64(ids, 32), zero, s, p};
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            __m256i key0 = _mm256_set1_epi32((int)k0), key1 = _mm256_set1_epi32((int)k1);
            even = philox_round(even, key0, key1);
            odd = philox_round(odd, key0, key1);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        philox_join(even.c0, odd.c0, word[0] + i);
        philox_join(even.c1, odd.c1, word[1] + i);
        philox_join(even.c2, odd.c2, word[2] + i);
        philox_join(even.c3, odd.c3, word[3] + i);
    }
}
#else
static void philox(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step, uint32_t purpose,
                   uint32_t (*restrict word)[DRIFT_FAST_ROWS])
{
    EACH_ROW(i, n)
    {
        uint32_t c0 = particle[i], c1 = 0, c2 = step, c3 = purpose;
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
            c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
            c1 = (uint32_t)p1;
            c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
            c3 = (uint32_t)p0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        word[0][i] = c0;
        word[1][i] = c1;
        word[2][i] = c2;
        word[3][i] = c3;
    }
}
#endif

// Two N(0,1) of two words each (Box & Muller 1958): the distance from the origin, then the direction. Two
// passes, so that the processor has several rows of each under way at once.
static void normals(size_t n, const uint32_t *restrict radius_word, const uint32_t *restrict angle_word,
                    float *restrict x, float *restrict y)
{
    EACH_ROW(i, n) x[i] = sqrtf(drift_fast_minus_2_log(radius_word[i]));
    EACH_ROW(i, n)
    {
        struct drift_fast_turn turn = drift_fast_turn_of(angle_word[i]);
        y[i] = x[i] * turn.sine;
        x[i] *= turn.cosine;
    }
}

static void draw(const struct drift_fast_plan *plan, const struct drift_fast_step *step, rows_t *r)
{
    if (plan->errors) {
        philox(r->padded, plan->seed, r->particle, step->index, CORE_RNG_ERROR, r->word);
        normals(r->padded, r->word[0], r->word[1], r->normal[0], r->normal[1]);
        normals(r->padded, r->word[2], r->word[3], r->normal[2], r->normal[3]);
    }
    if (plan->diffuses) {
        philox(r->padded, plan->seed, r->particle, step->index, CORE_RNG_DIFFUSE, r->word);
        normals(r->padded, r->word[0], r->word[1], r->normal[4], r->normal[5]);
    }
    if (plan->jibes)
        philox(r->padded, plan->seed, r->particle, step->index, CORE_RNG_JIBE, r->word);
}

static void errors(size_t n, float lose, float fresh, const float *restrict normal, float *restrict error)
{
    EACH_ROW(i, n) error[i] -= lose * error[i] - fresh * normal[i];
}

// Rows that begin have no error yet: sd N(0,1).
static void errors_begin(size_t n, float sd, const uint32_t *restrict begins, const float *restrict normal,
                         float *restrict error)
{
    EACH_ROW(i, n) error[i] = begins[i] ? sd * normal[i] : error[i];
}

static void errors_step(const struct drift_fast_plan *plan, const struct drift_fast_step *step, bool first,
                        rows_t *r)
{
    for (int k = 0; k < 4; k++) {
        errors(r->padded, step->lose[k], step->fresh[k], r->normal[k], r->error[k]);
        if (first)
            errors_begin(r->padded, plan->sd_mps[k], r->begins, r->normal[k], r->error[k]);
    }
}

// ---- Forcing ----

// The cell of each place and how far into it: where the place is off the patch, cell 0 and `off`.
static uint32_t locate(size_t n, const struct forcing_patch *patch, const double *restrict lat,
                       const double *restrict lon, int32_t *restrict cell, float *restrict wx,
                       float *restrict wy)
{
    double south = patch->south_deg, west = patch->west_deg, per_row = patch->rows_per_deg,
           per_column = patch->columns_per_deg;
    int32_t stride = (int32_t)patch->stride;
    uint32_t rows = (uint32_t)patch->rows, columns = (uint32_t)patch->columns, any = 0;
    EACH_ROW(i, n)
    {
        double y = (lat[i] - south) * per_row + 1.0; // so that cutting off the fraction rounds down
        double x = lon[i] - west;
        x = (x < 0.0 ? x + 360.0 : x) * per_column;
        int32_t row = (int32_t)y - 1, column = (int32_t)x;
        wy[i] = (float)(y - (double)(row + 1));
        wx[i] = (float)(x - (double)column);
        uint32_t on = ((uint32_t)row < rows) & ((uint32_t)column < columns);
        any |= on ^ 1u;
        cell[i] = on ? row * stride + 2 * column : -1;
    }
    return any;
}

#define MOST_MPS 1000.0f // beyond it, and where a corner is missing, the definition decides

#if defined(__AVX2__)
// Row i and row i + 4 side by side: the four values (u, v) west and east of each, at the time and the
// latitude.
static inline __m256 cell_pair(const float *a, const float *b, size_t stride, const int32_t *cell, __m256 at,
                               __m256 wy)
{
    const float *a0 = a + cell[0], *a4 = a + cell[4], *b0 = b + cell[0], *b4 = b + cell[4];
    __m256 south = _mm256_loadu2_m128(a4, a0), north = _mm256_loadu2_m128(a4 + stride, a0 + stride);
    __m256 south_to = _mm256_loadu2_m128(b4, b0), north_to = _mm256_loadu2_m128(b4 + stride, b0 + stride);
    south = _mm256_add_ps(south, _mm256_mul_ps(at, _mm256_sub_ps(south_to, south)));
    north = _mm256_add_ps(north, _mm256_mul_ps(at, _mm256_sub_ps(north_to, north)));
    return _mm256_add_ps(south, _mm256_mul_ps(wy, _mm256_sub_ps(north, south)));
}

static inline __m256 toward_east(__m256 west, __m256 east, __m256 wx)
{
    return _mm256_add_ps(west, _mm256_mul_ps(wx, _mm256_sub_ps(east, west)));
}

// Eight rows at a time: pairs as they lie in memory, turned so that each component has a register of its own.
static void interpolate(size_t n, const struct forcing_patch *patch, float share, rows_t *r, float *u,
                        float *v)
{
    const __m256 at = _mm256_set1_ps(share), most = _mm256_set1_ps(MOST_MPS), sign = _mm256_set1_ps(-0.0f);
    for (size_t i = 0; i < n; i += 8) {
        const int32_t *cell = r->cell + i;
        __m256 wy = _mm256_load_ps(r->wy + i), wx = _mm256_load_ps(r->wx + i);
        __m256 p0 = cell_pair(patch->a, patch->b, patch->stride, cell, at, _mm256_permute_ps(wy, 0x00));
        __m256 p1 = cell_pair(patch->a, patch->b, patch->stride, cell + 1, at, _mm256_permute_ps(wy, 0x55));
        __m256 p2 = cell_pair(patch->a, patch->b, patch->stride, cell + 2, at, _mm256_permute_ps(wy, 0xAA));
        __m256 p3 = cell_pair(patch->a, patch->b, patch->stride, cell + 3, at, _mm256_permute_ps(wy, 0xFF));
        __m256 t0 = _mm256_unpacklo_ps(p0, p1), t1 = _mm256_unpacklo_ps(p2, p3); // u0 u1 v0 v1 of the west
        __m256 t2 = _mm256_unpackhi_ps(p0, p1), t3 = _mm256_unpackhi_ps(p2, p3); // and of the east
        __m256 x = toward_east(_mm256_shuffle_ps(t0, t1, 0x44), _mm256_shuffle_ps(t2, t3, 0x44), wx);
        __m256 y = toward_east(_mm256_shuffle_ps(t0, t1, 0xEE), _mm256_shuffle_ps(t2, t3, 0xEE), wx);
        __m256 good = _mm256_and_ps(_mm256_cmp_ps(_mm256_andnot_ps(sign, x), most, _CMP_LT_OQ),
                                    _mm256_cmp_ps(_mm256_andnot_ps(sign, y), most, _CMP_LT_OQ));
        _mm256_store_ps(u + i, _mm256_and_ps(good, x));
        _mm256_store_ps(v + i, _mm256_and_ps(good, y));
        __m256i odd = _mm256_andnot_si256(_mm256_castps_si256(good), _mm256_set1_epi32(1));
        __m256i *kept = (__m256i *)(void *)(r->odd + i);
        _mm256_store_si256(kept, _mm256_or_si256(_mm256_load_si256(kept), odd));
    }
}
#else
typedef float four_t __attribute__((vector_size(16)));

static inline four_t four_at(const float *at)
{
    four_t four;
    memcpy(&four, at, sizeof four);
    return four;
}

// Of each row's cell the four values (u, v) west and east, at the time and the latitude; then between them.
static void interpolate(size_t n, const struct forcing_patch *patch, float at, rows_t *restrict r,
                        float *restrict u, float *restrict v)
{
    const float *restrict a = patch->a, *restrict b = patch->b;
    size_t stride = patch->stride;
    float *restrict quad = r->quad;
    EACH_ROW(i, n)
    {
        const float *from = a + r->cell[i], *to = b + r->cell[i];
        four_t south = four_at(from), north = four_at(from + stride);
        south += at * (four_at(to) - south);
        north += at * (four_at(to + stride) - north);
        south += r->wy[i] * (north - south);
        memcpy(quad + 4 * i, &south, sizeof south);
    }
    EACH_ROW(i, n)
    {
        float x = quad[4 * i] + r->wx[i] * (quad[4 * i + 2] - quad[4 * i]);
        float y = quad[4 * i + 1] + r->wx[i] * (quad[4 * i + 3] - quad[4 * i + 1]);
        uint32_t good = (fabsf(x) < MOST_MPS) & (fabsf(y) < MOST_MPS);
        r->odd[i] |= good ^ 1u;
        u[i] = good ? x : 0.0f;
        v[i] = good ? y : 0.0f;
    }
}
#endif

struct look {
    drift_fast_look *off_patch, *near_land;
    void *arg;
};

static void sample(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int stage,
                   enum forcing_kind kind, const double *lat, const double *lon, rows_t *r, float *u,
                   float *v, const struct look *look)
{
    const struct forcing_patch *patch = &plan->patch[kind];
    if (locate(r->padded, patch, lat, lon, r->cell, r->wx, r->wy))
        for (size_t i = 0; i < r->padded; i++)
            if (r->cell[i] < 0) {
                r->cell[i] = 0;
                if (i < r->n)
                    look->off_patch(look->arg, r, i, lat, lon);
            }
    interpolate(r->padded, patch, step->at[stage][kind], r, u, v);
}

// ---- Velocity ----

static void add(size_t n, const float *restrict error, float *restrict value)
{
    EACH_ROW(i, n) value[i] += error[i];
}

// As drift_kernel_leeway.
static void leeway(size_t n, rows_t *restrict r, float *restrict u, float *restrict v)
{
    EACH_ROW(i, n)
    {
        float wu = r->wind_u[i], wv = r->wind_v[i];
        float wind = sqrtf(wu * wu + wv * wv);
        float inverse = 1.0f / (wind > 1e-12f ? wind : 1e-12f);
        float fade = wind < (float)DRIFT_TAPER_MPS ? wind * (float)(1.0 / DRIFT_TAPER_MPS) : 1.0f;
        float down = r->slope[2][i] * wind + r->offset[2][i] * fade;
        float cross = r->cross_slope[i] * wind + r->cross_offset[i] * fade;
        float x = wu * inverse, y = wv * inverse;
        u[i] += down * x + cross * y;
        v[i] += down * y - cross * x;
    }
}

static void hold(int stage, rows_t *r)
{
    const float *const now[4] = {r->u[stage], r->v[stage], r->wind_u, r->wind_v};
    for (int k = 0; k < 4; k++)
        memcpy(r->held[k], now[k], r->padded * sizeof r->held[k][0]);
}

static void velocity(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int stage,
                     const double *lat, const double *lon, rows_t *r, const struct look *look)
{
    sample(plan, step, stage, FORCING_WIND, lat, lon, r, r->wind_u, r->wind_v, look);
    sample(plan, step, stage, FORCING_CURRENT, lat, lon, r, r->u[stage], r->v[stage], look);
    if (plan->holds)
        hold(stage, r);
    if (plan->errors) {
        add(r->padded, r->error[0], r->wind_u);
        add(r->padded, r->error[1], r->wind_v);
        add(r->padded, r->error[2], r->u[stage]);
        add(r->padded, r->error[3], r->v[stage]);
    }
    leeway(r->padded, r, r->u[stage], r->v[stage]);
}

// ---- Motion ----

#define POLAR_LAT_DEG 89.0 // beyond it the definition decides

// As drift_kernel_radii, the other way up.
static void radii(size_t n, const double *restrict lat, float *restrict deg_per_m_lat,
                  float *restrict deg_per_m_lon, float *restrict tan_lat, uint32_t *restrict odd)
{
    const float prime = (float)(1.0 / (CORE_RAD_PER_DEG * GEO_WGS84_A_M)), e2 = (float)GEO_WGS84_E2;
    EACH_ROW(i, n)
    {
        double from_equator_deg = fabs(lat[i]);
        float from_equator = (float)from_equator_deg, from_pole = (float)(90.0 - from_equator_deg);
        uint32_t low = from_equator < 45.0f;
        float t = (low ? from_equator : from_pole) * (float)CORE_RAD_PER_DEG;
        float small = drift_fast_sin(t), large = drift_fast_cos(t);
        float s = low ? small : large, c = low ? large : small;
        float q2 = 1.0f - e2 * s * s;
        float per_m = prime * sqrtf(q2);
        odd[i] |= from_equator > (float)POLAR_LAT_DEG;
        c = c > 0.01f ? c : 0.01f;
        deg_per_m_lat[i] = per_m * q2 * (float)(1.0 / (1.0 - GEO_WGS84_E2));
        deg_per_m_lon[i] = per_m / c;
        tan_lat[i] = copysignf(s / c, (float)lat[i]);
    }
}

// As drift_kernel_move away from the poles.
static void move(size_t n, rows_t *restrict r)
{
    EACH_ROW(i, n)
    {
        float dlat = r->north[i] * r->deg_per_m_lat[i];
        float h = dlat * (float)(0.5 * CORE_RAD_PER_DEG);
        float narrower = 1.0f - h * r->tan_lat[i] - 0.5f * h * h;
        double lat = r->lat[i] + (double)dlat;
        double lon = r->lon[i] + (double)(r->east[i] * r->deg_per_m_lon[i] / narrower);
        lon = lon >= 180.0 ? lon - 360.0 : lon;
        lon = lon < -180.0 ? lon + 360.0 : lon;
        r->lat_next[i] = lat;
        r->lon_next[i] = lon;
    }
}

static void way(size_t n, float dt_s, const float *restrict u, const float *restrict v, float *restrict east,
                float *restrict north)
{
    EACH_ROW(i, n)
    {
        east[i] = dt_s * u[i];
        north[i] = dt_s * v[i];
    }
}

// Heun: the mean of both stages.
static void way_mean(size_t n, float half_dt_s, const rows_t *restrict r, float *restrict east,
                     float *restrict north)
{
    EACH_ROW(i, n)
    {
        east[i] = half_dt_s * (r->u[0][i] + r->u[1][i]);
        north[i] = half_dt_s * (r->v[0][i] + r->v[1][i]);
    }
}

static void diffuse(size_t n, float sd_m, const float *restrict x, const float *restrict y,
                    float *restrict east, float *restrict north)
{
    EACH_ROW(i, n)
    {
        east[i] += sd_m * x[i];
        north[i] += sd_m * y[i];
    }
}

// ---- Shore and jibing ----

// The square of the raster where each way ends, -1 off the raster; ways longer than a square count as off.
static void squares(size_t n, const struct drift_fast_sea *sea, const rows_t *restrict r,
                    int32_t *restrict square)
{
    double south = sea->south_deg, west = sea->west_deg, per = sea->per_deg, most = 1.0 / sea->per_deg;
    uint32_t rows = (uint32_t)sea->rows, columns = (uint32_t)sea->columns;
    int32_t stride = sea->columns;
    EACH_ROW(i, n)
    {
        double x = r->lon_next[i] - west;
        x = (x < 0.0 ? x + 360.0 : x) * per;
        int32_t row = (int32_t)((r->lat_next[i] - south) * per + 1.0) - 1, column = (int32_t)x;
        uint32_t on = ((uint32_t)row < rows) & ((uint32_t)column < columns) &
                      (fabs(r->lat_next[i] - r->lat[i]) < most) & (fabs(r->lon_next[i] - r->lon[i]) < most);
        square[i] = on ? row * stride + column : -1;
    }
}

static void shore(const struct drift_fast_plan *plan, rows_t *r, const struct look *look)
{
    squares(r->padded, &plan->sea, r, r->square);
    for (size_t i = 0; i < r->n; i++)
        if (r->square[i] < 0 || !plan->sea.clear[r->square[i]])
            look->near_land(look->arg, r, i, r->lat_next, r->lon_next);
}

static void jibe(size_t n, const uint32_t *restrict word, const uint32_t *restrict below,
                 uint32_t *restrict side)
{
    EACH_ROW(i, n) side[i] ^= word[i] < below[i] ? 1u : 0u;
}

static void choose_side(size_t n, rows_t *restrict r)
{
    EACH_ROW(i, n)
    {
        r->cross_slope[i] = r->side[i] ? r->slope[1][i] : r->slope[0][i];
        r->cross_offset[i] = r->side[i] ? r->offset[1][i] : r->offset[0][i];
    }
}

static void jibe_chances(const struct drift_fast_plan *plan, size_t k, rows_t *r)
{
    if (k && plan->step[k].dt_s == plan->step[k - 1].dt_s)
        return;
    for (size_t i = 0; i < r->padded; i++)
        r->jibe_below[i] = plan->jibe_below[k * plan->n_objects + r->object[i]];
}

// ---- One step, all steps ----

static void step_run(const struct drift_fast_plan *plan, size_t k, rows_t *r, const struct look *look)
{
    const struct drift_fast_step *step = &plan->step[k];
    draw(plan, step, r);
    if (plan->errors)
        errors_step(plan, step, !k && r->any_begins, r);
    choose_side(r->padded, r);
    velocity(plan, step, 0, r->lat, r->lon, r, look);
    radii(r->padded, r->lat, r->deg_per_m_lat, r->deg_per_m_lon, r->tan_lat, r->odd);
    way(r->padded, step->dt_s, r->u[0], r->v[0], r->east, r->north);
    if (plan->two_stages) {
        move(r->padded, r);
        velocity(plan, step, 1, r->lat_next, r->lon_next, r, look);
        way_mean(r->padded, 0.5f * step->dt_s, r, r->east, r->north);
    }
    if (plan->diffuses)
        diffuse(r->padded, step->diffuse_m, r->normal[4], r->normal[5], r->east, r->north);
    move(r->padded, r);
    if (plan->sea.clear)
        shore(plan, r, look);
    if (plan->jibes) {
        jibe_chances(plan, k, r);
        jibe(r->padded, r->word[0], r->jibe_below, r->side);
    }
    memcpy(r->lat, r->lat_next, r->padded * sizeof r->lat[0]);
    memcpy(r->lon, r->lon_next, r->padded * sizeof r->lon[0]);
}

void DRIFT_FAST_RUN(const struct drift_fast_plan *plan, rows_t *rows, drift_fast_look *off_patch,
                    drift_fast_look *near_land, void *arg)
{
    struct look look = {off_patch, near_land, arg};
    for (size_t k = 0; k < plan->n_steps; k++)
        step_run(plan, k, rows, &look);
}

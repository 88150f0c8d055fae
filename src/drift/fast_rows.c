// Compiled several times, see meson.build: DRIFT_FAST_KIND is the kind of processor.
#include "drift/fast.h"

#include "drift/fast_random.h"
#include "geo/earth.h"

typedef struct drift_fast_rows rows_t;
enum { ROWS = DRIFT_FAST_ROWS };

// LANES rows at a time; arrays are as long as whole registers.
#define EACH(i, n) for (size_t i = 0; i < (n); i += LANES)
#define EACH_ROW(i, n) for (size_t i = 0; i < (n); i++)

struct look {
    drift_fast_look *off_patch, *near_land;
    void *arg;
};

// Where row i is after a way of (north, east) degrees since places were settled.
static struct geo_pos place_of(const rows_t *r, size_t i, float north_deg, float east_deg)
{
    double lon = r->lon[i] + (double)east_deg;
    lon = lon >= 180.0 ? lon - 360.0 : lon < -180.0 ? lon + 360.0 : lon;
    return (struct geo_pos){r->lat[i] + (double)north_deg, lon};
}

// ---- Random numbers ----

// e <- e - lose e + fresh N(0,1); rows that begin have no error yet: sd N(0,1).
LANES_PART lanes error_next(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int k,
                            lanes error, lanes normal, bool first, lanes_mask begins)
{
    lanes next = error - lanes_fma(lanes_all(step->lose[k]), error, -lanes_all(step->fresh[k]) * normal);
    return first ? lanes_choose(begins, lanes_all(plan->sd_mps[k]) * normal, next) : next;
}

LANES_PART void errors_pair(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int k,
                            bool first, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct normal_pair normal =
            normals_of(lanes_load_word(r->word[k] + i), lanes_load_word(r->word[k + 1] + i));
        lanes_mask begins = first ? (lanes_mask)(lanes_load_word(r->begins + i) != 0) : (lanes_mask){0};
        lanes x = lanes_load(r->error[k] + i), y = lanes_load(r->error[k + 1] + i);
        lanes_store(r->error[k] + i, error_next(plan, step, k, x, normal.x, first, begins));
        lanes_store(r->error[k + 1] + i, error_next(plan, step, k + 1, y, normal.y, first, begins));
    }
}

static __attribute__((noinline)) void errors_draw(const struct drift_fast_plan *plan,
                                                  const struct drift_fast_step *step, bool first, rows_t *r)
{
    philox_rows(r->padded, plan->seed, r->particle, step->index, CORE_RNG_ERROR, ROWS, r->word[0]);
    for (int k = 0; k < 4; k += 2)
        if (first)
            errors_pair(plan, step, k, true, r);
        else
            errors_pair(plan, step, k, false, r);
}

static __attribute__((noinline)) void
diffusion_draw(const struct drift_fast_plan *plan, const struct drift_fast_step *step, bool first, rows_t *r)
{
    uint32_t part = step->index % CORE_RNG_DIFFUSE_STEPS;
    if (first || !part)
        philox_rows(r->padded, plan->seed, r->particle, step->index / CORE_RNG_DIFFUSE_STEPS,
                    CORE_RNG_DIFFUSE, ROWS, r->diffuse_word[0]);
    const uint32_t *word = r->diffuse_word[2 * part];
    EACH(i, r->padded)
    {
        struct normal_pair normal = normals_of(lanes_load_word(word + i), lanes_load_word(word + ROWS + i));
        lanes_store(r->stray_east + i, step->diffuse_m * normal.x);
        lanes_store(r->stray_north + i, step->diffuse_m * normal.y);
    }
}

// ---- Forcing ----

// The cell of each place and how far into it; cell -1 off the patch.
static __attribute__((noinline)) uint32_t locate(size_t n, const struct forcing_patch *patch,
                                                 const double *restrict lat, const double *restrict lon,
                                                 struct drift_fast_place *restrict place)
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
        place->wy[i] = (float)(y - (double)(row + 1));
        place->wx[i] = (float)(x - (double)column);
        place->row[i] = (uint32_t)row;
        place->column[i] = (uint32_t)column;
        uint32_t on = ((uint32_t)row < rows) & ((uint32_t)column < columns);
        any |= on ^ 1u;
        place->cell[i] = on ? row * stride + 2 * column : -1;
    }
    return any;
}

// The places after the way (east_deg, north_deg). True when one is off the patch. `to` may be `from`.
static __attribute__((noinline)) bool advance(const struct forcing_patch *patch, const rows_t *r,
                                              const struct drift_fast_place *from,
                                              struct drift_fast_place *to)
{
    lanes per_column = lanes_all((float)patch->columns_per_deg),
          per_row = lanes_all((float)patch->rows_per_deg);
    lanes_word stride = lanes_all_word((uint32_t)patch->stride);
    lanes_word rows = lanes_all_word((uint32_t)patch->rows),
               columns = lanes_all_word((uint32_t)patch->columns);
    lanes_mask any = {0};
    EACH(i, r->padded)
    {
        lanes x = lanes_fma(lanes_load(r->east_deg + i), per_column, lanes_load(from->wx + i));
        lanes y = lanes_fma(lanes_load(r->north_deg + i), per_row, lanes_load(from->wy + i));
        lanes whole_x = lanes_floor(x), whole_y = lanes_floor(y);
        lanes_word column = lanes_load_word(from->column + i) + lanes_cut(whole_x);
        lanes_word row = lanes_load_word(from->row + i) + lanes_cut(whole_y);
        lanes_mask off = (lanes_mask)(column >= columns) | (lanes_mask)(row >= rows);
        any |= off;
        lanes_store(to->wx + i, x - whole_x);
        lanes_store(to->wy + i, y - whole_y);
        lanes_store_word(to->column + i, column);
        lanes_store_word(to->row + i, row);
        lanes_store_word((uint32_t *)(to->cell + i), (row * stride + column + column) | (lanes_word)off);
    }
    return lanes_any(any);
}

// Rows off the patch are looked at and read the first cell, for nothing.
static void off_patch(rows_t *r, struct drift_fast_place *place, const float *north_deg,
                      const float *east_deg, const struct look *look)
{
    for (size_t i = 0; i < r->padded; i++)
        if (place->cell[i] < 0) {
            place->cell[i] = 0;
            struct geo_pos at = place_of(r, i, north_deg ? r->moved_lat[i] + north_deg[i] : r->moved_lat[i],
                                         east_deg ? r->moved_lon[i] + east_deg[i] : r->moved_lon[i]);
            if (i < r->n)
                look->off_patch(look->arg, r, i, at, at);
        }
}

static bool is_steady(const struct forcing_patch *patch)
{
    return !(patch->columns_per_deg > 0.0);
}

// The values (u, v) around LANES rows at a latitude: each component has a register of its own.
struct cells {
    lanes west_u, west_v, east_u, east_v;
};

// Four values (u, v) west and east, of as many rows as a register has room for: four rows in all.
#if LANES == 16
// Rows i, i + 4, i + 8 and i + 12 share a register.
LANES_PART lanes four_at(const float *at, const int32_t *cell)
{
    __m256 low = _mm256_loadu2_m128(at + cell[4], at + cell[0]);
    __m256 high = _mm256_loadu2_m128(at + cell[12], at + cell[8]);
    return (lanes)_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

#define EACH_FOUR(x, k) ((lanes)_mm512_permute_ps((__m512)(x), (k)*0x55))

LANES_PART struct cells cells_turn(lanes p0, lanes p1, lanes p2, lanes p3)
{
    __m512 t0 = _mm512_unpacklo_ps((__m512)p0, (__m512)p1), t1 = _mm512_unpacklo_ps((__m512)p2, (__m512)p3);
    __m512 t2 = _mm512_unpackhi_ps((__m512)p0, (__m512)p1), t3 = _mm512_unpackhi_ps((__m512)p2, (__m512)p3);
    return (struct cells){(lanes)_mm512_shuffle_ps(t0, t1, 0x44), (lanes)_mm512_shuffle_ps(t0, t1, 0xEE),
                          (lanes)_mm512_shuffle_ps(t2, t3, 0x44), (lanes)_mm512_shuffle_ps(t2, t3, 0xEE)};
}
#elif LANES == 8
// Rows i and i + 4 share a register.
LANES_PART lanes four_at(const float *at, const int32_t *cell)
{
    return (lanes)_mm256_loadu2_m128(at + cell[4], at + cell[0]);
}

// The k-th of each four.
#define EACH_FOUR(x, k) ((lanes)_mm256_permute_ps((__m256)(x), (k)*0x55))

LANES_PART struct cells cells_turn(lanes p0, lanes p1, lanes p2, lanes p3)
{
    __m256 t0 = _mm256_unpacklo_ps((__m256)p0, (__m256)p1), t1 = _mm256_unpacklo_ps((__m256)p2, (__m256)p3);
    __m256 t2 = _mm256_unpackhi_ps((__m256)p0, (__m256)p1), t3 = _mm256_unpackhi_ps((__m256)p2, (__m256)p3);
    return (struct cells){(lanes)_mm256_shuffle_ps(t0, t1, 0x44), (lanes)_mm256_shuffle_ps(t0, t1, 0xEE),
                          (lanes)_mm256_shuffle_ps(t2, t3, 0x44), (lanes)_mm256_shuffle_ps(t2, t3, 0xEE)};
}
#else
LANES_PART lanes four_at(const float *at, const int32_t *cell)
{
    lanes four;
    memcpy(&four, at + cell[0], sizeof four);
    return four;
}

#define EACH_FOUR(x, k) __builtin_shufflevector(x, x, k, k, k, k)

LANES_PART struct cells cells_turn(lanes p0, lanes p1, lanes p2, lanes p3)
{
    lanes t0 = __builtin_shufflevector(p0, p1, 0, 4, 1, 5), t1 = __builtin_shufflevector(p2, p3, 0, 4, 1, 5);
    lanes t2 = __builtin_shufflevector(p0, p1, 2, 6, 3, 7), t3 = __builtin_shufflevector(p2, p3, 2, 6, 3, 7);
    return (struct cells){
        __builtin_shufflevector(t0, t1, 0, 1, 4, 5), __builtin_shufflevector(t0, t1, 2, 3, 6, 7),
        __builtin_shufflevector(t2, t3, 0, 1, 4, 5), __builtin_shufflevector(t2, t3, 2, 3, 6, 7)};
}
#endif

LANES_PART lanes cell_blended(const float *patch, size_t stride, const int32_t *cell, lanes wy)
{
    lanes south = four_at(patch, cell), north = four_at(patch + stride, cell);
    return lanes_fma(wy, north - south, south);
}

LANES_PART struct cells cells_blended(const float *patch, size_t stride, const int32_t *cell, lanes wy)
{
    return cells_turn(cell_blended(patch, stride, cell, EACH_FOUR(wy, 0)),
                      cell_blended(patch, stride, cell + 1, EACH_FOUR(wy, 1)),
                      cell_blended(patch, stride, cell + 2, EACH_FOUR(wy, 2)),
                      cell_blended(patch, stride, cell + 3, EACH_FOUR(wy, 3)));
}

LANES_PART lanes cell_at(const struct forcing_patch *patch, const int32_t *cell, lanes at, lanes wy)
{
    const float *a = patch->a, *b = patch->b;
    size_t stride = patch->stride;
    lanes south = four_at(a, cell), north = four_at(a + stride, cell);
    south = lanes_fma(at, four_at(b, cell) - south, south);
    north = lanes_fma(at, four_at(b + stride, cell) - north, north);
    return lanes_fma(wy, north - south, south);
}

LANES_PART struct cells cells_at(const struct forcing_patch *patch, const int32_t *cell, lanes at, lanes wy)
{
    return cells_turn(
        cell_at(patch, cell, at, EACH_FOUR(wy, 0)), cell_at(patch, cell + 1, at, EACH_FOUR(wy, 1)),
        cell_at(patch, cell + 2, at, EACH_FOUR(wy, 2)), cell_at(patch, cell + 3, at, EACH_FOUR(wy, 3)));
}

static __attribute__((noinline)) void interpolate(size_t n, const struct forcing_patch *patch, float share,
                                                  const struct drift_fast_place *place, float *u, float *v)
{
    const lanes at = lanes_all(share);
    EACH(i, n)
    {
        lanes wx = lanes_load(place->wx + i);
        struct cells cells = cells_at(patch, place->cell + i, at, lanes_load(place->wy + i));
        lanes_store(u + i, lanes_fma(wx, cells.east_u - cells.west_u, cells.west_u));
        lanes_store(v + i, lanes_fma(wx, cells.east_v - cells.west_v, cells.west_v));
    }
}

// The same where the patch has been blended in time.
static __attribute__((noinline)) void interpolate_blended(size_t n, const float *patch, size_t stride,
                                                          const struct drift_fast_place *place, float *u,
                                                          float *v)
{
    EACH(i, n)
    {
        lanes wx = lanes_load(place->wx + i);
        struct cells cells = cells_blended(patch, stride, place->cell + i, lanes_load(place->wy + i));
        lanes_store(u + i, lanes_fma(wx, cells.east_u - cells.west_u, cells.west_u));
        lanes_store(v + i, lanes_fma(wx, cells.east_v - cells.west_v, cells.west_v));
    }
}

static void blend(const struct forcing_patch *patch, float at, float *out)
{
    size_t points = 2 * ((size_t)patch->columns + 1);
    for (size_t j = 0; j <= (size_t)patch->rows; j++) {
        const float *a = patch->a + j * patch->stride, *b = patch->b + j * patch->stride;
        for (size_t i = 0; i < points; i++)
            out[j * points + i] = lanes_fma_one(at, b[i] - a[i], a[i]);
    }
}

// The same for all rows.
static __attribute__((noinline)) void fill(size_t n, const struct forcing_patch *patch, float share, float *u,
                                           float *v)
{
    lanes x = lanes_all(patch->a[0] + share * (patch->b[0] - patch->a[0]));
    lanes y = lanes_all(patch->a[1] + share * (patch->b[1] - patch->a[1]));
    EACH(i, n)
    {
        lanes_store(u + i, x);
        lanes_store(v + i, y);
    }
}

static void sample(const struct drift_fast_plan *plan, size_t k, int stage, rows_t *r,
                   const struct look *look)
{
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++) {
        const struct forcing_patch *patch = &plan->patch[kind];
        struct drift_fast_place *place = &r->here[kind];
        float share = plan->step[k].at[stage][kind];
        if (is_steady(patch)) {
            fill(r->padded, patch, share, r->u[kind], r->v[kind]);
            continue;
        }
        if (stage) {
            place = &r->there;
            if (advance(patch, r, &r->here[kind], place))
                off_patch(r, place, r->north_deg, r->east_deg, look);
        }
        const float *blended = plan->blend[kind][k + (size_t)stage];
        if (blended)
            interpolate_blended(r->padded, blended, patch->stride, place, r->u[kind], r->v[kind]);
        else
            interpolate(r->padded, patch, share, place, r->u[kind], r->v[kind]);
    }
}

// ---- Velocity ----

struct velocity {
    lanes u, v;
};

// Current and its error, and leeway in the wind and its error, as drift_kernel_leeway: the offset's part of
// the way downwind is offset * fade / W = offset / max(W, 1 m/s).
LANES_PART struct velocity velocity_of(const rows_t *r, size_t i)
{
    lanes wu = lanes_load(r->u[FORCING_WIND] + i) + lanes_load(r->error[0] + i);
    lanes wv = lanes_load(r->v[FORCING_WIND] + i) + lanes_load(r->error[1] + i);
    lanes u = lanes_load(r->u[FORCING_CURRENT] + i) + lanes_load(r->error[2] + i);
    lanes v = lanes_load(r->v[FORCING_CURRENT] + i) + lanes_load(r->error[3] + i);
    lanes square =
        lanes_larger(lanes_fma(wu, wu, wv * wv), lanes_all((float)(DRIFT_TAPER_MPS * DRIFT_TAPER_MPS)));
    lanes share = 1.0f / lanes_sqrt(square);
    lanes down = lanes_fma(lanes_load(r->offset[2] + i), share, lanes_load(r->slope[2] + i));
    lanes cross = lanes_fma(lanes_load(r->cross_offset + i), share, lanes_load(r->cross_slope + i));
    return (struct velocity){lanes_fma(down, wu, lanes_fma(cross, wv, u)),
                             lanes_fma(down, wv, lanes_fma(-cross, wu, v))};
}

// ---- Motion ----

#define POLAR_COSINE 0.014f  // beyond 89.2 degrees the definition decides,
#define MOST_NORTH_DEG 0.25f // as it does where a step is longer than this,
#define MOST_EAST_DEG 4.0f   // or no number

// Sine and cosine of the latitude.
static __attribute__((noinline)) void latitudes(size_t n, const double *restrict lat, float *restrict sine,
                                                float *restrict cosine)
{
    EACH_ROW(i, n)
    {
        double from_equator_deg = fabs(lat[i]);
        bool low = from_equator_deg < 45.0;
        sine[i] = (float)((low ? from_equator_deg : 90.0 - from_equator_deg) * CORE_RAD_PER_DEG);
    }
    EACH(i, n)
    {
        lanes t = lanes_load(sine + i);
        lanes_store(sine + i, drift_fast_sin(t));
        lanes_store(cosine + i, drift_fast_cos(t));
    }
    EACH_ROW(i, n)
    {
        bool low = fabs(lat[i]) < 45.0;
        float small = sine[i], large = cosine[i];
        sine[i] = copysignf(low ? small : large, (float)lat[i]);
        cosine[i] = low ? large : small;
    }
}

// As drift_kernel_radii, the other way up: q = sqrt(1 - x), x = e2 sin^2 <= 0.0067, the first term left out
// of its series is below 2e-8.
LANES_PART void radii(rows_t *r, size_t i)
{
    const float prime = (float)(1.0 / (CORE_RAD_PER_DEG * GEO_WGS84_A_M));
    lanes s = lanes_load(r->sine + i), x = (float)GEO_WGS84_E2 * s * s;
    lanes deg_per_m = prime * (1.0f - x * lanes_fma(x, lanes_all(0.125f), lanes_all(0.5f)));
    lanes_store(r->deg_per_m + i, deg_per_m);
    lanes_store(r->deg_per_m_lat + i, deg_per_m * ((1.0f - x) * (float)(1.0 / (1.0 - GEO_WGS84_E2))));
}

// Metres into degrees, as drift_kernel_move: the longitude at the latitude half the way north,
// cos(lat + h) = cos - h (sin + h/2 cos).
LANES_PART void way(rows_t *r, size_t i, lanes east_m, lanes north_m)
{
    lanes c = lanes_load(r->cosine + i), s = lanes_load(r->sine + i);
    lanes north = north_m * lanes_load(r->deg_per_m_lat + i);
    lanes h = north * (float)(0.5 * CORE_RAD_PER_DEG);
    lanes middle = c - h * lanes_fma(0.5f * h, c, s);
    lanes east = east_m * lanes_load(r->deg_per_m + i) / middle;
    lanes_mask good = (lanes_mask)(lanes_abs(north) < MOST_NORTH_DEG) &
                      (lanes_mask)(lanes_abs(east) < MOST_EAST_DEG) & (lanes_mask)(c > POLAR_COSINE);
    lanes_store_word(r->odd + i, lanes_load_word(r->odd + i) | (lanes_word)~good);
    lanes_store(r->north_deg + i, lanes_keep(good, north));
    lanes_store(r->east_deg + i, lanes_keep(good, east));
}

static __attribute__((noinline)) void first_stage(float dt_s, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity first = velocity_of(r, i);
        radii(r, i);
        lanes_store(r->first_u + i, first.u);
        lanes_store(r->first_v + i, first.v);
        way(r, i, dt_s * first.u, dt_s * first.v);
    }
}

// Heun: the mean of both stages; and diffusion.
static __attribute__((noinline)) void second_stage(float dt_s, bool diffuses, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity second = velocity_of(r, i);
        lanes east = (0.5f * dt_s) * (lanes_load(r->first_u + i) + second.u);
        lanes north = (0.5f * dt_s) * (lanes_load(r->first_v + i) + second.v);
        if (diffuses) {
            east += lanes_load(r->stray_east + i);
            north += lanes_load(r->stray_north + i);
        }
        way(r, i, east, north);
    }
}

static __attribute__((noinline)) void only_stage(float dt_s, bool diffuses, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity only = velocity_of(r, i);
        lanes east = dt_s * only.u, north = dt_s * only.v;
        radii(r, i);
        if (diffuses) {
            east += lanes_load(r->stray_east + i);
            north += lanes_load(r->stray_north + i);
        }
        way(r, i, east, north);
    }
}

// Goes the way. Sine and cosine of the latitude are turned by it; the first terms left out are below 2e-8.
// True when a row has come where the shore may be.
static __attribute__((noinline)) bool move(rows_t *r)
{
    lanes_mask any = {0};
    EACH(i, r->padded)
    {
        lanes lat = lanes_load(r->moved_lat + i), lon = lanes_load(r->moved_lon + i);
        lanes north = lanes_load(r->north_deg + i), east = lanes_load(r->east_deg + i);
        lanes_store(r->was_lat + i, lat);
        lanes_store(r->was_lon + i, lon);
        lat += north;
        lon += east;
        lanes_store(r->moved_lat + i, lat);
        lanes_store(r->moved_lon + i, lon);
        lanes free_deg = lanes_load(r->free_deg + i);
        any |= (lanes_mask)(lanes_larger(lanes_abs(lat), lanes_abs(lon)) >= free_deg);
        lanes s = lanes_load(r->sine + i), c = lanes_load(r->cosine + i), d = north * (float)CORE_RAD_PER_DEG;
        lanes half = 0.5f * d;
        lanes_store(r->sine + i, lanes_fma(d, c - half * s, s));
        lanes_store(r->cosine + i, c - d * lanes_fma(half, c, s));
    }
    return lanes_any(any);
}

static void shore(rows_t *r, const struct look *look)
{
    for (size_t i = 0; i < r->n; i++)
        if (fabsf(r->moved_lat[i]) >= r->free_deg[i] || fabsf(r->moved_lon[i]) >= r->free_deg[i])
            look->near_land(look->arg, r, i, place_of(r, i, r->was_lat[i], r->was_lon[i]),
                            place_of(r, i, r->moved_lat[i], r->moved_lon[i]));
}

// ---- Jibing ----

static __attribute__((noinline)) void choose_side(rows_t *r)
{
    EACH(i, r->padded)
    {
        lanes_mask left = (lanes_mask)(lanes_load_word(r->side + i) != 0);
        lanes_store(r->cross_slope + i,
                    lanes_choose(left, lanes_load(r->slope[1] + i), lanes_load(r->slope[0] + i)));
        lanes_store(r->cross_offset + i,
                    lanes_choose(left, lanes_load(r->offset[1] + i), lanes_load(r->offset[0] + i)));
    }
}

static void jibe_chances(const struct drift_fast_plan *plan, size_t k, rows_t *r)
{
    if (k && plan->step[k].dt_s == plan->step[k - 1].dt_s)
        return;
    for (size_t i = 0; i < r->padded; i++)
        r->jibe_below[i] = plan->jibe_below[k * plan->n_objects + r->object[i]];
}

static __attribute__((noinline)) void jibe(const struct drift_fast_plan *plan, size_t k, rows_t *r)
{
    uint32_t part = plan->step[k].index % CORE_RNG_JIBE_STEPS;
    if (!k || !part)
        philox_rows(r->padded, plan->seed, r->particle, plan->step[k].index / CORE_RNG_JIBE_STEPS,
                    CORE_RNG_JIBE, ROWS, r->jibe_word[0]);
    jibe_chances(plan, k, r);
    lanes_mask any = {0};
    EACH(i, r->padded)
    {
        lanes_mask swings =
            (lanes_mask)(lanes_load_word(r->jibe_word[part] + i) < lanes_load_word(r->jibe_below + i));
        any |= swings;
        lanes_store_word(r->side + i, lanes_load_word(r->side + i) ^ ((lanes_word)swings & 1u));
    }
    if (lanes_any(any))
        choose_side(r);
}

// ---- One step, all steps ----

// As drift_fast_sea_free_deg.
static __attribute__((noinline)) void sea_settle(const struct drift_fast_sea *sea, rows_t *r)
{
    if (!sea->away) {
        EACH(i, r->padded) lanes_store(r->free_deg + i, lanes_all(INFINITY));
        return;
    }
    double south = sea->south_deg, west = sea->west_deg, per_deg = 1.0 / sea->square_deg;
    uint32_t rows = (uint32_t)sea->rows, columns = (uint32_t)sea->columns;
    EACH_ROW(i, r->padded)
    {
        double x = r->lon[i] - west;
        int32_t column = (int32_t)((x < 0.0 ? x + 360.0 : x) * per_deg);
        int32_t row = (int32_t)((r->lat[i] - south) * per_deg + 1.0) - 1;
        uint32_t on = ((uint32_t)row < rows) & ((uint32_t)column < columns);
        r->square[i] =
            on ? (uint32_t)row * columns + (uint32_t)column : 0u; // at the edge: none is free there
    }
    for (size_t i = 0; i < r->padded; i++) {
        int32_t away = sea->away[r->square[i]] - 1;
        r->free_deg[i] = (float)(away > 0 ? away : 0) * (float)sea->square_deg;
    }
}

// Places in double are brought up to what has been moved.
static __attribute__((noinline)) void places_settle(rows_t *r)
{
    EACH_ROW(i, r->padded)
    {
        double lon = r->lon[i] + (double)r->moved_lon[i];
        lon = lon >= 180.0 ? lon - 360.0 : lon;
        r->lon[i] = lon < -180.0 ? lon + 360.0 : lon;
        r->lat[i] += (double)r->moved_lat[i];
        r->moved_lat[i] = r->moved_lon[i] = 0.0f;
    }
}

// And all that hangs on them is worked out afresh.
static __attribute__((noinline)) void settle(const struct drift_fast_plan *plan, rows_t *r,
                                             const struct look *look)
{
    places_settle(r);
    latitudes(r->padded, r->lat, r->sine, r->cosine);
    sea_settle(&plan->sea, r);
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!is_steady(&plan->patch[kind]) &&
            locate(r->padded, &plan->patch[kind], r->lat, r->lon, &r->here[kind]))
            off_patch(r, &r->here[kind], NULL, NULL, look);
}

static void step_run(const struct drift_fast_plan *plan, size_t k, rows_t *r, const struct look *look)
{
    const struct drift_fast_step *step = &plan->step[k];
    if (plan->errors)
        errors_draw(plan, step, !k && r->any_begins, r);
    if (plan->diffuses)
        diffusion_draw(plan, step, !k, r);
    sample(plan, k, 0, r, look);
    if (plan->two_stages) {
        first_stage(step->dt_s, r);
        sample(plan, k, 1, r, look);
        second_stage(step->dt_s, plan->diffuses, r);
    } else {
        only_stage(step->dt_s, plan->diffuses, r);
    }
    if (move(r))
        shore(r, look);
    if (plan->jibes)
        jibe(plan, k, r);
}

// The cells of the next step's start.
static void cells_follow(const struct drift_fast_plan *plan, rows_t *r, const struct look *look)
{
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!is_steady(&plan->patch[kind]) && advance(&plan->patch[kind], r, &r->here[kind], &r->here[kind]))
            off_patch(r, &r->here[kind], NULL, NULL, look);
}

static void run(const struct drift_fast_plan *plan, rows_t *r, drift_fast_look *off,
                drift_fast_look *near_land, void *arg)
{
    struct look look = {off, near_land, arg};
    memset(r->moved_lat, 0, sizeof r->moved_lat);
    memset(r->moved_lon, 0, sizeof r->moved_lon);
    choose_side(r);
    for (size_t k = 0; k < plan->n_steps; k++) {
        if (k % DRIFT_FAST_SETTLE == 0)
            settle(plan, r, &look);
        else
            cells_follow(plan, r, &look);
        step_run(plan, k, r, &look);
    }
    places_settle(r);
}

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)
#define JOIN(x, y) x##y
#define JOIN_OF(x, y) JOIN(x, y)
const struct drift_fast_kind JOIN_OF(drift_fast_, DRIFT_FAST_KIND) = {TEXT_OF(DRIFT_FAST_KIND), run, blend};

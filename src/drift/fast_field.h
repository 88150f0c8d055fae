// The quick kernel's forcing: from places to cells, from cells to current and wind. Part of fast_rows.c,
// whose loops are compiled once for each kind of processor.
#ifndef DRIFT_FAST_FIELD_H
#define DRIFT_FAST_FIELD_H

#include "drift/fast.h"
#include "drift/fast_lanes.h"

// The cell of each place and how far into it; cell -1 off the patch.
LANES_LOOP uint32_t locate(size_t n, const struct forcing_patch *patch, const double *restrict lat,
                           const double *restrict lon, struct drift_fast_place *restrict place)
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
LANES_LOOP bool advance(const struct forcing_patch *patch, const struct drift_fast_rows *r,
                        const struct drift_fast_place *from, struct drift_fast_place *to)
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

LANES_LOOP void interpolate(size_t n, const struct forcing_patch *patch, float share,
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
LANES_LOOP void interpolate_blended(size_t n, const float *patch, size_t stride,
                                    const struct drift_fast_place *place, float *u, float *v)
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
LANES_LOOP void fill(size_t n, const struct forcing_patch *patch, float share, float *u, float *v)
{
    lanes x = lanes_all(patch->a[0] + share * (patch->b[0] - patch->a[0]));
    lanes y = lanes_all(patch->a[1] + share * (patch->b[1] - patch->a[1]));
    EACH(i, n)
    {
        lanes_store(u + i, x);
        lanes_store(v + i, y);
    }
}

#endif

#include "forcing/patch.h"

#include <math.h>

#include "forcing/sample.h"

static void patch_everywhere(const struct forcing_source *source, struct forcing_patch *out)
{
    for (int end = 0; end < 2; end++) {
        const struct forcing_observation *at = &source->series[source->live[end]];
        for (int k = 0; k < 8; k++)
            out->everywhere[end][k] = (float)(k % 2 ? at->v_mps : at->u_mps);
    }
    out->a = out->everywhere[0];
    out->b = out->everywhere[1];
    out->stride = 4;
    out->rows = out->columns = 1;
}

static bool patch_grid(const struct forcing_source *source, struct forcing_patch *out)
{
    const struct forcing_grid *grid = source->grid;
    const struct forcing_block *block = &source->block;
    if (grid->shape != FORCING_REGULAR || !grid->lat.uniform || !grid->lon.uniform)
        return false;
    // Cells whose whole neighbourhood is live, as in forcing_sample.
    bool round = grid->lon.wraps;
    size_t j0 = block->j0 ? 1 : 0, j1 = block->nj - (block->j0 + block->nj == grid->lat.n ? 1 : 2);
    size_t i0 = round || block->i0 ? 1 : 0;
    size_t i1 = block->ni - (!round && block->i0 + block->ni == grid->lon.n ? 1 : 2);
    bool over_seam = round && block->i0 + i1 >= grid->lon.n;
    if (j0 >= j1 || i0 >= i1 || j1 > INT32_MAX / (2 * block->ni) ||
        (over_seam && fabs(grid->lon.gap - grid->lon.step) > 1e-6 * grid->lon.step))
        return false;
    size_t first = j0 * 2 * block->ni + 2 * i0;
    out->a = source->slab[source->live[0]].uv + first;
    out->b = source->slab[source->live[1]].uv + first;
    out->stride = 2 * block->ni;
    out->south_deg = grid->lat.first + (double)(block->j0 + j0) * grid->lat.step;
    out->west_deg = remainder(grid->lon.first + (double)(block->i0 + i0) * grid->lon.step, 360);
    out->rows_per_deg = 1 / grid->lat.step;
    out->columns_per_deg = 1 / grid->lon.step;
    out->rows = (int32_t)(j1 - j0);
    out->columns = (int32_t)(i1 - i0);
    return true;
}

bool forcing_source_patch(const struct forcing_source *source, int8_t number, struct forcing_patch *out)
{
    *out =
        (struct forcing_patch){.source = number, .w_at_from = source->w_at_from, .w_per_s = source->w_per_s};
    if (!source->series)
        return patch_grid(source, out);
    patch_everywhere(source, out);
    return true;
}

// What the decoding process says of a NetCDF file, as bytes in shared memory: read without trust, and
// everything that the parent makes of names, attributes and dimensions (which variables, which axes, which
// mapping).
#include <stdint.h>
#include <stdlib.h>

#include "core/arena.h"
#include "forcing/coords.h"
#include "forcing/names.h"
#include "forcing/ncmap.h"
#include "forcing/packing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void index_check(const struct forcing_description *desc, int var)
{
    if (var < -1 || var >= (int)desc->n_vars)
        abort();
}

static void layout_check(const struct forcing_description *desc, const struct forcing_var *var,
                         const struct forcing_layout *layout)
{
    const int dims[] = {layout->time_dim, layout->depth_dim, layout->lat_dim, layout->lon_dim,
                        layout->component_dim};
    for (size_t k = 0; k < sizeof dims / sizeof *dims; k++)
        if (dims[k] < -1 || dims[k] >= var->rank)
            abort();
    index_check(desc, layout->time_var);
    index_check(desc, layout->depth_var);
    index_check(desc, layout->lat_var);
    index_check(desc, layout->lon_var);
    index_check(desc, layout->text_var);
    index_check(desc, layout->lead_var);
}

static void var_try(const struct forcing_description *desc, const struct forcing_var *var)
{
    struct forcing_layout layout;
    struct forcing_ncmap maps[NCMAP_MOST];
    struct forcing_packing packing;
    struct ph_err err = {0};
    enum ph_status status = forcing_layout_find(desc, var, &layout, &err);
    if (status && !err.what[0])
        abort();
    if (!status)
        layout_check(desc, var, &layout);
    if (forcing_ncmap_find(desc, var, false, maps) > NCMAP_MOST)
        abort();
    forcing_packing_init(&packing, var, (struct forcing_unit){1, 0});
    forcing_packing_value(&packing, 3);
    forcing_names_height(var);
    forcing_names_aloft(var);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct core_arena arena = {0};
    struct forcing_description desc;
    struct forcing_mesh_names mesh;
    struct ph_err err = {0};
    enum ph_status status = forcing_description_parse(bytes, length, &arena, &desc, &err);
    if (status && !err.what[0])
        abort();
    for (int kind = 0; !status && kind < FORCING_KINDS; kind++) {
        struct forcing_pair pair;
        forcing_names_grouped(&desc, (enum forcing_kind)kind);
        if (forcing_names_find(&desc, (enum forcing_kind)kind, &pair) && !pair.u && !pair.v)
            abort();
    }
    for (size_t v = 0; !status && v < desc.n_vars && v < 64; v++)
        var_try(&desc, &desc.vars[v]);
    if (!status)
        forcing_layout_mesh(&desc, &mesh);
    core_arena_fini(&arena);
    return 0;
}

#include "forcing/format.h"

#include <stdlib.h>
#include <string.h>

#include "core/err.h"

static const struct forcing_format *const formats[] = {&forcing_format_netcdf, &forcing_format_grib};

const char *forcing_kind_name(enum forcing_kind kind)
{
    static const char *const names[FORCING_KINDS] = {"current", "wind", "stokes_drift", "sea_temperature"};
    return names[kind];
}

static enum ph_status format_find(struct forcing_file *file, struct ph_err *err)
{
    size_t n;
    const unsigned char *head = forcing_decoder_head(file->decoder, &n);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->probe(head, n)) {
            file->format = formats[i];
            return PH_OK;
        }
    return core_err_set(err, PH_EINPUT, file->path, "name a NetCDF or GRIB file",
                        "this is no format that is known");
}

enum ph_status forcing_file_open(const char *path, struct forcing_file **out, struct ph_err *err)
{
    struct forcing_file *file = calloc(1, sizeof *file);
    if (!file)
        return core_err_nomem(err);
    file->path = core_arena_text(&file->arena, path);
    enum ph_status status = file->path ? PH_OK : core_err_nomem(err);
    if (!status)
        status = forcing_decoder_open(file->path, &file->decoder, err);
    if (!status)
        status = format_find(file, err);
    if (!status)
        status = file->format->open(file, err);
    if (status)
        forcing_file_free(file);
    else
        *out = file;
    return status;
}

void forcing_file_free(struct forcing_file *file)
{
    if (!file)
        return;
    forcing_decoder_free(file->decoder);
    core_arena_fini(&file->arena);
    free(file);
}

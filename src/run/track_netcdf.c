// Trajectories in NetCDF, in the layouts that TrajAn reads (CF 1.11, appendix H.4): trajectory x obs with a
// time each, trajectory x time with one axis, contiguous and indexed ragged arrays, a single track. The file
// is decoded in a process without rights (forcing/decoder.h).
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/decoder.h"
#include "forcing/timeunits.h"
#include "run/track_raw.h"

enum { MOST_TRACKS = 1000, MOST_FIXES = 1 << 24 };

struct layout {
    const char *path;
    struct forcing_decoder *decoder;
    struct forcing_description desc;
    struct core_arena arena;
    struct track_raw *raw;
    int lon, lat, time;
    int rowsize, instance; // ragged: fixes per track, or track of each fix; -1: none
    struct forcing_timeunits units;
    bool obs_first; // dims (obs, trajectory)
    uint64_t n_tracks, n_obs;
};

static enum ph_status refuse(const struct layout *l, struct ph_err *err, const char *what)
{
    return core_err_set(err, PH_EINPUT, l->path,
                        "give drifter positions with lon, lat and a time each, laid out as CF trajectories",
                        "cannot read this track: %s", what);
}

// ---- what is where ----

static int variable_find(const struct forcing_description *desc, const char *standard,
                         const char *const names[2])
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < desc->n_vars; i++) {
            const struct forcing_var *var = &desc->vars[i];
            const char *said = forcing_att_text(var, "standard_name");
            bool is = pass ? !strcasecmp(var->name, names[pass - 1]) : said && !strcmp(said, standard);
            if (is && var->number != NUMBER_NONE && (var->rank == 1 || var->rank == 2))
                return (int)i;
        }
    return -1;
}

// The time of each fix: on all dimensions of the positions, or on that of the observations alone. A variable
// called time before one that only sounds like it.
static int time_find(const struct layout *l, bool alone)
{
    static const char *const names[] = {"time", "position_time", "obs_time", "fix_time", NULL};
    const struct forcing_var *lon = &l->desc.vars[l->lon];
    for (const char *const *name = names; *name; name++) {
        const struct forcing_var *var = forcing_var_find(&l->desc, *name);
        const char *units = var ? forcing_att_text(var, "units") : NULL;
        if (!units || !strstr(units, "since") || var->number == NUMBER_NONE)
            continue;
        bool same = var->rank == lon->rank && !memcmp(var->dims, lon->dims, sizeof(int) * (size_t)lon->rank);
        bool axis = alone && lon->rank == 2 && var->rank == 1 &&
                    (var->dims[0] == lon->dims[0] || var->dims[0] == lon->dims[1]);
        if (same || axis)
            return (int)(var - l->desc.vars);
    }
    return -1;
}

// Variables that say how fixes of one long list belong to tracks.
static void ragged_find(struct layout *l)
{
    int obs = l->desc.vars[l->lon].dims[0];
    for (size_t i = 0; i < l->desc.n_vars; i++) {
        const struct forcing_var *var = &l->desc.vars[i];
        if (var->number != NUMBER_INTEGER || var->rank != 1)
            continue;
        bool counts = forcing_att_text(var, "sample_dimension") || !strcasecmp(var->name, "rowsize") ||
                      !strcasecmp(var->name, "row_size");
        if (counts && var->dims[0] != obs)
            l->rowsize = (int)i;
        if (forcing_att_text(var, "instance_dimension") && var->dims[0] == obs)
            l->instance = (int)i;
    }
}

static uint64_t length_of(const struct layout *l, int dim)
{
    return l->desc.dims[dim].length;
}

static enum ph_status shape_find(struct layout *l, struct ph_err *err)
{
    const struct forcing_var *lon = &l->desc.vars[l->lon], *time = &l->desc.vars[l->time];
    l->n_tracks = 1;
    l->n_obs = length_of(l, lon->dims[0]);
    if (lon->rank == 1) {
        ragged_find(l);
    } else {
        const char *first = l->desc.dims[lon->dims[0]].name;
        l->obs_first = time->rank == 1 ? time->dims[0] == lon->dims[0] : !strcasecmp(first, "obs");
        l->n_tracks = length_of(l, lon->dims[l->obs_first]);
        l->n_obs = length_of(l, lon->dims[!l->obs_first]);
    }
    if (l->n_tracks > MOST_TRACKS)
        return refuse(l, err, "it holds more than 1000 trajectories, as only models make them");
    if (!l->n_tracks || !l->n_obs || l->n_obs > MOST_FIXES / l->n_tracks)
        return refuse(l, err, l->n_tracks && l->n_obs ? "it holds too many positions" : "it is empty");
    return PH_OK;
}

static enum ph_status layout_find(struct layout *l, struct ph_err *err)
{
    static const char *const lon_names[] = {"lon", "longitude"}, *const lat_names[] = {"lat", "latitude"};
    const struct forcing_description *desc = &l->desc;
    l->lon = variable_find(desc, "longitude", lon_names);
    l->lat = variable_find(desc, "latitude", lat_names);
    if (l->lon < 0 || l->lat < 0)
        return refuse(l, err, "there is no longitude and latitude");
    const struct forcing_var *lon = &desc->vars[l->lon], *lat = &desc->vars[l->lat];
    if (lon->rank != lat->rank || memcmp(lon->dims, lat->dims, sizeof(int) * (size_t)lon->rank))
        return refuse(l, err, "longitude and latitude have different dimensions");
    l->time = time_find(l, false);
    if (l->time < 0)
        l->time = time_find(l, true);
    if (l->time < 0)
        return refuse(l, err, "no time belongs to each of its positions");
    const struct forcing_var *time = &desc->vars[l->time];
    enum ph_status status = forcing_timeunits_parse(forcing_att_text(time, "units"),
                                                    forcing_att_text(time, "calendar"), &l->units, err);
    if (status) {
        core_err_within(err, l->path);
        return status;
    }
    return shape_find(l, err);
}

// ---- values ----

// `count` numbers of one track from its fix `from` on, unpacked; fill as NAN.
static enum ph_status values_read(const struct layout *l, int id, uint64_t track, uint64_t from,
                                  uint64_t count, double *out, struct ph_err *err)
{
    const struct forcing_var *var = &l->desc.vars[id];
    uint64_t start[2] = {from, track}, shape[2] = {count, 1};
    if (var->rank == 2 && !l->obs_first) {
        start[0] = track, start[1] = from;
        shape[0] = 1, shape[1] = count;
    }
    const double *values;
    enum ph_status status = forcing_decoder_read(l->decoder, id, var->rank, start, shape, &values, err);
    if (status)
        return status;
    double fill = var->has_default_fill ? var->default_fill : NAN, missing = NAN, scale = 1, offset = 0;
    forcing_att_number(var, "_FillValue", &fill);
    forcing_att_number(var, "missing_value", &missing);
    forcing_att_number(var, "scale_factor", &scale);
    forcing_att_number(var, "add_offset", &offset);
    for (uint64_t i = 0; i < count; i++)
        out[i] = values[i] == fill || values[i] == missing ? NAN : values[i] * scale + offset;
    return PH_OK;
}

// All of a variable along its fixes, piece by piece.
static enum ph_status column_read(struct layout *l, int id, uint64_t track, uint64_t n, double *out,
                                  struct ph_err *err)
{
    enum ph_status status = PH_OK;
    uint64_t most = forcing_decoder_most();
    for (uint64_t from = 0; !status && from < n; from += most)
        status = values_read(l, id, track, from, n - from < most ? n - from : most, out + from, err);
    return status;
}

// A position whose numbers are all missing pads the table; one with only some of them is a bad row.
static enum ph_status fix_add(struct layout *l, uint32_t id, uint64_t i, double lon, double lat, double time,
                              struct ph_err *err)
{
    int64_t t_ns;
    if (isnan(lon) && isnan(lat))
        return PH_OK;
    if (isnan(time) || !forcing_timeunits_convert(&l->units, time, &t_ns)) {
        track_raw_bad(l->raw, 0, "fix %llu: no time", (unsigned long long)(i + 1));
        return PH_OK;
    }
    if (!(fabs(lat) <= 90) || !(lon >= -180 && lon <= 360)) {
        track_raw_bad(l->raw, 0, "fix %llu: %g, %g is not on this earth", (unsigned long long)(i + 1), lat,
                      lon);
        return PH_OK;
    }
    struct geo_pos pos = {lat, core_deg_wrap180(lon)};
    return track_raw_add(l->raw, id, pos, t_ns) ? PH_OK : core_err_nomem(err);
}

static enum ph_status id_of(struct layout *l, uint64_t number, uint32_t *id, struct ph_err *err)
{
    char name[32];
    snprintf(name, sizeof name, "%llu", (unsigned long long)(number + 1));
    return track_raw_id(l->raw, name, id) ? PH_OK : core_err_nomem(err);
}

// owner[i]: the track of fix i in one long list.
static enum ph_status owners_read(struct layout *l, double *owner, struct ph_err *err)
{
    if (l->instance >= 0)
        return column_read(l, l->instance, 0, l->n_obs, owner, err);
    uint64_t n = l->rowsize >= 0 ? length_of(l, l->desc.vars[l->rowsize].dims[0]) : 0, at = 0;
    if (n > MOST_TRACKS)
        return refuse(l, err, "it holds more than 1000 trajectories, as only models make them");
    double *size = CORE_ARENA_NEW(&l->arena, double, n);
    if (!size)
        return core_err_nomem(err);
    enum ph_status status = n ? column_read(l, l->rowsize, 0, n, size, err) : PH_OK;
    for (uint64_t k = 0; !status && k < n; k++) {
        if (!(size[k] >= 0 && size[k] <= (double)(l->n_obs - at)))
            return refuse(l, err, "its row sizes do not add up");
        for (uint64_t i = 0; i < (uint64_t)size[k]; i++)
            owner[at++] = (double)k;
    }
    if (!status && n && at != l->n_obs)
        return refuse(l, err, "its row sizes do not add up");
    return status;
}

static enum ph_status track_read(struct layout *l, uint64_t track, double *values, struct ph_err *err)
{
    double *lon = values, *lat = lon + l->n_obs, *time = lat + l->n_obs, *owner = time + l->n_obs;
    enum ph_status status = column_read(l, l->lon, track, l->n_obs, lon, err);
    if (!status)
        status = column_read(l, l->lat, track, l->n_obs, lat, err);
    if (!status)
        status = column_read(l, l->time, track, l->n_obs, time, err);
    bool list = l->rowsize >= 0 || l->instance >= 0;
    if (!status && list)
        status = owners_read(l, owner, err);
    for (uint64_t i = 0; !status && i < l->n_obs; i++) {
        uint32_t id;
        bool owned = list && owner[i] >= 0 && owner[i] < MOST_TRACKS;
        status = id_of(l, owned ? (uint64_t)owner[i] : track, &id, err);
        if (!status)
            status = fix_add(l, id, i, lon[i], lat[i], time[i], err);
    }
    return status;
}

enum ph_status track_netcdf_read(const char *path, struct track_raw *raw, struct ph_err *err)
{
    struct layout l = {.path = path, .raw = raw, .rowsize = -1, .instance = -1};
    enum ph_status status = forcing_decoder_open(path, &l.decoder, err);
    if (!status)
        status = forcing_decoder_describe(l.decoder, &l.arena, &l.desc, err);
    if (!status)
        status = layout_find(&l, err);
    double *values = NULL;
    if (!status && !(values = CORE_ARENA_NEW(&l.arena, double, 4 * l.n_obs)))
        status = core_err_nomem(err);
    for (uint64_t k = 0; !status && k < l.n_tracks; k++)
        status = track_read(&l, k, values, err);
    forcing_decoder_free(l.decoder);
    core_arena_fini(&l.arena);
    return status;
}

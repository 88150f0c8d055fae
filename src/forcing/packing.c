#include "forcing/packing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Numbers this large are some program's idea of "missing", whatever the attributes say.
#define HUGE_MISSING 1e15

// The NetCDF users' guide, _Unsigned: classic files have no types without a sign.
static double unsigned_of(const struct forcing_packing *packing, double stored)
{
    return stored < 0 ? stored + packing->turn : stored;
}

static void missing_add(struct forcing_packing *packing, const double *numbers, size_t n)
{
    for (size_t i = 0; i < n && packing->n_missing < PACKING_MISSING; i++)
        packing->missing[packing->n_missing++] = unsigned_of(packing, numbers[i]);
}

static void missing_of(struct forcing_packing *packing, const struct forcing_var *var)
{
    static const char *const names[] = {"_FillValue", "missing_value"};
    bool stated = false;
    for (int i = 0; i < 2; i++) {
        const struct forcing_att *att = forcing_att_find(var, names[i]);
        if (!att)
            continue;
        char *end = NULL;
        double written =
            att->text ? strtod(att->text, &end) : 0; // "-999." as a text, against the conventions
        if (att->text && end != att->text && !*end)
            missing_add(packing, &written, 1);
        if (!att->numbers)
            continue;
        missing_add(packing, att->numbers, att->n);
        stated = stated || (i == 0 && att->n);
    }
    if (!stated && var->has_default_fill)
        missing_add(packing, &var->default_fill, 1);
}

// A range given as whole numbers for packed data counts on the stored numbers, one given as real numbers on
// the unpacked ones (NetCDF users' guide, attribute conventions).
static void range_narrow(struct forcing_packing *packing, const struct forcing_var *var,
                         const struct forcing_att *att, const double *min, const double *max)
{
    bool stored =
        var->number != NUMBER_INTEGER || att->integer || (packing->scale == 1 && packing->offset == 0);
    double from = min ? unsigned_of(packing, *min) : 0, to = max ? unsigned_of(packing, *max) : 0;
    double *low = stored ? &packing->stored_min : &packing->min;
    double *high = stored ? &packing->stored_max : &packing->max;
    if (min && isfinite(*min))
        *low = fmax(*low, stored ? from : *min);
    if (max && isfinite(*max))
        *high = fmin(*high, stored ? to : *max);
}

void forcing_packing_init(struct forcing_packing *packing, const struct forcing_var *var,
                          struct forcing_unit unit)
{
    *packing = (struct forcing_packing){.stored_min = -INFINITY,
                                        .stored_max = INFINITY,
                                        .min = -INFINITY,
                                        .max = INFINITY,
                                        .scale = 1,
                                        .unit = unit};
    const char *without_sign = forcing_att_text(var, "_Unsigned");
    if (without_sign && !strcasecmp(without_sign, "true") && var->bits > 0 && var->bits <= 32)
        packing->turn = ldexp(1, var->bits);
    forcing_att_number(var, "scale_factor", &packing->scale);
    forcing_att_number(var, "add_offset", &packing->offset);
    missing_of(packing, var);
    const struct forcing_att *range = forcing_att_find(var, "valid_range");
    const struct forcing_att *min = forcing_att_find(var, "valid_min");
    const struct forcing_att *max = forcing_att_find(var, "valid_max");
    if (range && range->numbers && range->n == 2)
        range_narrow(packing, var, range, &range->numbers[0], &range->numbers[1]);
    if (min && min->numbers && min->n == 1)
        range_narrow(packing, var, min, &min->numbers[0], NULL);
    if (max && max->numbers && max->n == 1)
        range_narrow(packing, var, max, NULL, &max->numbers[0]);
}

double forcing_packing_value(const struct forcing_packing *packing, double stored)
{
    stored = unsigned_of(packing, stored);
    for (int i = 0; i < packing->n_missing; i++)
        if (stored == packing->missing[i])
            return (double)NAN;
    if (!(stored >= packing->stored_min && stored <= packing->stored_max) || fabs(stored) >= HUGE_MISSING)
        return (double)NAN;
    double value = stored * packing->scale + packing->offset;
    if (!(value >= packing->min && value <= packing->max))
        return (double)NAN;
    return value * packing->unit.factor + packing->unit.offset;
}

enum { AT_A_TIME = 256 };

// Missing ones become NAN first and stay it; no step of the loops has a branch.
static void row_unpack(const struct forcing_packing *packing, const float *stored, size_t n, double *value)
{
    double low = fmax(packing->stored_min, -HUGE_MISSING), high = fmin(packing->stored_max, HUGE_MISSING);
    double turn = packing->turn, scale = packing->scale, offset = packing->offset;
    double min = packing->min, max = packing->max;
    double factor = packing->unit.factor, shift = packing->unit.offset;
    for (size_t i = 0; i < n; i++) {
        double is = (double)stored[i];
        is = is < 0 ? is + turn : is;
        value[i] = ((is >= low) & (is <= high)) ? is : (double)NAN;
    }
    for (int m = 0; m < packing->n_missing; m++) {
        double nothing = packing->missing[m];
        if (!(nothing >= low && nothing <= high))
            continue; // is out already
        for (size_t i = 0; i < n; i++)
            value[i] = value[i] == nothing ? (double)NAN : value[i];
    }
    for (size_t i = 0; i < n; i++) {
        double is = value[i] * scale + offset;
        value[i] = ((is >= min) & (is <= max)) ? is * factor + shift : (double)NAN;
    }
}

void forcing_packing_row(const struct forcing_packing *packing, const float *stored, size_t n, float *out,
                         ptrdiff_t step)
{
    double value[AT_A_TIME];
    for (size_t i = 0; i < n; i += AT_A_TIME) {
        size_t some = n - i < AT_A_TIME ? n - i : AT_A_TIME;
        row_unpack(packing, stored + i, some, value);
        for (size_t k = 0; k < some; k++)
            out[(ptrdiff_t)(i + k) * step] = (float)value[k];
    }
}

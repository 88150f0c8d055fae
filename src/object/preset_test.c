#include "object/preset.h"

#include "test/tap.h"

static bool same_leeway(const struct object_leeway *a, const struct object_leeway *b, double factor)
{
    const double *x = (const double *)a, *y = (const double *)b;
    for (size_t i = 0; i < sizeof *a / sizeof *x; i++)
        if (fabs(x[i] - factor * y[i]) > 1e-15)
            return false;
    return true;
}

static bool sound(const struct object_preset *preset)
{
    double sum = 0;
    for (size_t i = 0; i < preset->n_parts; i++) {
        const struct object_preset_part *part = &preset->parts[i];
        const struct object_class *c = object_class_find(part->key);
        if (!part->name || (part->key && (!c || !same_leeway(&part->leeway, &c->leeway, 1.0))))
            return false;
        sum += part->weight;
    }
    return fabs(sum - 1) < 1e-12 && strstr(preset->source, "judgement");
}

static void check_swamped(const char *swamped, const char *afloat, double factor)
{
    const struct object_preset *a = object_preset_find(swamped), *b = object_preset_find(afloat);
    bool good = a && b && a->n_parts == b->n_parts;
    for (size_t i = 0; good && i < a->n_parts; i++)
        good = a->parts[i].weight == b->parts[i].weight && !a->parts[i].key &&
               same_leeway(&a->parts[i].leeway, &b->parts[i].leeway, factor);
    tap_ok(good, "%s is %s times %.2f", swamped, afloat, factor);
}

int main(void)
{
    for (size_t i = 0; i < object_preset_count(); i++)
        tap_ok(sound(object_preset_at(i)), "%s sums to one, equals its classes and is labelled judgement",
               object_preset_at(i)->key);
    tap_ok(!object_preset_at(object_preset_count()) && !object_preset_find("rubber-boat") &&
               !object_preset_find(NULL),
           "what is not a preset is not found");

    const struct object_preset *rubber = object_preset_find("Rubber-Boat-Overloaded");
    tap_ok(rubber && rubber->n_parts == 4 && !rubber->parts[0].key,
           "the rubber boat is led by own coefficients");
    tap_near(rubber->parts[0].leeway.down.slope_frac, 0.044, 1e-15,
             "the loaded skiff drifts at 4.4 % of the wind");
    tap_near(rubber->parts[0].leeway.left.slope_frac, -0.0178, 1e-15, "its left side goes to the left");
    tap_near(rubber->parts[0].leeway.right.sd_mps, 0.05, 1e-15, "its crosswind error is 5 cm/s");
    check_swamped("rubber-boat-swamped", "rubber-boat-overloaded", 0.40);
    check_swamped("wooden-boat-swamped", "wooden-boat", 0.47);

    static const struct {
        const char *key;
        double factor;
    } swamped[] = {{"SKIFF-2", 0.47},
                   {"FISHING-VESSEL-6", 0.47},
                   {"LIFE-RAFT-NB-2", 0.40},
                   {"LIFE-RAFT-SB-7", 0.40},
                   {"LIFE-RAFT-DB-21", 1},
                   {"LIFE-RAFT-DB-22", 1},
                   {"LIFE-RAFT-DB-20", 0.40},
                   {"LIFE-RAFT-SB-9", 1},
                   {"SKIFF-3", 1},
                   {"PIW-1", 1},
                   {"people-in-water", 1},
                   {"REFUGEE-RAFT-1", 0.40},
                   {"OIL-DRUM", 1},
                   {"wooden-boat", 0.47},
                   {"rubber-boat-overloaded", 0.40},
                   {"rubber-boat-swamped", 1}};
    for (size_t i = 0; i < sizeof swamped / sizeof *swamped; i++)
        tap_ok(object_state_factor(OBJECT_SWAMPED, swamped[i].key) == swamped[i].factor &&
                   object_state_factor(OBJECT_CAPSIZED, swamped[i].key) == swamped[i].factor &&
                   object_state_factor(OBJECT_AFLOAT, swamped[i].key) == 1,
               "%s is slowed to %.2f when swamped or capsized, not when afloat", swamped[i].key,
               swamped[i].factor);
    tap_ok(object_state_factor(OBJECT_SWAMPED, NULL) == 0.47, "own coefficients swamp like a boat");
    return tap_done();
}

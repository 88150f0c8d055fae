#include "object/leeway.h"

#include "test/tap.h"

enum { N_FIGURES = 9 };

// The nine figures of a class as printed: percent and cm/s.
static void figures_of(const struct object_class *c, double out[N_FIGURES])
{
    const struct object_coefs *row[] = {&c->leeway.down, &c->leeway.right, &c->leeway.left};
    for (int i = 0; i < 3; i++) {
        out[3 * i] = row[i]->slope_frac * 100.0;
        out[3 * i + 1] = row[i]->offset_mps * 100.0;
        out[3 * i + 2] = row[i]->sd_mps * 100.0;
    }
}

// Speed |L| of the right side without noise, cm/s.
static double speed_cms(const struct object_class *c, double wind_mps)
{
    double down = c->leeway.down.slope_frac * wind_mps + c->leeway.down.offset_mps;
    double cross = c->leeway.right.slope_frac * wind_mps + c->leeway.right.offset_mps;
    return hypot(down, cross) * 100.0;
}

static void check_speeds(void)
{
    static const struct {
        const char *key;
        double at5, at7, at10;
    } published[] = {{"LIFE-RAFT-NB-2", 38.6, 50.2, 67.6},
                     {"SKIFF-4", 26.0, 31.3, 39.2},
                     {"REFUGEE-RAFT-1", 16.4, 19.5, 24.2},
                     {"PIW-1", 5.5, 7.7, 11.0},
                     {"PIW-2", 2.5, 3.5, 5.0},
                     {"PIW-6", 16.3, 18.5, 21.8},
                     {"LIFE-RAFT-NB-1", 21.0, 29.4, 42.0},
                     {"FISHING-VESSEL-1", 18.5, 25.9, 37.0}};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const struct object_class *c = object_class_find(published[i].key);
        bool good = c && fabs(speed_cms(c, 5) - published[i].at5) < 0.0501 &&
                    fabs(speed_cms(c, 7) - published[i].at7) < 0.0501 &&
                    fabs(speed_cms(c, 10) - published[i].at10) < 0.0501;
        tap_ok(good, "%s drifts at its published speed in 5, 7 and 10 m/s", published[i].key);
    }
}

// L_d = (a + e/20) W + b + e/2 of PIW-1 with an error of e cm/s (Breivik & Allen 2008).
static void check_perturbed(void)
{
    const struct object_class *c = object_class_find("PIW-1");
    static const double want[2][3] = {{13.8, 21.6, 37.2}, {-4.2, -2.4, 1.2}};
    static const double wind[3] = {5, 10, 20};
    for (int sign = 0; sign < 2; sign++)
        for (int k = 0; k < 3; k++) {
            double e = (sign ? -1 : 1) * c->leeway.down.sd_mps * 100.0;
            double got = (c->leeway.down.slope_frac * 100 + e / 20) * wind[k] +
                         c->leeway.down.offset_mps * 100 + e / 2;
            char sentence[96];
            snprintf(sentence, sizeof sentence, "PIW-1 one standard error %s in %g m/s is as published",
                     sign ? "low" : "high", wind[k]);
            tap_near(got, want[sign][k], 1e-9, sentence);
        }
}

static bool mirrored(const struct object_class *c)
{
    const struct object_coefs *r = &c->leeway.right, *l = &c->leeway.left;
    return r->slope_frac == -l->slope_frac && r->offset_mps == -l->offset_mps && r->sd_mps == l->sd_mps;
}

// What must hold for any row, whatever the source says.
static const char *fault_of(const struct object_class *c)
{
    double f[N_FIGURES];
    figures_of(c, f);
    for (int i = 0; i < N_FIGURES; i++)
        if (!isfinite(f[i]))
            return "a figure is not finite";
    if (f[0] < 0 || f[0] > 8 || f[3] < 0 || f[3] > 8 || f[6] < -8)
        return "a slope is out of range";
    if (f[6] > 0 && strcmp(c->key, "LIFE-RAFT-SB-10"))
        return "the left slope is to the right";
    if (f[2] < 0 || f[5] < 0 || f[8] < 0 || f[2] > 25 || f[5] > 25 || f[8] > 25)
        return "a standard error is out of range";
    if (fabs(f[1]) > 16 || fabs(f[4]) > 8 || fabs(f[7]) > 8)
        return "an offset is out of range";
    if (!*c->description || !*c->source || c->tier > OBJECT_TIER_CONSTRUCTED)
        return "description, source or tier is missing";
    if (c->jibing_resistance < 0 || c->jibing_resistance > 3)
        return "jibing resistance is out of range";
    if ((c->crossover_mps > 0) != (c->crossover_rule != 0) || c->crossover_mps > 7)
        return "crossover wind and rule do not agree";
    if (c->crossover_mps > 0 && mirrored(c))
        return "a symmetric class needs no crossover wind";
    return NULL;
}

static void check_rows(void)
{
    size_t n_mirrored = 0, faults = 0;
    for (size_t i = 0; i < object_class_count(); i++) {
        const struct object_class *c = object_class_at(i);
        const char *fault = c->id == (int)i + 1 ? fault_of(c) : "the numbers do not run from 1 to 85";
        if (object_class_find(c->key) != c)
            fault = "the key is not unique";
        if (fault)
            printf("# %s: %s\n", c->key, fault);
        faults += fault != NULL;
        n_mirrored += mirrored(c);
    }
    tap_ok(object_class_count() == 85, "the table has 85 classes");
    tap_ok(!faults, "signs, ranges, tiers and crossover rules of every class are sound");
    tap_ok(n_mirrored == 59, "59 classes are mirror images left and right (%zu)", n_mirrored);
    tap_ok(!object_class_at(85), "there is no 86th class");
}

// Sum over classes of (id x figure x place): any changed, swapped or lost figure moves it.
static void check_sum(void)
{
    double sum = 0;
    for (size_t i = 0; i < object_class_count(); i++) {
        double f[N_FIGURES];
        figures_of(object_class_at(i), f);
        for (int k = 0; k < N_FIGURES; k++)
            sum += (double)(i + 1) * (k + 1) * f[k];
    }
    tap_near(sum, 369232.94900000026, 1e-6, "the checksum of all 765 figures is that of the published list");
}

// Fields of one CSV line with quotes, split in place; returns their number.
static int csv_split(char *line, char *field[], int max)
{
    int n = 0;
    for (char *p = line; n < max; p++) {
        bool quoted = *p == '"';
        field[n++] = quoted ? ++p : p;
        while (*p && *p != '\n' && *p != (quoted ? '"' : ','))
            p++;
        char *end = p;
        if (quoted && *p)
            p++;
        bool last = *p != ',';
        *end = '\0';
        if (last)
            break;
    }
    return n;
}

static bool same_as_line(char *field[])
{
    const struct object_class *c = object_class_find(field[1]);
    if (!c || c->id != atoi(field[0]))
        return false;
    double f[N_FIGURES];
    figures_of(c, f);
    for (int k = 0; k < N_FIGURES; k++)
        if (fabs(f[k] - atof(field[4 + k])) > 1e-12)
            return false;
    return mirrored(c) == !strcmp(field[13], "yes") && c->jibing_resistance == atoi(field[17]) &&
           c->crossover_mps == atof(field[18]) && c->crossover_rule == atoi(field[19]);
}

static void check_published_list(void)
{
    const char *sentence = "every figure equals the published list";
    const char *path = tap_shared("data/leeway_objects.csv", sentence);
    if (!path)
        return;
    FILE *f = fopen(path, "r");
    char line[4096], *field[32];
    int same = 0, different = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (line[0] == '#' || !strncmp(line, "id,", 3) || csv_split(line, field, 32) < 20)
            continue;
        bool good = same_as_line(field);
        if (!good)
            printf("# %s differs\n", field[1]);
        same += good;
        different += !good;
    }
    if (f)
        fclose(f);
    tap_ok(same == 85 && !different, "%s (%d of 85)", sentence, same);
}

static void check_names(void)
{
    tap_ok(object_class_find("piw-1") == object_class_at(0), "keys are found in lower case");
    tap_ok(!object_class_find("PIW-") && !object_class_find("") && !object_class_find(NULL),
           "half a key, an empty one and none are not found");
    tap_text(object_class_nearest("LIFERAFT-NB2"), "LIFE-RAFT-NB-2", "LIFERAFT-NB2 may mean LIFE-RAFT-NB-2");
    tap_text(object_class_nearest("piw_1"), "PIW-1", "piw_1 may mean PIW-1");
    tap_text(object_class_nearest("refugee raft 1"), "REFUGEE-RAFT-1",
             "'refugee raft 1' may mean REFUGEE-RAFT-1");
    char longer[4096];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    tap_ok(object_class_nearest(longer) && object_class_nearest("") && object_class_nearest(NULL),
           "anything has a nearest key");
}

static void check_doubts(void)
{
    static const char *const suspect[] = {"PIW-6", "LIFE-RAFT-NB-5", "LIFE-RAFT-SB-10"};
    for (size_t i = 0; i < 3; i++) {
        const struct object_class *c = object_class_find(suspect[i]);
        tap_ok(c && c->note && !strncmp(c->note, "suspect", 7), "%s says that it is suspect", suspect[i]);
    }
    tap_ok(object_class_find("PIW-1")->tier == OBJECT_TIER_CONSTRUCTED &&
               object_class_find("PIW-3")->tier == OBJECT_TIER_MEASURED &&
               object_class_find("LIFE-RAFT-SB-7")->tier == OBJECT_TIER_INDIRECT,
           "assigned errors, own components and angles of divergence give tiers C, A and B");
    tap_ok(object_tier_letter(OBJECT_TIER_MEASURED) == 'A' &&
               object_tier_letter(OBJECT_TIER_JUDGEMENT) == 'D',
           "tiers are lettered A to D");
    tap_ok(object_class_jibing_per_h(object_class_find("SKIFF-2")) == 0.06 &&
               object_class_jibing_per_h(object_class_find("PIW-1")) == 0.04 &&
               object_class_jibing_per_h(NULL) == 0.04,
           "open boats jibe 6 in a hundred per hour, everything else 4");
}

int main(void)
{
    check_rows();
    check_sum();
    check_published_list();
    check_speeds();
    check_perturbed();
    check_names();
    check_doubts();
    return tap_done();
}

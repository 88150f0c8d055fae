#include "object/leeway.h"

#include <string.h>
#include <strings.h>

#include "object/leeway_figures.h"

// clang-format off
static const struct object_class classes[] = {
#include "object/leeway_rows.inc"
};
// clang-format on

enum { N_CLASSES = sizeof classes / sizeof *classes, LONGEST_KEY = 31 };

_Static_assert(N_CLASSES == 85, "the published list has 85 classes");

size_t object_class_count(void)
{
    return N_CLASSES;
}

const struct object_class *object_class_at(size_t i)
{
    return i < N_CLASSES ? &classes[i] : NULL;
}

const struct object_class *object_class_find(const char *key)
{
    for (size_t i = 0; key && i < N_CLASSES; i++)
        if (!strcasecmp(classes[i].key, key))
            return &classes[i];
    return NULL;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == '_' || c == ' ' ? '-' : (unsigned char)c;
}

// Insertions, deletions and replacements that make one key of the other (Levenshtein 1966), any case. Of a
// longer text only the first LONGEST_KEY bytes count.
static int edits(const char *a, const char *b)
{
    size_t n_a = strnlen(a, LONGEST_KEY), n_b = strnlen(b, LONGEST_KEY);
    int row[LONGEST_KEY + 1];
    for (size_t j = 0; j <= n_b; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n_a; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= n_b; j++) {
            int replaced = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            int shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
            diagonal = row[j];
            row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
        }
    }
    return row[n_b];
}

const char *object_class_nearest(const char *key)
{
    size_t best = 0;
    int fewest = LONGEST_KEY + 1;
    for (size_t i = 0; i < N_CLASSES; i++) {
        int n = edits(key ? key : "", classes[i].key);
        if (n < fewest) {
            fewest = n;
            best = i;
        }
    }
    return classes[best].key;
}

char object_tier_letter(enum object_tier tier)
{
    return (char)('A' + (tier <= OBJECT_TIER_JUDGEMENT ? tier : OBJECT_TIER_JUDGEMENT));
}

const char *object_tier_text(enum object_tier tier)
{
    switch (tier) {
    case OBJECT_TIER_MEASURED:
        return "measured directly";
    case OBJECT_TIER_INDIRECT:
        return "measured indirectly, crosswind built from the angle of divergence";
    case OBJECT_TIER_CONSTRUCTED:
        return "constructed: errors assigned or figures of another class";
    case OBJECT_TIER_JUDGEMENT:
        break;
    }
    return "judgement";
}

// Open lifeboats of 6.5 m jibed 6 % per hour (Tu et al. 2022, Front. Mar. Sci. 9:1017042); 4 % is the default
// of the leeway model. Open boats here: undecked powerboats that float upright.
double object_class_jibing_per_h(const struct object_class *class_or_null)
{
    static const char *const open_boats[] = {"SKIFF-1", "SKIFF-2", "SKIFF-4", "SPORT-BOAT", "SPORT-FISHER"};
    for (size_t i = 0; class_or_null && i < sizeof open_boats / sizeof *open_boats; i++)
        if (!strcmp(class_or_null->key, open_boats[i]))
            return 0.06;
    return 0.04;
}

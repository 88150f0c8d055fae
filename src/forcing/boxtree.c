#include "forcing/boxtree.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"

enum { FAN = 8 };
#define PAD_DEG 5e-5 // more than a float loses

// Bits of a 16-bit number, with a gap after each.
static uint32_t spread(uint32_t bits)
{
    bits = (bits | bits << 8) & 0x00ff00ffU;
    bits = (bits | bits << 4) & 0x0f0f0f0fU;
    bits = (bits | bits << 2) & 0x33333333U;
    return (bits | bits << 1) & 0x55555555U;
}

// Place along a curve that keeps neighbours together (Morton order).
static uint32_t curve_place(const double box[4])
{
    double lon = (box[0] + box[2]) / 2, lat = (box[1] + box[3]) / 2;
    lon = lon >= 180 ? lon - 360 : lon;
    uint32_t x = (uint32_t)((lon + 180) / 360 * 65535), y = (uint32_t)((lat + 90) / 180 * 65535);
    return spread(x & 0xffff) | spread(y & 0xffff) << 1;
}

// Sorts (place << 32 | item) by place; stable, so that equal places keep the order of their items.
static void places_sort(uint64_t *key, uint64_t *other, size_t n)
{
    for (int shift = 32; shift < 64; shift += 8) {
        size_t count[257] = {0};
        for (size_t i = 0; i < n; i++)
            count[(key[i] >> shift & 255) + 1]++;
        for (int b = 0; b < 256; b++)
            count[b + 1] += count[b];
        for (size_t i = 0; i < n; i++)
            other[count[key[i] >> shift & 255]++] = key[i];
        uint64_t *swap = key;
        key = other;
        other = swap;
    }
}

static struct forcing_extent extent_of(const double box[4])
{
    return (struct forcing_extent){(float)(box[0] - PAD_DEG), (float)(box[1] - PAD_DEG),
                                   (float)(box[2] + PAD_DEG), (float)(box[3] + PAD_DEG)};
}

static void extent_join(struct forcing_extent *all, const struct forcing_extent *one)
{
    all->west = fminf(all->west, one->west);
    all->south = fminf(all->south, one->south);
    all->east = fmaxf(all->east, one->east);
    all->north = fmaxf(all->north, one->north);
}

static enum ph_status levels_build(struct forcing_boxtree *tree,
                                   bool (*extent)(const void *, uint32_t, double[4]), const void *arg,
                                   struct core_arena *arena, struct ph_err *err)
{
    size_t below = tree->n;
    do {
        int l = tree->levels++;
        size_t n = (below + FAN - 1) / FAN;
        struct forcing_extent *level = CORE_ARENA_NEW(arena, struct forcing_extent, n ? n : 1);
        if (!level)
            return core_err_nomem(err);
        for (size_t i = 0; i < below; i++) {
            double box[4] = {0};
            if (!l)
                extent(arg, tree->item[i], box);
            struct forcing_extent one = l ? tree->level[l - 1][i] : extent_of(box);
            if (i % FAN == 0)
                level[i / FAN] = one;
            else
                extent_join(&level[i / FAN], &one);
        }
        tree->level[l] = level;
        tree->length[l] = below = n;
    } while (below > 1);
    return PH_OK;
}

enum ph_status forcing_boxtree_build(size_t n, bool (*extent)(const void *arg, uint32_t item, double out[4]),
                                     const void *arg, struct core_arena *arena, struct forcing_boxtree *out,
                                     struct ph_err *err)
{
    struct forcing_boxtree tree = {0};
    uint64_t *key = malloc((n ? n : 1) * 2 * sizeof *key);
    double box[4];
    if (!key)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        if (extent(arg, (uint32_t)i, box))
            key[tree.n++] = (uint64_t)curve_place(box) << 32 | i;
    places_sort(key, key + n, tree.n);
    tree.item = CORE_ARENA_NEW(arena, uint32_t, tree.n ? tree.n : 1);
    for (size_t i = 0; tree.item && i < tree.n; i++)
        tree.item[i] = (uint32_t)key[i];
    free(key);
    enum ph_status status = tree.item ? PH_OK : core_err_nomem(err);
    if (!status && tree.n)
        status = levels_build(&tree, extent, arg, arena, err);
    if (!status)
        *out = tree;
    return status;
}

static bool meets(const struct forcing_extent *a, const struct forcing_extent *b)
{
    if (a->south > b->north || a->north < b->south)
        return false;
    return (a->west <= b->east && a->east >= b->west) ||
           (a->west + 360 <= b->east && a->east + 360 >= b->west) ||
           (a->west - 360 <= b->east && a->east - 360 >= b->west);
}

static bool descend(const struct forcing_boxtree *tree, int level, size_t node,
                    const struct forcing_extent *box, bool (*visit)(void *, uint32_t), void *arg)
{
    if (!meets(&tree->level[level][node], box))
        return false;
    size_t below = level ? tree->length[level - 1] : tree->n;
    size_t last = (node + 1) * FAN < below ? (node + 1) * FAN : below;
    for (size_t i = node * FAN; i < last; i++)
        if (level ? descend(tree, level - 1, i, box, visit, arg) : visit(arg, tree->item[i]))
            return true;
    return false;
}

void forcing_boxtree_visit(const struct forcing_boxtree *tree, struct forcing_extent box,
                           bool (*visit)(void *arg, uint32_t item), void *arg)
{
    if (tree->n)
        descend(tree, tree->levels - 1, 0, &box, visit, arg);
}

#include "prob/tree.h"

#include <math.h>
#include <stdbool.h>

#include "core/err.h"

enum { STEPS = 32, DEPTH = 24 };

struct growing {
    const struct prob_sample *sample;
    size_t least;
    struct prob_tree *tree;
    uint32_t *aside; // [n]
};

struct split {
    int feature;
    double at, gain;
};

// Weights, targets and members in each step of one feature's range.
struct steps {
    double w[STEPS], wy[STEPS];
    size_t n[STEPS];
    double low, high;
};

static bool steps_fill(const struct growing *g, uint32_t from, uint32_t n, size_t feature, struct steps *out)
{
    const struct prob_sample *s = g->sample;
    const double *value = s->feature[feature];
    *out = (struct steps){.low = INFINITY, .high = -INFINITY};
    for (uint32_t k = from; k < from + n; k++) {
        out->low = fmin(out->low, value[g->tree->order[k]]);
        out->high = fmax(out->high, value[g->tree->order[k]]);
    }
    if (!(out->high > out->low))
        return false;
    for (uint32_t k = from; k < from + n; k++) {
        uint32_t i = g->tree->order[k];
        int step = (int)((value[i] - out->low) / (out->high - out->low) * STEPS);
        step = step < STEPS ? step : STEPS - 1;
        out->n[step]++;
        out->w[step] += s->weight[i];
        out->wy[step] += s->target ? s->weight[i] * s->target[i] : 0;
    }
    return true;
}

// With a target: how much of its variance the split takes away. Without: how evenly it parts the members.
static void feature_try(const struct growing *g, const struct steps *steps, size_t n, size_t feature,
                        struct split *best)
{
    double w = 0, wy = 0, left_w = 0, left_wy = 0;
    size_t left = 0;
    for (int k = 0; k < STEPS; k++)
        w += steps->w[k], wy += steps->wy[k];
    for (int k = 0; k + 1 < STEPS; k++) {
        left += steps->n[k], left_w += steps->w[k], left_wy += steps->wy[k];
        if (left < g->least || n - left < g->least)
            continue;
        double right_w = w - left_w, right_wy = wy - left_wy, gain;
        if (!g->sample->target)
            gain = (double)(left < n - left ? left : n - left);
        else if (left_w > 0 && right_w > 0)
            gain = left_wy * left_wy / left_w + right_wy * right_wy / right_w - wy * wy / w;
        else
            continue;
        if (gain > best->gain)
            *best =
                (struct split){(int)feature, steps->low + (k + 1) * (steps->high - steps->low) / STEPS, gain};
    }
}

// The widest feature as the features' own spread over the whole sample counts it, for cells of like size.
static double widths_ratio(const struct steps *here, const double whole)
{
    return whole > 0 ? (here->high - here->low) / whole : 0;
}

static struct split split_seek(const struct growing *g, const struct prob_tree_node *node,
                               const double *whole)
{
    struct split best = {-1, 0, 0};
    double widest = 0;
    for (size_t f = 0; f < g->sample->n_features; f++) {
        struct steps steps;
        if (!steps_fill(g, node->from, node->n, f, &steps))
            continue;
        if (g->sample->target) {
            feature_try(g, &steps, node->n, f, &best);
        } else if (widths_ratio(&steps, whole[f]) > widest) {
            struct split own = {-1, 0, 0};
            feature_try(g, &steps, node->n, f, &own);
            if (own.feature >= 0) {
                best = own;
                widest = widths_ratio(&steps, whole[f]);
            }
        }
    }
    return best;
}

// Members up to the split first, each side in the order in which it was.
static uint32_t part(struct growing *g, const struct prob_tree_node *node, struct split split)
{
    const double *value = g->sample->feature[split.feature];
    uint32_t *order = g->tree->order + node->from, kept = 0, moved = 0;
    for (uint32_t k = 0; k < node->n; k++) {
        uint32_t i = order[k];
        if (value[i] <= split.at)
            order[kept++] = i;
        else
            g->aside[moved++] = i;
    }
    for (uint32_t k = 0; k < moved; k++)
        order[kept + k] = g->aside[k];
    return kept;
}

// Nodes are split in the order in which they were made.
static void grow(struct growing *g, const double *whole)
{
    struct prob_tree *tree = g->tree;
    size_t level_end = 1, depth = 0;
    for (size_t k = 0; k < tree->n_nodes && depth < DEPTH; k++) {
        if (k == level_end)
            level_end = tree->n_nodes, depth++;
        struct prob_tree_node *node = &tree->node[k];
        if (node->n < 2 * g->least)
            continue;
        struct split split = split_seek(g, node, whole);
        if (split.feature < 0)
            continue;
        uint32_t left = part(g, node, split);
        if (!left || left == node->n)
            continue;
        node->feature = split.feature;
        node->at = split.at;
        node->first = (uint32_t)tree->n_nodes;
        tree->node[tree->n_nodes++] = (struct prob_tree_node){-1, 0, 0, node->from, left};
        tree->node[tree->n_nodes++] = (struct prob_tree_node){-1, 0, 0, node->from + left, node->n - left};
    }
}

enum ph_status prob_tree_make(const struct prob_sample *sample, size_t least, struct core_arena *arena,
                              struct prob_tree *out, struct ph_err *err)
{
    struct prob_tree tree = {.n_nodes = 1};
    struct growing g = {sample, least ? least : 1, &tree, NULL};
    double *whole = CORE_ARENA_NEW(arena, double, sample->n_features + 1);
    tree.node = CORE_ARENA_NEW(arena, struct prob_tree_node, 2 * (sample->n / g.least) + 3);
    tree.order = CORE_ARENA_NEW(arena, uint32_t, sample->n + 1);
    g.aside = CORE_ARENA_NEW(arena, uint32_t, sample->n + 1);
    if (!whole || !tree.node || !tree.order || !g.aside)
        return core_err_nomem(err);
    for (size_t i = 0; i < sample->n; i++)
        tree.order[i] = (uint32_t)i;
    tree.node[0] = (struct prob_tree_node){-1, 0, 0, 0, (uint32_t)sample->n};
    for (size_t f = 0; f < sample->n_features; f++) {
        struct steps steps;
        whole[f] = steps_fill(&g, 0, (uint32_t)sample->n, f, &steps) ? steps.high - steps.low : 0;
    }
    grow(&g, whole);
    *out = tree;
    return PH_OK;
}

size_t prob_tree_leaf(const struct prob_tree *tree, const double *feature)
{
    size_t k = 0;
    while (tree->node[k].feature >= 0)
        k = tree->node[k].first + (feature[tree->node[k].feature] > tree->node[k].at);
    return k;
}

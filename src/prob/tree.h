// A tree that parts a weighted sample by its features: where a target differs most (regression tree, Breiman
// et al. 1984), or, without a target, into cells of like size. Deterministic; splits are sought among 32
// steps of each feature's range, so that making it takes time proportional to sample x features x depth.
#ifndef PROB_TREE_H
#define PROB_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "pharos/pharos.h"

struct prob_sample {
    size_t n, n_features;
    const double *const *feature; // [n_features][n]
    const double *target;         // [n]; NULL: cells of like size
    const double *weight;         // [n]
};

struct prob_tree_node {
    int feature;      // -1: a leaf
    double at;        // below or equal: the first child, else the second
    uint32_t first;   // of its two children, which follow each other
    uint32_t from, n; // of a leaf: its members in `order`
};

struct prob_tree {
    struct prob_tree_node *node;
    size_t n_nodes;
    uint32_t *order; // [n] members, those of a leaf together
};

// No leaf has fewer than `least` members (but for a sample that has fewer); without a target none that could
// be parted has 2 x least or more.
enum ph_status prob_tree_make(const struct prob_sample *sample, size_t least, struct core_arena *arena,
                              struct prob_tree *out, struct ph_err *err) PH_NODISCARD;

// The leaf in which `feature` [n_features] lies: an index of `node`.
size_t prob_tree_leaf(const struct prob_tree *tree, const double *feature);

#endif

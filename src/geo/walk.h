// The unit squares that a straight way passes, in order (Amanatides & Woo 1987, Eurographics).
#ifndef GEO_WALK_H
#define GEO_WALK_H

#include <math.h>
#include <stdbool.h>

struct geo_walk {
    double x, y, dx, dy;
    long i, j;          // the square now
    double t_in, t_out; // where the way enters and leaves it, [0, 1]
};

// Fraction of the way at which it leaves square k along one axis.
static inline double geo_walk_exit(double from, double d, long k)
{
    return d > 0 ? ((double)(k + 1) - from) / d : d < 0 ? ((double)k - from) / d : INFINITY;
}

static inline void geo_walk_leave(struct geo_walk *walk)
{
    double t = fmin(geo_walk_exit(walk->x, walk->dx, walk->i), geo_walk_exit(walk->y, walk->dy, walk->j));
    walk->t_out = fmin(1.0, fmax(walk->t_in, t));
}

static inline void geo_walk_init(struct geo_walk *walk, double x0, double y0, double x1, double y1)
{
    walk->x = x0;
    walk->y = y0;
    walk->dx = x1 - x0;
    walk->dy = y1 - y0;
    walk->i = (long)floor(x0);
    walk->j = (long)floor(y0);
    walk->t_in = 0;
    geo_walk_leave(walk);
}

// To the next square; false after the last.
static inline bool geo_walk_next(struct geo_walk *walk)
{
    if (walk->t_out >= 1.0)
        return false;
    double tx = geo_walk_exit(walk->x, walk->dx, walk->i), ty = geo_walk_exit(walk->y, walk->dy, walk->j);
    if (tx <= ty)
        walk->i += walk->dx > 0 ? 1 : -1;
    else
        walk->j += walk->dy > 0 ? 1 : -1;
    walk->t_in = walk->t_out;
    geo_walk_leave(walk);
    return true;
}

#endif

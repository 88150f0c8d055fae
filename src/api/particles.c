#include "api/particles.h"

#include <stdlib.h>
#include <string.h>

#include "core/err.h"

enum { HEAD = 12 }; // "PHP1" and two counts

static size_t nearest(const char *times, uint32_t n, int64_t t_ns)
{
    size_t best = 0;
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        int64_t t;
        memcpy(&t, times + 8 * i, 8);
        int64_t apart = llabs(t - t_ns);
        if (apart < least)
            least = apart, best = i;
    }
    return best;
}

enum ph_status api_particles_at(const struct core_buf *all, int64_t t_ns, struct core_buf *out,
                                struct ph_err *err)
{
    uint32_t count[2];
    bool good = all->length >= HEAD && !memcmp(all->text, "PHP1", 4);
    if (good) {
        memcpy(count, all->text + 4, sizeof count);
        good = count[0] && count[1] &&
               all->length ==
                   HEAD + 8 * (size_t)count[1] + 4 * (size_t)count[0] + 9 * (size_t)count[0] * count[1];
    }
    if (!good)
        return core_err_set(err, PH_EINPUT, "particles.bin", NULL, "this is no file of particles");
    const size_t n = count[0], times = count[1];
    const char *time = all->text + HEAD, *weight = time + 8 * times, *lon = weight + 4 * n,
               *lat = lon + 4 * n * times, *status = lat + 4 * n * times;
    const size_t t = nearest(time, count[1], t_ns);
    core_buf_add(out, "PHF1", 4);
    core_buf_add(out, count, 4);
    core_buf_add(out, time + 8 * t, 8);
    core_buf_add(out, weight, 4 * n);
    core_buf_add(out, lon + 4 * n * t, 4 * n);
    core_buf_add(out, lat + 4 * n * t, 4 * n);
    core_buf_add(out, status + n * t, n);
    return core_buf_check(out, err);
}

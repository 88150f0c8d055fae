// One moment out of the file of particles; and files that are not what they say.
#include "api/particles.h"

#include "test/tap.h"

enum { N = 2, TIMES = 3 };

static void file_make(struct core_buf *out)
{
    const uint32_t head[] = {N, TIMES};
    const int64_t time[TIMES] = {100, 200, 300};
    const float weight[N] = {0.25f, 0.75f};
    core_buf_add(out, "PHP1", 4);
    core_buf_add(out, head, sizeof head);
    core_buf_add(out, time, sizeof time);
    core_buf_add(out, weight, sizeof weight);
    for (int lat = 0; lat < 2; lat++)
        for (int i = 0; i < N * TIMES; i++)
            core_buf_add(out, &(float){(float)(100 * lat + i)}, 4);
    core_buf_add(out, "abcdef", N * TIMES);
}

static void moment(const struct core_buf *file, int64_t asked, int64_t expected, float lon, float lat,
                   char status)
{
    struct core_buf out = {0};
    struct ph_err err;
    int64_t t = 0;
    float got[2] = {0};
    bool good = !api_particles_at(file, asked, &out, &err) && out.length == 16 + 13 * N &&
                !memcmp(out.text, "PHF1", 4);
    if (good) {
        memcpy(&t, out.text + 8, 8);
        memcpy(&got[0], out.text + 16 + 4 * N, 4);
        memcpy(&got[1], out.text + 16 + 8 * N, 4);
    }
    tap_ok(good && t == expected && got[0] == lon && got[1] == lat && out.text[16 + 12 * N] == status,
           "the moment next to %lld is %lld", (long long)asked, (long long)expected);
    core_buf_fini(&out);
}

// Every length but the right one, and counts that would overflow, are refused.
static void damaged(const struct core_buf *file)
{
    bool refused = true;
    struct ph_err err;
    for (size_t length = 0; length < file->length; length++) {
        struct core_buf part = {0}, out = {0};
        core_buf_add(&part, file->text, length);
        refused &= api_particles_at(&part, 0, &out, &err) == PH_EINPUT && !out.length;
        core_buf_fini(&part);
        core_buf_fini(&out);
    }
    tap_ok(refused, "a file that was cut is refused, wherever");
    for (size_t i = 0; i < 3; i++) {
        struct core_buf part = {0}, out = {0};
        const uint32_t counts[3][2] = {{0, 3}, {0xffffffff, 0xffffffff}, {0x40000000, 4}};
        core_buf_add(&part, file->text, file->length);
        memcpy(part.text + 4, counts[i], 8);
        tap_ok(api_particles_at(&part, 0, &out, &err) == PH_EINPUT, "counts %u and %u are refused",
               counts[i][0], counts[i][1]);
        core_buf_fini(&part);
        core_buf_fini(&out);
    }
}

int main(void)
{
    struct core_buf file = {0};
    file_make(&file);
    moment(&file, 200, 200, 2, 102, 'c');
    moment(&file, -5000, 100, 0, 100, 'a');
    moment(&file, 260, 300, 4, 104, 'e');
    moment(&file, INT64_MAX, 300, 4, 104, 'e');
    damaged(&file);
    core_buf_fini(&file);
    return tap_done();
}

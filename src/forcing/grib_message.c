#include "forcing/grib_message.h"

#include <string.h>

// WMO Manual on Codes (WMO-No. 306), vol. I.2: FM 92 GRIB editions 1 and 2.
enum { HEAD_1 = 8, HEAD_2 = 16, TAIL = 4, SECTIONS = 8 };

static uint64_t big_endian(const unsigned char *at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | at[i];
    return value;
}

bool forcing_grib_is(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i + HEAD_1 <= n; i++)
        if (!memcmp(head + i, "GRIB", 4) && (head[i + 7] == 1 || head[i + 7] == 2))
            return true;
    return false;
}

bool forcing_grib_origin(const unsigned char *head, size_t n, int *edition, int *centre)
{
    for (size_t i = 0; i + HEAD_2 + 7 <= n; i++) {
        const unsigned char *at = head + i;
        if (memcmp(at, "GRIB", 4) || (at[7] != 1 && at[7] != 2))
            continue;
        *edition = at[7];
        *centre = at[7] == 1 ? at[HEAD_1 + 4] : (int)big_endian(at + HEAD_2 + 5, 2);
        return true;
    }
    return false;
}

// Edition 1 counts messages of 8 MB and more in units of 120 bytes; the length of its last section then holds
// what that rounded up.
static uint64_t length_1_large(const unsigned char *message, size_t n, uint64_t stated)
{
    uint64_t at = HEAD_1;
    if (n < HEAD_1 + 8)
        return 0;
    unsigned flags = message[HEAD_1 + 7];
    for (int section = 0; section < 3; section++) {
        bool present = section == 0 || (section == 1 && flags & 0x80) || (section == 2 && flags & 0x40);
        if (present && at + 3 > n)
            return 0;
        at += present ? big_endian(message + at, 3) : 0;
    }
    if (at + 3 > n)
        return 0;
    uint64_t data = big_endian(message + at, 3);
    uint64_t total = (stated & 0x7fffff) * 120;
    return data < 120 && total > data ? total - data + TAIL : stated;
}

static uint64_t length_of(const unsigned char *message, size_t n, int edition)
{
    if (edition == 2)
        return n < HEAD_2 ? 0 : big_endian(message + 8, 8);
    uint64_t stated = big_endian(message + 4, 3);
    return stated & 0x800000 ? length_1_large(message, n, stated) : stated;
}

enum forcing_grib_scan forcing_grib_next(const unsigned char *bytes, size_t n, size_t *at,
                                         struct forcing_grib_message *out)
{
    while (*at < n) {
        const unsigned char *found = memmem(bytes + *at, n - *at, "GRIB", 4);
        size_t offset = found ? (size_t)(found - bytes) : n;
        if (!found || n - offset < HEAD_1)
            break;
        int edition = found[7];
        *at = offset + 4;
        if (edition != 1 && edition != 2)
            continue;
        uint64_t length = length_of(found, n - offset, edition);
        *out = (struct forcing_grib_message){offset, (size_t)length, edition};
        if (length < HEAD_2 + TAIL || length > n - offset || memcmp(found + length - TAIL, "7777", TAIL))
            return GRIB_SCAN_DAMAGED;
        *at = offset + (size_t)length;
        return GRIB_SCAN_MESSAGE;
    }
    *at = n;
    return GRIB_SCAN_END;
}

// The sections of edition 2 that hold when a field ends.
struct sections {
    const unsigned char *at[SECTIONS];
    size_t length[SECTIONS];
    const unsigned char *bitmap; // the last one that was written out
    size_t bitmap_length;
};

// Steps over one section, which leaves room for the end. False there, or when it does not hold together.
static bool section_step(const unsigned char *message, size_t n, size_t *at, struct sections *all,
                         int *number)
{
    if (*at + 5 + TAIL > n)
        return false;
    uint64_t length = big_endian(message + *at, 4);
    *number = message[*at + 4];
    if (length < 5 || length > n - TAIL - *at || *number < 1 || *number >= SECTIONS)
        return false;
    all->at[*number] = message + *at;
    all->length[*number] = (size_t)length;
    if (*number == 6 && length > 5 && message[*at + 5] == 0) {
        all->bitmap = message + *at;
        all->bitmap_length = (size_t)length;
    }
    *at += (size_t)length;
    return true;
}

size_t forcing_grib_fields(const unsigned char *message, size_t n)
{
    if (n < HEAD_2 + TAIL)
        return 0;
    if (message[7] == 1)
        return 1;
    struct sections all = {0};
    size_t at = HEAD_2, fields = 0;
    for (int number; section_step(message, n, &at, &all, &number);)
        fields += number == 7;
    return at + TAIL == n ? fields : 0;
}

static size_t field_write(const unsigned char *message, const struct sections *all, unsigned char *out)
{
    size_t n = HEAD_2;
    memcpy(out, message, HEAD_2);
    for (int s = 1; s < SECTIONS; s++) {
        const unsigned char *from = all->at[s];
        size_t length = all->length[s];
        // 254: the bitmap of an earlier field.
        if (s == 6 && from && length > 5 && from[5] == 254 && all->bitmap) {
            from = all->bitmap;
            length = all->bitmap_length;
        }
        if (from)
            memcpy(out + n, from, length);
        n += from ? length : 0;
    }
    memcpy(out + n, "7777", TAIL);
    n += TAIL;
    for (int i = 0; i < 8; i++)
        out[8 + i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
    return n;
}

size_t forcing_grib_field(const unsigned char *message, size_t n, size_t index, unsigned char *out)
{
    struct sections all = {0};
    size_t at = HEAD_2, field = 0;
    if (n < HEAD_2 + TAIL)
        return 0;
    if (message[7] == 1) {
        memcpy(out, message, n);
        return index ? 0 : n;
    }
    for (int number; section_step(message, n, &at, &all, &number);)
        if (number == 7 && field++ == index)
            return field_write(message, &all, out);
    return 0;
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
static uint64_t hash(const unsigned char *bytes, size_t n)
{
    uint64_t sum = 0xcbf29ce484222325U;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3U;
    return sum;
}

uint64_t forcing_grib_grid_hash(const unsigned char *message, size_t n)
{
    if (n < HEAD_2 + TAIL)
        return 0;
    if (message[7] == 1) {
        uint64_t at = HEAD_1 + big_endian(message + HEAD_1, 3);
        if (!(message[HEAD_1 + 7] & 0x80))
            return message[HEAD_1 + 6] + 1U; // a grid of a catalogue, by number
        uint64_t length = at + 3 <= n ? big_endian(message + at, 3) : 0;
        return length && length <= n - at ? hash(message + at, (size_t)length) : 0;
    }
    struct sections all = {0};
    size_t at = HEAD_2;
    for (int number; section_step(message, n, &at, &all, &number);)
        if (number == 3)
            return hash(all.at[3], all.length[3]);
    return 0;
}

// Step 1: read a position as people write it, print it as it is read over the radio.
//   cc step1.c $(pkg-config --cflags --libs pharos) && ./a.out "33°24.5'N 12°42'E"
#include <pharos/pharos.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const char *text = argc > 1 ? argv[1] : "33-24.5N 012-42.0E";
    struct ph_position position;
    struct ph_err err;
    if (ph_position_parse(text, &position, &err)) {
        fprintf(stderr, "%s\n%s\n", err.what, err.fix);
        return 2;
    }
    char marine[PH_TEXT];
    ph_position_format(position, 1, marine);
    printf("%s is %.5f, %.5f\n", marine, position.lat_deg, position.lon_deg);
    return 0;
}

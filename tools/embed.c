// Turns files into a C array, at build time: embed OUT.c OUT.h FILE...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *file_open(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void bytes_write(FILE *out, const char *path, int index)
{
    FILE *in = file_open(path, "rb");
    fprintf(out, "static const unsigned char file_%d[] = {", index);
    int c;
    for (long n = 0; (c = getc(in)) != EOF; n++)
        fprintf(out, "%s%d,", n % 24 ? "" : "\n", c);
    fprintf(out, "\n};\n\n");
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: embed OUT.c OUT.h FILE...\n");
        return 2;
    }
    FILE *header = file_open(argv[2], "w");
    fprintf(
        header,
        "// The demonstration case and its files, as bytes. Made by tools/embed.c.\n"
        "#ifndef DEMO_FILES_H\n#define DEMO_FILES_H\n\n#include <stddef.h>\n\n"
        "struct demo_file {\n    const char *name;\n    const unsigned char *bytes;\n    size_t size;\n"
        "};\n\nextern const struct demo_file demo_files[];\nextern const size_t demo_n_files;\n\n#endif\n");
    fclose(header);

    FILE *out = file_open(argv[1], "w");
    fprintf(out, "#include \"demo_files.h\"\n\n");
    for (int i = 3; i < argc; i++)
        bytes_write(out, argv[i], i);
    fprintf(out, "const struct demo_file demo_files[] = {\n");
    for (int i = 3; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        fprintf(out, "    {\"%s\", file_%d, sizeof file_%d},\n", slash ? slash + 1 : argv[i], i, i);
    }
    fprintf(out, "};\nconst size_t demo_n_files = sizeof demo_files / sizeof *demo_files;\n");
    if (fclose(out)) {
        perror(argv[1]);
        return 1;
    }
    return 0;
}

// libFuzzer and AFL++ entry for what another centre sends: clang -fsanitize=fuzzer,address,undefined. The
// first byte chooses: 0 the file as it comes (header, frames), else what is inside once it has been
// decrypted, which only a trusted sender can write. Built with -DFUZZ_MAIN it makes a good bundle's content,
// goes once over each file named, and then over the content with every byte changed and cut at every place.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "store/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static enum ph_status file_drop(void *arg, const void *bytes, size_t length, struct ph_err *err)
{
    (void)err;
    *(size_t *)arg += length + (length ? ((const uint8_t *)bytes)[length - 1] != 0 : 0);
    return PH_OK;
}

// A refusal always says why; what is taken is a chain of events of one case.
static void content_read(struct store_frames_in *in)
{
    struct store_content content = {0};
    struct ph_err err = {0};
    size_t bytes = 0;
    enum ph_status status = store_content_events(in, &content, &err);
    if (!status && (!content.n_events || strcmp(content.event[0].case_id, content.case_id) != 0))
        abort();
    if (!status)
        status = store_content_files(in, &content, file_drop, &bytes, &err);
    if (!status)
        status = store_content_sign(in, &content, &err);
    if (status && (status != PH_EINPUT || !err.what[0]))
        abort();
    core_arena_fini(&content.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct store_frames_in in;
    struct ph_err err = {0};
    FILE *file = length > 1 ? fmemopen((void *)(bytes + 1), length - 1, "rb") : NULL;
    if (!file)
        return 0;
    if (bytes[0]) {
        in = (struct store_frames_in){.file = file, .bare = true};
        content_read(&in);
        store_frames_close(&in);
    } else if (!store_frames_open(file, NULL, NULL, &in, &err)) {
        content_read(&in);
        store_frames_close(&in);
    } else if (!err.what[0]) {
        abort();
    }
    return 0;
}

#ifdef FUZZ_MAIN
static void number_put(struct core_buf *out, uint64_t number)
{
    for (int i = 0; i < 8; i++) {
        char byte = (char)(number >> (8 * i));
        core_buf_add(out, &byte, 1);
    }
}

static void text_put(struct core_buf *out, const char *text)
{
    number_put(out, strlen(text));
    core_buf_puts(out, text);
}

// Two events and a file: what a bundle holds, but for a signature that fits.
static void sample_make(struct core_buf *out)
{
    static const char zeros[64];
    struct store_ref ref = {.name = "photo.jpg", .media = "image/jpeg", .size = 3};
    struct store_event event = {.case_id = "0123456789abcdefghjk",
                                .seq = 1,
                                .kind = "created",
                                .who = "officer",
                                .why = "",
                                .body = "{\"name\": \"Boat\"}",
                                .ref = &ref,
                                .n_refs = 1};
    core_buf_add(out, "\1pharos-case/1", 15);
    core_buf_add(out, zeros, 64);
    text_put(out, "Centre");
    text_put(out, event.case_id);
    number_put(out, 1);
    number_put(out, 2);
    for (int i = 0; i < 2; i++) {
        struct core_buf encoded = {0};
        store_event_encode(&event, &encoded);
        number_put(out, encoded.length);
        core_buf_add(out, encoded.text, encoded.length);
        if (store_event_hash(&event, event.prev, NULL))
            abort();
        core_buf_fini(&encoded);
        event.seq = 2;
        event.kind = "note";
    }
    number_put(out, 1);
    number_put(out, 3);
    core_buf_add(out, "abc", 3);
    core_buf_add(out, zeros, 64);
}

int main(int argc, char **argv)
{
    struct core_buf sample = {0};
    sample_make(&sample);
    for (size_t i = 0; i < sample.length; i++) {
        static const char flips[] = {1, 4, 0x10, (char)0x80, (char)0xff};
        for (size_t k = 0; i && k < sizeof flips; k++) {
            sample.text[i] ^= flips[k];
            LLVMFuzzerTestOneInput((const uint8_t *)sample.text, sample.length);
            sample.text[i] ^= flips[k];
        }
        LLVMFuzzerTestOneInput((const uint8_t *)sample.text, i);
    }
    for (int i = 1; i < argc; i++) {
        struct core_buf text = {0};
        struct ph_err err;
        if (core_file_read(argv[i], 1 << 26, &text, &err)) {
            fprintf(stderr, "%s: %s\n", err.where, err.what);
            return 3;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text.text, text.length);
        core_buf_fini(&text);
    }
    // the sample itself is good as far as its signature
    struct store_content content = {0};
    struct ph_err err = {0};
    static struct store_frames_in in;
    size_t bytes = 0;
    in = (struct store_frames_in){.file = fmemopen(sample.text + 1, sample.length - 1, "rb"), .bare = true};
    bool good = !store_content_events(&in, &content, &err) && content.n_events == 2 &&
                !store_content_files(&in, &content, file_drop, &bytes, &err) && bytes == 4 &&
                store_content_sign(&in, &content, &err) == PH_EINPUT && strstr(err.what, "signature");
    if (!good)
        fprintf(stderr, "the sample is not read: %s\n", err.what);
    store_frames_close(&in);
    core_arena_fini(&content.arena);
    core_buf_fini(&sample);
    return !good;
}
#endif

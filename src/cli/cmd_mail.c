// mail: one mail on standard input, its answer on standard output.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "mail/letter.h"
#include "mail/result.h"
#include "run/run.h"

enum { PICTURE_PX = 400 }; // some 25 kB: the whole answer stays below 50

static enum ph_status input_read(struct core_buf *out, struct ph_err *err)
{
    char bytes[65536];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, stdin)) > 0 && out->length <= MAIL_MOST_BYTES)
        core_buf_add(out, bytes, n);
    if (ferror(stdin))
        return core_err_errno(err, "read", "standard input");
    if (out->length > MAIL_MOST_BYTES)
        return core_err_set(err, PH_EINPUT, "standard input", "leave out attachments",
                            "the mail is larger than 1 MB");
    return core_buf_check(out, err);
}

// The model with its place, so that the files it names are found.
static enum ph_status model_read(const char *path, struct core_buf *out, char folder[PATH_MAX],
                                 struct ph_err *err)
{
    enum ph_status status = core_file_read(path, 16 << 20, out, err);
    if (status)
        return status;
    if (!realpath(path, folder))
        return core_err_errno(err, "find", path);
    *strrchr(folder, '/') = '\0';
    return PH_OK;
}

// A case of its own in a folder of its own, as every run has.
static enum ph_status case_write(const struct mail_request *request, const char *model, char folder[64],
                                 struct ph_err *err)
{
    struct core_buf text = {0}, document = {0};
    char place[PATH_MAX], path[128];
    enum ph_status status = model_read(model, &text, place, err);
    if (!status)
        status = mail_request_case(request, text.text, text.length, place, &document, err);
    if (!status && !mkdtemp(folder))
        status = core_err_errno(err, "make", folder);
    snprintf(path, sizeof path, "%s/case.json", folder);
    if (!status)
        status = core_file_write_buf(path, &document, err);
    core_buf_fini(&text);
    core_buf_fini(&document);
    return status;
}

static enum ph_status answer_make(const struct mail_letter *letter, const struct mail_request *request,
                                  struct run *run, struct core_buf *out, struct ph_err *err)
{
    struct core_buf text = {0}, picture = {0}, gpx = {0};
    const struct mail_part part[] = {{"drift.png", "image/png", &picture},
                                     {"drift.gpx", "application/gpx+xml", &gpx}};
    const struct export_product *p = &run->product;
    size_t last = p->n_times - 1;
    while (last > 0 && !p->time[last].has_moments)
        last--;
    enum ph_status status = mail_result_text(p, request, &text, err);
    if (!status)
        status = export_map_png(p, last, PICTURE_PX, &picture, err);
    if (!status)
        status = mail_result_gpx(p, &gpx, err);
    if (!status)
        status = mail_letter_answer(letter, &text, part, 2, out, err);
    core_buf_fini(&text);
    core_buf_fini(&picture);
    core_buf_fini(&gpx);
    return status;
}

static enum ph_status drift_answer(const struct cli_args *args, const struct mail_letter *letter,
                                   struct core_job *job, struct core_buf *out, struct ph_err *err)
{
    const char *model = args->for_case ? args->for_case : getenv("PHAROS_MAIL_CASE");
    char folder[64] = "/tmp/pharos-mail-XXXXXX", path[128];
    struct mail_request request;
    struct run run = {0};
    struct scenario_overrides overrides = {0};
    enum ph_status status = mail_request_read(letter->text.text ? letter->text.text : "", letter->text.length,
                                              core_time_now(), &request, err);
    if (status)
        return status;
    status = case_write(&request, model, folder, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/case.json", folder);
    status = run_load(&run, path, &overrides, job, NULL, err);
    if (!status)
        status = run_all(&run, err);
    if (!status)
        status = answer_make(letter, &request, &run, out, err);
    run_fini(&run);
    unlink(path);
    rmdir(folder);
    return status;
}

// What the sender can mend is told to the sender; what only this machine's keeper can, is an error here.
static enum ph_status refusal_answer(const struct mail_letter *letter, struct core_buf *out,
                                     struct ph_err *err)
{
    struct core_buf text = {0};
    mail_result_refusal(err, &text);
    enum ph_status status = mail_letter_answer(letter, &text, NULL, 0, out, err);
    core_buf_fini(&text);
    return status;
}

int cli_mail(const struct cli_args *args)
{
    struct core_buf mail = {0}, answer = {0};
    struct mail_letter letter = {0};
    struct ph_err err = {0};
    if (!args->for_case && !getenv("PHAROS_MAIL_CASE")) {
        core_err_set(&err, PH_EINPUT, "--case", "name a case whose environment and drift are to be used",
                     "there is no model for the answers");
        return cli_fail(&err);
    }
    struct core_job *job = cli_job_start(args);
    enum ph_status status = input_read(&mail, &err);
    if (!status)
        status = mail_letter_read(mail.text ? mail.text : "", mail.length, &letter, &err);
    if (!status && !letter.automatic)
        status = drift_answer(args, &letter, job, &answer, &err);
    if (status == PH_EINPUT) {
        core_buf_fini(&answer);
        answer = (struct core_buf){0};
        status = refusal_answer(&letter, &answer, &err);
    }
    int exit_status = cli_job_end(args, status, &err);
    if (!status && answer.length && cli_print(&answer))
        exit_status = 3;
    mail_letter_fini(&letter);
    core_buf_fini(&mail);
    core_buf_fini(&answer);
    return exit_status;
}

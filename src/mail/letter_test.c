#include "mail/letter.h"

#include "test/tap.h"

static struct mail_letter read_it(const char *text)
{
    struct mail_letter letter = {0};
    struct ph_err err;
    if (mail_letter_read(text, strlen(text), &letter, &err))
        tap_ok(false, "a mail is read: %s", err.what);
    return letter;
}

static void test_read(void)
{
    struct mail_letter l = read_it(
        "From: Ship <ship@example.org>\r\nTo: drift@example.org\r\nSubject: =?utf-8?q?drift_=C3=A9?=\r\n"
        "Message-ID: <1@ship>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<b>latitude=1</b>\r\n--b\r\nContent-Type: text/plain; "
        "charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nlatitude=3D33=\r\n.5\r\n--b--\r\n");
    tap_ok(strstr(l.to, "ship@example.org") != NULL, "the sender gets the answer");
    tap_text(l.subject, "drift é", "the subject is decoded");
    tap_ok(strstr(l.text.text, "latitude=33.5") && !strstr(l.text.text, "<b>"),
           "the plain text is taken and decoded");
    tap_ok(!l.automatic, "a person wrote it");
    mail_letter_fini(&l);
    l = read_it("From: robot@example.org\nAuto-Submitted: auto-replied\nSubject: x\n\nlatitude=1\n");
    tap_ok(l.automatic, "what a program sent is known as such");
    mail_letter_fini(&l);
    l = read_it("latitude=33; longitude=12;");
    tap_text(l.text.text, "latitude=33; longitude=12;", "bare text without headers is the text");
    mail_letter_fini(&l);
    l = read_it("From: a@example.org\nReply-To: b@example.org\nSubject: a\n\tb\n\nx\n");
    tap_text(l.to, "b@example.org", "Reply-To leads");
    mail_letter_fini(&l);
}

static void test_answer(void)
{
    struct mail_letter l =
        read_it("From: ship@example.org\nTo: drift@example.org\nSubject: Drift\nMessage-ID: <1@ship>\n\nx\n");
    struct core_buf text = {0}, file = {0}, out = {0};
    struct ph_err err;
    core_buf_puts(&text, "33 10.0 N\n");
    core_buf_add(&file, "\x89PNG\0\1", 6);
    const struct mail_part part = {"a.png", "image/png", &file};
    tap_ok(!mail_letter_answer(&l, &text, &part, 1, &out, &err), "an answer is written");
    struct mail_letter again = read_it(out.text);
    tap_ok(strstr(again.from, "ship@example.org") != NULL, "it goes to the sender");
    tap_text(again.subject, "Re: Drift", "with the subject");
    tap_text(again.text.text, "33 10.0 N\n", "and the text");
    tap_ok(again.automatic, "and says that a program wrote it, so that programs do not answer each other");
    tap_ok(strstr(out.text, "In-Reply-To: <1@ship>") && strstr(out.text, "iVBORwAB"[0] ? "base64" : ""),
           "it names the mail that it answers and carries the file");
    mail_letter_fini(&l);
    mail_letter_fini(&again);
    core_buf_fini(&text);
    core_buf_fini(&file);
    core_buf_fini(&out);
}

int main(void)
{
    test_read();
    test_answer();
    return tap_done();
}

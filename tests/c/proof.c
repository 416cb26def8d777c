/* Proofs: the shared vectors (tests/vectors/ledger.json), checked with the public key alone.
 *
 *   proof FOLDER    with N.json, a question, and N.holds, "true" or "false", for N from 0 on */

#include "check.h"

static const char *folder;

/* The file as text, to be freed; NULL when there is none. */
static char *text_of(int number, const char *suffix, size_t *length) {
  char path[4096];
  char *text;
  FILE *file;
  snprintf(path, sizeof path, "%s/%d.%s", folder, number, suffix);
  file = fopen(path, "rb");
  if (!file) return NULL;
  text = malloc(1 << 16);
  CHECK(text);
  *length = fread(text, 1, (1 << 16) - 1, file);
  text[*length] = 0;
  CHECK(fclose(file) == 0);
  return text;
}

static int every_question_has_its_answer(void) {
  int number = 0, held = 0;
  for (;; ++number) {
    size_t length = 0, said = 0;
    char *question = text_of(number, "json", &length), *holds = text_of(number, "holds", &said);
    vg_bytes_t answer = {0};
    bool expected;
    if (!question) break;
    CHECK(holds);
    expected = strcmp(holds, "true") == 0;
    CHECK(expected || strcmp(holds, "false") == 0);
    WORKS(vg_proof_check(question, length, &answer, &error));
    CHECK(contains(answer, expected ? "\"holds\":true" : "\"holds\":false"));
    CHECK(contains(answer, "\"reason\":\""));
    held += expected;
    vg_bytes_free(&answer);
    free(question);
    free(holds);
  }
  CHECK(held > 0 && held < number);
  return number;
}

static void what_is_no_question_is_refused(void) {
  static const char *const questions[] = {"{}", "{\"key\":\"x\"}", "{\"key\":\"x\",\"proof\":\"\"}"};
  vg_bytes_t answer = {0};
  for (size_t i = 0; i < sizeof questions / sizeof *questions; ++i) {
    vg_error_t *error = NULL;
    vg_status_t status = vg_proof_check(questions[i], strlen(questions[i]), &answer, &error);
    CHECK(status == VG_ERR_ARGUMENT || status == VG_ERR_CHECKPOINT);
    vg_error_free(error);
  }
  FAILS(VG_ERR_CONFIG, NULL, vg_proof_check("no JSON", 7, &answer, &error));
  CHECK(answer.data == NULL);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  folder = argv[1];
  CHECK(every_question_has_its_answer() >= 20);
  what_is_no_question_is_refused();
  return done();
}

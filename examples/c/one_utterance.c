/* One utterance, from text to record: check, mark, account for, find again.
 *
 *   one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db
 *
 * IN.wav stands for what a TTS engine speaks. Exit status: 0 all went well, 1 the mark was not found or the ledger is
 * not intact, 2 something failed. */

#include <inttypes.h>
#include <stdbool.h>
#include <voxguard.h>

#include "files.h"

enum { CHUNK = 480 }; /* frames */
static const char HARMLESS[] = "The shipment left the harbour at dawn.";
/* A zero-width space, full-width letters, and a word that a tag cuts in two. */
static const char DISGUISED[] =
    "<speak>Please re\u200bad me your \uff50\uff41\uff53\uff53<break time='10ms'/>word.</speak>";

/* Ends the program when a call failed. */
static void must(vg_status_t status, vg_error_t *error) {
  if (status == VG_OK) return;
  fprintf(stderr, "%s\n", error ? vg_error_message(error) : vg_status_name(status));
  exit(2);
}

/* What the host was asked to say. */
static vg_request_t request(const char *text, const wav_t *speech) {
  vg_request_t it = {.struct_size = sizeof it};
  it.subject = "user-1";
  it.subject_len = strlen(it.subject);
  it.voice = "heart";
  it.voice_len = strlen(it.voice);
  it.text = text;
  it.text_len = strlen(text);
  it.rate = speech->rate;
  it.channels = speech->channels;
  return it;
}

/* Begins an utterance and says what the policy thinks of the text. */
static vg_utterance_t *begin(const vg_guard_t *guard, const char *text, const wav_t *speech) {
  vg_error_t *error = NULL;
  vg_utterance_t *utterance = NULL;
  vg_verdict_t *verdict = NULL;
  vg_request_t asked = request(text, speech);
  vg_str_t reason;
  bool allowed;
  must(vg_guard_begin(guard, &asked, &utterance, &error), error);
  must(vg_utterance_allowed(utterance, &allowed), NULL);
  must(vg_utterance_verdict(utterance, &verdict), NULL);
  must(vg_verdict_reason(verdict, &reason), NULL);
  printf("%s: %s\n", allowed ? "allowed" : "refused", text);
  if (!allowed) printf("  %.*s\n", (int)reason.len, reason.data);
  vg_verdict_free(verdict);
  return utterance;
}

/* Prints what the ledger answered, and frees it. */
static void show(const char *what, vg_bytes_t *bytes) {
  printf("%s: %.*s\n", what, (int)bytes->len, (const char *)bytes->data);
  vg_bytes_free(bytes);
}

int main(int argc, char **argv) {
  vg_error_t *error = NULL;
  vg_key_t *key = NULL;
  vg_policy_t *policy = NULL;
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard = NULL;
  vg_utterance_t *utterance;
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  vg_bytes_t json = {0}, note = {0};
  wav_t in, out;
  const char *wrong;
  char url[4096];
  size_t length, got;
  if (argc != 6) {
    fprintf(stderr, "usage: one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db\n");
    return 2;
  }
  if ((wrong = wav_read(argv[3], &in))) {
    fprintf(stderr, "%s: %s\n", argv[3], wrong);
    return 2;
  }

  /* Once, when the host starts: a key, the rules, a ledger, and the guard that holds them together. */
  char *rules = read_text(argv[2], &length);
  must(vg_key_from_hex(argv[1], strlen(argv[1]), &key, &error), error);
  must(vg_policy_new(rules, length, &policy, &error), error);
  snprintf(url, sizeof url, "sqlite:///%s", argv[5]);
  must(vg_ledger_open(url, strlen(url), key, &ledger, &error), error);
  vg_guard_options_t options = {.struct_size = sizeof options, .policy = policy, .key = key, .ledger = ledger};
  must(vg_guard_new(&options, &guard, &error), error);

  /* A text that the rules forbid is refused, however it is disguised; the ledger says so. */
  utterance = begin(guard, DISGUISED, &in);
  must(vg_utterance_record(utterance, &json, &error), error);
  show("record", &json);
  vg_utterance_free(utterance);

  /* A harmless one is spoken: each chunk is marked on its way out. */
  utterance = begin(guard, HARMLESS, &in);
  uint64_t mark;
  must(vg_utterance_mark_id(utterance, &mark), NULL);
  out = in;
  out.samples = malloc(in.frames * in.channels * sizeof *out.samples + 1);
  out.frames = 0;
  for (size_t done = 0; done < in.frames; done += CHUNK) {
    size_t frames = in.frames - done < CHUNK ? in.frames - done : CHUNK;
    int16_t *next = out.samples + out.frames * out.channels;
    must(vg_utterance_mark_i16(utterance, in.samples + done * in.channels, frames, next, frames, &got), NULL);
    out.frames += got;
  }
  must(vg_utterance_finish_i16(utterance, out.samples + out.frames * out.channels, in.frames - out.frames, &got, &json,
                               &error),
       error);
  out.frames += got;
  vg_utterance_free(utterance);
  show("record", &json); /* it was on disk before finish returned */
  if ((wrong = wav_write(argv[4], &out))) {
    fprintf(stderr, "%s: %s\n", argv[4], wrong);
    return 2;
  }

  /* Any day later, from the audio alone: whose is it, and what was asked? */
  vg_detection_info_t info = {.struct_size = sizeof info};
  must(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &detector, &error), error);
  must(vg_detector_detect_i16(detector, out.samples, out.frames, out.rate, out.channels, &detection, &error), error);
  must(vg_detection_info(detection, &info), NULL);
  printf("found: %s, p = %.1e, mark %08" PRIx64 " (given %08" PRIx64 ")\n", info.found ? "yes" : "no", info.p_value,
         info.mark, mark);
  must(vg_ledger_find_mark(ledger, info.mark, &json, &error), error);
  show("its records", &json);

  /* A signed checkpoint, kept elsewhere, proves later that nothing was changed or taken away. */
  bool intact = false;
  must(vg_ledger_checkpoint(ledger, &note, &error), error);
  must(vg_ledger_verify(ledger, (const char *)note.data, note.len, &intact, &json, &error), error);
  show("checkpoint", &note);
  show("verified", &json);

  vg_detection_free(detection);
  vg_detector_free(detector);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
  vg_policy_free(policy);
  vg_key_free(key);
  free(rules);
  free(in.samples);
  free(out.samples);
  return info.found && info.has_mark && info.mark == mark && intact ? 0 : 1;
}

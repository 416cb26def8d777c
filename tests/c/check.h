/* What every C test program shares: checks that count, a fixed key, and a voice-like signal. */

#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <voxguard.h>

/* Counted from any thread. */
static int checks_made;
#define COUNT_CHECK() ((void)__sync_fetch_and_add(&checks_made, 1))

/* The statement holds, or the program ends and says where it did not. */
#define CHECK(statement)                                                             \
  do {                                                                               \
    COUNT_CHECK();                                                                   \
    if (!(statement)) {                                                              \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #statement); \
      exit(1);                                                                       \
    }                                                                                \
  } while (0)

/* The call answers this status. */
#define ANSWERS(expected, call) answers((expected), (call), __FILE__, __LINE__, #call)

static inline void answers(vg_status_t expected, vg_status_t got, const char *file, int line, const char *call) {
  COUNT_CHECK();
  if (got != expected) {
    fprintf(stderr, "%s:%d: %s\n  answers %s (%d), expected %s (%d)\n", file, line, call, vg_status_name(got), (int)got,
            vg_status_name(expected), (int)expected);
    exit(1);
  }
}

/* The control-plane call, whose last argument is &error, fails with this status and a message that says `word`.
 * NULL for `word`: any message. */
#define FAILS(expected, word, call) \
  do {                              \
    vg_error_t *error = NULL;       \
    ANSWERS(expected, call);        \
    says(error, (expected), (word), __FILE__, __LINE__); \
  } while (0)

static inline void says(vg_error_t *error, vg_status_t status, const char *word, const char *file, int line) {
  const char *message = error ? vg_error_message(error) : NULL;
  COUNT_CHECK();
  if (!message || vg_error_status(error) != status || strlen(message) < 8 || (word && !strstr(message, word))) {
    fprintf(stderr, "%s:%d: the error says \"%s\", expected \"%s\" in it\n", file, line, message ? message : "(none)",
            word ? word : "");
    exit(1);
  }
  vg_error_free(error);
}

/* The control-plane call, whose last argument is &error, works. */
#define WORKS(call)                                                                                                 \
  do {                                                                                                              \
    vg_error_t *error = NULL;                                                                                       \
    vg_status_t status_ = (call);                                                                                   \
    if (status_ != VG_OK) fprintf(stderr, "%s\n", error ? vg_error_message(error) : "(no message)");                \
    answers(VG_OK, status_, __FILE__, __LINE__, #call);                                                             \
    CHECK(error == NULL);                                                                                           \
  } while (0)

static inline int done(void) {
  printf("ok %d checks\n", checks_made);
  return 0;
}

#define TEST_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER_KEY "f0e0d0c0b0a090807060504030201000f0e0d0c0b0a090807060504030201000"
#define TEST_MARK UINT64_C(0x1234abcd)

static inline vg_key_t *key_from(const char *hex) {
  vg_key_t *key = NULL;
  WORKS(vg_key_from_hex(hex, strlen(hex), &key, &error));
  return key;
}

static inline vg_marker_options_t marker_options(uint32_t rate, uint16_t channels, uint64_t mark) {
  vg_marker_options_t options = {.struct_size = sizeof options};
  options.rate = rate;
  options.channels = channels;
  options.mark = mark;
  return options;
}

static inline vg_marker_t *marker_for(const vg_key_t *key, uint32_t rate, uint16_t channels) {
  vg_marker_options_t options = marker_options(rate, channels, TEST_MARK);
  vg_marker_t *marker = NULL;
  WORKS(vg_marker_new(key, &options, &marker, &error));
  return marker;
}

/* Numbers that look random and are the same everywhere (xorshift). */
static inline uint32_t draw(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* A hum with syllables, a little noise: `frames` frames, freed with free(). */
static inline float *voice_f32(size_t frames, uint32_t rate, uint16_t channels) {
  float *samples = malloc((frames * channels + 1) * sizeof *samples);
  uint32_t state = 2463534242u;
  CHECK(samples);
  for (size_t i = 0; i < frames; ++i) {
    double t = (double)i / rate, sum = 0.0;
    double loud = 0.05 + 0.3 * fabs(sin(3.14159265 * 2.3 * t));
    for (int k = 1; k <= 20; ++k) sum += sin(6.2831853 * (110.0 + 15.0 * sin(1.7 * t)) * k * t) / k;
    sum += ((double)draw(&state) / 4294967296.0 - 0.5) * 0.8;
    for (uint16_t c = 0; c < channels; ++c) samples[i * channels + c] = (float)(loud * sum / (2.0 + c));
  }
  return samples;
}

static inline int16_t *voice_i16(size_t frames, uint32_t rate, uint16_t channels) {
  float *from = voice_f32(frames, rate, channels);
  int16_t *samples = malloc((frames * channels + 1) * sizeof *samples);
  CHECK(samples);
  for (size_t i = 0; i < frames * channels; ++i) {
    double scaled = from[i] * 32767.0;
    samples[i] = (int16_t)(scaled > 32767.0 ? 32767.0 : scaled < -32768.0 ? -32768.0 : scaled);
  }
  free(from);
  return samples;
}

static inline bool contains(vg_bytes_t bytes, const char *word) {
  size_t length = strlen(word);
  for (size_t i = 0; i + length <= bytes.len; ++i) {
    if (memcmp(bytes.data + i, word, length) == 0) return true;
  }
  return false;
}

/* One rule of a policy: `match` is members such as "\"match\":\"term\",\"terms\":[\"x\"]". */
#define RULE(id, action, match)                                                                                    \
  "{\"version\":1,\"rules\":[{\"id\":\"" id "\",\"category\":\"weapons\",\"severity\":\"critical\",\"action\":\"" \
  action "\"," match "}]}"
#define TERM(term) "\"match\":\"term\",\"terms\":[\"" term "\"]"
#define REGEX(pattern) "\"match\":\"regex\",\"pattern\":\"" pattern "\""
#define RULES RULE("weapon", "block", TERM("grenade"))
#define NO_RULES "{\"version\":1,\"rules\":[]}"

#endif

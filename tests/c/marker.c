/* Marking: chunks of any size give the samples that marking at once gives, bit for bit; what is refused changes
 * nothing. */

#include "check.h"

enum { RATE = 24000, FRAMES = 30000 };

/* Feeds `in` in chunks drawn up to `largest` frames and flushes. */
static void in_chunks_f32(vg_marker_t *marker, const float *in, size_t frames, uint16_t channels, uint32_t largest,
                          float *out) {
  uint32_t state = 7u + largest;
  size_t fed = 0, written = 0, got = 0, pending = 0, latency = 0;
  ANSWERS(VG_OK, vg_marker_latency(marker, &latency));
  while (fed < frames) {
    size_t chunk = draw(&state) % (largest + 1); /* 0 too */
    if (chunk > frames - fed) chunk = frames - fed;
    ANSWERS(VG_OK, vg_marker_process_f32(marker, in + fed * channels, chunk, out + written * channels,
                                         frames - written, &got));
    fed += chunk;
    written += got;
    CHECK(written == (fed > latency ? fed - latency : 0));
    ANSWERS(VG_OK, vg_marker_pending(marker, &pending));
    CHECK(pending == fed - written);
  }
  ANSWERS(VG_OK, vg_marker_flush_f32(marker, out + written * channels, frames - written, &got));
  CHECK(written + got == frames);
}

static void in_chunks_i16(vg_marker_t *marker, const int16_t *in, size_t frames, uint16_t channels, size_t chunk,
                          int16_t *out) {
  size_t written = 0, got = 0;
  for (size_t fed = 0; fed < frames; fed += chunk) {
    size_t count = frames - fed < chunk ? frames - fed : chunk;
    ANSWERS(VG_OK, vg_marker_process_i16(marker, in + fed * channels, count, out + written * channels,
                                         frames - written, &got));
    written += got;
  }
  ANSWERS(VG_OK, vg_marker_flush_i16(marker, out + written * channels, frames - written, &got));
  CHECK(written + got == frames);
}

static void any_chunks_give_the_same_samples(const vg_key_t *key, uint32_t rate, uint16_t channels) {
  static const uint32_t largest[] = {1, 7, 160, 481, 4096, FRAMES};
  size_t frames = rate + rate / 4, bytes = frames * channels * sizeof(float);
  float *in = voice_f32(frames, rate, channels), *once = malloc(bytes), *chunked = malloc(bytes);
  vg_marker_options_t options = marker_options(rate, channels, TEST_MARK);
  vg_marker_t *marker = marker_for(key, rate, channels);
  CHECK(once && chunked);
  WORKS(vg_embed_f32(key, &options, in, frames, once, &error));
  CHECK(memcmp(in, once, bytes) != 0);
  for (size_t i = 0; i < sizeof largest / sizeof *largest; ++i) {
    memset(chunked, 0xa5, bytes);
    in_chunks_f32(marker, in, frames, channels, largest[i], chunked); /* flush has made it new again */
    CHECK(memcmp(once, chunked, bytes) == 0);
  }
  vg_marker_free(marker);
  free(in);
  free(once);
  free(chunked);
}

static void sixteen_bits_too(const vg_key_t *key, uint32_t rate, uint16_t channels) {
  static const size_t chunks[] = {1, 441, 480, 100000};
  size_t frames = rate, bytes = frames * channels * sizeof(int16_t);
  int16_t *in = voice_i16(frames, rate, channels), *once = malloc(bytes), *chunked = malloc(bytes);
  vg_marker_options_t options = marker_options(rate, channels, TEST_MARK);
  vg_marker_t *marker = marker_for(key, rate, channels);
  CHECK(once && chunked);
  WORKS(vg_embed_i16(key, &options, in, frames, once, &error));
  CHECK(memcmp(in, once, bytes) != 0);
  for (size_t i = 0; i < sizeof chunks / sizeof *chunks; ++i) {
    in_chunks_i16(marker, in, frames, channels, chunks[i], chunked);
    CHECK(memcmp(once, chunked, bytes) == 0);
  }
  /* In place: the output begins where the input does. */
  memcpy(chunked, in, bytes);
  WORKS(vg_embed_i16(key, &options, chunked, frames, chunked, &error));
  CHECK(memcmp(once, chunked, bytes) == 0);
  vg_marker_free(marker);
  free(in);
  free(once);
  free(chunked);
}

static void input_and_output_may_be_one_buffer(const vg_key_t *key) {
  float *in = voice_f32(FRAMES, RATE, 1), *apart = malloc(FRAMES * sizeof *apart), tail[RATE];
  vg_marker_t *one = marker_for(key, RATE, 1), *two = marker_for(key, RATE, 1);
  size_t got_one = 0, got_two = 0;
  CHECK(apart);
  ANSWERS(VG_OK, vg_marker_process_f32(one, in, FRAMES, apart, FRAMES, &got_one));
  ANSWERS(VG_OK, vg_marker_process_f32(two, in, FRAMES, in, FRAMES, &got_two));
  CHECK(got_one == got_two && memcmp(in, apart, got_one * sizeof *in) == 0);
  ANSWERS(VG_OK, vg_marker_flush_f32(one, tail, RATE, &got_one));
  ANSWERS(VG_OK, vg_marker_flush_f32(two, in, RATE, &got_two));
  CHECK(got_one == got_two && memcmp(in, tail, got_one * sizeof *in) == 0);
  vg_marker_free(one);
  vg_marker_free(two);
  free(in);
  free(apart);
}

static void buffers_that_overlap_otherwise_are_refused(const vg_key_t *key) {
  float *buffer = voice_f32(2000, RATE, 1), *copy = malloc(2000 * sizeof *copy);
  vg_marker_t *marker = marker_for(key, RATE, 1);
  size_t got = 77, pending = 77;
  CHECK(copy);
  memcpy(copy, buffer, 2000 * sizeof *copy);
  ANSWERS(VG_ERR_ARGUMENT, vg_marker_process_f32(marker, buffer, 1000, buffer + 1, 1000, &got));
  ANSWERS(VG_ERR_ARGUMENT, vg_marker_process_f32(marker, buffer + 999, 1000, buffer, 1000, &got));
  CHECK(got == 77 && memcmp(copy, buffer, 2000 * sizeof *copy) == 0);
  ANSWERS(VG_OK, vg_marker_pending(marker, &pending));
  CHECK(pending == 0);
  /* Side by side is not overlapping. */
  ANSWERS(VG_OK, vg_marker_process_f32(marker, buffer, 1000, buffer + 1000, 1000, &got));
  vg_marker_free(marker);
  free(buffer);
  free(copy);
}

static void samples_that_are_not_numbers_are_refused_and_nothing_is_fed(const vg_key_t *key) {
  const float bad[] = {(float)NAN, (float)INFINITY, (float)-INFINITY};
  static const size_t places[] = {0, 1, 500, 999};
  float *in = voice_f32(1000, RATE, 1), out[1000], untouched[1000];
  vg_marker_options_t options = marker_options(RATE, 1, TEST_MARK);
  vg_marker_t *marker = marker_for(key, RATE, 1);
  size_t got = 77, pending = 0;
  memset(untouched, 0xa5, sizeof untouched);
  memset(out, 0xa5, sizeof out);
  for (size_t b = 0; b < 3; ++b) {
    for (size_t p = 0; p < sizeof places / sizeof *places; ++p) {
      float kept = in[places[p]];
      in[places[p]] = bad[b];
      ANSWERS(VG_ERR_NON_FINITE, vg_marker_process_f32(marker, in, 1000, out, 1000, &got));
      FAILS(VG_ERR_NON_FINITE, NULL, vg_embed_f32(key, &options, in, 1000, out, &error));
      in[places[p]] = kept;
      CHECK(got == 77 && memcmp(out, untouched, sizeof out) == 0);
    }
  }
  ANSWERS(VG_OK, vg_marker_pending(marker, &pending));
  CHECK(pending == 0);
  /* The marker goes on as if nothing had been said. */
  {
    float *long_in = voice_f32(FRAMES, RATE, 1), *once = malloc(FRAMES * sizeof *once);
    float *after = malloc(FRAMES * sizeof *after);
    CHECK(once && after);
    WORKS(vg_embed_f32(key, &options, long_in, FRAMES, once, &error));
    in_chunks_f32(marker, long_in, FRAMES, 1, 480, after);
    CHECK(memcmp(once, after, FRAMES * sizeof *once) == 0);
    free(long_in);
    free(once);
    free(after);
  }
  vg_marker_free(marker);
  free(in);
}

static void a_small_output_is_refused_and_nothing_is_fed(const vg_key_t *key) {
  float *in = voice_f32(FRAMES, RATE, 1), *out = malloc(FRAMES * sizeof *out);
  vg_marker_t *marker = marker_for(key, RATE, 1);
  size_t got = 77, before = 0, after = 0;
  CHECK(out);
  memset(out, 0xa5, FRAMES * sizeof *out);
  ANSWERS(VG_ERR_OUTPUT_SIZE, vg_marker_process_f32(marker, in, FRAMES, out, 10, &got));
  ANSWERS(VG_OK, vg_marker_pending(marker, &before));
  CHECK(got == 77 && before == 0 && ((unsigned char *)out)[0] == 0xa5);
  ANSWERS(VG_OK, vg_marker_process_f32(marker, in, FRAMES, out, FRAMES, &got));
  ANSWERS(VG_OK, vg_marker_pending(marker, &before));
  CHECK(before > 0);
  got = 77;
  ANSWERS(VG_ERR_OUTPUT_SIZE, vg_marker_flush_f32(marker, out, before - 1, &got));
  ANSWERS(VG_OK, vg_marker_pending(marker, &after));
  CHECK(got == 77 && before == after);
  ANSWERS(VG_OK, vg_marker_flush_f32(marker, out, before, &got));
  CHECK(got == before);
  vg_marker_free(marker);
  free(in);
  free(out);
}

static void nothing_in_gives_nothing_out(const vg_key_t *key) {
  vg_marker_options_t options = marker_options(RATE, 2, TEST_MARK);
  vg_marker_t *marker = marker_for(key, RATE, 2);
  float sample[2] = {0.5f, 0.5f};
  int16_t sample_i16[2] = {5, 5};
  size_t got = 77;
  ANSWERS(VG_OK, vg_marker_process_f32(marker, sample, 0, sample, 0, &got));
  CHECK(got == 0);
  ANSWERS(VG_OK, vg_marker_process_i16(marker, sample_i16, 0, sample_i16, 0, &got));
  CHECK(got == 0);
  ANSWERS(VG_OK, vg_marker_flush_f32(marker, sample, 0, &got));
  CHECK(got == 0);
  WORKS(vg_embed_f32(key, &options, sample, 0, sample, &error));
  CHECK(sample[0] == 0.5f && sample_i16[1] == 5);
  vg_marker_free(marker);
}

static void a_reset_starts_a_new_stream(const vg_key_t *key) {
  float *in = voice_f32(FRAMES, RATE, 1), *once = malloc(FRAMES * sizeof *once), *after = malloc(FRAMES * sizeof *after);
  vg_marker_options_t options = marker_options(RATE, 1, TEST_MARK);
  vg_marker_t *marker = marker_for(key, RATE, 1);
  size_t got = 0, pending = 1;
  CHECK(once && after);
  WORKS(vg_embed_f32(key, &options, in, FRAMES, once, &error));
  ANSWERS(VG_OK, vg_marker_process_f32(marker, in + 999, 5001, after, 5001, &got));
  ANSWERS(VG_OK, vg_marker_reset(marker));
  ANSWERS(VG_OK, vg_marker_pending(marker, &pending));
  CHECK(pending == 0);
  in_chunks_f32(marker, in, FRAMES, 1, 480, after);
  CHECK(memcmp(once, after, FRAMES * sizeof *once) == 0);
  vg_marker_free(marker);
  free(in);
  free(once);
  free(after);
}

static void formats_out_of_range_are_refused(const vg_key_t *key) {
  static const struct {
    uint32_t rate;
    uint16_t channels;
    const char *says;
  } formats[] = {{0, 1, " 0 "},          {1, 1, "8000"},        {7999, 1, "7999"},   {1000000000, 1, "1000000000"},
                 {UINT32_MAX, 1, "192000"}, {24000, 0, "0 channels"}, {24000, 9, "9 channels"}, {24000, 65535, "65535"}};
  vg_marker_t *marker = NULL;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; ++i) {
    vg_marker_options_t options = marker_options(formats[i].rate, formats[i].channels, TEST_MARK);
    float in[16] = {0}, out[16] = {0};
    FAILS(VG_ERR_AUDIO_FORMAT, formats[i].says, vg_marker_new(key, &options, &marker, &error));
    FAILS(VG_ERR_AUDIO_FORMAT, formats[i].says, vg_embed_f32(key, &options, in, 1, out, &error));
    CHECK(marker == NULL);
  }
}

static void an_id_is_at_most_32_bits(const vg_key_t *key) {
  vg_marker_options_t options = marker_options(RATE, 1, UINT64_C(0x100000000));
  vg_marker_t *marker = NULL;
  FAILS(VG_ERR_ARGUMENT, NULL, vg_marker_new(key, &options, &marker, &error));
  options.mark = UINT64_MAX;
  FAILS(VG_ERR_ARGUMENT, NULL, vg_marker_new(key, &options, &marker, &error));
  CHECK(marker == NULL);
  options.mark = UINT32_MAX;
  WORKS(vg_marker_new(key, &options, &marker, &error));
  vg_marker_free(marker);
}

static void a_struct_of_another_size_is_refused(const vg_key_t *key) {
  vg_marker_options_t options = marker_options(RATE, 1, TEST_MARK);
  vg_marker_t *marker = NULL;
  static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof options - 1, 1000000, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    options.struct_size = sizes[i];
    FAILS(VG_ERR_STRUCT_SIZE, NULL, vg_marker_new(key, &options, &marker, &error));
  }
  CHECK(marker == NULL);
}

/* A program built with a later header: what it does not use is zero, what it uses this library cannot know. */
static void a_larger_struct_goes_while_the_rest_is_zero(const vg_key_t *key) {
  struct {
    vg_marker_options_t known;
    uint64_t later[2];
  } options;
  vg_marker_t *marker = NULL;
  memset(&options, 0, sizeof options);
  options.known = marker_options(RATE, 1, TEST_MARK);
  options.known.struct_size = sizeof options;
  WORKS(vg_marker_new(key, &options.known, &marker, &error));
  vg_marker_free(marker);
  marker = NULL;
  options.later[1] = 1;
  FAILS(VG_ERR_STRUCT_SIZE, "not zero", vg_marker_new(key, &options.known, &marker, &error));
  CHECK(marker == NULL);
}

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  any_chunks_give_the_same_samples(key, 24000, 1);
  any_chunks_give_the_same_samples(key, 48000, 2);
  any_chunks_give_the_same_samples(key, 8000, 1);
  sixteen_bits_too(key, 16000, 1);
  sixteen_bits_too(key, 44100, 2);
  sixteen_bits_too(key, 22050, 1);
  input_and_output_may_be_one_buffer(key);
  buffers_that_overlap_otherwise_are_refused(key);
  samples_that_are_not_numbers_are_refused_and_nothing_is_fed(key);
  a_small_output_is_refused_and_nothing_is_fed(key);
  nothing_in_gives_nothing_out(key);
  a_reset_starts_a_new_stream(key);
  formats_out_of_range_are_refused(key);
  an_id_is_at_most_32_bits(key);
  a_struct_of_another_size_is_refused(key);
  a_larger_struct_goes_while_the_rest_is_zero(key);
  vg_key_free(key);
  return done();
}

/* Files for the two examples: WAV of 16-bit PCM, mono or stereo, and small texts. */

#ifndef FILES_H
#define FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint32_t rate;
  uint16_t channels;
  size_t frames;
  int16_t *samples; /* interleaved; freed with free() */
} wav_t;

static inline uint32_t wav_le(const uint8_t *bytes, int count) {
  uint32_t value = 0;
  while (count-- > 0) value = value << 8 | bytes[count];
  return value;
}

static inline void wav_put(uint8_t *bytes, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Gives NULL, or what is wrong with the file. */
static inline const char *wav_read(const char *path, wav_t *wav) {
  uint8_t riff[12], chunk[8], format[16] = {0};
  const char *wrong = "no data chunk";
  FILE *file = fopen(path, "rb");
  if (!file) return "cannot be opened";
  memset(wav, 0, sizeof *wav);
  if (fread(riff, 1, 12, file) != 12 || memcmp(riff, "RIFF", 4) != 0 || memcmp(riff + 8, "WAVE", 4) != 0) {
    fclose(file);
    return "not a WAV file";
  }
  while (fread(chunk, 1, 8, file) == 8) {
    uint32_t size = wav_le(chunk + 4, 4);
    if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16) {
      uint32_t tag;
      if (fread(format, 1, 16, file) != 16) break;
      tag = wav_le(format, 2); /* 1: PCM, 0xfffe: extensible */
      wav->channels = (uint16_t)wav_le(format + 2, 2);
      wav->rate = wav_le(format + 4, 4);
      if ((tag != 1 && tag != 0xfffe) || wav_le(format + 14, 2) != 16 || wav->channels < 1 || wav->channels > 2) {
        wrong = "not 16-bit PCM, mono or stereo";
        break;
      }
      size -= 16;
    } else if (memcmp(chunk, "data", 4) == 0 && wav->channels > 0) {
      uint8_t *bytes = malloc(size > 0 ? size : 1);
      size_t got = bytes ? fread(bytes, 1, size, file) : 0;
      wav->frames = got / 2 / wav->channels;
      wav->samples = malloc(got > 0 ? got : 1);
      fclose(file);
      if (!bytes || !wav->samples) {
        free(bytes);
        free(wav->samples);
        return "too large";
      }
      for (size_t i = 0; i < wav->frames * wav->channels; ++i) {
        wav->samples[i] = (int16_t)wav_le(bytes + 2 * i, 2);
      }
      free(bytes);
      return NULL;
    }
    if (fseek(file, (long)(size + size % 2), SEEK_CUR) != 0) break;
  }
  fclose(file);
  return wrong;
}

/* Writes the canonical 44-byte header and the samples. Gives NULL, or what went wrong. */
static inline const char *wav_write(const char *path, const wav_t *wav) {
  size_t count = wav->frames * wav->channels;
  uint32_t size = (uint32_t)(2 * count);
  uint8_t *bytes = malloc(44 + 2 * count);
  FILE *file = bytes ? fopen(path, "wb") : NULL;
  int written;
  if (!file) {
    free(bytes);
    return "cannot be written";
  }
  memcpy(bytes, "RIFF....WAVEfmt ", 16);
  wav_put(bytes + 4, 36 + size, 4);
  wav_put(bytes + 16, 16, 4);
  wav_put(bytes + 20, 1, 2);
  wav_put(bytes + 22, wav->channels, 2);
  wav_put(bytes + 24, wav->rate, 4);
  wav_put(bytes + 28, wav->rate * wav->channels * 2, 4);
  wav_put(bytes + 32, wav->channels * 2u, 2);
  wav_put(bytes + 34, 16, 2);
  memcpy(bytes + 36, "data", 4);
  wav_put(bytes + 40, size, 4);
  for (size_t i = 0; i < count; ++i) wav_put(bytes + 44 + 2 * i, (uint16_t)wav->samples[i], 2);
  written = fwrite(bytes, 1, 44 + 2 * count, file) == 44 + 2 * count;
  free(bytes);
  return fclose(file) == 0 && written ? NULL : "cannot be written";
}

/* The beginning of a file, up to 1 MiB; freed with free(). Empty when it cannot be read. */
static inline char *read_text(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = malloc(1 << 20);
  *length = file && text ? fread(text, 1, 1 << 20, file) : 0;
  if (file) fclose(file);
  return text;
}

#endif

/*
 * voxguard.h
 *
 * voxguard guards synthetic speech inside the program that makes it: it judges the text before it is
 * spoken, marks the samples that come out, and keeps a tamper-evident ledger of both. It never opens
 * a socket and never speaks.
 *
 * FIVE RULES hold for every function below.
 *
 * 1. STATUS. A function that can fail returns a vg_status_t: VG_OK (0), or a number that says what was
 *    wrong. Outputs are written only on success. A refused text, or audio without a mark, is an answer
 *    and not an error: the status is VG_OK and the answer is in an output. NULL where a pointer is
 *    needed is VG_ERR_NULL. The set of statuses is open: treat one you do not know as a failure.
 *
 * 2. ERRORS. Functions that set things up, store or look up end in `vg_error_t **err`. Pass NULL, or the
 *    address of a pointer that is NULL: when the call fails, it receives an error whose
 *    vg_error_message says which value was refused and what is accepted. Free it with vg_error_free.
 *    It is written only on failure. There is no "last error" of a thread.
 *
 * 3. OWNERSHIP. What a function hands out through `vg_NOUN_t **out` is yours until vg_NOUN_free, which
 *    takes NULL too. No call consumes a handle, and a handle keeps what it was made from alive, so the
 *    order of frees does not matter. `vg_bytes_t` is yours until vg_bytes_free. `vg_str_t` is borrowed
 *    from the handle it was asked of, until that one is freed. Strings that go in are UTF-8 with a
 *    length; they are read during the call only, as is everything else that goes in.
 *
 * 4. THREADS. A `const vg_NOUN_t *` may be used from many threads at once. A handle that is not const
 *    belongs to one thread at a time; a call that meets another one in progress answers VG_ERR_BUSY and
 *    changes nothing. Free a handle when no other call uses it; if one does, it ends normally.
 *
 * 5. FAULTS. A fault of ours never crosses into your program: it becomes VG_ERR_INTERNAL, and the handle
 *    that was being changed then answers VG_ERR_POISONED to everything but its _free. Other handles go
 *    on. A handle of another kind, or one that was freed, answers VG_ERR_HANDLE; since the place of a
 *    freed handle is given to a new one of any kind some thousand frees later, this finds mistakes and
 *    is not to be relied upon. Freeing such a handle does nothing.
 *
 * Structs begin with `struct_size`: set it to the sizeof of the struct and everything that you do not use
 * to zero, so that a program built against this header works with a later library.
 * In C: `vg_marker_options_t options = { .struct_size = sizeof options, ... };`
 * in C++: `vg_marker_options_t options{}; options.struct_size = sizeof options;`
 *
 * Audio is `float` (nominally -1 to 1) or `int16_t`, interleaved, 1 to 8 channels, 8000 to 192000 frames a
 * second. Lengths are in frames: one sample for every channel. Any length goes, including 0.
 *
 * Each comment ends with two notes. Threads: `any` (the same handle from many threads at once) or `one`.
 * Real time: `yes` when the call allocates nothing, takes no lock and makes no system call.
 *
 * Marking a stream takes about ten lines:
 *
 *     vg_key_t *key = NULL;
 *     vg_marker_t *marker = NULL;
 *     size_t frames, written = 0;
 *     vg_marker_options_t options = { .struct_size = sizeof options, .rate = 24000, .channels = 1, .mark = 0x1234abcd };
 *     vg_status_t status = vg_key_generate(&key, NULL);
 *     if (status == VG_OK) status = vg_marker_new(key, &options, &marker, NULL);
 *     while (status == VG_OK && (frames = speak(buffer, CAPACITY)) > 0) {
 *         status = vg_marker_process_f32(marker, buffer, frames, buffer, CAPACITY, &written);
 *         if (status == VG_OK) play(buffer, written);
 *     }
 *     if (status == VG_OK) status = vg_marker_flush_f32(marker, buffer, CAPACITY, &written);
 *     if (status == VG_OK) play(buffer, written);
 *     else fprintf(stderr, "%s\n", vg_status_message(status));
 *     vg_marker_free(marker);
 *     vg_key_free(key);
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 * Made from ffi/src by `cargo xtask header`: change it there.
 */

#ifndef VOXGUARD_H
#define VOXGUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Handles ----
 *
 * What you hold, by pointer; what is inside is ours.
 */

/** One failure: a status and a message. */
typedef struct vg_error_t vg_error_t;

/** A key. Wiped from memory when the last handle that was made from it is freed. */
typedef struct vg_key_t vg_key_t;

/** The marking of one stream. */
typedef struct vg_marker_t vg_marker_t;

/** The search for the marks of some keys. */
typedef struct vg_detector_t vg_detector_t;

/** The answer of one detection. */
typedef struct vg_detection_t vg_detection_t;

/** The search for marks in one stream. */
typedef struct vg_listener_t vg_listener_t;

/** A set of rules, ready to judge. */
typedef struct vg_policy_t vg_policy_t;

/** The answer about one text. */
typedef struct vg_verdict_t vg_verdict_t;

/** A text that arrives in pieces. */
typedef struct vg_text_stream_t vg_text_stream_t;

/** Where a classifier puts what it finds. Lives for one call of the classifier. */
typedef struct vg_findings_t vg_findings_t;

/** An open ledger. */
typedef struct vg_ledger_t vg_ledger_t;

/** A limiter. */
typedef struct vg_limiter_t vg_limiter_t;

/** Who issues tokens for whom, and with which keys. */
typedef struct vg_tokens_t vg_tokens_t;

/** A store of API keys. */
typedef struct vg_api_keys_t vg_api_keys_t;

/** Roles, ready to decide. */
typedef struct vg_roles_t vg_roles_t;

/** Commands that may be given. */
typedef struct vg_commands_t vg_commands_t;

/** Policies in Cedar, ready to decide. */
typedef struct vg_cedar_t vg_cedar_t;

/** A key that seals. Wiped from memory when the last handle that was made from it is freed. */
typedef struct vg_seal_key_t vg_seal_key_t;

/** The key that seals now, and those that still open. */
typedef struct vg_sealer_t vg_sealer_t;

/** A stream that is being sealed. */
typedef struct vg_seal_stream_t vg_seal_stream_t;

/** A monitor. */
typedef struct vg_monitor_t vg_monitor_t;

/** Who may speak, and how much. */
typedef struct vg_access_t vg_access_t;

/** Where requests to speak come in. */
typedef struct vg_guard_t vg_guard_t;

/** One request, from text to record. */
typedef struct vg_utterance_t vg_utterance_t;

/* ---- Versions ----
 *
 * Is the library that runs the one this header belongs to?
 */

/**
 * The number of the binary interface that this header describes, and of the shared library's name:
 * libvoxguard.so.0. It changes when a program built against an older header would break.
 */
#define VG_ABI_VERSION 0

/**
 * The version of the library that runs, such as "0.1.0". Static.
 *
 * Threads: any. Real time: yes.
 */
const char *vg_version(void);

/**
 * The VG_ABI_VERSION of the library that runs: refuse to go on when it is not that of the header.
 *
 * Threads: any. Real time: yes.
 */
uint32_t vg_abi_version(void);

/* ---- Statuses ----
 *
 * What every function that can fail returns.
 *
 * 1-19 are mistakes of the caller, 20-39 are about configuration and input, 40-59 about audio, 60-79 about
 * storage, 90-99 are ours. A number is never used again for something else.
 */

/** How a call went. An open set: later versions may add to it. */
typedef int32_t vg_status_t;

/** It went well. */
#define VG_OK 0
/** A pointer that is needed is NULL. */
#define VG_ERR_NULL 1
/** An argument is out of its range: a number, a length, or buffers that overlap in part. */
#define VG_ERR_ARGUMENT 2
/** A string is not UTF-8. */
#define VG_ERR_UTF8 3
/** The handle is in use by another call, or this is a call from inside a record sink. */
#define VG_ERR_BUSY 4
/** The call does not fit what happened before: marking after a refusal or after the end, or float after int16_t. */
#define VG_ERR_STATE 5
/** A struct's `struct_size` is not one that this library knows. */
#define VG_ERR_STRUCT_SIZE 6
/** The pointer is not a live handle of the kind that is asked for. */
#define VG_ERR_HANDLE 7
/** The key is not 32 bytes or 64 hexadecimal digits, or is all zeros. */
#define VG_ERR_KEY 20
/** The rules of a policy cannot be used. */
#define VG_ERR_POLICY 21
/** The text cannot be judged: too long, or its markup is broken. */
#define VG_ERR_TEXT 22
/** An object cannot be made with this configuration. */
#define VG_ERR_CONFIG 23
/** The text is not a checkpoint, or not one that this ledger's key signed. */
#define VG_ERR_CHECKPOINT 24
/** What was sealed does not open: changed, cut, moved, bound to something else, or sealed with another key. */
#define VG_ERR_SEAL 25
/** This library was built without the feature that is asked for; the message names it. */
#define VG_ERR_FEATURE 26
/** The sample rate or the number of channels is not accepted. */
#define VG_ERR_AUDIO_FORMAT 40
/** A sample is NaN or infinite. */
#define VG_ERR_NON_FINITE 41
/** The output is too small for the frames that are ready. */
#define VG_ERR_OUTPUT_SIZE 42
/** The samples are not a whole number of frames. */
#define VG_ERR_PARTIAL_FRAME 43
/** The audio would be longer than the configuration allows; nothing of these samples was taken. */
#define VG_ERR_AUDIO_LENGTH 44
/** The store cannot be opened. */
#define VG_ERR_STORE_OPEN 60
/** What is there is not a voxguard ledger. */
#define VG_ERR_STORE_NOT_LEDGER 61
/** The store cannot be written to. */
#define VG_ERR_STORE_READ_ONLY 62
/** No room is left where the store lives. */
#define VG_ERR_STORE_FULL 63
/** Somebody else holds the store. */
#define VG_ERR_STORE_LOCKED 64
/** The store is damaged. */
#define VG_ERR_STORE_CORRUPT 65
/** The operating system failed to read or write the store. */
#define VG_ERR_STORE_IO 66
/** The ledger belongs to another key. */
#define VG_ERR_STORE_KEY 67
/** A fault of ours. Please report it. */
#define VG_ERR_INTERNAL 90
/** An earlier fault of ours broke this handle: free it. */
#define VG_ERR_POISONED 91
/** The record sink answered that it failed. */
#define VG_ERR_CALLBACK 92

/**
 * The name of a status, such as "VG_ERR_BUSY"; "VG_ERR_UNKNOWN" for a number that is none. Static.
 *
 * Threads: any. Real time: yes.
 */
const char *vg_status_name(vg_status_t status);

/**
 * One English sentence about a status, for calls that have no vg_error_t to say more. Static.
 *
 * Threads: any. Real time: yes.
 */
const char *vg_status_message(vg_status_t status);

/* ---- Errors ----
 *
 * What went wrong, in words. Optional: pass NULL for `err` and live by the status alone.
 */

/**
 * The status of an error; VG_ERR_NULL or VG_ERR_HANDLE when it is none.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_error_status(const vg_error_t *error);

/**
 * The message of an error: one English sentence, UTF-8, ended by NUL, that names the value and what is
 * accepted, and holds no key and no text to be spoken. It lives as long as the error. Empty when `error`
 * is not an error.
 *
 * Threads: any. Real time: yes.
 */
const char *vg_error_message(const vg_error_t *error);

/**
 * Frees an error. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_error_free(vg_error_t *error);

/* ---- Bytes and strings ----
 *
 * What comes out besides handles.
 */

/**
 * Bytes that are yours: `len` of them at `data`, and a NUL after them that `len` does not count, so that text
 * can be printed. Free them with vg_bytes_free. Do not change `data` and `len` before that.
 */
typedef struct {
  /** The first byte. */
  uint8_t *data;
  /** How many there are. */
  size_t len;
} vg_bytes_t;

/**
 * Text that is borrowed: `len` bytes of UTF-8 at `data`, not ended by NUL. It lives as long as the handle that
 * it was asked of. Print it with `printf("%.*s", (int)str.len, str.data)`.
 */
typedef struct {
  /** The first byte; never NULL when a call has set it. */
  const char *data;
  /** How many bytes there are. */
  size_t len;
} vg_str_t;

/**
 * Wipes and frees bytes, and sets the struct to zero: freeing twice is safe, and so is NULL.
 *
 * Threads: one. Real time: no.
 */
void vg_bytes_free(vg_bytes_t *bytes);

/* ---- Keys ----
 *
 * The one secret. 256 bits from which marks, commitments and the ledger's signatures are derived.
 * Who has the key can find its marks, forge them and sign as the ledger. Keep it where secrets are kept.
 */

/** Length of a key in bytes. */
#define VG_KEY_BYTES 32
/** Length of a key's public id as text, with the NUL that ends it. */
#define VG_KEY_ID_SIZE 17

/**
 * Makes a new key from the operating system's entropy.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_key_generate(vg_key_t **out, vg_error_t **err);

/**
 * Makes a key of `len` bytes, which must be 32 and should come from a generator fit for keys.
 * VG_ERR_KEY for another length or all zeros.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_key_from_bytes(const uint8_t *bytes, size_t len, vg_key_t **out, vg_error_t **err);

/**
 * Makes a key of 64 hexadecimal digits. VG_ERR_KEY for anything else.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_key_from_hex(const char *hex, size_t len, vg_key_t **out, vg_error_t **err);

/**
 * Gives the key as 64 hexadecimal digits. They are the secret itself; vg_bytes_free wipes them.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_key_to_hex(const vg_key_t *key, vg_bytes_t *out, vg_error_t **err);

/**
 * Writes the key's public id, 16 hexadecimal digits and a NUL: says which key, and nothing about it.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_key_id(const vg_key_t *key,
                      char out[17]);

/**
 * Frees a key. NULL is fine. What was made from it goes on working.
 *
 * Threads: one. Real time: no.
 */
void vg_key_free(vg_key_t *key);

/* ---- Markers ----
 *
 * Put a mark into a stream of samples, chunk by chunk.
 *
 * However a stream is cut into chunks, the samples that come out are the same, bit for bit. They come out
 * vg_marker_latency frames late: after F frames fed in total, F - latency have come out (none while F is
 * smaller), and vg_marker_flush gives the rest. So as many frames come out as went in, nothing is added
 * at the front, and an output as large as the input always suffices, but for flush.
 */

/** A mark with an id of 32 bits: the usual. */
#define VG_SCHEME_ID32 0
/** A mark with an id of 16 bits: found in shorter clips. */
#define VG_SCHEME_ID16 1
/** A mark with an id of 64 bits: found in longer clips. */
#define VG_SCHEME_ID64 3
/** A mark without an id: it says "made under this key" and nothing else, in the shortest clips. */
#define VG_SCHEME_PRESENCE 2

/** What is marked, and with what. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Frames a second, 8000 to 192000. */
  uint32_t rate;
  /** Interleaved channels, 1 to 8. */
  uint16_t channels;
  /**
   * The id, 0 to 4294967295 (32 bits), of 64 bits under VG_SCHEME_ID64. A scheme of fewer bits carries the lowest of them; without an id the
   * lowest eight choose which of 256 sets of signs is used: let them change from one stream to the next.
   */
  uint64_t mark;
  /** One of VG_SCHEME_*. Only a detector of the same scheme finds the mark. */
  uint32_t scheme;
  /** How loud the mark is, 0.25 to 2: 1 is the usual, 2 twice the decibels. 0 stands for 1. */
  float strength;
} vg_marker_options_t;

/**
 * Makes a marker for one stream. VG_ERR_AUDIO_FORMAT for a rate or a number of channels that is not
 * accepted, VG_ERR_ARGUMENT for a mark of more bits than its scheme takes, a scheme or a strength that there is not.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_marker_new(const vg_key_t *key,
                          const vg_marker_options_t *options,
                          vg_marker_t **out,
                          vg_error_t **err);

/**
 * Writes by how many frames the output is later than the input: at most 80 milliseconds.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_marker_latency(const vg_marker_t *marker, size_t *frames);

/**
 * Writes how many frames flush would write now.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_marker_pending(const vg_marker_t *marker, size_t *frames);

/**
 * Feeds `frames` frames and writes those that are ready to `output`, their number to `out_frames`: never
 * more than `frames`. `output` may be `input`; buffers that overlap otherwise are VG_ERR_ARGUMENT. When it
 * fails (VG_ERR_NON_FINITE, VG_ERR_OUTPUT_SIZE) nothing was fed, and the marker is as before.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_marker_process_f32(vg_marker_t *marker,
                                  const float *input,
                                  size_t frames,
                                  float *output,
                                  size_t out_capacity_frames,
                                  size_t *out_frames);

/**
 * vg_marker_process_f32 for 16-bit samples. A stream is of one kind of samples from its start to its flush.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_marker_process_i16(vg_marker_t *marker,
                                  const int16_t *input,
                                  size_t frames,
                                  int16_t *output,
                                  size_t out_capacity_frames,
                                  size_t *out_frames);

/**
 * Writes the frames that are still inside, at most vg_marker_latency, and ends the stream: the marker then
 * stands as new. VG_ERR_OUTPUT_SIZE, and nothing changes, when `output` holds fewer than vg_marker_pending.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_marker_flush_f32(vg_marker_t *marker,
                                float *output,
                                size_t out_capacity_frames,
                                size_t *out_frames);

/**
 * vg_marker_flush_f32 for 16-bit samples.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_marker_flush_i16(vg_marker_t *marker,
                                int16_t *output,
                                size_t out_capacity_frames,
                                size_t *out_frames);

/**
 * Drops the frames that are still inside and begins a new stream.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_marker_reset(vg_marker_t *marker);

/**
 * Frees a marker. NULL is fine. Frames that are still inside are lost.
 *
 * Threads: one. Real time: no.
 */
void vg_marker_free(vg_marker_t *marker);

/**
 * Marks all of a recording at once: a marker fed once and flushed. Writes exactly `frames` frames to `output`,
 * which may be `input`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_embed_f32(const vg_key_t *key,
                         const vg_marker_options_t *options,
                         const float *input,
                         size_t frames,
                         float *output,
                         vg_error_t **err);

/**
 * vg_embed_f32 for 16-bit samples.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_embed_i16(const vg_key_t *key,
                         const vg_marker_options_t *options,
                         const int16_t *input,
                         size_t frames,
                         int16_t *output,
                         vg_error_t **err);

/* ---- Detectors ----
 *
 * Look for marks in any audio, of any rate, cut out of anywhere.
 */

/** The quickest search: audio that was hardly changed. */
#define VG_EFFORT_FAST 0
/** The search for ordinary use. */
#define VG_EFFORT_NORMAL 1
/** The search for evidence: tries the most. */
#define VG_EFFORT_THOROUGH 2
/** Most keys of one detector. */
#define VG_DETECTOR_MAX_KEYS 64

/** How a detector searches. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** One of VG_EFFORT_*. */
  uint32_t effort;
  /** One of VG_SCHEME_*: only marks of this scheme are found. */
  uint64_t scheme;
} vg_detector_options_t;

/** Your function that hears how far a detection is. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Handed to `report`; we do not look at it. */
  void *user_data;
  /**
   * Called by the thread that detects, after each minute of audio, with the share of it that is done, 0 to 1. Answer
   * 0 to go on; anything else ends the search, and the detection says what was found so far. It must not call the
   * library with handles of this detection and must not throw.
   */
  int32_t (*report)(void *user_data, double done);
} vg_progress_t;

/**
 * Makes a detector for the marks of `count` keys, 1 to 64. NULL for `options` is VG_EFFORT_NORMAL
 * and VG_SCHEME_ID32.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detector_new(const vg_key_t *const *keys,
                            size_t count,
                            const vg_detector_options_t *options,
                            vg_detector_t **out,
                            vg_error_t **err);

/**
 * Looks for the detector's marks in `frames` frames of `channels` interleaved samples, `rate` frames a second.
 * That there is none is an answer: VG_OK, and vg_detection_info says `found` = false.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detector_detect_f32(const vg_detector_t *detector,
                                   const float *input,
                                   size_t frames,
                                   uint32_t rate,
                                   uint16_t channels,
                                   vg_detection_t **out,
                                   vg_error_t **err);

/**
 * vg_detector_detect_f32 for 16-bit samples.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detector_detect_i16(const vg_detector_t *detector,
                                   const int16_t *input,
                                   size_t frames,
                                   uint32_t rate,
                                   uint16_t channels,
                                   vg_detection_t **out,
                                   vg_error_t **err);

/**
 * vg_detector_detect_f32 that tells `progress` how far it is, and ends when that says so. NULL for `progress`, or for
 * its `report`, tells nobody.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detector_detect_progress_f32(const vg_detector_t *detector,
                                            const float *input,
                                            size_t frames,
                                            uint32_t rate,
                                            uint16_t channels,
                                            const vg_progress_t *progress,
                                            vg_detection_t **out,
                                            vg_error_t **err);

/**
 * vg_detector_detect_progress_f32 for 16-bit samples.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detector_detect_progress_i16(const vg_detector_t *detector,
                                            const int16_t *input,
                                            size_t frames,
                                            uint32_t rate,
                                            uint16_t channels,
                                            const vg_progress_t *progress,
                                            vg_detection_t **out,
                                            vg_error_t **err);

/**
 * Frees a detector. NULL is fine. Detections that it made live on.
 *
 * Threads: one. Real time: no.
 */
void vg_detector_free(vg_detector_t *detector);

/* ---- Detections ----
 *
 * What a detector says about one piece of audio.
 */

/** The answer in numbers, for the key whose mark is the strongest. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Whether there is a mark: p_value < 1e-6. */
  bool found;
  /** Whether its id was read: only when the mark's check agrees. */
  bool has_mark;
  /** Whether `key_id` says whose mark it is. */
  bool has_key;
  /** How probable such an answer is for audio without a mark, over all that was tried, all keys included. */
  double p_value;
  /** The id, when `has_mark`; otherwise 0. */
  uint64_t mark;
  /** The key's public id, when `has_key`; otherwise empty. */
  char key_id[17];
  /** Length of the audio in seconds. */
  double seconds;
  /** How many spans vg_detection_span knows. */
  size_t span_count;
  /** How many points vg_detection_curve gives. */
  size_t curve_count;
  /** How many times as fast as the marked audio the recording is; 1 when nothing was found. */
  double speed;
  /** How many times as high its frequencies are; 1 when nothing was found. */
  double pitch;
} vg_detection_info_t;

/** A stretch of audio that carries the mark. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Its start in seconds. */
  double start;
  /** Its end in seconds. */
  double end;
  /** How strong the mark is in it: standard deviations above chance, for each square root of a second. */
  double score;
} vg_span_t;

/**
 * Fills `info`, whose struct_size you have set.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_detection_info(const vg_detection_t *detection, vg_detection_info_t *info);

/**
 * Fills `span`, whose struct_size you have set, with the span of this index. VG_ERR_ARGUMENT past the last.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_detection_span(const vg_detection_t *detection,
                              size_t index,
                              vg_span_t *span);

/**
 * Gives the score over time, found or not, to be drawn: `count` points, `time[i]` in seconds (the centre of a
 * window), `score[i]` as in vg_span_t. The arrays are borrowed and live as long as the detection.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_detection_curve(const vg_detection_t *detection,
                               const double **time,
                               const double **score,
                               size_t *count);

/**
 * Gives the soft values of the mark's code bits under the surest hypothesis, found or not: `count` log-odds, positive for
 * a 0, and in `chips` the lowest eight bits of the ids that they are for. An id that could not be read is looked up by
 * them: the operation `lookup` of vg_ledger_ask takes both. The array is borrowed and lives as long as the detection.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_detection_soft_bits(const vg_detection_t *detection,
                                   const float **bits,
                                   size_t *count,
                                   uint8_t *chips);

/**
 * Gives the whole answer as JSON:
 * `{"found":true,"p_value":1e-9,"mark":"1234abcd"|null,"key_id":"..."|null,"seconds":4.2,
 * "speed":1.0,"pitch":1.0,"spans":[{"start":0.0,"end":4.2,"score":5.1}],"curve":[[0.5,5.0],...],
 * "soft_bits":[-1.5,...],"chips":205}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_detection_json(const vg_detection_t *detection, vg_bytes_t *out, vg_error_t **err);

/**
 * Frees a detection. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_detection_free(vg_detection_t *detection);

/* ---- Listeners ----
 *
 * Look for marks in a stream while it runs; the verdict firms up.
 *
 * A listener searches what it has heard after 2, 4, 8, 16, 32 and 64 seconds, and then each minute in the same
 * way, and gives a verdict about all of it each time. Every search counts in the p-value. Memory does not grow with
 * the stream, but for the curve.
 */

/**
 * Makes a listener that looks for a detector's marks in one stream of `channels` interleaved channels, `rate` frames
 * a second. Any number of listeners share a detector.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_listener_new(const vg_detector_t *detector,
                            uint32_t rate,
                            uint16_t channels,
                            vg_listener_t **out,
                            vg_error_t **err);

/**
 * Hears `frames` frames. `out` receives a verdict about all that was heard when one is due, and NULL otherwise, which is
 * VG_OK too. When it fails nothing was heard. A call that searches takes its time: not for the thread that plays.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_listener_push_f32(vg_listener_t *listener,
                                 const float *input,
                                 size_t frames,
                                 vg_detection_t **out,
                                 vg_error_t **err);

/**
 * vg_listener_push_f32 for 16-bit samples. Both kinds may be mixed.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_listener_push_i16(vg_listener_t *listener,
                                 const int16_t *input,
                                 size_t frames,
                                 vg_detection_t **out,
                                 vg_error_t **err);

/**
 * Gives the verdict about all that was heard; the listener then stands as new.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_listener_finish(vg_listener_t *listener, vg_detection_t **out, vg_error_t **err);

/**
 * Frees a listener. NULL is fine. Detections that it gave live on.
 *
 * Threads: one. Real time: no.
 */
void vg_listener_free(vg_listener_t *listener);

/* ---- Policies ----
 *
 * Rules that judge a text before it is spoken.
 */

/** The text is SSML when it begins with a `<speak` tag, else plain. */
#define VG_MARKUP_AUTO 0
/** The text is plain: it is spoken as it stands. */
#define VG_MARKUP_PLAIN 1
/** The text is SSML 1.1. */
#define VG_MARKUP_SSML 2
/** Length of a policy's hash in bytes. */
#define VG_POLICY_HASH_BYTES 32

/**
 * Makes a policy of rules in JSON. VG_ERR_POLICY says which rule cannot be used, and why.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_new(const char *json, size_t len, vg_policy_t **out, vg_error_t **err);

/**
 * Writes the SHA-256 of the rules in canonical form: records name the policy by it.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_policy_hash(const vg_policy_t *policy, uint8_t out[32]);

/**
 * Judges a text; `markup` is one of VG_MARKUP_*. That it is refused is an answer: VG_OK, and the verdict
 * says so. VG_ERR_TEXT when the text cannot be judged: more than 1 MiB, or broken markup.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_check(const vg_policy_t *policy,
                            const char *text,
                            size_t len,
                            uint32_t markup,
                            vg_verdict_t **out,
                            vg_error_t **err);

/**
 * Frees a policy. NULL is fine. Guards and verdicts that came from it live on.
 *
 * Threads: one. Real time: no.
 */
void vg_policy_free(vg_policy_t *policy);

/* ---- Verdicts ----
 *
 * What a policy says about one text.
 */

/** Speak it. */
#define VG_ACTION_ALLOW 0
/** Speak it, and look at the hits. */
#define VG_ACTION_WARN 1
/** Do not speak it. */
#define VG_ACTION_BLOCK 2
/** Speak the verdict's text, from which parts are masked. Stronger than VG_ACTION_WARN, weaker than VG_ACTION_BLOCK. */
#define VG_ACTION_MASK 3
/** A hit worth knowing of. */
#define VG_SEVERITY_INFO 0
/** A hit that may be a problem. */
#define VG_SEVERITY_WARNING 1
/** A hit that is a problem. */
#define VG_SEVERITY_ERROR 2
/** A hit that somebody should look at now. */
#define VG_SEVERITY_CRITICAL 3

/** One place where a rule matched. Its strings live as long as the verdict. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** The id of the rule. */
  vg_str_t rule;
  /** The category of the rule. */
  vg_str_t category;
  /** The view of the text that matched: how a disguise was undone. */
  vg_str_t view;
  /** One of VG_SEVERITY_*. */
  uint32_t severity;
  /** One of VG_ACTION_*. */
  uint32_t action;
  /** Where the match starts in the original text, in characters (Unicode scalar values). */
  size_t start;
  /** Where it ends, in characters. */
  size_t end;
  /** Where it starts, in bytes. */
  size_t start_byte;
  /** Where it ends, in bytes. */
  size_t end_byte;
} vg_hit_t;

/**
 * Writes what is to be done: one of VG_ACTION_*.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_action(const vg_verdict_t *verdict, uint32_t *action);

/**
 * Borrows the text to speak: empty when the action is VG_ACTION_BLOCK.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_text(const vg_verdict_t *verdict, vg_str_t *text);

/**
 * Borrows a sentence that says why, fit to be shown to whoever wrote the text: categories, and no pattern.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_reason(const vg_verdict_t *verdict,
                              vg_str_t *reason);

/**
 * Writes how the text was read: VG_MARKUP_PLAIN or VG_MARKUP_SSML.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_markup(const vg_verdict_t *verdict, uint32_t *markup);

/**
 * Writes how many hits there are.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_hit_count(const vg_verdict_t *verdict, size_t *count);

/**
 * Fills `hit`, whose struct_size you have set, with the hit of this index. VG_ERR_ARGUMENT past the last.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_verdict_hit(const vg_verdict_t *verdict,
                           size_t index,
                           vg_hit_t *hit);

/**
 * Gives the whole verdict as JSON:
 * `{"action":"block","allowed":false,"text":"","reason":"...","markup":"plain","policy_hash":"hex","hits":[{"rule":"...",
 * "category":"...","view":"folded","severity":"error","action":"block","start":0,"end":4,"start_byte":0,"end_byte":4}]}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_verdict_json(const vg_verdict_t *verdict,
                            vg_bytes_t *out,
                            vg_error_t **err);

/**
 * Frees a verdict. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_verdict_free(vg_verdict_t *verdict);

/* ---- Text streams ----
 *
 * Texts that arrive in pieces, as a language model writes them.
 */

/**
 * Judges a text for which consents exist: `consents` are `consent_count` protected names, or ids of rules with match
 * "name", that do not hit in it. Otherwise as vg_policy_check.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_check_consented(const vg_policy_t *policy,
                                      const char *text,
                                      size_t len,
                                      uint32_t markup,
                                      const vg_str_t *consents,
                                      size_t consent_count,
                                      vg_verdict_t **out,
                                      vg_error_t **err);

/**
 * Begins a text that arrives in pieces; `markup` is one of VG_MARKUP_*, consents as in vg_policy_check_consented. The
 * stream keeps the policy alive.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_text_stream_new(const vg_policy_t *policy,
                               uint32_t markup,
                               const vg_str_t *consents,
                               size_t consent_count,
                               vg_text_stream_t **out,
                               vg_error_t **err);

/**
 * Takes the next piece, and gives the text that may be spoken now, after everything given before; it may be empty.
 * `blocked` becomes true when a rule forbids to go on: nothing will be given any more. `hits` may be NULL, and gets the hits
 * that were decided as a JSON list, with places in the whole text. Pieces end anywhere between characters. VG_ERR_TEXT when the
 * text is longer than 1 MiB in all.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_text_stream_push(vg_text_stream_t *stream,
                                const char *text,
                                size_t len,
                                vg_bytes_t *released,
                                bool *blocked,
                                vg_bytes_t *hits,
                                vg_error_t **err);

/**
 * Says that the text is complete, and gives the rest of it. VG_ERR_TEXT when an SSML document is broken: nothing of it
 * was given.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_text_stream_finish(vg_text_stream_t *stream,
                                  vg_bytes_t *released,
                                  bool *blocked,
                                  vg_bytes_t *hits,
                                  vg_error_t **err);

/**
 * Frees a stream. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_text_stream_free(vg_text_stream_t *stream);

/* ---- Rules ----
 *
 * What can be done with rules before they are a policy, and how a policy comes to its verdicts.
 */

/** Length of a key that signs packs, and of its public key, in bytes (Ed25519). */
#define VG_SIGNING_KEY_BYTES 32

/**
 * Gives advice about rules that load but do not do what they seem to, as JSON:
 * `[{"rule":"...","field":"...","code":"...","message":"..."}]`. VG_ERR_POLICY when they do not load.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_rules_lint(const char *json,
                          size_t len,
                          vg_bytes_t *out,
                          vg_error_t **err);

/**
 * Gives the small rules file to begin with in a language: "de", "en", "es", "fr" or "pt".
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_rules_starter(const char *language, size_t len, vg_bytes_t *out, vg_error_t **err);

/**
 * Makes rules of a word list, one word or phrase a line, as JSON. `severity` is one of VG_SEVERITY_*; `language` may be
 * NULL.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_rules_from_words(const char *words,
                                size_t words_len,
                                const char *id,
                                size_t id_len,
                                const char *category,
                                size_t category_len,
                                uint32_t severity,
                                const char *language,
                                size_t language_len,
                                vg_bytes_t *out,
                                vg_error_t **err);

/**
 * Signs rules with the 32 secret bytes of an Ed25519 key, and gives the signed pack. VG_ERR_POLICY when the rules do not
 * load.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_rules_sign(const char *json,
                          size_t len,
                          const uint8_t secret[32],
                          vg_bytes_t *out,
                          vg_error_t **err);

/**
 * Writes the public key of a secret one: hosts that load a pack name it.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_rules_public_key(const uint8_t secret[32], uint8_t out[32]);

/**
 * Makes a policy of a signed pack, if one of the trusted keys signed it: `keys` are `key_count` public keys of 32 bytes.
 * VG_ERR_POLICY when none of them did, or the pack was changed.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_from_pack(const char *pack,
                                size_t len,
                                const uint8_t *keys,
                                size_t key_count,
                                vg_policy_t **out,
                                vg_error_t **err);

/**
 * Says why a text is judged as it is, as JSON: the spoken text, and for every hit the rule, what it sought, and which
 * disguises were undone. It quotes rules and text: for your own eyes, not for whoever wrote the text.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_explain(const vg_policy_t *policy,
                              const char *text,
                              size_t len,
                              uint32_t markup,
                              vg_bytes_t *out,
                              vg_error_t **err);

/* ---- Classifiers ----
 *
 * A function of yours that judges the meaning of texts, which rules do not.
 */

/**
 * A classifier. It is called on the thread that checks, with a budget on one of the library's own; perhaps several times at once,
 * once for each text that a policy checks. vg_findings_add is the only function of this library that it may call.
 */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Yours: handed to both functions. */
  void *user_data;
  /** Judges the spoken text, UTF-8 of `len` bytes, borrowed for the call. Anything but 0 is a failure. */
  int32_t (*classify)(void *user_data, const char *spoken, size_t len, vg_findings_t *findings);
  /** Called exactly once, when the policy is freed and no call is in progress. May be NULL. */
  void (*drop)(void *user_data);
  /** Milliseconds that an answer may take; 0 for no limit. A call that takes longer goes on, unheard. */
  uint32_t budget_ms;
  /** What a failure or a late answer does: VG_ACTION_BLOCK (fail closed) or VG_ACTION_WARN (fail open). */
  uint32_t on_failure;
} vg_classifier_t;

/** Something that a classifier found. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** A name for the hit, as rules have ids. */
  vg_str_t rule;
  /** What it is about. Public: the reason of a refusal names it. */
  vg_str_t category;
  /** One of VG_SEVERITY_*. */
  uint32_t severity;
  /** One of VG_ACTION_*. */
  uint32_t action;
  /** Where it starts in the spoken text, in characters (Unicode scalar values). */
  size_t start;
  /** Where it ends, in characters. More than there are means the end. */
  size_t end;
} vg_finding_t;

/**
 * Makes a policy of rules in JSON, as vg_policy_new does, and of a classifier that is asked about every text as well.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_policy_new_classified(const char *json,
                                     size_t len,
                                     const vg_classifier_t *classifier,
                                     vg_policy_t **out,
                                     vg_error_t **err);

/**
 * Adds a finding. VG_ERR_HANDLE once the call of the classifier is over.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_findings_add(vg_findings_t *findings, const vg_finding_t *finding);

/* ---- Ledgers ----
 *
 * The tamper-evident account of what was said and what was refused.
 *
 * A ledger notices changed, moved, added and missing records by itself, but for records cut off at its end,
 * and it cannot bind who holds both the database and the key. A checkpoint that was kept elsewhere can.
 *
 * Records come out as JSON, for instance
 * `{"seq":1,"id":"hex","time":"2026-01-31T12:00:00.000Z","kind":"generation","subject":"hex"|null,"voice":"heart","text":"hex",
 *   "policy":"hex"|null,"action":"allow","mark":"1234abcd","key_id":"hex","rate":24000,"channels":1,"frames_in":48000,
 *   "frames_marked":48000,"sample_format":"f32","audio_in":"hex","audio_out":"hex","outcome":"complete"}`.
 * Texts and subjects are kept as keyed hashes.
 */

/**
 * A function of yours that is told of checkpoints. It is called on whichever thread appends, or makes the call that it
 * is told in, one call at a time; it may read the ledger. What would append to it, or use a guard, answers VG_ERR_BUSY.
 */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Yours: handed to both functions. */
  void *user_data;
  /**
   * Takes one checkpoint, a signed note of `len` bytes, borrowed for the call. Anything but 0: not taken, to be told
   * again after the next record.
   */
  int32_t (*write)(void *user_data, const char *note, size_t len);
  /** Called exactly once, when another sink takes its place or the ledger is closed. May be NULL. */
  void (*drop)(void *user_data);
} vg_checkpoint_sink_t;

/**
 * Opens a ledger, and makes it when there is none: "sqlite:///relative.db", "sqlite:////absolute.db" or
 * "sqlite::memory:"; "?busy_timeout_ms=200" at the end changes how long to wait for somebody else's lock.
 * VG_ERR_STORE_* say why it cannot be opened, VG_ERR_CONFIG that the URL is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_open(const char *url,
                           size_t len,
                           const vg_key_t *key,
                           vg_ledger_t **out,
                           vg_error_t **err);

/**
 * Writes how many records there are.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_len(const vg_ledger_t *ledger, uint64_t *len, vg_error_t **err);

/**
 * Gives the record with this sequence number, from 1, as JSON: `null` when there is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_get(const vg_ledger_t *ledger,
                          uint64_t seq,
                          vg_bytes_t *json,
                          vg_error_t **err);

/**
 * Gives the records of the audio that carries this mark, as a JSON array: the first 1000, empty when
 * there is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_find_mark(const vg_ledger_t *ledger,
                                uint64_t mark,
                                vg_bytes_t *json,
                                vg_error_t **err);

/**
 * Gives the records of what was made for this subject, as a JSON array: the first 1000, empty when
 * there is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_find_subject(const vg_ledger_t *ledger,
                                   const char *subject,
                                   size_t len,
                                   vg_bytes_t *json,
                                   vg_error_t **err);

/**
 * Gives a checkpoint of the ledger as it stands: a signed note (C2SP tlog-checkpoint) to be kept elsewhere.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_checkpoint(const vg_ledger_t *ledger,
                                 vg_bytes_t *note,
                                 vg_error_t **err);

/**
 * Reads the whole ledger again and says whether it is as it was written; with a checkpoint, also whether
 * everything that the checkpoint covers is still there. NULL for `checkpoint` is none. That something is
 * wrong is an answer: VG_OK and `intact` = false. The report, which may be NULL, is JSON:
 * `{"intact":false,"entries":12,"checkpoint":20|null,"fault":{"seq":13,"kind":"record","message":"..."}|null}`,
 * where `entries` are those that were found intact and `checkpoint` is the size that was compared with.
 * VG_ERR_CHECKPOINT when the text is no checkpoint of this ledger's key.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_verify(const vg_ledger_t *ledger,
                             const char *checkpoint,
                             size_t len,
                             bool *intact,
                             vg_bytes_t *report_json,
                             vg_error_t **err);

/**
 * Gives the public key that checks this ledger's checkpoints, as C2SP writes it: name+hash+base64.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_verifying_key(const vg_ledger_t *ledger, vg_bytes_t *out, vg_error_t **err);

/**
 * Tells a function of yours of a checkpoint now, whenever `every` records have come since the last one that it took,
 * and when the ledger is closed, so that it can be kept where whoever keeps the ledger cannot take it back. It takes
 * the place of the one before; NULL tells nobody any more. VG_ERR_CALLBACK when the first checkpoint is not taken; it
 * is told again after the next record.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_on_checkpoint(const vg_ledger_t *ledger,
                                    uint64_t every,
                                    const vg_checkpoint_sink_t *sink,
                                    vg_error_t **err);

/**
 * Changes keys: ends this ledger and lets `next`, opened under another key, go on; each gets a record that names the
 * other. Gives the last checkpoint of this one. VG_ERR_ARGUMENT when both have the same key.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_rotate(const vg_ledger_t *ledger,
                             const vg_ledger_t *next,
                             vg_bytes_t *checkpoint,
                             vg_error_t **err);

/**
 * Frees a ledger. NULL is fine. Guards that use it keep it open.
 *
 * Threads: one. Real time: no.
 */
void vg_ledger_free(vg_ledger_t *ledger);

/* ---- Operations of a ledger beyond opening and looking up ----
 *
 * Each is asked for in JSON and answered in JSON, as
 * docs/LEDGER.md lists them ("Operations").
 *
 * A question is an object with the name of its `operation` and the fields of that one; a field that is not known is
 * refused. For instance `{"operation":"find","mark":"1234abcd"}`, `{"operation":"prove","seq":7}`,
 * `{"operation":"consent","subject":"anna","voice":"heart","scope":"synthesize"}`, or
 * `{"operation":"request","subject":"anna","right":"erasure"}`. Times are milliseconds since 1970.
 */

/**
 * Does an operation of the ledger: finds, proves, exports, records consent and the host's own events, answers
 * requests of people, purges, looks soft bits up, reports. VG_ERR_ARGUMENT when there is no such operation, or
 * not with these fields; that somebody is not known, or that there is no such record, is an answer (`null`, or
 * `"granted":false`).
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_ledger_ask(const vg_ledger_t *ledger,
                          const char *question,
                          size_t len,
                          vg_bytes_t *answer,
                          vg_error_t **err);

/**
 * Checks, without a secret key, what a ledger gave out:
 * `{"proof":"c2sp.org/tlog-proof@v1...","key":"name+hash+key"}` a record's proof, with `"witnesses":[...]` and `"quorum":1`
 * if others must have signed; `{"proof":"old 7...","key":...,"checkpoint":"..."}` that a ledger continues an earlier
 * checkpoint; `{"ledger":"sqlite:///...","key":...,"checkpoint":"..."}` a whole ledger against a checkpoint;
 * `{"checkpoint":"...","key":...}` who signed a checkpoint, with witnesses as above. The answer has
 * `"holds"`, true or false, a `"reason"`, and what was proven. VG_ERR_ARGUMENT when it is no such question.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_proof_check(const char *question,
                           size_t len,
                           vg_bytes_t *answer,
                           vg_error_t **err);

/* ---- Limiters ----
 *
 * How often a key may ask (GCRA: a burst, then a steady rate), in memory of a fixed size.
 */

/** What a limiter lets pass. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Requests in a period, at least 1. */
  uint32_t count;
  /** How many may come at once, at least 1. */
  uint32_t burst;
  /** The period in seconds; 0 for a minute. */
  double period_seconds;
  /** Keys that are remembered, 16 bytes each; 0 for 65536. */
  size_t max_keys;
} vg_limiter_options_t;

/** What a limiter says. */
typedef struct {
  /** sizeof this struct: set it before the call. */
  size_t struct_size;
  /** Whether the request may go on. */
  bool allowed;
  /** Requests that may still come at once. */
  uint32_t remaining;
  /** Seconds until it would be allowed: 0 when it is, infinite when its cost is above the burst. */
  double retry_after;
} vg_limit_t;

/**
 * Makes a limiter. VG_ERR_CONFIG for a rate that is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_limiter_new(const vg_limiter_options_t *options,
                           vg_limiter_t **out,
                           vg_error_t **err);

/**
 * Decides about one request of `key` (any bytes), which costs `cost`, at `now` in seconds of any clock that
 * does not go back. VG_ERR_ARGUMENT for a time that is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_limiter_check(const vg_limiter_t *limiter,
                             const uint8_t *key,
                             size_t key_len,
                             uint32_t cost,
                             double now,
                             vg_limit_t *out);

/**
 * Forgets a key: it has its whole burst again.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_limiter_forget(const vg_limiter_t *limiter, const uint8_t *key, size_t key_len);

/**
 * Gives the script by which many machines share limits in Redis or Valkey, as text: run it by EVALSHA with the
 * key as its only KEYS, and as ARGV the interval in microseconds, the burst and the cost. It answers three numbers:
 * 1 (allowed) or 0, microseconds until it would be (-1: never), and how many may still come at once; the clock is the
 * server's. Static.
 *
 * Threads: any. Real time: yes.
 */
const char *vg_limiter_script(void);

/**
 * Frees a limiter. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_limiter_free(vg_limiter_t *limiter);

/* ---- Tokens ----
 *
 * Signed statements of who somebody is (JSON Web Tokens; HS256, ES256, EdDSA), issued and verified.
 *
 * The algorithm belongs to the key: a token that names another is refused. A refusal is an answer: VG_OK, and
 * the output says why.
 */

/** HMAC with SHA-256: the key is a secret of 32 to 1024 bytes. */
#define VG_TOKEN_HS256 0
/** ECDSA over P-256: the private key is 32 bytes, the public one a point in SEC1 form. */
#define VG_TOKEN_ES256 1
/** Ed25519: both keys are 32 bytes. */
#define VG_TOKEN_EDDSA 2

/**
 * Makes tokens of one key. `algorithm` is one of VG_TOKEN_*; `options` is JSON:
 * `{"issuer": "tts", "audience": "api", "typ": "JWT", "leeway": 0, "ttl": 900, "key_id": null, "public": false,
 * "single_use": false, "max_tokens": 100000}`, of which the first two are needed. With `public` the key only
 * verifies. VG_ERR_KEY for a key that is none, VG_ERR_CONFIG for options that cannot be used.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_new(uint32_t algorithm,
                          const uint8_t *key,
                          size_t key_len,
                          const char *options,
                          size_t options_len,
                          vg_tokens_t **out,
                          vg_error_t **err);

/**
 * Adds a key that verifies, under an id of 1 to 64 of `A-Z a-z 0-9 _ . -`; with `public` it is a public key.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_add_key(const vg_tokens_t *tokens,
                              uint32_t algorithm,
                              const uint8_t *key,
                              size_t key_len,
                              bool public_,
                              const char *id,
                              size_t id_len,
                              vg_error_t **err);

/**
 * Signs with the key of this id from now on; tokens of the others go on being accepted.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_sign_with(const vg_tokens_t *tokens,
                                const char *id,
                                size_t id_len,
                                vg_error_t **err);

/**
 * Takes a key away: its tokens are refused from now on. The last key stays. Writes whether one went.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_remove_key(const vg_tokens_t *tokens,
                                 const char *id,
                                 size_t id_len,
                                 bool *removed,
                                 vg_error_t **err);

/**
 * Issues a token. `grant` is JSON: `{"subject": "user-1", "role": "user", "scopes": ["synthesize"], "now": 1000,
 * "ttl": 900}`; subject and now (seconds since 1970) are needed. `token` receives its text.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_issue(const vg_tokens_t *tokens,
                            const char *grant,
                            size_t grant_len,
                            vg_bytes_t *token,
                            vg_error_t **err);

/**
 * Verifies a token at `now` (seconds since 1970). `accepted` says whether it is to be believed; `claims` receives
 * JSON: `{"id": ..., "subject": "user-1", "role": "user", "scopes": [], "issued": 1000, "not_before": null,
 * "expires": 1900}`, or `{"code": "expired", "message": "the token has expired"}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_tokens_verify(const vg_tokens_t *tokens,
                             const char *token,
                             size_t token_len,
                             uint64_t now,
                             bool *accepted,
                             vg_bytes_t *claims,
                             vg_error_t **err);

/**
 * Refuses all tokens that were issued before this second. It never goes back.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_tokens_revoke_all(const vg_tokens_t *tokens, uint64_t before);

/**
 * Frees tokens. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_tokens_free(vg_tokens_t *tokens);

/* ---- API keys ----
 *
 * Made, verified, rotated and revoked. A key is shown once, when it is made; what is kept of it is a
 * keyed hash.
 */

/**
 * Opens a store of API keys: "sqlite:///access.db" or "sqlite::memory:". It is made where nothing lies. `key` hashes
 * the secrets and must be the same every time; NULL lets the store draw one of its own.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_open(const char *url,
                             size_t len,
                             const vg_key_t *key,
                             vg_api_keys_t **out,
                             vg_error_t **err);

/**
 * Makes a key. `grant` is JSON: `{"subject": "user-1", "scopes": ["synthesize"], "now": 1700000000, "expires":
 * null}`. `issued` receives JSON: the key's record and, as `secret`, its whole text, which nobody can show again;
 * vg_bytes_free wipes it.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_issue(const vg_api_keys_t *keys,
                              const char *grant,
                              size_t len,
                              vg_bytes_t *issued,
                              vg_error_t **err);

/**
 * Verifies a key's text at `now` (seconds since 1970). `accepted` says whether it holds; `record` receives the key's
 * record as JSON, or `{"code": "revoked", "message": "the API key was revoked"}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_verify(const vg_api_keys_t *keys,
                               const char *secret,
                               size_t len,
                               uint64_t now,
                               bool *accepted,
                               vg_bytes_t *record,
                               vg_error_t **err);

/**
 * Makes a key that takes over from the one of this id, with its subject, scopes and expiry; the old one holds for
 * `grace` more seconds. `issued` receives what vg_api_keys_issue gives.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_rotate(const vg_api_keys_t *keys,
                               const char *id,
                               size_t len,
                               uint64_t now,
                               uint64_t grace,
                               vg_bytes_t *issued,
                               vg_error_t **err);

/**
 * Revokes the key of this id. Writes whether one was in force.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_revoke(const vg_api_keys_t *keys,
                               const char *id,
                               size_t len,
                               uint64_t now,
                               bool *revoked,
                               vg_error_t **err);

/**
 * Revokes all keys that were made before this second. Writes how many.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_revoke_all(const vg_api_keys_t *keys,
                                   uint64_t before,
                                   uint64_t now,
                                   uint64_t *count,
                                   vg_error_t **err);

/**
 * Lists the records of a subject's keys as JSON, or of all when `subject` is NULL.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_api_keys_list(const vg_api_keys_t *keys,
                             const char *subject,
                             size_t len,
                             vg_bytes_t *records,
                             vg_error_t **err);

/**
 * Frees a store of API keys. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_api_keys_free(vg_api_keys_t *keys);

/* ---- Roles and commands ----
 *
 * Who may do what with which voice or model, and what a voice may ask of a program. What nobody
 * granted is denied.
 */

/**
 * Makes roles of JSON such as `{"version": 1, "roles": {"guest": {"allow": [{"permission": "synthesize",
 * "resources": ["voice/heart"]}], "deny": [], "inherits": []}}}`; NULL for the presets guest, user and admin.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_roles_new(const char *json,
                         size_t len,
                         vg_roles_t **out,
                         vg_error_t **err);

/**
 * Writes whether a role has a permission over a resource such as "voice/heart"; `decision`, which may be NULL,
 * receives JSON: `{"allowed": true, "reason": "allowed by role guest: ...", "role": "guest", "pattern": "*"}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_roles_check(const vg_roles_t *roles,
                           const char *role,
                           size_t role_len,
                           const char *permission,
                           size_t permission_len,
                           const char *resource,
                           size_t resource_len,
                           bool *allowed,
                           vg_bytes_t *decision,
                           vg_error_t **err);

/**
 * Frees roles. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_roles_free(vg_roles_t *roles);

/**
 * Makes the list of commands that may be given, of JSON such as `{"echo": {"message": {"type": "string",
 * "max_length": 100}}, "volume": {"level": {"type": "integer", "min": 0, "max": 10}}, "stop": {}}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_commands_new(const char *json,
                            size_t len,
                            vg_commands_t **out,
                            vg_error_t **err);

/**
 * Writes whether a command may be given with these arguments, an object in JSON; nothing is run or changed.
 * `decision`, which may be NULL, receives JSON: `{"allowed": false, "code": "length", "reason": ..., "argument":
 * "message"}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_commands_check(const vg_commands_t *commands,
                              const char *name,
                              size_t name_len,
                              const char *arguments,
                              size_t arguments_len,
                              bool *allowed,
                              vg_bytes_t *decision,
                              vg_error_t **err);

/**
 * Frees commands. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_commands_free(vg_commands_t *commands);

/* ---- Cedar ----
 *
 * Policies for those who outgrow roles. Every library has these functions; one that was built without the feature
 * `cedar` answers VG_ERR_FEATURE.
 */

/**
 * Makes policies of JSON such as `{"policies": "permit(principal in Role::\"guest\", action == Action::\"synthesize\",
 * resource == Voice::\"heart\");"}`; `schema`, in Cedar's syntax, and `entities`, in Cedar's JSON form, may be there too.
 * VG_ERR_CONFIG says what cannot be used and where; VG_ERR_FEATURE that this library was built without Cedar.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_cedar_new(const char *rules,
                         size_t len,
                         vg_cedar_t **out,
                         vg_error_t **err);

/**
 * Writes whether policies permit what is asked: JSON such as `{"subject": "anna", "role": "guest", "scopes":
 * ["synthesize"], "permission": "synthesize", "resource": "voice/heart", "context": {"network": "10.0.0.9", "seconds":
 * 12}}`, of which permission and resource are needed. `decision`, which may be NULL, receives JSON: `{"allowed": true,
 * "reason": "permitted by policy guests", "policies": ["guests"], "errors": [], "role": null, "pattern": null}`;
 * `errors` names the policies that could not be evaluated and were left out.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_cedar_check(const vg_cedar_t *cedar,
                           const char *question,
                           size_t len,
                           bool *allowed,
                           vg_bytes_t *decision,
                           vg_error_t **err);

/**
 * Frees policies. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_cedar_free(vg_cedar_t *cedar);

/**
 * Asks the configuration of an access as vg_cedar_check does: its policies where it has `cedar`, else its roles, which
 * look at role, permission and resource alone.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check(const vg_access_t *access,
                            const char *question,
                            size_t len,
                            bool *allowed,
                            vg_bytes_t *decision,
                            vg_error_t **err);

/* ---- Keys that seal ----
 *
 * Made, read from their source, wrapped under a password.
 */

/** Argon2id with 19 MiB, two passes and one lane. */
#define VG_KDF_ARGON2ID 0
/** PBKDF2 with HMAC-SHA-256 and 600,000 rounds, where FIPS 140 is asked for. */
#define VG_KDF_PBKDF2 1

/**
 * Makes a new key from the operating system's entropy.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_generate(vg_seal_key_t **out, vg_error_t **err);

/**
 * Makes a key of `len` bytes, which must be 32: from a callback of yours, a key service, a hardware module.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_from_bytes(const uint8_t *bytes,
                                   size_t len,
                                   vg_seal_key_t **out,
                                   vg_error_t **err);

/**
 * Reads a key from its source: "file:PATH", 64 hexadecimal digits in a file that its owner alone may read, or
 * "env:NAME". With `create` a file that is not there is made first, with a new key, mode 0600. VG_ERR_KEY when
 * there is no key: do not go on without.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_from_source(const char *source,
                                    size_t len,
                                    bool create,
                                    vg_seal_key_t **out,
                                    vg_error_t **err);

/**
 * Gives the key's bytes. They are the secret itself; vg_bytes_free wipes them.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_to_bytes(const vg_seal_key_t *key, vg_bytes_t *out, vg_error_t **err);

/**
 * Writes the key's public id, 16 hexadecimal digits and a NUL.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_id(const vg_seal_key_t *key, char out[17]);

/**
 * Wraps the key under a password; `kdf` is one of VG_KDF_*. `text` receives one line that can be stored.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_wrap(const vg_seal_key_t *key,
                             const uint8_t *password,
                             size_t password_len,
                             uint32_t kdf,
                             vg_bytes_t *text,
                             vg_error_t **err);

/**
 * Opens a key that was wrapped under a password. `outdated`, which may be NULL, says that it was wrapped at less than
 * the cost of `kdf`: wrap it anew while the password is at hand. VG_ERR_SEAL when the password does not open it.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_key_unwrap(const char *wrapped,
                               size_t wrapped_len,
                               const uint8_t *password,
                               size_t password_len,
                               uint32_t kdf,
                               bool *outdated,
                               vg_seal_key_t **out,
                               vg_error_t **err);

/**
 * Frees a key. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_seal_key_free(vg_seal_key_t *key);

/* ---- Sealing ----
 *
 * Bytes that only a key's holder can read and nobody can change unnoticed (XChaCha20-Poly1305), records
 * with what they are bound to, and audio in chunks of which each opens on its own.
 */

/**
 * Makes a sealer that seals with the first of the keys and opens with all of them, 1 to 64.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_sealer_new(const vg_seal_key_t *const *keys,
                          size_t count,
                          vg_sealer_t **out,
                          vg_error_t **err);

/**
 * Seals `plain`, bound to `about` (whose it is, of which kind): the same must be given to open it.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_sealer_seal(const vg_sealer_t *sealer,
                           const uint8_t *plain,
                           size_t plain_len,
                           const uint8_t *about,
                           size_t about_len,
                           vg_bytes_t *out,
                           vg_error_t **err);

/**
 * Opens what vg_sealer_seal sealed. VG_ERR_SEAL when it was changed, cut, bound to something else or sealed with a
 * key that the sealer has not.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_sealer_open(const vg_sealer_t *sealer,
                           const uint8_t *sealed,
                           size_t sealed_len,
                           const uint8_t *about,
                           size_t about_len,
                           vg_bytes_t *out,
                           vg_error_t **err);

/**
 * Begins to seal a stream in chunks of `chunk_bytes`, 64 to 16777216, 0 for 65536; bound to `about`. `header` receives
 * what the sealed stream begins with.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_seal_stream_new(const vg_sealer_t *sealer,
                               const uint8_t *about,
                               size_t about_len,
                               uint32_t chunk_bytes,
                               vg_bytes_t *header,
                               vg_seal_stream_t **out,
                               vg_error_t **err);

/**
 * Seals what is full by now; `sealed` receives it, perhaps nothing.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_seal_stream_push(vg_seal_stream_t *stream,
                                const uint8_t *plain,
                                size_t plain_len,
                                vg_bytes_t *sealed,
                                vg_error_t **err);

/**
 * Seals the last chunk. Without it the stream is incomplete and does not open as a whole. VG_ERR_STATE the second time.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_seal_stream_finish(vg_seal_stream_t *stream,
                                  vg_bytes_t *sealed,
                                  vg_error_t **err);

/**
 * Frees a stream. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_seal_stream_free(vg_seal_stream_t *stream);

/**
 * Opens a whole sealed stream. VG_ERR_SEAL when a chunk was changed, cut, moved, repeated or taken from elsewhere.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_sealer_open_stream(const vg_sealer_t *sealer,
                                  const uint8_t *sealed,
                                  size_t sealed_len,
                                  const uint8_t *about,
                                  size_t about_len,
                                  vg_bytes_t *out,
                                  vg_error_t **err);

/**
 * Opens one chunk of a sealed stream: `header` is the stream's first 40 bytes, chunk `index` begins at byte
 * `40 + index * (chunk_bytes + 16)`; `last` says that it is the stream's last.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_sealer_open_chunk(const vg_sealer_t *sealer,
                                 const uint8_t *header,
                                 size_t header_len,
                                 const uint8_t *about,
                                 size_t about_len,
                                 uint64_t index,
                                 bool last,
                                 const uint8_t *chunk,
                                 size_t chunk_len,
                                 vg_bytes_t *out,
                                 vg_error_t **err);

/**
 * Decrypts a Fernet token of an older system with its key (base64url of 32 bytes), to be sealed anew.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_fernet_open(const char *key,
                           size_t key_len,
                           const char *token,
                           size_t token_len,
                           vg_bytes_t *out,
                           vg_error_t **err);

/**
 * Frees a sealer. NULL is fine. Its streams live on.
 *
 * Threads: one. Real time: no.
 */
void vg_sealer_free(vg_sealer_t *sealer);

/* ---- Monitors ----
 *
 * Events counted, windows watched, alerts raised. An alert is a value; sending it is yours.
 */

/** Counters as JSON. */
#define VG_METRICS_JSON 0
/** Counters in the text format of Prometheus. */
#define VG_METRICS_PROMETHEUS 1

/**
 * Makes a monitor of rules in JSON: `{"thresholds": {"auth_failure": {"count": 5, "seconds": 300}},
 * "cool_down_seconds": 300, "max_sources": 10000}`; NULL for the defaults: 5 failed authentications, 10 rate
 * violations, 3 suspicious commands, 5 large uploads in five minutes.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_new(const char *rules,
                           size_t len,
                           vg_monitor_t **out,
                           vg_error_t **err);

/**
 * Counts an event of a source at `now`, in seconds of any clock. `alerts` receives a JSON array of the alerts that
 * it raises, mostly empty. Events: utterance, finished, aborted, policy_block, auth_failure, permission_denied,
 * rate_violation, overload, limit_exceeded, suspicious_command, large_upload, malformed_input, tampering,
 * configuration.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_record(const vg_monitor_t *monitor,
                              const char *event,
                              size_t event_len,
                              const char *source,
                              size_t source_len,
                              double now,
                              vg_bytes_t *alerts,
                              vg_error_t **err);

/**
 * Gives all counters; `format` is one of VG_METRICS_*.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_metrics(const vg_monitor_t *monitor,
                               uint32_t format,
                               vg_bytes_t *out,
                               vg_error_t **err);

/**
 * Sets the panic switch, with a reason for those who are denied.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_panic(const vg_monitor_t *monitor,
                             const char *reason,
                             size_t reason_len,
                             vg_error_t **err);

/**
 * Lifts the panic switch; `was_set`, which may be NULL, says whether it was set.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_lift(const vg_monitor_t *monitor, bool *was_set);

/**
 * Writes whether the panic switch is set.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_monitor_panicking(const vg_monitor_t *monitor, bool *set);

/**
 * Frees a monitor. NULL is fine.
 *
 * Threads: one. Real time: no.
 */
void vg_monitor_free(vg_monitor_t *monitor);

/* ---- Access ----
 *
 * All that decides who may speak and how much, from one configuration. A guard has one; vg_guard_new makes it
 * with the defaults unless it is given one.
 *
 * Answers are JSON: `{"allowed": false, "reason": "rate_limit", "message": "too many requests: ...", "http_status": 429,
 * "close_code": 1008, "retry_after": 1.0}`; `reason` and `retry_after` may be null.
 */

/**
 * Makes access of a configuration in JSON, such as `{"version": 1, "profile": "strict"}`; NULL for the default.
 * VG_ERR_CONFIG names the setting that cannot be used and what is accepted.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_new(const char *config,
                          size_t len,
                          vg_access_t **out,
                          vg_error_t **err);

/**
 * Takes over another configuration at once, without a gap: no request sees half of it, and one that cannot be used
 * changes nothing.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_reload(const vg_access_t *access,
                             const char *config,
                             size_t len,
                             vg_error_t **err);

/**
 * Judges where a request comes from. `request` is JSON with the parts that there are: `{"origin": "https://...",
 * "peer": "10.0.0.9", "forwarded_for": "...", "session": "...", "client": "..."}`; `origin` null is a request
 * without one. `answer` receives JSON.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_request(const vg_access_t *access,
                                    const char *request,
                                    size_t len,
                                    vg_bytes_t *answer,
                                    vg_error_t **err);

/**
 * Judges a message of a WebSocket, or a request's body, before anything acts on it. `answer` receives JSON with the
 * close code to send.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_message(const vg_access_t *access,
                                    bool binary,
                                    const uint8_t *data,
                                    size_t len,
                                    vg_bytes_t *answer,
                                    vg_error_t **err);

/**
 * Counts one request of a kind with a limit of its own (`rate.kinds` of the configuration), for a key, at `now` in
 * seconds. Kinds without a limit pass.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_rate(const vg_access_t *access,
                                 const char *kind,
                                 size_t kind_len,
                                 const char *key,
                                 size_t key_len,
                                 double now,
                                 vg_limit_t *out);

/**
 * Judges an upload by the `intake` part of the configuration: length, container, header, samples. With `base64` the
 * data is base64, refused by its length before it is decoded. `report` receives JSON: `{"accepted": true,
 * "container": "wav", "rate": 24000, "channels": 1, "seconds": 1.5, "quality": {...}, "findings": [{"code": "clipping",
 * "refuses": false, "message": ...}]}`.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_audio(const vg_access_t *access,
                                  const uint8_t *data,
                                  size_t len,
                                  bool base64,
                                  vg_bytes_t *report,
                                  vg_error_t **err);

/**
 * The same for interleaved samples that were decoded elsewhere; `samples` counts all channels.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_samples(const vg_access_t *access,
                                    const float *data,
                                    size_t samples,
                                    uint32_t rate,
                                    uint16_t channels,
                                    vg_bytes_t *report,
                                    vg_error_t **err);

/**
 * Counts an event, as vg_monitor_record does, with the monitor of this access.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_record(const vg_access_t *access,
                             const char *event,
                             size_t event_len,
                             const char *source,
                             size_t source_len,
                             double now,
                             vg_bytes_t *alerts,
                             vg_error_t **err);

/**
 * Takes the alerts that refusals have raised since the last call, as a JSON array.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_alerts(const vg_access_t *access, vg_bytes_t *alerts, vg_error_t **err);

/**
 * Denies everything from now on, until vg_access_lift. What is under way goes on.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_panic(const vg_access_t *access,
                            const char *reason,
                            size_t reason_len,
                            vg_error_t **err);

/**
 * Ends the panic; `was_set`, which may be NULL, says whether there was one.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_lift(const vg_access_t *access, bool *was_set);

/**
 * Gives all counters; `format` is one of VG_METRICS_*. As JSON with what is in flight.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_metrics(const vg_access_t *access,
                              uint32_t format,
                              vg_bytes_t *out,
                              vg_error_t **err);

/**
 * Frees access. NULL is fine. Guards that have it live on.
 *
 * Threads: one. Real time: no.
 */
void vg_access_free(vg_access_t *access);

/**
 * Explains a configuration: `out` receives JSON with the whole of what is in force and, for each setting, its value,
 * who set it (default, profile or document) and what it is for. NULL for the default; a text that is no object is
 * the name of a profile.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_config_explain(const char *config,
                              size_t len,
                              vg_bytes_t *out,
                              vg_error_t **err);

/**
 * Gives the JSON Schema (2020-12) of configurations.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_config_schema(vg_bytes_t *out, vg_error_t **err);

/* ---- The gate of an access ----
 *
 * Roles, commands, tokens and alerts by its one configuration. Refusals count: three refused
 * commands of one source are an alert by default, and five tokens that were not believed.
 */

/**
 * A function of yours that is told of every alert when it is raised. It is called on the thread of the call that
 * raises it, from several threads at once if need be, and may use the access: vg_access_panic, for one.
 */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Yours: handed to both functions. */
  void *user_data;
  /**
   * Takes one alert, JSON of `len` bytes, borrowed for the call: `{"event": "auth_failure", "source": "10.0.0.9",
   * "count": 5, "threshold": {"count": 5, "seconds": 300.0}, "time": 3.0}`.
   */
  void (*tell)(void *user_data, const char *json, size_t len);
  /**
   * Called exactly once, when another sink takes over or the access and all its guards are freed, and no alert is
   * being told; never when vg_access_on_alert failed. May be NULL.
   */
  void (*drop)(void *user_data);
} vg_alert_sink_t;

/**
 * Names who is told of alerts from now on, in place of whoever was; NULL: nobody.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_on_alert(const vg_access_t *access,
                               const vg_alert_sink_t *sink,
                               vg_error_t **err);

/**
 * Writes whether a role of this access's configuration has a permission over a resource, as vg_roles_check does.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_role(const vg_access_t *access,
                                 const char *role,
                                 size_t role_len,
                                 const char *permission,
                                 size_t permission_len,
                                 const char *resource,
                                 size_t resource_len,
                                 bool *allowed,
                                 vg_bytes_t *decision,
                                 vg_error_t **err);

/**
 * Writes whether a voice may give a command of this access's configuration, as vg_commands_check does. A refusal counts
 * as suspicious_command of `source`, at `now` in seconds.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_check_command(const vg_access_t *access,
                                    const char *name,
                                    size_t name_len,
                                    const char *arguments,
                                    size_t arguments_len,
                                    const char *source,
                                    size_t source_len,
                                    double now,
                                    bool *allowed,
                                    vg_bytes_t *decision,
                                    vg_error_t **err);

/**
 * Refuses, in vg_access_verify_token, all tokens that were issued before this second. It never goes back.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_revoke_all(const vg_access_t *access,
                                 uint64_t before);

/**
 * Makes tokens as vg_tokens_new does. What the options leave out of ttl, leeway and single_use, the configuration of
 * `access` says: as it is now, a later reload changes nothing.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_tokens_new(const vg_access_t *access,
                                 uint32_t algorithm,
                                 const uint8_t *key,
                                 size_t key_len,
                                 const char *options,
                                 size_t options_len,
                                 vg_tokens_t **out,
                                 vg_error_t **err);

/**
 * Verifies a token as vg_tokens_verify does, for an access: a token that was issued before the moment of
 * vg_access_revoke_all is refused, and refusals count as auth_failure of `source`, such as the client's address.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_access_verify_token(const vg_access_t *access,
                                   const vg_tokens_t *tokens,
                                   const char *token,
                                   size_t token_len,
                                   const char *source,
                                   size_t source_len,
                                   uint64_t now,
                                   bool *accepted,
                                   vg_bytes_t *claims,
                                   vg_error_t **err);

/* ---- Guards ----
 *
 * A policy, a key and a ledger that belong together. One for a program, or one for each voice; shared
 * by all threads.
 */

/**
 * A function of yours that is told of every record once it is durable. It is called on whichever thread makes
 * the record, one call at a time, and must neither wait for another thread that uses the guard nor call
 * vg_guard_begin or a vg_utterance function: those answer VG_ERR_BUSY. Ledger functions may be called.
 */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** Yours: handed to both functions. */
  void *user_data;
  /**
   * Takes one record, JSON of `len` bytes, borrowed for the call. Anything but 0 makes the call that made the
   * record fail with VG_ERR_CALLBACK; the record stays in the ledger.
   */
  int32_t (*write)(void *user_data, const char *json, size_t len);
  /**
   * Called exactly once, when the guard and all its utterances are freed; never when vg_guard_new failed.
   * May be NULL.
   */
  void (*drop)(void *user_data);
} vg_record_sink_t;

/** What a guard is made of. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** The rules that texts must meet. NULL: every text may be spoken. */
  const vg_policy_t *policy;
  /** The key of the marks and of the records. */
  const vg_key_t *key;
  /** Where records go, opened with the same key. NULL: records are only handed out. */
  const vg_ledger_t *ledger;
  /** Who is told of records. NULL: nobody. */
  const vg_record_sink_t *sink;
  /** Who may speak, and how much. NULL: the default configuration. */
  const vg_access_t *access;
} vg_guard_options_t;

/** A request to speak. */
typedef struct {
  /** sizeof this struct. */
  size_t struct_size;
  /** For whom: your name for a person, 1 to 128 of `A-Z a-z 0-9 _ . @ : -`; kept as a keyed hash. May be NULL. */
  const char *subject;
  /** Bytes of `subject`. */
  size_t subject_len;
  /** Your name for the voice; kept as it is. */
  const char *voice;
  /** Bytes of `voice`. */
  size_t voice_len;
  /** What is to be spoken; kept as a keyed hash. */
  const char *text;
  /** Bytes of `text`. */
  size_t text_len;
  /** One of VG_MARKUP_*. */
  uint32_t markup;
  /** Frames a second of the samples to come, 8000 to 192000. */
  uint32_t rate;
  /** Interleaved channels of the samples to come, 1 to 8. */
  uint16_t channels;
  /** The subject's role, where roles are to decide. May be NULL. */
  const char *role;
  /** Bytes of `role`. */
  size_t role_len;
  /** The text's language (BCP 47), where it is known. May be NULL. */
  const char *language;
  /** Bytes of `language`. */
  size_t language_len;
  /** The name of the model that will speak; the record keeps it. May be NULL. */
  const char *model;
  /** Bytes of `model`. */
  size_t model_len;
  /**
   * What it will speak with (speed, seed, style), in any form of yours; the record keeps the SHA-256 of these bytes.
   * May be NULL.
   */
  const char *parameters;
  /** Bytes of `parameters`. */
  size_t parameters_len;
  /**
   * Anything but 0: the text is kept, sealed under the subject's key beside the record, until the subject is erased
   * or its time is over. Needs a subject and a ledger.
   */
  uint32_t keep_text;
} vg_request_t;

/**
 * Makes a guard. VG_ERR_STORE_KEY when the ledger was opened with another key.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_guard_new(const vg_guard_options_t *options, vg_guard_t **out, vg_error_t **err);

/**
 * Begins an utterance: checks the request, judges the text, and draws the id that the mark will carry.
 * That the text is refused is an answer: VG_OK, vg_utterance_allowed says false, and the refusal is
 * recorded. VG_ERR_TEXT when it cannot be judged; a failing ledger fails the call, and nothing begins.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_guard_begin(const vg_guard_t *guard,
                           const vg_request_t *request,
                           vg_utterance_t **out,
                           vg_error_t **err);

/**
 * Frees a guard. NULL is fine. Its utterances live on.
 *
 * Threads: one. Real time: no.
 */
void vg_guard_free(vg_guard_t *guard);

/* ---- Utterances ----
 *
 * One request's life. Ask whether it is allowed, speak vg_utterance_text with your own engine, pass
 * every sample through vg_utterance_mark, and finish: the record is durable before the last samples come out.
 */

/**
 * Writes whether the text may be spoken.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_utterance_allowed(const vg_utterance_t *utterance, bool *allowed);

/**
 * Gives the verdict about the text, yours to free.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_utterance_verdict(const vg_utterance_t *utterance, vg_verdict_t **out);

/**
 * Borrows the text to speak: empty when it was refused.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_utterance_text(const vg_utterance_t *utterance, vg_str_t *text);

/**
 * Writes the id that the mark carries. VG_ERR_STATE when the text was refused.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_utterance_mark_id(const vg_utterance_t *utterance, uint64_t *mark);

/**
 * Writes by how many frames the output is later than the input.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_utterance_latency(const vg_utterance_t *utterance, size_t *frames);

/**
 * Writes how many frames finish will write, as things stand.
 *
 * Threads: any. Real time: yes.
 */
vg_status_t vg_utterance_pending(const vg_utterance_t *utterance, size_t *frames);

/**
 * Marks the next samples: vg_marker_process_f32, and an account of what went in and came out. VG_ERR_STATE
 * when the text was refused, after finish or abort, and when the utterance began with 16-bit samples.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_utterance_mark_f32(vg_utterance_t *utterance,
                                  const float *input,
                                  size_t frames,
                                  float *output,
                                  size_t out_capacity_frames,
                                  size_t *out_frames);

/**
 * vg_utterance_mark_f32 for 16-bit samples.
 *
 * Threads: one. Real time: yes.
 */
vg_status_t vg_utterance_mark_i16(vg_utterance_t *utterance,
                                  const int16_t *input,
                                  size_t frames,
                                  int16_t *output,
                                  size_t out_capacity_frames,
                                  size_t *out_frames);

/**
 * Ends the utterance: appends its record to the ledger, tells the sink, and only then writes the last
 * vg_utterance_pending frames to `output` and the record to `record_json`, which may be NULL. When it fails,
 * for want of room in `output`, in the ledger or in the sink, nothing is written and it can be called again;
 * the record is in the ledger once, however often. VG_ERR_STATE when it was refused or is over.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_utterance_finish_f32(vg_utterance_t *utterance,
                                    float *output,
                                    size_t out_capacity_frames,
                                    size_t *out_frames,
                                    vg_bytes_t *record_json,
                                    vg_error_t **err);

/**
 * vg_utterance_finish_f32 for 16-bit samples.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_utterance_finish_i16(vg_utterance_t *utterance,
                                    int16_t *output,
                                    size_t out_capacity_frames,
                                    size_t *out_frames,
                                    vg_bytes_t *record_json,
                                    vg_error_t **err);

/**
 * Ends the utterance early: records, as aborted, what was marked until now; the frames that are still inside are
 * lost. The record goes to `record_json`, which may be NULL; it is `null` when no sample was marked, since
 * then nothing is recorded, and when the text was refused, which is recorded already. When the ledger or
 * the sink fails it can be called again. VG_ERR_STATE when it is over.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_utterance_abort(vg_utterance_t *utterance,
                               vg_bytes_t *record_json,
                               vg_error_t **err);

/**
 * Gives what to answer when the request was turned away before its text was judged (too often, too much, not
 * permitted), as JSON; see Access. `null` otherwise.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_utterance_answer(const vg_utterance_t *utterance,
                                vg_bytes_t *answer,
                                vg_error_t **err);

/**
 * Gives the record of this utterance as JSON, as the sink was told it: of the refusal, or of what was spoken.
 * `null` while there is none.
 *
 * Threads: any. Real time: no.
 */
vg_status_t vg_utterance_record(const vg_utterance_t *utterance,
                                vg_bytes_t *record_json,
                                vg_error_t **err);

/**
 * Frees an utterance. NULL is fine. One that is not over is aborted first, as vg_utterance_abort does; what fails
 * then has nobody to be told to, so abort or finish what must be recorded. Freed inside a record sink, its
 * record goes to the ledger and not to the sink.
 *
 * Threads: one. Real time: no.
 */
void vg_utterance_free(vg_utterance_t *utterance);

/* ---- Debugging ----
 *
 * Faults on demand.
 */

/**
 * Causes a fault inside the library, as if marking had met one: the way to test that a program copes. Answers
 * VG_ERR_INTERNAL, and the marker answers VG_ERR_POISONED from then on; everything else goes on. The message
 * of the fault goes to standard error.
 *
 * Threads: one. Real time: no.
 */
vg_status_t vg_debug_panic(vg_marker_t *marker);

#ifdef __cplusplus
}
#endif

#endif /* VOXGUARD_H */

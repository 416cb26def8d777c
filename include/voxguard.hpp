// voxguard for C++17: the handles of voxguard.h as objects that free themselves.
//
// - Header only: include it and link libvoxguard. Everything in it calls the C functions.
// - Key, Marker, Detector, Listener, Policy, Ledger, Guard and Utterance own a handle: they can be moved, not copied. A
//   moved-from one may only be destroyed or assigned to. The order in which they are destroyed does not matter.
// - Verdict, Detection and Verification are plain values, read out once.
// - Samples are `float` or `std::int16_t`, interleaved; a frame holds one sample a channel. Sizes of vectors count
//   samples, everything called frames counts frames. Text is UTF-8.
// - What fails throws Error, which carries the status (VG_ERR_...) and a sentence. A refused text and an unmarked
//   file are answers, not errors.
// - Threads: const functions may be called from many threads at once. Marker, Listener and Utterance are one thread at a time;
//   a second thread gets an Error with VG_ERR_BUSY.
//
// The meaning of each call, its errors and which ones are real-time safe: voxguard.h. The overloads that take
// pointers allocate nothing; those that return a vector allocate it.

#ifndef VOXGUARD_HPP
#define VOXGUARD_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "voxguard.h"

namespace voxguard {

/// Why a call failed: a status of voxguard.h and what was wrong.
class Error : public std::exception {
 public:
  Error(vg_status_t status, std::string message)
      : status_(status), message_(std::make_shared<const std::string>(std::move(message))) {}

  const char *what() const noexcept override { return message_->c_str(); }
  vg_status_t status() const noexcept { return status_; }
  /// The status by name, such as "VG_ERR_BUSY".
  const char *status_name() const noexcept { return vg_status_name(status_); }

 private:
  vg_status_t status_;
  std::shared_ptr<const std::string> message_;  // shared: copying an exception must not throw
};

enum class Effort : std::uint32_t { fast = VG_EFFORT_FAST, normal = VG_EFFORT_NORMAL, thorough = VG_EFFORT_THOROUGH };
/// How many bits of id a mark carries. A detector finds marks of its own scheme only.
enum class Scheme : std::uint32_t { id32 = VG_SCHEME_ID32, id16 = VG_SCHEME_ID16, presence = VG_SCHEME_PRESENCE, id64 = VG_SCHEME_ID64 };
enum class Markup : std::uint32_t { automatic = VG_MARKUP_AUTO, plain = VG_MARKUP_PLAIN, ssml = VG_MARKUP_SSML };
enum class Action : std::uint32_t {
  allow = VG_ACTION_ALLOW,
  warn = VG_ACTION_WARN,
  block = VG_ACTION_BLOCK,
  mask = VG_ACTION_MASK
};
enum class Severity : std::uint32_t {
  info = VG_SEVERITY_INFO,
  warning = VG_SEVERITY_WARNING,
  error = VG_SEVERITY_ERROR,
  critical = VG_SEVERITY_CRITICAL
};

namespace detail {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T *handle) const noexcept {
    Free(handle);
  }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

/// Where a control-plane call puts its error: `Failure failure; failure.check(vg_...(..., failure.out()));`
class Failure {
 public:
  Failure() = default;
  Failure(const Failure &) = delete;
  Failure &operator=(const Failure &) = delete;
  ~Failure() { vg_error_free(error_); }

  vg_error_t **out() noexcept { return &error_; }
  /// Throws what the call reported, if it failed.
  void check(vg_status_t status) const {
    if (status != VG_OK) {
      throw Error(status, error_ == nullptr ? vg_status_message(status) : vg_error_message(error_));
    }
  }

 private:
  vg_error_t *error_ = nullptr;
};

/// Throws what a data-plane call, which has only a status, reported.
inline void check(vg_status_t status) {
  if (status != VG_OK) {
    throw Error(status, vg_status_message(status));
  }
}

inline std::string string(const vg_str_t &text) { return text.data == nullptr ? std::string() : std::string(text.data, text.len); }

/// A pointer for text that may be empty: to C, NULL is no text at all.
inline const char *data(std::string_view text) noexcept { return text.data() == nullptr ? "" : text.data(); }

/// Bytes that the library gave us: freed on every way out.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const Bytes &) = delete;
  Bytes &operator=(const Bytes &) = delete;
  ~Bytes() { vg_bytes_free(&bytes_); }

  vg_bytes_t *out() noexcept { return &bytes_; }
  std::string string() const {
    return bytes_.data == nullptr ? std::string() : std::string(reinterpret_cast<const char *>(bytes_.data), bytes_.len);
  }

 private:
  vg_bytes_t bytes_{nullptr, 0};
};

/// Frames in `samples` interleaved samples of `channels`; a rest is refused.
inline std::size_t frames(std::size_t samples, std::uint16_t channels) {
  if (channels == 0 || samples % channels != 0) {
    throw Error(VG_ERR_PARTIAL_FRAME, std::to_string(samples) + " interleaved samples are not a whole number of frames of " +
                                          std::to_string(channels) + " channels");
  }
  return samples / channels;
}

template <class S>
inline constexpr bool is_sample = std::is_same_v<S, float> || std::is_same_v<S, std::int16_t>;

// One name for both sample types.
inline vg_status_t process(vg_marker_t *m, const float *in, std::size_t n, float *out, std::size_t cap, std::size_t *got) {
  return vg_marker_process_f32(m, in, n, out, cap, got);
}
inline vg_status_t process(vg_marker_t *m, const std::int16_t *in, std::size_t n, std::int16_t *out, std::size_t cap,
                           std::size_t *got) {
  return vg_marker_process_i16(m, in, n, out, cap, got);
}
inline vg_status_t flush(vg_marker_t *m, float *out, std::size_t cap, std::size_t *got) {
  return vg_marker_flush_f32(m, out, cap, got);
}
inline vg_status_t flush(vg_marker_t *m, std::int16_t *out, std::size_t cap, std::size_t *got) {
  return vg_marker_flush_i16(m, out, cap, got);
}
inline vg_status_t embed(const vg_key_t *k, const vg_marker_options_t *o, const float *in, std::size_t n, float *out,
                         vg_error_t **err) {
  return vg_embed_f32(k, o, in, n, out, err);
}
inline vg_status_t embed(const vg_key_t *k, const vg_marker_options_t *o, const std::int16_t *in, std::size_t n,
                         std::int16_t *out, vg_error_t **err) {
  return vg_embed_i16(k, o, in, n, out, err);
}
inline vg_status_t detect(const vg_detector_t *d, const float *in, std::size_t n, std::uint32_t rate, std::uint16_t channels,
                          const vg_progress_t *progress, vg_detection_t **out, vg_error_t **err) {
  return vg_detector_detect_progress_f32(d, in, n, rate, channels, progress, out, err);
}
inline vg_status_t detect(const vg_detector_t *d, const std::int16_t *in, std::size_t n, std::uint32_t rate,
                          std::uint16_t channels, const vg_progress_t *progress, vg_detection_t **out, vg_error_t **err) {
  return vg_detector_detect_progress_i16(d, in, n, rate, channels, progress, out, err);
}
inline vg_status_t push(vg_listener_t *l, const float *in, std::size_t n, vg_detection_t **out, vg_error_t **err) {
  return vg_listener_push_f32(l, in, n, out, err);
}
inline vg_status_t push(vg_listener_t *l, const std::int16_t *in, std::size_t n, vg_detection_t **out, vg_error_t **err) {
  return vg_listener_push_i16(l, in, n, out, err);
}
inline vg_status_t mark(vg_utterance_t *u, const float *in, std::size_t n, float *out, std::size_t cap, std::size_t *got) {
  return vg_utterance_mark_f32(u, in, n, out, cap, got);
}
inline vg_status_t mark(vg_utterance_t *u, const std::int16_t *in, std::size_t n, std::int16_t *out, std::size_t cap,
                        std::size_t *got) {
  return vg_utterance_mark_i16(u, in, n, out, cap, got);
}
inline vg_status_t finish(vg_utterance_t *u, float *out, std::size_t cap, std::size_t *got, vg_bytes_t *record,
                          vg_error_t **err) {
  return vg_utterance_finish_f32(u, out, cap, got, record, err);
}
inline vg_status_t finish(vg_utterance_t *u, std::int16_t *out, std::size_t cap, std::size_t *got, vg_bytes_t *record,
                          vg_error_t **err) {
  return vg_utterance_finish_i16(u, out, cap, got, record, err);
}

}  // namespace detail

/// The library's version, such as "0.1.0".
inline std::string version() { return vg_version(); }

/// 256 secret bits: what marks, finds marks and signs the ledger.
class Key {
 public:
  /// A new key from the operating system's entropy.
  static Key generate() {
    vg_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_key_generate(&key, failure.out()));
    return Key(key);
  }
  /// From exactly 32 bytes.
  static Key from_bytes(const std::uint8_t *bytes, std::size_t count) {
    vg_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_key_from_bytes(bytes, count, &key, failure.out()));
    return Key(key);
  }
  /// From exactly 64 hexadecimal digits.
  static Key from_hex(std::string_view hex) {
    vg_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_key_from_hex(detail::data(hex), hex.size(), &key, failure.out()));
    return Key(key);
  }

  /// The secret, as 64 hexadecimal digits.
  std::string to_hex() const {
    detail::Bytes hex;
    detail::Failure failure;
    failure.check(vg_key_to_hex(get(), hex.out(), failure.out()));
    return hex.string();
  }
  /// The public name of the key: 16 hexadecimal digits.
  std::string id() const {
    char id[17] = {};
    detail::check(vg_key_id(get(), id));
    return id;
  }
  const vg_key_t *get() const noexcept { return handle_.get(); }

 private:
  explicit Key(vg_key_t *key) : handle_(key) {}
  detail::Handle<vg_key_t, &vg_key_free> handle_;
};

/// What may be chosen about a mark.
struct MarkerOptions {
  Scheme scheme = Scheme::id32;
  float strength = 1.0F;  ///< 0.25 to 2: 1 is the usual, 2 twice the decibels
};

namespace detail {

inline vg_marker_options_t marking(std::uint64_t mark, std::uint32_t rate, std::uint16_t channels, const MarkerOptions &chosen) {
  if (chosen.strength == 0.0F) {  // to C, zero is what was left out
    throw Error(VG_ERR_ARGUMENT, "strength 0: accepted are 0.25 to 2, usual is 1");
  }
  vg_marker_options_t options{};
  options.struct_size = sizeof options;
  options.rate = rate;
  options.channels = channels;
  options.mark = mark;
  options.scheme = static_cast<std::uint32_t>(chosen.scheme);
  options.strength = chosen.strength;
  return options;
}

}  // namespace detail

/// Marks one stream of samples while it passes. One thread at a time.
class Marker {
 public:
  Marker(const Key &key, std::uint64_t mark, std::uint32_t rate, std::uint16_t channels = 1, const MarkerOptions &chosen = {})
      : channels_(channels) {
    const vg_marker_options_t options = detail::marking(mark, rate, channels, chosen);
    vg_marker_t *marker = nullptr;
    detail::Failure failure;
    failure.check(vg_marker_new(key.get(), &options, &marker, failure.out()));
    handle_.reset(marker);
  }

  /// Frames by which the output lags the input.
  std::size_t latency() const {
    std::size_t frames = 0;
    detail::check(vg_marker_latency(get(), &frames));
    return frames;
  }
  /// Frames that flush would write now.
  std::size_t pending() const {
    std::size_t frames = 0;
    detail::check(vg_marker_pending(get(), &frames));
    return frames;
  }
  std::uint16_t channels() const noexcept { return channels_; }

  /// Feeds `frames` frames and returns how many were written to `out`, at most `frames`; `in == out` is allowed.
  /// Allocates nothing.
  template <class S>
  std::size_t process(const S *in, std::size_t frames, S *out, std::size_t capacity) {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    std::size_t written = 0;
    detail::check(detail::process(get(), in, frames, out, capacity, &written));
    return written;
  }
  /// The samples that are ready after feeding `in`: fewer than fed at the start of a stream.
  template <class S>
  std::vector<S> process(const std::vector<S> &in) {
    const std::size_t frames = detail::frames(in.size(), channels_);
    std::vector<S> out(in.size());
    out.resize(process(in.data(), frames, out.data(), frames) * channels_);
    return out;
  }

  /// Writes the last frames; the marker then stands as new. `out` must hold pending() frames.
  template <class S>
  std::size_t flush(S *out, std::size_t capacity) {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    std::size_t written = 0;
    detail::check(detail::flush(get(), out, capacity, &written));
    return written;
  }
  /// The last samples; the marker then stands as new.
  template <class S>
  std::vector<S> flush() {
    const std::size_t frames = pending();
    std::vector<S> out(frames * channels_);
    out.resize(flush(out.data(), frames) * channels_);
    return out;
  }

  /// Drops what is pending and starts a new stream.
  void reset() { detail::check(vg_marker_reset(get())); }
  vg_marker_t *get() const noexcept { return handle_.get(); }

 private:
  detail::Handle<vg_marker_t, &vg_marker_free> handle_;
  std::uint16_t channels_;
};

/// Marks a whole clip: what a Marker fed once gives, bit for bit. As many samples as came in.
template <class S>
std::vector<S> embed(const std::vector<S> &samples, std::uint32_t rate, const Key &key, std::uint64_t mark,
                     std::uint16_t channels = 1, const MarkerOptions &chosen = {}) {
  static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
  const vg_marker_options_t options = detail::marking(mark, rate, channels, chosen);
  std::vector<S> out(samples.size());
  detail::Failure failure;
  const std::size_t frames = detail::frames(samples.size(), channels);
  failure.check(detail::embed(key.get(), &options, samples.data(), frames, out.data(), failure.out()));
  return out;
}

/// A stretch of marked audio: seconds, and how strongly it is marked.
struct Span {
  double start;
  double end;
  double score;
};

/// One point of the detection curve: the centre of a window in seconds, and its score.
struct CurvePoint {
  double time;
  double score;
};

/// What a detector found, for the key that fits best.
struct Detection {
  bool found = false;                  ///< p_value is below the threshold
  double p_value = 1.0;                ///< corrected for every hypothesis tried
  std::optional<std::uint64_t> mark;   ///< the id, when its check agrees
  std::optional<std::string> key_id;   ///< whose mark it is, when found
  double seconds = 0.0;                ///< length of the audio
  std::vector<Span> spans;             ///< marked stretches; empty when not found
  std::vector<CurvePoint> curve;       ///< score over time, found or not
  double speed = 1.0;                  ///< times as fast as the marked audio; 1 when not found
  double pitch = 1.0;                  ///< times as high; 1 when not found
  std::vector<float> soft_bits;        ///< log-odds of the code bits: what an id that was not read is looked up by
  std::uint8_t chips = 0;              ///< the lowest eight bits of the ids that soft_bits are for
};

/// Hears which share of a search is done, 0 to 1; false ends it, and the detection says what was found so far.
using Progress = std::function<bool(double)>;

class Listener;

/// Looks for marks under one or several keys. Const: many threads may share one.
class Detector {
 public:
  explicit Detector(const Key &key, Effort effort = Effort::normal, Scheme scheme = Scheme::id32)
      : Detector(std::vector<const Key *>{&key}, effort, scheme) {}
  explicit Detector(const std::vector<const Key *> &keys, Effort effort = Effort::normal, Scheme scheme = Scheme::id32) {
    std::vector<const vg_key_t *> handles;
    handles.reserve(keys.size());
    for (const Key *key : keys) {
      handles.push_back(key == nullptr ? nullptr : key->get());
    }
    vg_detector_options_t options{};
    options.struct_size = sizeof options;
    options.effort = static_cast<std::uint32_t>(effort);
    options.scheme = static_cast<std::uint32_t>(scheme);
    vg_detector_t *detector = nullptr;
    detail::Failure failure;
    failure.check(vg_detector_new(handles.data(), handles.size(), &options, &detector, failure.out()));
    handle_.reset(detector);
  }

  template <class S>
  Detection detect(const S *samples, std::size_t frames, std::uint32_t rate, std::uint16_t channels = 1,
                   const Progress &progress = {}) const {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    Watch watch{&progress, nullptr};
    vg_progress_t told{};
    told.struct_size = sizeof told;
    told.user_data = &watch;
    told.report = &report;
    vg_detection_t *raw = nullptr;
    detail::Failure failure;
    failure.check(detail::detect(get(), samples, frames, rate, channels, progress ? &told : nullptr, &raw, failure.out()));
    const detail::Handle<vg_detection_t, &vg_detection_free> handle(raw);
    if (watch.thrown) std::rethrow_exception(watch.thrown);
    return read(handle.get());
  }
  template <class S>
  Detection detect(const std::vector<S> &samples, std::uint32_t rate, std::uint16_t channels = 1,
                   const Progress &progress = {}) const {
    return detect(samples.data(), detail::frames(samples.size(), channels), rate, channels, progress);
  }
  /// A listener for one stream: the same search, while it runs.
  Listener listen(std::uint32_t rate, std::uint16_t channels = 1) const;
  const vg_detector_t *get() const noexcept { return handle_.get(); }

 private:
  friend class Listener;

  struct Watch {
    const Progress *progress;
    std::exception_ptr thrown;
  };
  /// No exception may cross C: it goes on once the search has ended.
  static std::int32_t report(void *user_data, double done) {
    auto *watch = static_cast<Watch *>(user_data);
    try {
      return (*watch->progress)(done) ? 0 : 1;
    } catch (...) {
      watch->thrown = std::current_exception();
      return 1;
    }
  }
  static Detection read(const vg_detection_t *handle) {
    vg_detection_info_t info{};
    info.struct_size = sizeof info;
    detail::check(vg_detection_info(handle, &info));
    Detection detection;
    detection.found = info.found;
    detection.p_value = info.p_value;
    if (info.has_mark) detection.mark = info.mark;
    if (info.has_key) detection.key_id = info.key_id;
    detection.seconds = info.seconds;
    detection.spans.reserve(info.span_count);
    for (std::size_t i = 0; i < info.span_count; ++i) {
      vg_span_t span{};
      span.struct_size = sizeof span;
      detail::check(vg_detection_span(handle, i, &span));
      detection.spans.push_back({span.start, span.end, span.score});
    }
    const double *time = nullptr;
    const double *score = nullptr;
    std::size_t points = 0;
    detail::check(vg_detection_curve(handle, &time, &score, &points));
    detection.curve.reserve(points);
    for (std::size_t i = 0; i < points; ++i) {
      detection.curve.push_back({time[i], score[i]});
    }
    detection.speed = info.speed;
    detection.pitch = info.pitch;
    const float *bits = nullptr;
    std::size_t count = 0;
    detail::check(vg_detection_soft_bits(handle, &bits, &count, &detection.chips));
    if (count > 0) detection.soft_bits.assign(bits, bits + count);
    return detection;
  }

  detail::Handle<vg_detector_t, &vg_detector_free> handle_;
};

/// Looks for marks in one stream while it runs; the verdict firms up. Made by Detector::listen. One thread at a time.
class Listener {
 public:
  /// Hears samples. Gives a verdict about all that was heard after 2, 4, 8, 16, 32 and 64 seconds, and then each minute in
  /// the same way.
  template <class S>
  std::optional<Detection> push(const S *samples, std::size_t frames) {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    vg_detection_t *raw = nullptr;
    detail::Failure failure;
    failure.check(detail::push(get(), samples, frames, &raw, failure.out()));
    const detail::Handle<vg_detection_t, &vg_detection_free> handle(raw);
    if (!handle) return std::nullopt;
    return Detector::read(handle.get());
  }
  template <class S>
  std::optional<Detection> push(const std::vector<S> &samples) {
    return push(samples.data(), detail::frames(samples.size(), channels_));
  }
  /// The verdict about all that was heard; the listener then stands as new.
  Detection finish() {
    vg_detection_t *raw = nullptr;
    detail::Failure failure;
    failure.check(vg_listener_finish(get(), &raw, failure.out()));
    const detail::Handle<vg_detection_t, &vg_detection_free> handle(raw);
    return Detector::read(handle.get());
  }
  vg_listener_t *get() const noexcept { return handle_.get(); }

 private:
  friend class Detector;
  Listener(vg_listener_t *listener, std::uint16_t channels) : handle_(listener), channels_(channels) {}

  detail::Handle<vg_listener_t, &vg_listener_free> handle_;
  std::uint16_t channels_;
};

inline Listener Detector::listen(std::uint32_t rate, std::uint16_t channels) const {
  vg_listener_t *listener = nullptr;
  detail::Failure failure;
  failure.check(vg_listener_new(get(), rate, channels, &listener, failure.out()));
  return Listener(listener, channels);
}

/// One rule that matched, and where: characters (Unicode scalar values) and bytes of the text as given.
struct Hit {
  std::string rule;
  std::string category;
  std::string view;
  Severity severity;
  Action action;
  std::size_t start;
  std::size_t end;
  std::size_t start_byte;
  std::size_t end_byte;
};

/// What the policy says of a text.
struct Verdict {
  Action action = Action::allow;
  std::string text;    ///< what to speak; empty when blocked
  std::string reason;  ///< may be shown: names categories, no pattern
  Markup markup = Markup::plain;
  std::vector<Hit> hits;

  bool allowed() const noexcept { return action != Action::block; }
};

namespace detail {

inline Verdict read_verdict(vg_verdict_t *raw) {
  const Handle<vg_verdict_t, &vg_verdict_free> handle(raw);
  Verdict verdict;
  std::uint32_t action = 0;
  std::uint32_t markup = 0;
  std::size_t hits = 0;
  vg_str_t text{};
  vg_str_t reason{};
  check(vg_verdict_action(handle.get(), &action));
  check(vg_verdict_text(handle.get(), &text));
  check(vg_verdict_reason(handle.get(), &reason));
  check(vg_verdict_markup(handle.get(), &markup));
  check(vg_verdict_hit_count(handle.get(), &hits));
  verdict.action = static_cast<Action>(action);
  verdict.markup = static_cast<Markup>(markup);
  verdict.text = string(text);
  verdict.reason = string(reason);
  verdict.hits.reserve(hits);
  for (std::size_t i = 0; i < hits; ++i) {
    vg_hit_t hit{};
    hit.struct_size = sizeof hit;
    check(vg_verdict_hit(handle.get(), i, &hit));
    verdict.hits.push_back({string(hit.rule), string(hit.category), string(hit.view), static_cast<Severity>(hit.severity),
                            static_cast<Action>(hit.action), hit.start, hit.end, hit.start_byte, hit.end_byte});
  }
  return verdict;
}

}  // namespace detail

/// What a piece of a text that arrives in pieces releases.
struct Released {
  std::string text;      ///< to be spoken now; masked where a rule asks for it
  bool blocked = false;  ///< a rule forbids to go on: the stream is over
  std::string hits;      ///< the hits that were decided, as a JSON list
};

/// A text that arrives in pieces, as a language model writes it. One thread at a time.
class TextStream {
 public:
  explicit TextStream(vg_text_stream_t *raw) { handle_.reset(raw); }

  Released push(std::string_view text) {
    return step([&](vg_bytes_t *out, bool *blocked, vg_bytes_t *hits, vg_error_t **err) {
      return vg_text_stream_push(handle_.get(), detail::data(text), text.size(), out, blocked, hits, err);
    });
  }
  /// Says that the text is complete.
  Released finish() {
    return step([&](vg_bytes_t *out, bool *blocked, vg_bytes_t *hits, vg_error_t **err) {
      return vg_text_stream_finish(handle_.get(), out, blocked, hits, err);
    });
  }

 private:
  template <class Call>
  static Released step(Call call) {
    Released released;
    vg_bytes_t text{};
    vg_bytes_t hits{};
    detail::Failure failure;
    failure.check(call(&text, &released.blocked, &hits, failure.out()));
    released.text.assign(reinterpret_cast<const char *>(text.data), text.len);
    released.hits.assign(reinterpret_cast<const char *>(hits.data), hits.len);
    vg_bytes_free(&text);
    vg_bytes_free(&hits);
    return released;
  }

  detail::Handle<vg_text_stream_t, &vg_text_stream_free> handle_;
};

/// Something that a classifier found in the spoken text, in characters (Unicode scalar values).
struct Finding {
  std::string rule;      ///< a name for the hit, as rules have ids
  std::string category;  ///< what it is about; public
  Severity severity = Severity::error;
  Action action = Action::block;
  std::size_t start = 0;
  std::size_t end = static_cast<std::size_t>(-1);  ///< more than there are means the end
};

/// A function of yours that judges the spoken text. It runs on the thread that checks, with a budget on one of the library's own;
/// what it throws is a failure.
using Classifier = std::function<std::vector<Finding>(std::string_view spoken)>;

/// How long a classifier may take, and what counts when it gives no answer.
struct ClassifierOptions {
  std::uint32_t budget_ms = 0;        ///< 0 for no limit; a call that takes longer goes on, unheard
  Action on_failure = Action::block;  ///< Action::block (fail closed) or Action::warn (fail open)
};

/// A key that signs packs, or its public key (Ed25519).
using SigningKey = std::array<std::uint8_t, VG_SIGNING_KEY_BYTES>;

/// What may be spoken: compiled rules. Const: many threads may share one.
class Policy {
 public:
  /// From rules in JSON.
  explicit Policy(std::string_view json) {
    vg_policy_t *policy = nullptr;
    detail::Failure failure;
    failure.check(vg_policy_new(detail::data(json), json.size(), &policy, failure.out()));
    handle_.reset(policy);
  }
  /// From rules in JSON, and a classifier that is asked about every text as well.
  Policy(std::string_view json, Classifier classifier, ClassifierOptions options = {}) {
    auto held = std::make_unique<Classifier>(std::move(classifier));
    vg_classifier_t raw{};
    raw.struct_size = sizeof raw;
    raw.user_data = held.get();
    raw.classify = &classify;
    raw.drop = [](void *user_data) { delete static_cast<Classifier *>(user_data); };
    raw.budget_ms = options.budget_ms;
    raw.on_failure = static_cast<std::uint32_t>(options.on_failure);
    vg_policy_t *policy = nullptr;
    detail::Failure failure;
    failure.check(vg_policy_new_classified(detail::data(json), json.size(), &raw, &policy, failure.out()));
    held.release();  // the policy frees it from here on
    handle_.reset(policy);
  }
  /// From a signed pack, if one of the trusted public keys signed it.
  static Policy from_pack(std::string_view pack, const std::vector<SigningKey> &keys) {
    std::vector<std::uint8_t> flat;
    for (const auto &key : keys) flat.insert(flat.end(), key.begin(), key.end());
    vg_policy_t *policy = nullptr;
    detail::Failure failure;
    failure.check(
        vg_policy_from_pack(detail::data(pack), pack.size(), flat.data(), keys.size(), &policy, failure.out()));
    return Policy(policy);
  }

  /// Judges a text. `consents` are protected names, or ids of their rules, that do not hit in it.
  Verdict check(std::string_view text, Markup markup = Markup::automatic,
                const std::vector<std::string> &consents = {}) const {
    vg_verdict_t *verdict = nullptr;
    const auto names = strings(consents);
    detail::Failure failure;
    failure.check(vg_policy_check_consented(get(), detail::data(text), text.size(), static_cast<std::uint32_t>(markup),
                                            names.data(), names.size(), &verdict, failure.out()));
    return detail::read_verdict(verdict);
  }
  /// Begins a text that arrives in pieces; consents as in `check`.
  TextStream stream(Markup markup = Markup::automatic, const std::vector<std::string> &consents = {}) const {
    vg_text_stream_t *stream = nullptr;
    const auto names = strings(consents);
    detail::Failure failure;
    failure.check(vg_text_stream_new(get(), static_cast<std::uint32_t>(markup), names.data(), names.size(), &stream,
                                     failure.out()));
    return TextStream(stream);
  }
  /// Why a text is judged as it is, as JSON: for your own eyes, since it quotes rules and text.
  std::string explain(std::string_view text, Markup markup = Markup::automatic) const {
    detail::Bytes out;
    detail::Failure failure;
    failure.check(vg_policy_explain(get(), detail::data(text), text.size(), static_cast<std::uint32_t>(markup),
                                    out.out(), failure.out()));
    return out.string();
  }
  /// SHA-256 of the rules, as the ledger records it.
  std::vector<std::uint8_t> hash() const {
    std::vector<std::uint8_t> hash(32);
    detail::check(vg_policy_hash(get(), hash.data()));
    return hash;
  }
  const vg_policy_t *get() const noexcept { return handle_.get(); }

 private:
  explicit Policy(vg_policy_t *raw) { handle_.reset(raw); }

  static std::vector<vg_str_t> strings(const std::vector<std::string> &list) {
    std::vector<vg_str_t> raw;
    for (const auto &text : list) raw.push_back({text.data(), text.size()});
    return raw;
  }

  static std::int32_t classify(void *user_data, const char *spoken, std::size_t len, vg_findings_t *findings) {
    // Nothing that is thrown may reach C.
    try {
      for (const auto &found : (*static_cast<Classifier *>(user_data))(std::string_view(spoken, len))) {
        vg_finding_t raw{};
        raw.struct_size = sizeof raw;
        raw.rule = {found.rule.data(), found.rule.size()};
        raw.category = {found.category.data(), found.category.size()};
        raw.severity = static_cast<std::uint32_t>(found.severity);
        raw.action = static_cast<std::uint32_t>(found.action);
        raw.start = found.start;
        raw.end = found.end;
        if (vg_findings_add(findings, &raw) != VG_OK) return 1;
      }
      return 0;
    } catch (...) {
      return 1;
    }
  }

  detail::Handle<vg_policy_t, &vg_policy_free> handle_;
};

/// Advice about rules that load but do not do what they seem to, as a JSON list.
inline std::string lint_rules(std::string_view json) {
  detail::Bytes out;
  detail::Failure failure;
  failure.check(vg_rules_lint(detail::data(json), json.size(), out.out(), failure.out()));
  return out.string();
}

/// The small rules file to begin with in a language: "de", "en", "es", "fr" or "pt".
inline std::string starter_rules(std::string_view language) {
  detail::Bytes out;
  detail::Failure failure;
  failure.check(vg_rules_starter(detail::data(language), language.size(), out.out(), failure.out()));
  return out.string();
}

/// Rules, as JSON, of a word list, one word or phrase a line. An empty language is none.
inline std::string rules_from_words(std::string_view words, std::string_view id, std::string_view category,
                                    Severity severity = Severity::error, std::string_view language = {}) {
  detail::Bytes out;
  detail::Failure failure;
  failure.check(vg_rules_from_words(detail::data(words), words.size(), detail::data(id), id.size(),
                                    detail::data(category), category.size(), static_cast<std::uint32_t>(severity),
                                    language.empty() ? nullptr : language.data(), language.size(), out.out(),
                                    failure.out()));
  return out.string();
}

/// A pack of rules, signed with the secret bytes of an Ed25519 key.
inline std::string sign_rules(std::string_view json, const SigningKey &secret) {
  detail::Bytes out;
  detail::Failure failure;
  failure.check(vg_rules_sign(detail::data(json), json.size(), secret.data(), out.out(), failure.out()));
  return out.string();
}

/// The public key of a secret one: hosts that load a pack name it.
inline SigningKey signing_public_key(const SigningKey &secret) {
  SigningKey out{};
  detail::check(vg_rules_public_key(secret.data(), out.data()));
  return out;
}

/// Whether a ledger is as it was written; `report` is JSON and names the fault.
struct Verification {
  bool intact = false;
  std::string report;
};

/// Where records are kept so that a change shows. Records are JSON. Const: many threads may share one.
class Ledger {
 public:
  /// `url`: "sqlite:///relative.db", "sqlite:////absolute.db" or "sqlite::memory:".
  Ledger(std::string_view url, const Key &key) {
    vg_ledger_t *ledger = nullptr;
    detail::Failure failure;
    failure.check(vg_ledger_open(detail::data(url), url.size(), key.get(), &ledger, failure.out()));
    handle_.reset(ledger);
  }

  std::uint64_t size() const {
    std::uint64_t records = 0;
    detail::Failure failure;
    failure.check(vg_ledger_len(get(), &records, failure.out()));
    return records;
  }
  /// The record with this number, or "null".
  std::string get(std::uint64_t seq) const {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_ledger_get(get(), seq, json.out(), failure.out()));
    return json.string();
  }
  /// The records with this mark, as a JSON array.
  std::string find_mark(std::uint64_t mark) const {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_ledger_find_mark(get(), mark, json.out(), failure.out()));
    return json.string();
  }
  /// The records of this subject, as a JSON array.
  std::string find_subject(std::string_view subject) const {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_ledger_find_subject(get(), detail::data(subject), subject.size(), json.out(), failure.out()));
    return json.string();
  }
  /// A signed note of the ledger's size and root: keep it elsewhere.
  std::string checkpoint() const {
    detail::Bytes note;
    detail::Failure failure;
    failure.check(vg_ledger_checkpoint(get(), note.out(), failure.out()));
    return note.string();
  }
  /// Reads the whole ledger again; with a checkpoint also whether it still holds what was signed then.
  Verification verify() const { return verify_against(nullptr, 0); }
  Verification verify(std::string_view checkpoint) const {
    return verify_against(detail::data(checkpoint), checkpoint.size());
  }
  /// Does one of the operations of docs/LEDGER.md: question and answer are JSON.
  std::string ask(std::string_view question) const {
    detail::Bytes answer;
    detail::Failure failure;
    failure.check(vg_ledger_ask(get(), detail::data(question), question.size(), answer.out(), failure.out()));
    return answer.string();
  }
  /// Changes keys: ends this ledger and lets `next`, opened under another key, go on. The last checkpoint of this one.
  std::string rotate(const Ledger &next) const {
    detail::Bytes note;
    detail::Failure failure;
    failure.check(vg_ledger_rotate(get(), next.get(), note.out(), failure.out()));
    return note.string();
  }
  /// Tells `callback` of a checkpoint now, whenever `every` records have come, and when the ledger is closed. It may
  /// read the ledger, not append to it; when it throws it is told again after the next record.
  void on_checkpoint(std::uint64_t every, std::function<void(std::string_view)> callback) const {
    vg_checkpoint_sink_t sink{};
    sink.struct_size = sizeof sink;
    sink.user_data = new std::function<void(std::string_view)>(std::move(callback));
    sink.write = &Ledger::write_checkpoint;
    sink.drop = &Ledger::drop_checkpoint;
    detail::Failure failure;
    // Taken over whatever the answer is.
    failure.check(vg_ledger_on_checkpoint(get(), every, &sink, failure.out()));
  }
  /// The public key that checkpoints verify with.
  std::string verifying_key() const {
    detail::Bytes key;
    detail::Failure failure;
    failure.check(vg_ledger_verifying_key(get(), key.out(), failure.out()));
    return key.string();
  }
  const vg_ledger_t *get() const noexcept { return handle_.get(); }

 private:
  static std::int32_t write_checkpoint(void *user_data, const char *note, std::size_t length) {
    try {
      (*static_cast<std::function<void(std::string_view)> *>(user_data))(std::string_view(note, length));
      return 0;
    } catch (...) {  // an exception must not unwind through the library
      return 1;
    }
  }
  static void drop_checkpoint(void *user_data) {
    delete static_cast<std::function<void(std::string_view)> *>(user_data);
  }

  Verification verify_against(const char *checkpoint, std::size_t length) const {
    Verification verification;
    detail::Bytes report;
    detail::Failure failure;
    failure.check(vg_ledger_verify(get(), checkpoint, length, &verification.intact, report.out(), failure.out()));
    verification.report = report.string();
    return verification;
  }

  detail::Handle<vg_ledger_t, &vg_ledger_free> handle_;
};

/// Gets every record, as JSON, once it is durable: one call at a time, on the thread that makes the record. It must
/// not use a guard or an utterance itself (VG_ERR_BUSY). An exception thrown in it is caught; the call that made the
/// record then throws an Error with VG_ERR_CALLBACK, and the record stays in the ledger.
using RecordCallback = std::function<void(std::string_view json)>;

/// A decision or answer in JSON, with what most callers ask first.
struct Decision {
  bool allowed = false;
  std::string json;
};

/// How often a key may ask: a burst, then a steady rate. Const: many threads may share one.
class RateLimiter {
 public:
  struct Limit {
    bool allowed;
    double retry_after;  ///< seconds; infinite when the cost is above the burst
    std::uint32_t remaining;
  };

  RateLimiter(std::uint32_t per_minute, std::uint32_t burst, std::size_t max_keys = 0) {
    vg_limiter_options_t options{};
    options.struct_size = sizeof options;
    options.count = per_minute;
    options.burst = burst;
    options.max_keys = max_keys;
    vg_limiter_t *limiter = nullptr;
    detail::Failure failure;
    failure.check(vg_limiter_new(&options, &limiter, failure.out()));
    handle_.reset(limiter);
  }
  /// Decides about one request; `now` is in seconds of a clock that does not go back.
  Limit check(std::string_view key, double now, std::uint32_t cost = 1) const {
    vg_limit_t limit{};
    limit.struct_size = sizeof limit;
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(detail::data(key));
    detail::check(vg_limiter_check(handle_.get(), bytes, key.size(), cost, now, &limit));
    return {limit.allowed, limit.retry_after, limit.remaining};
  }

 private:
  detail::Handle<vg_limiter_t, &vg_limiter_free> handle_;
};

/// Issues and verifies tokens (JWT). `algorithm` is one of VG_TOKEN_*; options and grants are the JSON of voxguard.h.
class Tokens {
 public:
  Tokens(std::uint32_t algorithm, const std::uint8_t *key, std::size_t count, std::string_view options) {
    vg_tokens_t *tokens = nullptr;
    detail::Failure failure;
    failure.check(
        vg_tokens_new(algorithm, key, count, detail::data(options), options.size(), &tokens, failure.out()));
    handle_.reset(tokens);
  }
  std::string issue(std::string_view grant) const {
    detail::Bytes token;
    detail::Failure failure;
    failure.check(vg_tokens_issue(handle_.get(), detail::data(grant), grant.size(), token.out(), failure.out()));
    return token.string();
  }
  /// The claims, or why the token is not to be believed.
  Decision verify(std::string_view token, std::uint64_t now) const {
    Decision decision;
    detail::Bytes claims;
    detail::Failure failure;
    failure.check(vg_tokens_verify(handle_.get(), detail::data(token), token.size(), now, &decision.allowed, claims.out(),
                                   failure.out()));
    decision.json = claims.string();
    return decision;
  }
  void revoke_all(std::uint64_t before) const { detail::check(vg_tokens_revoke_all(handle_.get(), before)); }
  const vg_tokens_t *get() const noexcept { return handle_.get(); }

 private:
  friend class Access;
  explicit Tokens(vg_tokens_t *tokens) { handle_.reset(tokens); }

  detail::Handle<vg_tokens_t, &vg_tokens_free> handle_;
};

/// API keys in a store such as "sqlite:///access.db"; `key` hashes the secrets, without one the store draws its own.
class ApiKeys {
 public:
  explicit ApiKeys(std::string_view url, const Key *key = nullptr) {
    vg_api_keys_t *keys = nullptr;
    detail::Failure failure;
    failure.check(vg_api_keys_open(detail::data(url), url.size(), key == nullptr ? nullptr : key->get(), &keys, failure.out()));
    handle_.reset(keys);
  }
  /// The new key's record with its `secret`, as JSON.
  std::string issue(std::string_view grant) const {
    detail::Bytes issued;
    detail::Failure failure;
    failure.check(vg_api_keys_issue(handle_.get(), detail::data(grant), grant.size(), issued.out(), failure.out()));
    return issued.string();
  }
  Decision verify(std::string_view secret, std::uint64_t now) const {
    Decision decision;
    detail::Bytes record;
    detail::Failure failure;
    failure.check(vg_api_keys_verify(handle_.get(), detail::data(secret), secret.size(), now, &decision.allowed, record.out(),
                                     failure.out()));
    decision.json = record.string();
    return decision;
  }
  bool revoke(std::string_view id, std::uint64_t now) const {
    bool revoked = false;
    detail::Failure failure;
    failure.check(vg_api_keys_revoke(handle_.get(), detail::data(id), id.size(), now, &revoked, failure.out()));
    return revoked;
  }
  const vg_api_keys_t *get() const noexcept { return handle_.get(); }

 private:
  detail::Handle<vg_api_keys_t, &vg_api_keys_free> handle_;
};

/// Who may do what; without a document the presets guest, user and admin.
class Roles {
 public:
  explicit Roles(std::optional<std::string_view> json = std::nullopt) {
    vg_roles_t *roles = nullptr;
    detail::Failure failure;
    failure.check(vg_roles_new(json ? detail::data(*json) : nullptr, json ? json->size() : 0, &roles, failure.out()));
    handle_.reset(roles);
  }
  Decision check(std::string_view role, std::string_view permission, std::string_view resource) const {
    Decision decision;
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_roles_check(handle_.get(), detail::data(role), role.size(), detail::data(permission), permission.size(),
                                 detail::data(resource), resource.size(), &decision.allowed, json.out(), failure.out()));
    decision.json = json.string();
    return decision;
  }

 private:
  detail::Handle<vg_roles_t, &vg_roles_free> handle_;
};

/// Policies in Cedar, for those who outgrow roles. Error of VG_ERR_FEATURE where the library was built without Cedar.
class Cedar {
 public:
  /// `{"policies": "...", "schema": "...", "entities": [...]}`, of which the policies are needed.
  explicit Cedar(std::string_view json) {
    vg_cedar_t *cedar = nullptr;
    detail::Failure failure;
    failure.check(vg_cedar_new(detail::data(json), json.size(), &cedar, failure.out()));
    handle_.reset(cedar);
  }
  /// `question` is JSON: `{"subject": "anna", "role": "guest", "permission": "synthesize", "resource": "voice/heart"}`.
  Decision check(std::string_view question) const {
    Decision decision;
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_cedar_check(handle_.get(), detail::data(question), question.size(), &decision.allowed, json.out(),
                                 failure.out()));
    decision.json = json.string();
    return decision;
  }

 private:
  detail::Handle<vg_cedar_t, &vg_cedar_free> handle_;
};

/// Commands that a voice may give. It decides; it runs and changes nothing.
class Commands {
 public:
  explicit Commands(std::string_view json) {
    vg_commands_t *commands = nullptr;
    detail::Failure failure;
    failure.check(vg_commands_new(detail::data(json), json.size(), &commands, failure.out()));
    handle_.reset(commands);
  }
  /// `arguments` is an object in JSON.
  Decision check(std::string_view name, std::string_view arguments) const {
    Decision decision;
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_commands_check(handle_.get(), detail::data(name), name.size(), detail::data(arguments),
                                    arguments.size(), &decision.allowed, json.out(), failure.out()));
    decision.json = json.string();
    return decision;
  }

 private:
  detail::Handle<vg_commands_t, &vg_commands_free> handle_;
};

/// Counts events and raises alerts.
class Monitor {
 public:
  explicit Monitor(std::optional<std::string_view> rules = std::nullopt) {
    vg_monitor_t *monitor = nullptr;
    detail::Failure failure;
    failure.check(vg_monitor_new(rules ? detail::data(*rules) : nullptr, rules ? rules->size() : 0, &monitor, failure.out()));
    handle_.reset(monitor);
  }
  /// The alerts that the event raises, as a JSON array.
  std::string record(std::string_view event, std::string_view source, double now) const {
    detail::Bytes alerts;
    detail::Failure failure;
    failure.check(vg_monitor_record(handle_.get(), detail::data(event), event.size(), detail::data(source), source.size(),
                                    now, alerts.out(), failure.out()));
    return alerts.string();
  }
  /// All counters; `format` is one of VG_METRICS_*.
  std::string metrics(std::uint32_t format = VG_METRICS_JSON) const {
    detail::Bytes text;
    detail::Failure failure;
    failure.check(vg_monitor_metrics(handle_.get(), format, text.out(), failure.out()));
    return text.string();
  }

 private:
  detail::Handle<vg_monitor_t, &vg_monitor_free> handle_;
};

/// A key that seals.
class SealKey {
 public:
  static SealKey generate() {
    vg_seal_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_seal_key_generate(&key, failure.out()));
    return SealKey(key);
  }
  static SealKey from_bytes(const std::uint8_t *bytes, std::size_t count) {
    vg_seal_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_seal_key_from_bytes(bytes, count, &key, failure.out()));
    return SealKey(key);
  }
  /// "file:PATH" or "env:NAME"; with `create` a file that is not there is made.
  static SealKey from_source(std::string_view source, bool create = false) {
    vg_seal_key_t *key = nullptr;
    detail::Failure failure;
    failure.check(vg_seal_key_from_source(detail::data(source), source.size(), create, &key, failure.out()));
    return SealKey(key);
  }
  const vg_seal_key_t *get() const noexcept { return handle_.get(); }

 private:
  explicit SealKey(vg_seal_key_t *key) : handle_(key) {}
  detail::Handle<vg_seal_key_t, &vg_seal_key_free> handle_;
};

/// Seals with one key and opens with that and retired ones.
class Sealer {
 public:
  explicit Sealer(const SealKey &key, const std::vector<const SealKey *> &retired = {}) {
    std::vector<const vg_seal_key_t *> keys{key.get()};
    for (const auto *one : retired) keys.push_back(one->get());
    vg_sealer_t *sealer = nullptr;
    detail::Failure failure;
    failure.check(vg_sealer_new(keys.data(), keys.size(), &sealer, failure.out()));
    handle_.reset(sealer);
  }
  /// Bytes in and out are strings, as they come from files.
  std::string seal(std::string_view plain, std::string_view about) const { return run(&vg_sealer_seal, plain, about); }
  std::string open(std::string_view sealed, std::string_view about) const { return run(&vg_sealer_open, sealed, about); }
  /// Opens a whole sealed stream; vg_seal_stream_new makes one.
  std::string open_stream(std::string_view sealed, std::string_view about) const {
    return run(&vg_sealer_open_stream, sealed, about);
  }
  const vg_sealer_t *get() const noexcept { return handle_.get(); }

 private:
  template <class Call>
  std::string run(Call call, std::string_view data, std::string_view about) const {
    const auto bytes = [](std::string_view text) { return reinterpret_cast<const std::uint8_t *>(detail::data(text)); };
    detail::Bytes out;
    detail::Failure failure;
    failure.check(call(handle_.get(), bytes(data), data.size(), bytes(about), about.size(), out.out(), failure.out()));
    return out.string();
  }

  detail::Handle<vg_sealer_t, &vg_sealer_free> handle_;
};

/// Gets every alert, as JSON, when it is raised.
using AlertCallback = std::function<void(std::string_view json)>;

/// All that decides who may speak and how much, of a configuration in JSON; without, the default.
class Access {
 public:
  explicit Access(std::optional<std::string_view> config = std::nullopt) {
    vg_access_t *access = nullptr;
    detail::Failure failure;
    failure.check(vg_access_new(config ? detail::data(*config) : nullptr, config ? config->size() : 0, &access, failure.out()));
    handle_.reset(access);
  }
  /// Takes over another configuration at once.
  void reload(std::string_view config) const {
    detail::Failure failure;
    failure.check(vg_access_reload(handle_.get(), detail::data(config), config.size(), failure.out()));
  }
  /// Denies everything until lift().
  void panic(std::string_view reason) const {
    detail::Failure failure;
    failure.check(vg_access_panic(handle_.get(), detail::data(reason), reason.size(), failure.out()));
  }
  bool lift() const {
    bool was_set = false;
    detail::check(vg_access_lift(handle_.get(), &was_set));
    return was_set;
  }
  std::string metrics(std::uint32_t format = VG_METRICS_JSON) const {
    detail::Bytes text;
    detail::Failure failure;
    failure.check(vg_access_metrics(handle_.get(), format, text.out(), failure.out()));
    return text.string();
  }

  /// Judges where a request comes from: JSON with `origin`, `peer`, `forwarded_for`, `session`, `client`, as there are.
  /// The answer is JSON.
  std::string check_request(std::string_view request) const {
    return json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_request(handle_.get(), detail::data(request), request.size(), out, err);
    });
  }
  /// Judges a message of a WebSocket, or a request's body; the answer is JSON, with the close code to send.
  std::string check_message(std::string_view data, bool binary) const {
    return json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_message(handle_.get(), binary, bytes(data), data.size(), out, err);
    });
  }
  /// Counts one request of a kind with a limit of its own, at `now` in seconds.
  RateLimiter::Limit check_rate(std::string_view kind, std::string_view key, double now) const {
    vg_limit_t limit{};
    limit.struct_size = sizeof limit;
    detail::check(vg_access_check_rate(handle_.get(), detail::data(kind), kind.size(), detail::data(key), key.size(), now,
                                       &limit));
    return {limit.allowed, limit.retry_after, limit.remaining};
  }
  /// Judges an upload; the report is JSON.
  std::string check_audio(std::string_view data, bool base64 = false) const {
    return json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_audio(handle_.get(), bytes(data), data.size(), base64, out, err);
    });
  }
  /// The same for interleaved samples that were decoded elsewhere.
  std::string check_samples(const float *samples, std::size_t count, std::uint32_t rate, std::uint16_t channels = 1) const {
    return json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_samples(handle_.get(), samples, count, rate, channels, out, err);
    });
  }
  /// Whether a role of this configuration has a permission over a resource.
  Decision check_role(std::string_view role, std::string_view permission, std::string_view resource) const {
    Decision decision;
    decision.json = json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_role(handle_.get(), detail::data(role), role.size(), detail::data(permission),
                                  permission.size(), detail::data(resource), resource.size(), &decision.allowed, out, err);
    });
    return decision;
  }
  /// Whether somebody may do something, by this configuration's policies in Cedar or else its roles; `question` as
  /// Cedar::check takes it.
  Decision check(std::string_view question) const {
    Decision decision;
    decision.json = json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check(handle_.get(), detail::data(question), question.size(), &decision.allowed, out, err);
    });
    return decision;
  }
  /// Whether a voice may give a command of this configuration; a refusal counts as suspicious_command of `source`.
  Decision check_command(std::string_view name, std::string_view arguments, std::string_view source, double now) const {
    Decision decision;
    decision.json = json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_check_command(handle_.get(), detail::data(name), name.size(), detail::data(arguments),
                                     arguments.size(), detail::data(source), source.size(), now, &decision.allowed, out,
                                     err);
    });
    return decision;
  }
  /// Tokens of this configuration: what the options leave out of ttl, leeway and single_use, it says.
  Tokens tokens(std::uint32_t algorithm, const std::uint8_t *key, std::size_t count, std::string_view options) const {
    vg_tokens_t *tokens = nullptr;
    detail::Failure failure;
    failure.check(vg_access_tokens_new(handle_.get(), algorithm, key, count, detail::data(options), options.size(), &tokens,
                                       failure.out()));
    return Tokens(tokens);
  }
  /// The claims, or why the token is not to be believed; a refusal counts as auth_failure of `source`.
  Decision verify_token(const Tokens &tokens, std::string_view token, std::string_view source, std::uint64_t now) const {
    Decision decision;
    decision.json = json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_verify_token(handle_.get(), tokens.get(), detail::data(token), token.size(), detail::data(source),
                                    source.size(), now, &decision.allowed, out, err);
    });
    return decision;
  }
  /// Refuses, in verify_token, all tokens that were issued before this second.
  void revoke_all(std::uint64_t before) const { detail::check(vg_access_revoke_all(handle_.get(), before)); }
  /// Counts an event; the alerts that it raises, as a JSON array.
  std::string record(std::string_view event, std::string_view source, double now) const {
    return json([&](vg_bytes_t *out, vg_error_t **err) {
      return vg_access_record(handle_.get(), detail::data(event), event.size(), detail::data(source), source.size(), now,
                              out, err);
    });
  }
  /// Takes the alerts that refusals have raised since the last call, as a JSON array.
  std::string alerts() const {
    return json([&](vg_bytes_t *out, vg_error_t **err) { return vg_access_alerts(handle_.get(), out, err); });
  }
  /// Names who is told of each alert, as JSON, when it is raised: on the thread that raises it, from several at once if
  /// need be. An exception thrown in it is dropped. nullptr: nobody.
  void on_alert(AlertCallback told) const {
    detail::Failure failure;
    if (!told) {
      failure.check(vg_access_on_alert(handle_.get(), nullptr, failure.out()));
      return;
    }
    auto held = std::make_unique<AlertCallback>(std::move(told));
    vg_alert_sink_t sink{};
    sink.struct_size = sizeof sink;
    sink.user_data = held.get();
    sink.tell = [](void *user_data, const char *json, std::size_t length) {
      try {
        (*static_cast<AlertCallback *>(user_data))(std::string_view(json, length));
      } catch (...) {
      }
    };
    sink.drop = [](void *user_data) { delete static_cast<AlertCallback *>(user_data); };
    failure.check(vg_access_on_alert(handle_.get(), &sink, failure.out()));
    held.release();
  }
  const vg_access_t *get() const noexcept { return handle_.get(); }

 private:
  template <class Call>
  static std::string json(Call call) {
    detail::Bytes text;
    detail::Failure failure;
    failure.check(call(text.out(), failure.out()));
    return text.string();
  }
  static const std::uint8_t *bytes(std::string_view data) { return reinterpret_cast<const std::uint8_t *>(detail::data(data)); }

  detail::Handle<vg_access_t, &vg_access_free> handle_;
};

/// What of a configuration (a document or a profile's name) is in force, and why: JSON.
inline std::string explain(std::string_view config) {
  detail::Bytes json;
  detail::Failure failure;
  failure.check(vg_config_explain(detail::data(config), config.size(), json.out(), failure.out()));
  return json.string();
}

/// What a guard needs beside its key; each may be left out.
struct GuardOptions {
  const Policy *policy = nullptr;
  const Ledger *ledger = nullptr;
  RecordCallback on_record = nullptr;
  const Access *access = nullptr;
};

/// What is to be spoken, by which voice, for whom.
struct Request {
  std::string_view text;
  std::string_view voice;
  std::optional<std::string_view> subject = std::nullopt;
  Markup markup = Markup::automatic;
  std::uint32_t rate = 24000;
  std::uint16_t channels = 1;
  std::optional<std::string_view> role = std::nullopt;
  std::optional<std::string_view> language = std::nullopt;
  /// The name of the model that will speak, and what it will speak with: the record keeps the one, and the other's SHA-256.
  std::optional<std::string_view> model = std::nullopt;
  std::optional<std::string_view> parameters = std::nullopt;
  /// Whether the text is kept, sealed under the subject's key. Needs a subject and a ledger.
  bool keep_text = false;
};

/// One text on its way through the guard: verdict, marked samples, record. One thread at a time.
class Utterance {
 public:
  bool allowed() const {
    bool allowed = false;
    detail::check(vg_utterance_allowed(get(), &allowed));
    return allowed;
  }
  Verdict verdict() const {
    vg_verdict_t *verdict = nullptr;
    detail::check(vg_utterance_verdict(get(), &verdict));
    return detail::read_verdict(verdict);
  }
  /// What to answer when the request was turned away before its text was judged, as JSON; "null" otherwise.
  std::string answer() const {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_utterance_answer(get(), json.out(), failure.out()));
    return json.string();
  }
  /// What to speak; empty when refused.
  std::string text() const {
    vg_str_t text{};
    detail::check(vg_utterance_text(get(), &text));
    return detail::string(text);
  }
  /// The id that its mark carries. VG_ERR_STATE when refused.
  std::uint64_t mark_id() const {
    std::uint64_t mark = 0;
    detail::check(vg_utterance_mark_id(get(), &mark));
    return mark;
  }
  std::size_t latency() const {
    std::size_t frames = 0;
    detail::check(vg_utterance_latency(get(), &frames));
    return frames;
  }
  /// Frames that finish would write now.
  std::size_t pending() const {
    std::size_t frames = 0;
    detail::check(vg_utterance_pending(get(), &frames));
    return frames;
  }

  /// As Marker::process.
  template <class S>
  std::size_t mark(const S *in, std::size_t frames, S *out, std::size_t capacity) {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    std::size_t written = 0;
    detail::check(detail::mark(get(), in, frames, out, capacity, &written));
    return written;
  }
  template <class S>
  std::vector<S> mark(const std::vector<S> &in) {
    const std::size_t frames = detail::frames(in.size(), channels_);
    std::vector<S> out(in.size());
    out.resize(mark(in.data(), frames, out.data(), frames) * channels_);
    return out;
  }

  /// Writes the last frames once the record is durable, and gives the record as JSON. When it throws, it may be
  /// called again.
  template <class S>
  std::size_t finish(S *out, std::size_t capacity, std::string *record = nullptr) {
    static_assert(detail::is_sample<S>, "samples are float or std::int16_t");
    std::size_t written = 0;
    detail::Bytes json;
    detail::Failure failure;
    failure.check(detail::finish(get(), out, capacity, &written, json.out(), failure.out()));
    if (record != nullptr) *record = json.string();
    return written;
  }
  /// The last samples.
  template <class S>
  std::vector<S> finish(std::string *record = nullptr) {
    const std::size_t frames = pending();
    std::vector<S> out(frames * channels_);
    out.resize(finish(out.data(), frames, record) * channels_);
    return out;
  }

  /// Ends it early and gives the record of what was marked until then; "null" when nothing was, and when the text
  /// was refused, which is recorded already. Destroying an unfinished utterance does the same.
  std::string abort() {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_utterance_abort(get(), json.out(), failure.out()));
    return json.string();
  }
  /// The record, of the refusal or of what was spoken; "null" while there is none.
  std::string record() const {
    detail::Bytes json;
    detail::Failure failure;
    failure.check(vg_utterance_record(get(), json.out(), failure.out()));
    return json.string();
  }
  vg_utterance_t *get() const noexcept { return handle_.get(); }

 private:
  friend class Guard;
  Utterance(vg_utterance_t *utterance, std::uint16_t channels) : handle_(utterance), channels_(channels) {}

  detail::Handle<vg_utterance_t, &vg_utterance_free> handle_;
  std::uint16_t channels_;
};

/// Policy, key and ledger together: where every utterance begins. Const: many threads may share one.
class Guard {
 public:
  explicit Guard(const Key &key, GuardOptions parts = {}) {
    vg_guard_options_t options{};
    options.struct_size = sizeof options;
    options.key = key.get();
    options.policy = parts.policy == nullptr ? nullptr : parts.policy->get();
    options.ledger = parts.ledger == nullptr ? nullptr : parts.ledger->get();
    options.access = parts.access == nullptr ? nullptr : parts.access->get();
    vg_record_sink_t sink{};
    std::unique_ptr<RecordCallback> callback;
    if (parts.on_record) {
      callback = std::make_unique<RecordCallback>(std::move(parts.on_record));
      sink.struct_size = sizeof sink;
      sink.user_data = callback.get();
      sink.write = &Guard::write_record;
      sink.drop = &Guard::drop_callback;
      options.sink = &sink;
    }
    vg_guard_t *guard = nullptr;
    detail::Failure failure;
    failure.check(vg_guard_new(&options, &guard, failure.out()));
    // The guard owns the callback from here on: it calls drop exactly once.
    static_cast<void>(callback.release());
    handle_.reset(guard);
  }

  /// Checks the text. A refusal is an utterance too, and recorded: ask allowed().
  Utterance begin(const Request &request) const {
    vg_request_t raw{};
    raw.struct_size = sizeof raw;
    raw.subject = request.subject ? detail::data(*request.subject) : nullptr;
    raw.subject_len = request.subject ? request.subject->size() : 0;
    raw.voice = detail::data(request.voice);
    raw.voice_len = request.voice.size();
    raw.text = detail::data(request.text);
    raw.text_len = request.text.size();
    raw.markup = static_cast<std::uint32_t>(request.markup);
    raw.rate = request.rate;
    raw.channels = request.channels;
    raw.role = request.role ? detail::data(*request.role) : nullptr;
    raw.role_len = request.role ? request.role->size() : 0;
    raw.language = request.language ? detail::data(*request.language) : nullptr;
    raw.language_len = request.language ? request.language->size() : 0;
    raw.model = request.model ? detail::data(*request.model) : nullptr;
    raw.model_len = request.model ? request.model->size() : 0;
    raw.parameters = request.parameters ? detail::data(*request.parameters) : nullptr;
    raw.parameters_len = request.parameters ? request.parameters->size() : 0;
    raw.keep_text = request.keep_text ? 1 : 0;
    vg_utterance_t *utterance = nullptr;
    detail::Failure failure;
    failure.check(vg_guard_begin(get(), &raw, &utterance, failure.out()));
    return Utterance(utterance, request.channels);
  }
  const vg_guard_t *get() const noexcept { return handle_.get(); }

 private:
  static std::int32_t write_record(void *user_data, const char *json, std::size_t length) {
    try {
      (*static_cast<RecordCallback *>(user_data))(std::string_view(json, length));
      return 0;
    } catch (...) {  // an exception must not unwind through the library
      return 1;
    }
  }
  static void drop_callback(void *user_data) { delete static_cast<RecordCallback *>(user_data); }

  detail::Handle<vg_guard_t, &vg_guard_free> handle_;
};

}  // namespace voxguard

#endif  // VOXGUARD_HPP

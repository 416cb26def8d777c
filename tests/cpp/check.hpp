// What every C++ test program shares: checks that count, a fixed key, and a voice-like signal.

#ifndef CHECK_HPP
#define CHECK_HPP

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
#include <voxguard.hpp>

inline int checks_made = 0;

inline void check(bool holds, const char *file, int line, const char *statement) {
  ++checks_made;
  if (!holds) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, statement);
    std::exit(1);
  }
}

#define CHECK(statement) check((statement), __FILE__, __LINE__, #statement)

// The call throws an Error with this status and a message that says `word`.
template <class Call>
void throws(vg_status_t status, const std::string &word, Call &&call, int line) {
  try {
    call();
  } catch (const voxguard::Error &error) {
    ++checks_made;
    if (error.status() == status && std::string(error.what()).find(word) != std::string::npos) return;
    std::fprintf(stderr, "line %d: %s (%s), expected %s\n", line, error.what(), error.status_name(), vg_status_name(status));
    std::exit(1);
  }
  std::fprintf(stderr, "line %d: throws nothing, expected %s\n", line, vg_status_name(status));
  std::exit(1);
}

#define THROWS(status, word, expression) throws((status), (word), [&] { static_cast<void>(expression); }, __LINE__)

inline int done() {
  std::printf("ok %d checks\n", checks_made);
  return 0;
}

inline const std::string test_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

// A hum with syllables and a little noise.
template <class S>
std::vector<S> voice(std::size_t frames, std::uint32_t rate, std::uint16_t channels = 1) {
  std::vector<S> samples;
  std::uint32_t state = 2463534242u;
  for (std::size_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / rate;
    double sum = 0.0;
    for (int k = 1; k <= 20; ++k) sum += std::sin(6.2831853 * (110.0 + 15.0 * std::sin(1.7 * t)) * k * t) / k;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    sum += (state / 4294967296.0 - 0.5) * 0.8;
    const double value = (0.05 + 0.3 * std::fabs(std::sin(7.2 * t))) * sum / 2.5;
    for (std::uint16_t c = 0; c < channels; ++c) {
      if constexpr (std::is_same_v<S, float>) {
        samples.push_back(static_cast<float>(value / (1.0 + c)));
      } else {
        samples.push_back(static_cast<S>(value / (1.0 + c) * 32000.0));
      }
    }
  }
  return samples;
}

inline const std::string rules =
    R"({"version":1,"rules":[{"id":"weapon","category":"weapons","severity":"critical","match":"term","terms":["grenade"]}]})";

#endif

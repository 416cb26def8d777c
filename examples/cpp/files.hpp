// Files for the two examples: WAV of 16-bit PCM, mono or stereo, and small texts.

#ifndef FILES_HPP
#define FILES_HPP

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

struct Wav {
  std::uint32_t rate = 0;
  std::uint16_t channels = 0;
  std::vector<std::int16_t> samples;  // interleaved

  std::size_t frames() const { return samples.size() / channels; }
};

inline std::string read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Wav read_wav(const std::string &path) {
  const std::string bytes = read_file(path);
  const auto number = [&](std::size_t at, int count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(count)]);
    return value;
  };
  if (bytes.size() < 12 || bytes.compare(0, 4, "RIFF") != 0 || bytes.compare(8, 4, "WAVE") != 0) {
    throw std::runtime_error(path + ": not a WAV file");
  }
  Wav wav;
  for (std::size_t at = 12; bytes.size() - at >= 8;) {
    const std::string name = bytes.substr(at, 4);
    const std::size_t size = std::min<std::size_t>(number(at + 4, 4), bytes.size() - at - 8);
    at += 8;
    if (name == "fmt " && size >= 16) {
      const auto tag = number(at, 2);  // 1: PCM, 0xfffe: extensible
      wav.channels = static_cast<std::uint16_t>(number(at + 2, 2));
      wav.rate = number(at + 4, 4);
      if ((tag != 1 && tag != 0xfffe) || number(at + 14, 2) != 16 || wav.channels < 1 || wav.channels > 2) {
        throw std::runtime_error(path + ": not 16-bit PCM, mono or stereo");
      }
    } else if (name == "data" && wav.channels > 0) {
      wav.samples.resize(size / 2 / wav.channels * wav.channels);
      for (std::size_t i = 0; i < wav.samples.size(); ++i) {
        wav.samples[i] = static_cast<std::int16_t>(number(at + 2 * i, 2));
      }
      return wav;
    }
    at = std::min(at + size + size % 2, bytes.size());
  }
  throw std::runtime_error(path + ": no data chunk");
}

// The canonical 44-byte header and the samples.
inline void write_wav(const std::string &path, const Wav &wav) {
  std::string bytes;
  const auto put = [&](std::size_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  };
  bytes += "RIFF";
  put(36 + 2 * wav.samples.size(), 4);
  bytes += "WAVEfmt ";
  put(16, 4);
  put(1, 2);
  put(wav.channels, 2);
  put(wav.rate, 4);
  put(std::size_t{wav.rate} * wav.channels * 2, 4);
  put(wav.channels * 2u, 2);
  put(16, 2);
  bytes += "data";
  put(2 * wav.samples.size(), 4);
  for (const std::int16_t sample : wav.samples) put(static_cast<std::uint16_t>(sample), 2);
  std::ofstream file(path, std::ios::binary);
  if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) {
    throw std::runtime_error(path + ": cannot be written");
  }
}

#endif

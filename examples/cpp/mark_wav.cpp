// Marks a WAV file as it would stream, and finds the mark again.
//
//   mark_wav KEYHEX MARKHEX IN.wav OUT.wav
//
// Prints one line of JSON. Exit status: 0 the mark was found, 1 it was not, 2 something failed.

#include <cinttypes>
#include <cstdio>
#include <voxguard.hpp>

#include "files.hpp"

namespace {

constexpr std::size_t chunk = 480;  // frames: what a TTS engine might hand over at a time

// As many samples as came in, marked chunk by chunk.
std::vector<std::int16_t> mark(voxguard::Marker &marker, const Wav &in) {
  std::vector<std::int16_t> out(in.samples.size());
  std::size_t written = 0;
  for (std::size_t fed = 0; fed < in.frames(); fed += chunk) {
    const std::size_t frames = std::min(chunk, in.frames() - fed);
    written += marker.process(in.samples.data() + fed * in.channels, frames, out.data() + written * in.channels,
                              in.frames() - written);
  }
  marker.flush(out.data() + written * in.channels, in.frames() - written);
  return out;
}

int report(const voxguard::Key &key, const Wav &wav) {
  const auto detection = voxguard::Detector(key).detect(wav.samples, wav.rate, wav.channels);
  std::printf("{\"language\":\"cpp\",\"frames\":%zu,\"found\":%s,", wav.frames(), detection.found ? "true" : "false");
  if (detection.mark) {
    std::printf("\"mark\":\"%08" PRIx64 "\",", *detection.mark);
  } else {
    std::printf("\"mark\":null,");
  }
  const std::string key_id = detection.key_id ? '"' + *detection.key_id + '"' : "null";
  std::printf("\"p_value\":%.6e,\"key_id\":%s}\n", detection.p_value, key_id.c_str());
  return detection.found ? 0 : 1;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: mark_wav KEYHEX MARKHEX IN.wav OUT.wav\n");
    return 2;
  }
  try {
    const auto key = voxguard::Key::from_hex(argv[1]);
    std::size_t digits = 0;
    const std::uint64_t id = std::stoull(argv[2], &digits, 16);
    if (argv[2][digits] != '\0') throw std::runtime_error(std::string(argv[2]) + ": not a hexadecimal number");
    Wav wav = read_wav(argv[3]);
    voxguard::Marker marker(key, id, wav.rate, wav.channels);
    wav.samples = mark(marker, wav);
    write_wav(argv[4], wav);
    return report(key, wav);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}

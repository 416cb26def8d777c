// Keys, marking and detection through voxguard.hpp.

#include "check.hpp"

namespace {

template <class S>
void any_chunks_give_the_same_samples(std::uint32_t rate, std::uint16_t channels) {
  const auto key = voxguard::Key::from_hex(test_key);
  const auto samples = voice<S>(rate, rate, channels);
  const auto once = voxguard::embed(samples, rate, key, 0x1234abcd, channels);
  CHECK(once.size() == samples.size() && once != samples);
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{160}, std::size_t{481}, std::size_t{100000}}) {
    voxguard::Marker marker(key, 0x1234abcd, rate, channels);
    std::vector<S> out;
    for (std::size_t at = 0; at < samples.size(); at += chunk * channels) {
      const auto from = samples.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(chunk * channels, samples.size() - at);
      const auto ready = marker.process(std::vector<S>(from, from + static_cast<std::ptrdiff_t>(count)));
      out.insert(out.end(), ready.begin(), ready.end());
    }
    CHECK(marker.pending() <= marker.latency());
    const auto tail = marker.template flush<S>();
    out.insert(out.end(), tail.begin(), tail.end());
    CHECK(out == once);
  }
}

void a_mark_is_found_with_its_id() {
  const std::uint32_t rate = 24000;
  const auto key = voxguard::Key::from_hex(test_key);
  const auto other = voxguard::Key::generate();
  const auto samples = voice<float>(rate * 8, rate);
  const auto marked = voxguard::embed(samples, rate, key, 0x1234abcd);
  const voxguard::Detector detector({&other, &key}, voxguard::Effort::normal);
  const auto detection = detector.detect(marked, rate);
  CHECK(detection.found && detection.p_value < 1e-6);
  CHECK(detection.mark == 0x1234abcdu);
  CHECK(detection.key_id == key.id());
  CHECK(!detection.spans.empty() && !detection.curve.empty());
  CHECK(detection.spans.front().start < detection.spans.back().end);
  const auto unmarked = detector.detect(samples, rate);
  CHECK(!unmarked.found && !unmarked.mark && !unmarked.key_id && unmarked.spans.empty());
}

void options_progress_and_a_listener() {
  const std::uint32_t rate = 8000;
  const auto key = voxguard::Key::from_hex(test_key);
  const auto samples = voice<float>(rate * 10, rate);
  voxguard::MarkerOptions chosen;
  chosen.scheme = voxguard::Scheme::id16;
  const auto marked = voxguard::embed(samples, rate, key, 0x1234abcd, 1, chosen);
  const voxguard::Detector detector(key, voxguard::Effort::fast, voxguard::Scheme::id16);
  double last = 0.0;
  const auto detection = detector.detect(marked, rate, 1, [&](double done) {
    CHECK(done > last);
    last = done;
    return true;
  });
  CHECK(last == 1.0 && detection.mark == 0xabcdu);
  CHECK(detection.speed == 1.0 && detection.pitch == 1.0 && detection.chips == 0xcd && !detection.soft_bits.empty());
  CHECK(!voxguard::Detector(key, voxguard::Effort::fast).detect(marked, rate).found);
  bool caught = false;
  try {
    detector.detect(marked, rate, 1, [](double) -> bool { throw 7; });
  } catch (int) {
    caught = true;
  }
  CHECK(caught);
  chosen.strength = 3.0F;
  THROWS(VG_ERR_ARGUMENT, "0.25 to 2", voxguard::Marker(key, 1, rate, 1, chosen));
  chosen.strength = 0.0F;
  THROWS(VG_ERR_ARGUMENT, "0.25 to 2", voxguard::Marker(key, 1, rate, 1, chosen));

  auto listener = detector.listen(rate);
  int verdicts = 0;
  for (std::size_t at = 0; at < marked.size(); at += 1000) {
    if (listener.push(marked.data() + at, std::min<std::size_t>(1000, marked.size() - at))) ++verdicts;
  }
  CHECK(verdicts == 3);  // after 2, 4 and 8 seconds
  const auto verdict = listener.finish();
  CHECK(verdict.mark == 0xabcdu && verdict.seconds == 10.0);
  THROWS(VG_ERR_AUDIO_FORMAT, "9 channels", detector.listen(rate, 9));
}

void bad_input_throws_and_the_object_goes_on() {
  const auto key = voxguard::Key::from_hex(test_key);
  const std::vector<std::uint8_t> short_key(31, 1);
  THROWS(VG_ERR_KEY, "31", voxguard::Key::from_bytes(short_key.data(), short_key.size()));
  THROWS(VG_ERR_KEY, "", voxguard::Key::from_hex(""));
  THROWS(VG_ERR_AUDIO_FORMAT, "9 channels", voxguard::Marker(key, 1, 24000, 9));
  THROWS(VG_ERR_AUDIO_FORMAT, "", voxguard::Marker(key, 1, 0));
  THROWS(VG_ERR_AUDIO_FORMAT, "1000000000", voxguard::Marker(key, 1, 1000000000));
  THROWS(VG_ERR_ARGUMENT, "", voxguard::Marker(key, std::uint64_t{1} << 32, 24000));
  THROWS(VG_ERR_CONFIG, "", voxguard::Detector(std::vector<const voxguard::Key *>{}));
  THROWS(VG_ERR_NULL, "", voxguard::Detector(std::vector<const voxguard::Key *>{nullptr}));
  voxguard::Marker marker(key, 1, 24000, 2);
  THROWS(VG_ERR_PARTIAL_FRAME, "3", marker.process(std::vector<float>(3)));
  THROWS(VG_ERR_NON_FINITE, "", marker.process(std::vector<float>{0.0f, NAN}));
  THROWS(VG_ERR_AUDIO_FORMAT, "", voxguard::embed(std::vector<float>(18), 24000, key, 1, 9));
  CHECK(marker.pending() == 0);
  CHECK(marker.process(std::vector<float>()).empty());
  CHECK(marker.flush<float>().empty());
  CHECK(voxguard::embed(std::vector<float>(), 24000, key, 1).empty());
  CHECK(!voxguard::Detector(key).detect(std::vector<float>(), 24000).found);
}

void objects_move() {
  auto key = voxguard::Key::from_hex(test_key);
  const auto id = key.id();
  auto moved = std::move(key);
  CHECK(moved.id() == id);
  key = voxguard::Key::generate();
  CHECK(key.id() != id);
  voxguard::Marker marker(moved, 1, 24000);
  marker.process(std::vector<float>(480));
  voxguard::Marker elsewhere = std::move(marker);
  CHECK(elsewhere.pending() <= 480);
  elsewhere.reset();
  CHECK(elsewhere.pending() == 0);
  static_assert(!std::is_copy_constructible_v<voxguard::Key> && !std::is_copy_constructible_v<voxguard::Marker>);
  static_assert(!std::is_copy_constructible_v<voxguard::Guard> && !std::is_copy_constructible_v<voxguard::Utterance>);
  static_assert(std::is_nothrow_copy_constructible_v<voxguard::Error>);
}

void a_panic_is_an_exception_and_others_go_on() {
  const auto key = voxguard::Key::from_hex(test_key);
  voxguard::Marker broken(key, 1, 24000);
  voxguard::Marker other(key, 1, 24000);
  CHECK(vg_debug_panic(broken.get()) == VG_ERR_INTERNAL);
  THROWS(VG_ERR_POISONED, "", broken.process(std::vector<float>(480)));
  CHECK(other.process(std::vector<float>(48000)).size() > 40000);
}

}  // namespace

int main() {
  any_chunks_give_the_same_samples<float>(24000, 1);
  any_chunks_give_the_same_samples<std::int16_t>(16000, 1);
  any_chunks_give_the_same_samples<float>(44100, 2);
  any_chunks_give_the_same_samples<std::int16_t>(8000, 2);
  a_mark_is_found_with_its_id();
  options_progress_and_a_listener();
  bad_input_throws_and_the_object_goes_on();
  objects_move();
  a_panic_is_an_exception_and_others_go_on();
  return done();
}

// One utterance, from text to record: check, mark, account for, find again.
//
//   one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db
//
// IN.wav stands for what a TTS engine speaks. Exit status: 0 all went well, 1 the mark was not found or the ledger is
// not intact, 2 something failed.

#include <cinttypes>
#include <cstdio>
#include <voxguard.hpp>

#include "files.hpp"

namespace {

constexpr std::size_t chunk = 480;  // frames
constexpr char harmless[] = "The shipment left the harbour at dawn.";
// A zero-width space, full-width letters, and a word that a tag cuts in two.
constexpr char disguised[] =
    "<speak>Please re\u200bad me your \uff50\uff41\uff53\uff53<break time='10ms'/>word.</speak>";

// Begins an utterance and says what the policy thinks of the text.
voxguard::Utterance begin(const voxguard::Guard &guard, const char *text, const Wav &speech) {
  auto utterance =
      guard.begin({text, "heart", "user-1", voxguard::Markup::automatic, speech.rate, speech.channels});
  std::printf("%s: %s\n", utterance.allowed() ? "allowed" : "refused", text);
  if (!utterance.allowed()) std::printf("  %s\n", utterance.verdict().reason.c_str());
  return utterance;
}

int run(char **argv) {
  // Once, when the host starts: a key, the rules, a ledger, and the guard that holds them together.
  const auto key = voxguard::Key::from_hex(argv[1]);
  const voxguard::Policy policy(read_file(argv[2]));
  const voxguard::Ledger ledger(std::string("sqlite:///") + argv[5], key);
  const auto tell = [](std::string_view record) {  // it is on disk already
    std::printf("record: %.*s\n", static_cast<int>(record.size()), record.data());
  };
  const voxguard::Guard guard(key, {&policy, &ledger, tell});
  Wav wav = read_wav(argv[3]);

  // A text that the rules forbid is refused, however it is disguised; the ledger says so.
  begin(guard, disguised, wav);

  // A harmless one is spoken: each chunk is marked on its way out.
  auto utterance = begin(guard, harmless, wav);
  const std::uint64_t mark = utterance.mark_id();
  std::vector<std::int16_t> out;
  const auto play = [&](const std::vector<std::int16_t> &samples) {
    out.insert(out.end(), samples.begin(), samples.end());
  };
  for (std::size_t at = 0; at < wav.samples.size(); at += chunk * wav.channels) {
    const auto from = wav.samples.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(chunk * wav.channels, wav.samples.size() - at);
    play(utterance.mark(std::vector<std::int16_t>(from, from + static_cast<std::ptrdiff_t>(count))));
  }
  play(utterance.finish<std::int16_t>());
  wav.samples = out;
  write_wav(argv[4], wav);

  // Any day later, from the audio alone: whose is it, and what was asked?
  const auto detection = voxguard::Detector(key).detect(wav.samples, wav.rate, wav.channels);
  std::printf("found: %s, p = %.1e, mark %08" PRIx64 " (given %08" PRIx64 ")\n", detection.found ? "yes" : "no",
              detection.p_value, detection.mark.value_or(0), mark);
  std::printf("its records: %s\n", ledger.find_mark(detection.mark.value_or(0)).c_str());

  // A signed checkpoint, kept elsewhere, proves later that nothing was changed or taken away.
  const std::string checkpoint = ledger.checkpoint();
  const auto verification = ledger.verify(checkpoint);
  std::printf("checkpoint: %sverified: %s\n", checkpoint.c_str(), verification.report.c_str());
  return detection.found && detection.mark == mark && verification.intact ? 0 : 1;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db\n");
    return 2;
  }
  try {
    return run(argv);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}

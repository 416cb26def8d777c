// Policy, ledger, guard and utterance through voxguard.hpp.

#include <stdexcept>

#include "check.hpp"

namespace {

constexpr std::uint32_t rate = 16000;

void a_forbidden_text_is_refused_with_where_and_why() {
  const voxguard::Policy policy(rules);
  const auto allowed = policy.check("Turn left after the bridge.");
  CHECK(allowed.allowed() && allowed.hits.empty() && allowed.text == "Turn left after the bridge.");
  CHECK(allowed.markup == voxguard::Markup::plain);
  const auto blocked = policy.check("Caf\xc3\xa9 and grenade, please", voxguard::Markup::plain);
  CHECK(!blocked.allowed() && blocked.action == voxguard::Action::block && blocked.text.empty());
  CHECK(!blocked.reason.empty() && blocked.hits.size() >= 1);
  const auto &hit = blocked.hits.front();
  CHECK(hit.rule == "weapon" && hit.category == "weapons" && hit.severity == voxguard::Severity::critical);
  CHECK(hit.start == 9 && hit.end == 16 && hit.start_byte == 10 && hit.end_byte == 17);
  CHECK(policy.hash().size() == 32 && policy.hash() == voxguard::Policy(rules).hash());
  CHECK(policy.check("").allowed() && policy.check(std::string_view()).allowed());
}

void bad_rules_and_texts_throw() {
  THROWS(VG_ERR_POLICY, "line 1", voxguard::Policy("not json"));
  THROWS(VG_ERR_POLICY, "", voxguard::Policy(std::string_view()));
  const voxguard::Policy policy(rules);
  THROWS(VG_ERR_UTF8, "", policy.check("\xff"));
  THROWS(VG_ERR_TEXT, "10485760", policy.check(std::string(10u << 20, 'a')));
  CHECK(policy.check("Turn left.").allowed());
}

std::string speak(const voxguard::Guard &guard, std::uint64_t *mark) {
  auto utterance = guard.begin({"Turn left.", "heart", "user-1", voxguard::Markup::automatic, rate, 1});
  CHECK(utterance.allowed() && utterance.text() == "Turn left." && utterance.verdict().allowed());
  const auto samples = voice<std::int16_t>(rate, rate);
  const auto key = voxguard::Key::from_hex(test_key);
  *mark = utterance.mark_id();
  auto out = utterance.mark(samples);
  std::string record;
  const auto tail = utterance.finish<std::int16_t>(&record);
  out.insert(out.end(), tail.begin(), tail.end());
  CHECK(out == voxguard::embed(samples, rate, key, *mark));
  CHECK(record == utterance.record());
  CHECK(record.find("\"complete\"") != std::string::npos);
  THROWS(VG_ERR_STATE, "", utterance.mark(samples));
  return record;
}

void an_utterance_is_recorded_and_found_again() {
  const auto key = voxguard::Key::from_hex(test_key);
  const voxguard::Ledger ledger("sqlite::memory:", key);
  const voxguard::Policy policy(rules);
  std::vector<std::string> told;
  std::uint64_t mark = 0;
  {
    const voxguard::Guard guard(key, {&policy, &ledger, [&](std::string_view json) { told.emplace_back(json); }});
    const auto record = speak(guard, &mark);
    CHECK(told.size() == 1 && told[0] == record);
    auto refused = guard.begin({"A grenade!", "heart"});
    CHECK(!refused.allowed() && refused.text().empty());
    THROWS(VG_ERR_STATE, "", refused.mark_id());
    CHECK(told.size() == 2 && refused.record() == told[1] && refused.abort() == "null");
    auto early = guard.begin({"Turn right.", "heart", std::nullopt, voxguard::Markup::plain, rate});
    early.mark(std::vector<float>(480));
    CHECK(early.abort().find("\"aborted\"") != std::string::npos);
  }
  CHECK(ledger.size() == 3);
  CHECK(ledger.find_mark(mark).find("\"heart\"") != std::string::npos);
  CHECK(ledger.find_subject("user-1").find("\"seq\":1") != std::string::npos);
  CHECK(ledger.get(1).find("\"generation\"") != std::string::npos && ledger.get(99) == "null");
  const auto note = ledger.checkpoint();
  CHECK(ledger.verify().intact && ledger.verify(note).intact);
  CHECK(!ledger.verifying_key().empty());
  THROWS(VG_ERR_CHECKPOINT, "", ledger.verify(""));
  THROWS(VG_ERR_ARGUMENT, "", ledger.find_subject("no spaces"));
}

struct Counter {
  explicit Counter(int *alive) : alive_(alive) { ++*alive_; }
  Counter(const Counter &other) : alive_(other.alive_) { ++*alive_; }
  Counter &operator=(const Counter &) = delete;
  ~Counter() { --*alive_; }
  int *alive_;
};

void a_callback_that_throws_fails_finish_and_is_freed_once() {
  const auto key = voxguard::Key::from_hex(test_key);
  const voxguard::Ledger ledger("sqlite::memory:", key);
  int alive = 0;
  bool fail = true;
  {
    const Counter counter(&alive);
    const voxguard::Guard guard(key, {nullptr, &ledger, [counter, &fail](std::string_view) {
                                        if (fail) throw std::runtime_error("nobody listens");
                                      }});
    auto utterance = guard.begin({"Turn left.", "heart", std::nullopt, voxguard::Markup::plain, rate});
    utterance.mark(std::vector<float>(4800));
    THROWS(VG_ERR_CALLBACK, "", utterance.finish<float>());
    CHECK(ledger.size() == 1);
    fail = false;
    CHECK(!utterance.finish<float>().empty() || utterance.latency() == 0);
    CHECK(ledger.size() == 1);
    CHECK(alive > 1);
  }
  CHECK(alive == 0);
}

void children_outlive_what_they_were_made_from() {
  std::optional<voxguard::Utterance> utterance;
  {
    const auto key = voxguard::Key::from_hex(test_key);
    const voxguard::Ledger ledger("sqlite::memory:", key);
    const voxguard::Policy policy(rules);
    const voxguard::Guard guard(key, {&policy, &ledger, nullptr});
    utterance.emplace(guard.begin({"Turn left.", "heart", std::nullopt, voxguard::Markup::plain, rate}));
  }
  const auto marked = utterance->mark(std::vector<float>(4800));
  CHECK(marked.size() + utterance->pending() == 4800);
  std::string record;
  CHECK(marked.size() + utterance->finish<float>(&record).size() == 4800);
  CHECK(record.find("\"frames_marked\":4800") != std::string::npos);
}

}  // namespace

int main() {
  a_forbidden_text_is_refused_with_where_and_why();
  bad_rules_and_texts_throw();
  an_utterance_is_recorded_and_found_again();
  a_callback_that_throws_fails_finish_and_is_freed_once();
  children_outlive_what_they_were_made_from();
  return done();
}

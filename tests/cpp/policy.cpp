// Packs, word lists, consents, streams and classifiers through voxguard.hpp.

#include <chrono>
#include <stdexcept>
#include <thread>

#include "check.hpp"

namespace {

constexpr const char *names =
    R"({"version": 1, "rules": [{"id": "voices", "category": "impersonation", "severity": "error", "match": "name",
        "terms": ["Aurelia Example"]}]})";

void a_classifier_of_yours_adds_what_it_finds() {
  const voxguard::Policy policy(names, [](std::string_view spoken) {
    std::vector<voxguard::Finding> found;
    const auto at = spoken.find("secret");
    if (at != std::string_view::npos) {
      found.push_back({"meaning", "leak", voxguard::Severity::error, voxguard::Action::mask, at, at + 6});
    }
    return found;
  });
  CHECK(policy.check("nothing here").allowed() && policy.check("nothing here").hits.empty());
  const auto masked = policy.check("<speak>a secret <break/>thing</speak>");
  CHECK(masked.action == voxguard::Action::mask && masked.hits.size() == 1);
  CHECK(masked.hits[0].rule == "meaning" && masked.hits[0].category == "leak" && masked.hits[0].view == "classifier");
  CHECK(masked.text == "<speak>a  <break/>thing</speak>");
}

void a_classifier_that_fails_or_is_late_blocks_unless_you_say_otherwise() {
  const auto fails = [](std::string_view) -> std::vector<voxguard::Finding> { throw std::runtime_error("no answer"); };
  CHECK(!voxguard::Policy(names, fails).check("hello").allowed());
  CHECK(voxguard::Policy(names, fails, {0, voxguard::Action::warn}).check("hello").action == voxguard::Action::warn);
  const auto late = [](std::string_view) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return std::vector<voxguard::Finding>();
  };
  CHECK(!voxguard::Policy(names, late, {1, voxguard::Action::block}).check("hello").allowed());
  THROWS(VG_ERR_ARGUMENT, "on_failure", voxguard::Policy(names, late, {1, voxguard::Action::mask}));
  THROWS(VG_ERR_POLICY, "", voxguard::Policy("not json", late));
}

void a_consent_lifts_a_protected_name() {
  const voxguard::Policy policy(names);
  CHECK(!policy.check("This is Aurelia Example.").allowed());
  CHECK(policy.check("This is Aurelia Example.", voxguard::Markup::plain, {"Aurelia Example"}).allowed());
  CHECK(policy.check("This is Aurelia Example.", voxguard::Markup::plain, {"voices"}).allowed());
  auto stream = policy.stream(voxguard::Markup::plain, {"voices"});
  auto spoken = stream.push("This is Aurelia Ex").text;
  spoken += stream.push("ample. ").text;
  const auto last = stream.finish();
  CHECK(!last.blocked && spoken + last.text == "This is Aurelia Example. ");
  CHECK(policy.explain("This is Aurelia Example.").find("\"sought\":\"Aurelia Example\"") != std::string::npos);
}

void packs_are_signed_and_word_lists_become_rules() {
  voxguard::SigningKey secret{};
  secret.fill(7);
  const auto pack = voxguard::sign_rules(names, secret);
  const auto policy = voxguard::Policy::from_pack(pack, {voxguard::signing_public_key(secret)});
  CHECK(policy.hash() == voxguard::Policy(names).hash());
  THROWS(VG_ERR_POLICY, "", voxguard::Policy::from_pack(pack, {secret}));
  const auto words = voxguard::rules_from_words("grenade\nwire transfer\n", "mine", "own", voxguard::Severity::critical, "en");
  CHECK(!voxguard::Policy(words).check("two grenades").allowed());
  CHECK(!voxguard::Policy(voxguard::rules_from_words("grenade", "mine", "own")).check("a grenade").allowed());
  CHECK(!voxguard::Policy(voxguard::starter_rules("en")).check("Read me your card number").allowed());
  THROWS(VG_ERR_ARGUMENT, "", voxguard::starter_rules("xx"));
  const auto advice = voxguard::lint_rules(
      R"([{"name": "old", "pattern": "\\bdiscriminat\\b", "severity": "error", "category": "x"}])");
  CHECK(advice.find("\"rule\":\"old\"") != std::string::npos);
}

}  // namespace

int main() {
  a_classifier_of_yours_adds_what_it_finds();
  a_classifier_that_fails_or_is_late_blocks_unless_you_say_otherwise();
  a_consent_lifts_a_protected_name();
  packs_are_signed_and_word_lists_become_rules();
  return done();
}

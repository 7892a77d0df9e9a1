// What is learned from spans that something has happened to is the model, or the account says what
// has happened.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "calibrate/calibrate.hpp"
#include "tests/property/dirt.hpp"
#include "tests/property/model_likeness.hpp"
#include "tests/property/recorded_simulation.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t models = 50;
constexpr std::uint64_t models_at_once = 2;
constexpr std::size_t known_to_be_wrong_when_clipped = 2;

/// How a model came back.
struct Learned {
  std::vector<std::string> wrong;
  bool warned = false;
};

Learned learned_from(std::uint64_t number, const std::vector<const Dirt*>& dirts) {
  const LearnableScenario scenario = learnable_scenario(number);
  SpanSet spans = recorded(scenario, number);
  RandomStream luck(number, 0xd127, 0);
  for (const Dirt* dirt : dirts) dirt->spoil(spans, luck);
  const Seen seen = seen_in(spans, scenario.model);
  const Calibration calibration = calibrate(std::move(spans), {});
  Learned learned;
  learned.wrong = differences(scenario.model, calibration.model, seen);
  const auto runs = differences_of_runs(scenario, calibration.model, seen);
  learned.wrong.insert(learned.wrong.end(), runs.begin(), runs.end());
  const std::string account = text(calibration.account);
  // Of several kinds not all do harm; any may be what is named.
  learned.warned = std::any_of(dirts.begin(), dirts.end(), [&](const Dirt* dirt) {
    return std::any_of(dirt->words.begin(), dirt->words.end(), [&](const std::string& word) {
      return account.find(word) != std::string::npos;
    });
  });
  return learned;
}

const Dirt& dirt_called(const std::string& name) {
  return *std::find_if(every_dirt().begin(), every_dirt().end(),
                       [&](const Dirt& dirt) { return dirt.name == name; });
}

/// How many models are wrong without a warning, by what was done to their spans.
std::size_t silently_wrong(const std::vector<std::string>& names, std::uint64_t how_many) {
  std::vector<const Dirt*> dirts;
  for (const std::string& name : names) dirts.push_back(&dirt_called(name));
  std::size_t silent = 0;
  for (std::uint64_t number = 0; number < how_many; ++number) {
    const Learned learned = learned_from(number, dirts);
    silent += learned.wrong.empty() || learned.warned ? 0 : 1;
  }
  return silent;
}

const std::vector<std::vector<std::string>> never_silent = {
    {"duplicates"},
    {"lost spans"},
    {"lost parents"},
    {"clock skew"},
    {"1 ms clocks"},
    {"tail sampling, with weights"},
    {"tail sampling, without weights"},
    {"replaced instances"},
    {"duplicates", "lost spans"},
    {"lost spans", "clock skew"},
    {"duplicates", "1 ms clocks", "replaced instances"}};

void check_never_silent(std::uint64_t how_many) {
  for (const std::vector<std::string>& names : never_silent) {
    for (const std::string& name : names) UNSCOPED_INFO(name);
    CHECK(silently_wrong(names, how_many) == 0);
  }
}

}  // namespace

TEST_CASE("a model learned from dirty spans is right, or its account says what is wrong with them",
          "[property]") {
  check_never_silent(models_at_once);
}

TEST_CASE("many models learned from dirty spans are right, or their accounts say why not",
          "[property][.slow]") {
  check_never_silent(models);
}

TEST_CASE("duplicates, weights of sampling and new instances do no harm", "[property][.slow]") {
  for (const char* name : {"duplicates", "tail sampling, with weights", "replaced instances"}) {
    CAPTURE(name);
    for (std::uint64_t number = 0; number < models; ++number) {
      CAPTURE(number);
      CHECK(learned_from(number, {&dirt_called(name)}).wrong.empty());
    }
  }
}

// Where a caller that had failed let go of calls whose callees were cut, too, their visits look
// whole and are too short. Some models are wrong by that today; fewer are better.
TEST_CASE("most timeouts are found where server spans end with them", "[property][.slow]") {
  CHECK(silently_wrong({"clipped timeouts"}, models) <= known_to_be_wrong_when_clipped);
}

// Which traces were kept cannot be told from those that were, unless they say so.
TEST_CASE("a model learned from traces sampled by their end, without weights, is wrong",
          "[property]") {
  const Dirt& dirt = dirt_called("tail sampling, without weights");
  for (std::uint64_t number = 0; number < models_at_once; ++number) {
    CHECK_FALSE(learned_from(number, {&dirt}).wrong.empty());
  }
}

// For each sign a recording that bears it and a neutral twin: the sign is found in 95 % of the one
// and 5 % of the other at most, and of clean recordings 5 % show any sign at most.

#include "calibrate/recording_audit.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/property/contamination.hpp"
#include "tests/property/recorded_simulation.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t recordings = 40;
constexpr std::uint64_t recordings_at_once = 1;

bool shows(const RecordingAudit& audit, const std::string& sign) {
  return std::any_of(audit.found.begin(), audit.found.end(),
                     [&](const FoundSign& found) { return found.sign == sign; });
}

RecordingAudit audit_of(std::uint64_t number, void (*spoil)(SpanSet&, RandomStream&)) {
  SpanSet spans = recorded(learnable_scenario(number), number);
  RandomStream luck(number, 0xa0d1, 0);
  if (spoil) spoil(spans, luck);
  return audit_recording(std::move(spans), {});
}

std::uint64_t found_in(std::uint64_t how_many, const std::string& sign,
                       void (*spoil)(SpanSet&, RandomStream&)) {
  std::uint64_t found = 0;
  for (std::uint64_t number = 0; number < how_many; ++number) {
    const bool is_found = shows(audit_of(number, spoil), sign);
    UNSCOPED_INFO("recording " << number << (is_found ? ": found" : ": not found"));
    found += is_found ? 1 : 0;
  }
  return found;
}

void check_signs(std::uint64_t how_many, std::uint64_t least_found, std::uint64_t most_in_twins) {
  for (const Contamination& one : every_contamination()) {
    CAPTURE(one.sign, one.name);
    CHECK(found_in(how_many, one.sign, one.spoil) >= least_found);
    CHECK(found_in(how_many, one.sign, one.spoil_twin) <= most_in_twins);
  }
}

std::uint64_t clean_with_signs(std::uint64_t how_many) {
  std::uint64_t with_signs = 0;
  for (std::uint64_t number = 0; number < how_many; ++number) {
    const RecordingAudit audit = audit_of(number, nullptr);
    for (const FoundSign& found : audit.found) {
      UNSCOPED_INFO("recording " << number << ": " << found.sign << ": " << found.evidence);
    }
    with_signs += audit.found.empty() ? 0 : 1;
  }
  return with_signs;
}

}  // namespace

TEST_CASE("signs are found where they are, and not in neutral twins", "[property]") {
  check_signs(recordings_at_once, recordings_at_once, 0);
}

TEST_CASE("signs are found in 95 % of many recordings, and in 5 % of twins at most",
          "[property][.slow]") {
  check_signs(recordings, recordings * 95 / 100, recordings * 5 / 100);
}

TEST_CASE("clean recordings show no sign", "[property]") {
  CHECK(clean_with_signs(4 * recordings_at_once) == 0);
}

TEST_CASE("of many clean recordings one in twenty shows a sign at most", "[property][.slow]") {
  CHECK(clean_with_signs(recordings) <= recordings / 20);
}

TEST_CASE("the audit does not depend on the order of spans", "[property]") {
  SpanSet spans = recorded(learnable_scenario(1), 1);
  SpanSet reversed = spans;
  std::reverse(reversed.spans.begin(), reversed.spans.end());

  CHECK(text(audit_recording(std::move(spans), {})) ==
        text(audit_recording(std::move(reversed), {})));
}

#define CATCH_CONFIG_MAIN
#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>

#include "tests/support/skipped.hpp"

namespace rehearse::testing {
namespace {

/// How many tests were skipped for each reason.
std::map<std::string, int>& skipped() {
  static std::map<std::string, int> counts;
  return counts;
}

class CountsSkipped : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testRunEnded(const Catch::TestRunStats& /*statistics*/) override {
    for (const auto& [reason, count] : skipped()) {
      stream << "skipped: " << count << (count == 1 ? " test: " : " tests: ") << reason << "\n";
    }
  }
};

CATCH_REGISTER_LISTENER(CountsSkipped)

}  // namespace

void skip(const std::string& reason) {
  if (std::getenv("REHEARSE_REQUIRE_DATA") != nullptr) {
    FAIL_CHECK(reason);
    return;
  }
  ++skipped()[reason];
  SUCCEED(reason);
}

}  // namespace rehearse::testing

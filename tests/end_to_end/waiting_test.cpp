#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/end_to_end/program.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// Every call fails and is tried a thousand times, by callers that are tried a thousand times: no
/// estimate that leaves retries out sees it coming.
const std::string endless_retries = R"(rehearse_model = 1
[workloads.users]
arrivals = { poisson = { rate = "50/s" } }
mix = { "page/Get" = 1 }
[services.page.calls.stock]
retry = { max_attempts = 1000, base_backoff = "0s", retry_on = "5xx" }
[[services.page.endpoints.Get.behaviours]]
steps = [ { call = "stock/Get" } ]
[services.stock.calls.store]
retry = { max_attempts = 1000, base_backoff = "0s", retry_on = "5xx" }
[[services.stock.endpoints.Get.behaviours]]
steps = [ { call = "store/Get" } ]
[services.store.endpoints.Get]
errors = { percent = 100 }
[[services.store.endpoints.Get.behaviours]]
steps = [ { work = "1us" } ]
)";

/// Each request makes a hundred million others, one after another.
const std::string endless_spawning = R"(rehearse_model = 1
[workloads.users]
arrivals = { poisson = { rate = "50/s" } }
mix = { "page/Get" = 1 }
[network]
latency = "1us"
[[services.page.endpoints.Get.behaviours]]
steps = [ { spawn = "page/Get", probability = 0.99999999 } ]
)";

Finished interrupted_after_six_seconds(const std::string& model, int signal) {
  const Workplace place;
  place.write("a.model.toml", model);
  place.write("a.toml", R"(rehearse = 1
[scenario]
name = "a"
model = "a.model.toml"
duration = "60s"
replications = 2
)");
  return place.rehearse({"run", "a.toml"}, [signal](int process) {
    ::usleep(6'500'000);
    ::kill(process, signal);
  });
}

}  // namespace

TEST_CASE("a replication that takes hours says so within seconds, and can be interrupted",
          "[end_to_end]") {
  for (const Finished& run : {interrupted_after_six_seconds(endless_retries, SIGINT),
                              interrupted_after_six_seconds(endless_spawning, SIGTERM)}) {
    CHECK_THAT(run.errors, Catch::Contains("The first replication has run for ") &&
                               Catch::Contains(" and simulated ") && Catch::Contains(" of 1m: ") &&
                               Catch::Contains("interrupted before the first replication"));
    CHECK(run.exit_code == 105);
  }
}

}  // namespace rehearse

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse::testing {

void write_model(const Workplace& place, const std::string& network_latency) {
  place.write("queue.model.toml", R"(rehearse_model = 1

[workloads.users]
arrivals = { poisson = { rate = "100/s" } }
mix = { "shop/GET /" = 1 }

[services.shop]
workers = 10

[[services.shop.endpoints."GET /".behaviours]]
steps = [ { work = "20ms" } ]

[network]
latency = ")" + network_latency + "\"\n");
}

void write_scenario(const Workplace& place, const std::string& name, const std::string& threshold,
                    const std::string& probability, int replications) {
  const std::string required =
      probability.empty() ? "" : "probability = \">= " + probability + "\"\n";
  place.write(name + ".toml", R"(rehearse = 1

[scenario]
name = "slow shop"
model = "queue.model.toml"
duration = "6s"
warm_up = "1s"
seed = 3
replications = )" + std::to_string(replications) +
                                  R"(

[[faults]]
name = "slow"
kind = "latency"
target = { service = "shop" }
at = "2s"
duration = "2s"
delay = "100ms"
percentage = 100

[[objectives]]
name = "stays fast"
expect = "p50(latency{workload='users'}) < )" +
                                  threshold + R"("
over = "fault"
)" + required);
}

}  // namespace rehearse::testing

#include "studies/affordable_run.hpp"

#include <algorithm>

#include "models/system.hpp"

namespace rehearse {
namespace {

constexpr double shortest_run = 1e-6;
constexpr double longest_run = 1e8;

ExperimentSpec lasting(double seconds, double longest) {
  ExperimentSpec experiment;
  experiment.warm_up = Duration::rounded_seconds(std::min(1 + 5 * longest, seconds));
  experiment.duration = experiment.warm_up + Duration::rounded_seconds(seconds);
  experiment.window = experiment.duration;
  return experiment;
}

}  // namespace

std::optional<ExperimentSpec> affordable_run(const ModelSpec& model, const WantedRun& wanted) {
  double seconds = std::clamp(wanted.seconds, shortest_run, longest_run);
  const double events = System(model, lasting(seconds, wanted.longest)).expected_events();
  if (events > wanted.most_events) seconds *= wanted.most_events / events;
  if (seconds < shortest_run || seconds * wanted.per_second < wanted.fewest_requests) {
    return std::nullopt;
  }
  return lasting(seconds, wanted.longest);
}

}  // namespace rehearse

#include "studies/beyond_recording.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "language/spec_path.hpp"

namespace rehearse {
namespace {

/// What came to the endpoints of one service in one interval.
struct Visits {
  RequestCounts counts;
  std::map<std::string, double> by_operation;
};

using VisitsOfServices = std::map<std::string, Visits>;

/// [interval].
std::vector<VisitsOfServices> visits_of(const ArmRecord& arm) {
  std::vector<VisitsOfServices> all;
  for (const IntervalTotals& interval : arm.totals()) {
    VisitsOfServices& visits = all.emplace_back();
    for (std::size_t i = 0; i < interval.endpoints.size(); ++i) {
      const EndpointName& name = arm.layout.endpoints[i].name;
      const RequestCounts& counts = interval.endpoints[i].counts;
      visits[name.service].counts += counts;
      visits[name.service].by_operation[name.operation] += static_cast<double>(counts.arrived);
    }
  }
  return all;
}

double percent_of(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

double error_percent(const RequestCounts& counts) {
  const std::uint64_t judged = counts.ok + counts.errors();
  return percent_of(static_cast<double>(counts.errors()), static_cast<double>(judged));
}

/// How often each operation was visited; empty where evidence does not say so of all.
std::map<std::string, double> recorded_mix(const ModelSpec& model, const std::string& service) {
  std::map<std::string, double> mix;
  for (const auto& [operation, endpoint] : model.services.at(service).endpoints) {
    const std::string of_service = extended_path(extended_path("services", service), "endpoints");
    const auto evidence =
        model.evidence.find(extended_path(extended_path(of_service, operation), "behaviours"));
    if (evidence == model.evidence.end() || evidence->second.n == 0) return {};
    mix[operation] = static_cast<double>(evidence->second.n);
  }
  return mix;
}

double sum_of(const std::map<std::string, double>& mix) {
  double sum = 0;
  for (const auto& [operation, visits] : mix) sum += visits;
  return sum;
}

/// Total variation between two mixes, in percent.
std::optional<double> moved_percent(const std::map<std::string, double>& recorded,
                                    const std::map<std::string, double>& brought) {
  const double of_recorded = sum_of(recorded);
  const double of_brought = sum_of(brought);
  if (recorded.size() < 2 || of_brought == 0) return std::nullopt;
  double moved = 0;
  for (const auto& [operation, visits] : recorded) {
    const auto now = brought.find(operation);
    const double share = now == brought.end() ? 0 : now->second / of_brought;
    moved += std::fabs(share - visits / of_recorded) / 2;
  }
  return 100 * moved;
}

double seconds_of(const OutcomeLayout::IntervalKey& interval) {
  return (interval.to - interval.from).in_seconds();
}

BeyondService beyond_of(const LoadRatios& load, const ModelSpec& recorded, const Study& study,
                        const std::vector<VisitsOfServices>& brought,
                        const std::vector<VisitsOfServices>& without) {
  BeyondService beyond;
  beyond.load = load;
  beyond.is_beyond =
      std::any_of(study.unknown.begin(), study.unknown.end(),
                  [&](const UnknownCapacity& one) { return one.service == load.service; });
  const auto mix = recorded_mix(recorded, load.service);
  const auto replications = static_cast<double>(study.experiment.replications());
  for (std::size_t i = 0; i < brought.size(); ++i) {
    const Visits& visits = brought[i].at(load.service);
    const double seconds = seconds_of(study.experiment.layout.intervals[i]) * replications;
    const auto arrived = static_cast<double>(visits.counts.arrived);
    if (seconds > 0)
      beyond.visits_per_second = std::max(beyond.visits_per_second, arrived / seconds);
    beyond.error_percent = std::max(beyond.error_percent, error_percent(visits.counts));
    if (const auto moved = moved_percent(mix, visits.by_operation)) {
      beyond.mix_moved_percent = std::max(beyond.mix_moved_percent.value_or(0), *moved);
    }
    if (without.empty()) continue;
    beyond.error_percent_without = std::max(beyond.error_percent_without.value_or(0),
                                            error_percent(without[i].at(load.service).counts));
  }
  return beyond;
}

}  // namespace

BeyondRecording beyond_recording(const ModelSpec& recorded, const Study& study) {
  BeyondRecording beyond;
  const auto brought = visits_of(study.experiment);
  const auto without = study.control ? visits_of(*study.control) : std::vector<VisitsOfServices>();
  for (const LoadRatios& load : load_ratios(recorded, study.experiment)) {
    beyond.services.push_back(beyond_of(load, recorded, study, brought, without));
  }
  const auto rank = [](const BeyondService& one) {
    return one.load.highest().value_or(std::numeric_limits<double>::infinity());
  };
  std::stable_sort(
      beyond.services.begin(), beyond.services.end(),
      [&](const BeyondService& a, const BeyondService& b) { return rank(a) > rank(b); });
  beyond.untried = study.untried;
  return beyond;
}

}  // namespace rehearse

#include "studies/reading_runs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/replication.hpp"
#include "models/run/measure.hpp"
#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "sim/threads/replications.hpp"

namespace rehearse {
namespace {

/// A collapse that is only supposed is one long before it takes the memory of the machine.
constexpr std::uint32_t most_in_flight = 500'000;

/// More gave the same verdicts, in a hundred scenarios of random systems.
constexpr std::uint64_t most_screened = 2;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

ReadingRecord record_of(const Study& plain) {
  ReadingRecord record;
  record.replications = plain.experiment.replications();
  for (const std::uint8_t judgement : plain.experiment.rows.objective_judgement) {
    record.judgements.push_back(static_cast<Judgement>(judgement));
  }
  record.values = plain.experiment.rows.objective_value;
  return record;
}

}  // namespace

Threading threading_of(const System& system, const ReadingSettings& settings) {
  Threading threading;
  threading.partitions = system.cut_report(settings.threads_of_one).partitions;
  threading.threads = std::min(threading.partitions, settings.threads_of_one);
  threading.cancelled = [&settings](Time) { return settings.cancelled(); };
  return threading;
}

ReadingRuns::ReadingRuns(const Study& plain, const ReadingSettings& settings)
    : settings_(settings),
      experiment_(settings.experiment),
      screen_(std::min(most_screened, plain.experiment.replications())),
      records_{record_of(plain)} {
  experiment_.most_in_flight = std::min(experiment_.most_in_flight, most_in_flight);
}

const ReadingRecord& ReadingRuns::of(const Reading& reading, std::uint64_t replications) {
  ReadingRecord& record = find(reading);
  if (record.replications >= replications) return record;
  const System system(applied(settings_.model, reading), experiment_);
  const Threading threading = threading_of(system, settings_);
  std::vector<RunMemory> memories(static_cast<std::size_t>(settings_.at_once));
  const auto run = [&](std::uint64_t index, int worker) {
    const ReplicationSeed seed{.study = settings_.seed, .replication = index};
    RunMemory& memory = memories[static_cast<std::size_t>(worker)];
    if (!settings_.drawn) return run_replication(system, seed, memory, threading);
    const ModelSpec drawn = settings_.drawn->draw(index % settings_.drawn->draws());
    return run_replication(System(applied(drawn, reading), experiment_), seed, memory, threading);
  };
  const auto deliver = [&](std::uint64_t, Outcome&& outcome) {
    add(outcome, system.layout(), record);
    return true;
  };
  run_replications<Outcome>(record.replications, replications, settings_.at_once, run, deliver,
                            settings_.cancelled);
  if (record.replications < replications) throw Cancelled("readings were interrupted");
  return record;
}

bool ReadingRuns::knows(const Reading& reading) const {
  return std::any_of(records_.begin(), records_.end(),
                     [&](const ReadingRecord& record) { return record.reading == reading; });
}

ReadingRecord& ReadingRuns::find(const Reading& reading) {
  const auto found =
      std::find_if(records_.begin(), records_.end(),
                   [&](const ReadingRecord& record) { return record.reading == reading; });
  if (found != records_.end()) return *found;
  records_.push_back({reading, 0, {}, {}});
  return records_.back();
}

void ReadingRuns::add(const Outcome& outcome, const OutcomeLayout& layout,
                      ReadingRecord& record) const {
  for (std::size_t i = 0; i < experiment_.objectives.size(); ++i) {
    const ObjectiveSpec& objective = experiment_.objectives[i];
    const std::size_t interval = layout.objective_intervals[i];
    const bool quantile = objective.expect.metric == Metric::latency &&
                          objective.expect.aggregate == Aggregate::quantile;
    const LatencySplit* const split = quantile ? &outcome.splits.at(i) : nullptr;
    record.judgements.push_back(judge(objective, outcome, layout, interval, split));
    record.values.push_back(
        measured(objective.expect, outcome, layout, interval, split).value_or(nothing));
  }
  ++record.replications;
}

Risk ReadingRuns::risk(const ReadingRecord& record, std::size_t objective,
                       std::optional<std::uint64_t> first) const {
  const std::uint64_t replications =
      std::min(first.value_or(record.replications), record.replications);
  std::vector<Judgement> judgements;
  for (std::uint64_t i = 0; i < replications; ++i) {
    judgements.push_back(record.judgements[i * experiment_.objectives.size() + objective]);
  }
  return risk_of(judgements, settings_.drawn ? settings_.drawn->draws() : 0);
}

std::pair<double, double> ReadingRuns::margins(const ReadingRecord& record, std::size_t objective,
                                               std::uint64_t first) const {
  std::vector<double> margins;
  for (std::uint64_t i = 0; i < std::min(first, record.replications); ++i) {
    const double value = record.values[i * experiment_.objectives.size() + objective];
    if (std::isnan(value)) continue;
    const Measurements one = measurements_of({value});
    if (const auto margin = margin_of(one, experiment_.objectives[objective].expect)) {
      margins.push_back(*margin);
    }
  }
  if (margins.empty()) return {0, 0};
  const auto [least, greatest] = std::minmax_element(margins.begin(), margins.end());
  return {*least, *greatest};
}

}  // namespace rehearse

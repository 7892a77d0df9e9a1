#include "studies/readings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "studies/deciding_values.hpp"
#include "studies/mixed_readings.hpp"
#include "studies/recorded_readings.hpp"

namespace rehearse {
namespace {

/// The model's own reading first.
std::vector<Reading> corners(const std::vector<OpenValue>& open, const RecordedEnds& ends) {
  std::set<EdgeName> survived;
  for (const OpenValue& value : open) {
    if (value.kind == OpenValue::Kind::failure) survived.insert(value.edge());
  }
  std::vector<Reading> readings;
  for (const auto& timeouts : {std::map<EdgeName, Duration>(), ends.short_timeouts}) {
    for (const auto& survive : {std::set<EdgeName>(), survived}) {
      for (const Limits& limits : {Limits(), ends.least_workers, ends.least_cores}) {
        const Reading reading{limits, survive, timeouts};
        const bool known = std::find(readings.begin(), readings.end(), reading) != readings.end();
        if (!known) readings.push_back(reading);
      }
    }
  }
  return readings;
}

class Search {
 public:
  Search(const Study& plain, const ReadingSettings& settings)
      : settings_(settings),
        results_(judge_objectives(plain.objectives, plain.experiment,
                                  plain.control ? &*plain.control : nullptr)),
        replications_(plain.experiment.replications()),
        runs_(plain, settings) {}

  bool anything_to_find() const { return std::any_of(results_.begin(), results_.end(), is_judged); }

  void run(const std::vector<OpenValue>& open) {
    const RecordedEnds ends = recorded_ends(open, settings_);
    screen(corners(open, ends));
    for (std::size_t i = 0; i < results_.size(); ++i) run_ends_in_full(i);
    doubt_passes(open, ends);
    for (std::size_t i = 0; i < results_.size(); ++i) decide(open, i);
    complete_ = true;
  }

  /// Of what was run until now.
  FoundReadings found() {
    FoundReadings all;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const auto [hopeful, fearful] = ends_in_full(i);
      const Decision decision = i < decisions_.size() ? decisions_[i] : Decision();
      all.risks.push_back({runs_.risk(*hopeful, i), runs_.risk(*fearful, i), tried_, complete_,
                           decision.values, decision.settle});
      all.fearful.push_back(fearful->reading);
    }
    return all;
  }

 private:
  using Ends = std::pair<const ReadingRecord*, const ReadingRecord*>;  // hopeful, fearful

  static bool is_judged(const ObjectiveResult& result) {
    return !proves_nothing(result.experiment, result.control, result.accepted_risk);
  }

  void screen(const std::vector<Reading>& readings) {
    for (const Reading& reading : readings) {
      const bool is_new = !runs_.knows(reading);
      runs_.screened(reading);
      tried_ += is_new ? 1 : 0;
    }
  }

  /// Before an objective passes, more readings are tried than corners.
  void doubt_passes(const std::vector<OpenValue>& open, const RecordedEnds& ends) {
    std::vector<std::size_t> passing;
    std::vector<Reading> turned;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const auto [hopeful, fearful] = ends_in_full(i);
      if (!is_judged(results_[i]) || !is_held(runs_.risk(*fearful, i), results_[i].accepted_risk)) {
        continue;
      }
      passing.push_back(i);
      for (const Reading& corner : {hopeful->reading, fearful->reading}) {
        if (std::find(turned.begin(), turned.end(), corner) == turned.end()) {
          turned.push_back(corner);
        }
      }
    }
    if (passing.empty()) return;
    screen(mixed_readings(open, ends, turned, settings_.seed));
    for (const std::size_t objective : passing) run_worst_in_full(objective);
  }

  /// Two replications tell little: of readings that were only screened, the worst few are run in
  /// full, until one loses the objective.
  void run_worst_in_full(std::size_t objective) {
    constexpr int most_runs = 3;
    std::vector<const ReadingRecord*> screened;
    for (const ReadingRecord& record : runs_.all()) {
      if (record.replications < replications_) screened.push_back(&record);
    }
    const auto is_worse = [&](const ReadingRecord* a, const ReadingRecord* b) {
      return harm(*a, objective, true) > harm(*b, objective, true);
    };
    std::stable_sort(screened.begin(), screened.end(), is_worse);
    if (screened.size() > most_runs) screened.resize(most_runs);
    for (const ReadingRecord* record : screened) {
      const ReadingRecord& full = runs_.of(record->reading, replications_);
      if (!is_held(runs_.risk(full, objective), results_[objective].accepted_risk)) return;
    }
  }

  /// As the screens tell: misses, then the margin, greater where it is worse. By the worse of two
  /// replications or by the better.
  std::pair<std::uint64_t, double> harm(const ReadingRecord& record, std::size_t objective,
                                        bool at_worst) const {
    const std::uint64_t screen = runs_.screen();
    const auto [least, greatest] = runs_.margins(record, objective, screen);
    return {runs_.risk(record, objective, screen).harmed(), -(at_worst ? least : greatest)};
  }

  /// By the screens: of the fearful one the worse of two replications tells, of the hopeful one
  /// the better. What is as bad as the model's own is run, too: two replications tell little.
  Ends screened_ends(std::size_t objective) const {
    Ends ends{&runs_.all().front(), &runs_.all().front()};
    for (const ReadingRecord& record : runs_.all()) {
      if (harm(record, objective, false) < harm(*ends.first, objective, false))
        ends.first = &record;
      if (harm(record, objective, true) >= harm(*ends.second, objective, true))
        ends.second = &record;
    }
    return ends;
  }

  /// Of all that were run as often as the study, by the limits that a verdict goes by.
  Ends ends_in_full(std::size_t objective) const {
    const auto limits = [&](const ReadingRecord& record) {
      return runs_.risk(record, objective).interval;
    };
    Ends ends{&runs_.all().front(), &runs_.all().front()};
    for (const ReadingRecord& record : runs_.all()) {
      if (record.replications < replications_) continue;
      if (limits(record).lower < limits(*ends.first).lower) ends.first = &record;
      if (limits(record).upper > limits(*ends.second).upper) ends.second = &record;
    }
    return ends;
  }

  void run_ends_in_full(std::size_t objective) {
    const ObjectiveResult& result = results_[objective];
    if (!is_judged(result)) return;
    const auto [hopeful, fearful] = screened_ends(objective);
    if (!is_held(result.experiment, result.accepted_risk))
      runs_.of(hopeful->reading, replications_);
    if (result.experiment.interval.lower <= result.accepted_risk) {
      runs_.of(fearful->reading, replications_);
    }
  }

  void decide(const std::vector<OpenValue>& open, std::size_t objective) {
    decisions_.emplace_back();
    const auto [hopeful, fearful] = ends_in_full(objective);
    const double accepted = results_[objective].accepted_risk;
    if (!is_judged(results_[objective])) return;
    if (!is_held(runs_.risk(*hopeful, objective), accepted)) return;
    if (!is_lost(runs_.risk(*fearful, objective), accepted)) return;
    decisions_.back() =
        deciding_values(open, {objective, hopeful->reading, fearful->reading}, runs_);
  }

  const ReadingSettings& settings_;
  std::vector<ObjectiveResult> results_;  // of the model's own reading
  std::uint64_t replications_;
  ReadingRuns runs_;
  std::uint64_t tried_ = 1;          // the model's own
  std::vector<Decision> decisions_;  // [objective]
  bool complete_ = false;
};

}  // namespace

FoundReadings search_readings(const Study& plain, const ReadingSettings& settings) {
  expects(plain.complete(), "readings stand beside a study that was finished");
  const std::vector<OpenValue> open = open_values(settings.model, settings.experiment);
  Search search(plain, settings);
  if (open.empty() || !search.anything_to_find()) return {};
  try {
    search.run(open);
  } catch (const Cancelled&) {
    // What was finished before is told.
  }
  return search.found();
}

}  // namespace rehearse

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "models/checks/open_values.hpp"
#include "models/control/threading.hpp"
#include "models/run/measure.hpp"
#include "models/specs/parameter_draws.hpp"
#include "models/system.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// What all readings of a study are run with. Refers to specs that outlive it.
struct ReadingSettings {
  const ModelSpec& model;     // with what the scenario sets
  const ModelSpec& recorded;  // without
  const ExperimentSpec& experiment;
  std::uint64_t seed = 0;
  const DrawnModel* drawn = nullptr;  // of the model: replication i runs draw i, round and round
  int at_once = 1;                    // replications
  int threads_of_one = 1;
  std::function<bool()> cancelled;  // asked now and then, by any thread
};

/// What replications of one reading said of the objectives: [replication, objective].
struct ReadingRecord {
  Reading reading;
  std::uint64_t replications = 0;
  std::vector<Judgement> judgements;
  std::vector<double> values;  // NaN: not measured
};

/// Runs readings under the luck of the study, each replication once however often it is asked for.
/// Only the experiment: what the control arm says of an objective, the study has said. Belongs to
/// one thread, and uses as many as the settings say.
class ReadingRuns {
 public:
  /// Begins with what the study says of its own model: the empty reading. Keeps a reference to the
  /// settings.
  ReadingRuns(const Study& plain, const ReadingSettings& settings);

  /// So many replications of it at least; stays where it is. Throws Cancelled.
  const ReadingRecord& of(const Reading& reading, std::uint64_t replications);

  /// Whether any replication of it was run.
  bool knows(const Reading& reading) const;

  /// So many tell readings apart: two, if the study has as many.
  std::uint64_t screen() const { return screen_; }
  const ReadingRecord& screened(const Reading& reading) { return of(reading, screen_); }

  /// How often the objective was missed in the first so many replications of a record, or in all.
  Risk risk(const ReadingRecord& record, std::size_t objective,
            std::optional<std::uint64_t> first = {}) const;
  /// The least and the greatest margin of the first so many; zeros where there is none.
  std::pair<double, double> margins(const ReadingRecord& record, std::size_t objective,
                                    std::uint64_t first) const;

  /// All that were run, the model's own first.
  const std::deque<ReadingRecord>& all() const { return records_; }

 private:
  ReadingRecord& find(const Reading& reading);
  void add(const Outcome& outcome, const OutcomeLayout& layout, ReadingRecord& record) const;

  const ReadingSettings& settings_;
  ExperimentSpec experiment_;
  std::uint64_t screen_;
  std::deque<ReadingRecord> records_;
};

/// Ends what nobody waits for any more, wherever it is: for runs of one system.
Threading threading_of(const System& system, const ReadingSettings& settings);

}  // namespace rehearse

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/replication.hpp"
#include "models/specs/parameter_draws.hpp"
#include "studies/study.hpp"
#include "studies/study_memory.hpp"

namespace rehearse {

/// How a study is run. Only `replications`, `seed` and `drawn` change its answers.
struct StudySettings {
  std::uint64_t replications = 0;
  std::uint64_t seed = 0;
  int threads = 1;
  std::optional<int> threads_per_replication;  // chosen when absent
  /// Replication i runs draw i % drawn->draws() of the model; null: the model itself.
  std::shared_ptr<const DrawnModel> drawn;
};

/// Who looks on while replications run. All but `finished` is called from the threads that run
/// them.
struct StudyWatch {
  std::function<bool()> cancelled;                           // asked now and then
  std::function<void(int arm)> begins_arm;                   // 0: the experiment, 1: its control
  std::function<void(Time)> reached;                         // in simulated time
  std::function<void(std::uint64_t replications)> finished;  // in all, in order
};

/// Runs the replications of a study, each beside its control twin where the scenario does
/// something: both meet the same seed. Owns the systems; one thread at a time may call it.
class StudyRun {
 public:
  /// Expects a model and an experiment without mistakes.
  StudyRun(const ModelSpec& model, const ExperimentSpec& experiment, const StudySettings& settings,
           StudyWatch watch);
  StudyRun(const StudyRun&) = delete;
  StudyRun& operator=(const StudyRun&) = delete;

  /// Without replications.
  Study empty_study(StudyInformation information) const;

  /// Adds the replications [first, last) to the study, as far as nobody cancels.
  void add(Study& study, std::uint64_t first, std::uint64_t last, int at_once);

  int arms() const { return control_ ? 2 : 1; }
  int at_once() const { return at_once_; }
  int threads_of_one() const { return threading_.threads; }
  /// Of one run, in simulated time.
  double planned_seconds() const;
  StudyMemory memory() const;
  /// How one replication is cut among threads, where so many were asked for and fewer can be.
  const std::optional<CutReport>& refused_cut() const { return refused_cut_; }

 private:
  struct Twins {
    Outcome experiment;
    std::optional<Outcome> control;
  };
  /// What one thread reuses from one replication to the next.
  struct Memories {
    RunMemory experiment;
    RunMemory control;
  };

  void share_out_threads();
  int asked_for_partitions(int wanted);
  Twins twins(std::uint64_t index, int worker);
  Outcome outcome_of(const System& system, std::uint64_t index, int worker, bool is_control);

  StudySettings settings_;
  StudyWatch watch_;
  ExperimentSpec said_;
  System experiment_;
  std::optional<System> control_;
  std::optional<CutReport> refused_cut_;
  int at_once_ = 1;  // replications
  Threading threading_;
  std::vector<Memories> memories_;
};

}  // namespace rehearse

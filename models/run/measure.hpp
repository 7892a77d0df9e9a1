#pragma once

#include <optional>

#include "models/run/outcome.hpp"
#include "models/specs/experiment_spec.hpp"

namespace rehearse {

/// Whether one replication meets an objective. no_data: nothing was measured, the run was capped,
/// or a fault had no target; so nothing is claimed.
enum class Judgement { met, missed, no_data };

/// The value of a metric in one interval of an outcome, in the units of its threshold; nothing when
/// there were no measurements. A latency quantile that falls among requests without a good answer
/// is infinite; the split, where the objective has one, tells on which side of its threshold it
/// lies.
std::optional<double> measured(const MetricCondition& metric, const Outcome& outcome,
                               const OutcomeLayout& layout, std::size_t interval,
                               const LatencySplit* split = nullptr);

Judgement judge(const ObjectiveSpec& objective, const Outcome& outcome, const OutcomeLayout& layout,
                std::size_t interval, const LatencySplit* split = nullptr);

}  // namespace rehearse

#pragma once

#include <cstdint>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// How many instances match every filter of a target, before anything has happened to them; those
/// of a canary not counted.
std::uint64_t count_matching(const ModelSpec& model, const TargetSpec& target);

/// Of those of one service, whatever service the target names.
std::uint64_t count_matching(const ServiceSpec& service, const TargetSpec& target);

/// How many of `matching` instances are meant: fixed-percent is rounded up.
std::uint64_t count_meant(const TargetSpec& target, std::uint64_t matching);

/// Instances of the canary while its weight is `percent`.
std::uint64_t count_canaries(const RolloutSpec& rollout, int stable_instances, double percent);

}  // namespace rehearse

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/values/endpoint_name.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Instances of a service that meet different load: the stable ones, those of the canary, and those
/// that a fault has made slower than their neighbours, from then on. What only some of them meet
/// must not vanish in the average of all.
enum class LoadGroup { stable, canary, slowed };
inline constexpr std::size_t load_groups = 3;

/// Names the axes of an Outcome; the same for all replications of an arm.
struct OutcomeLayout {
  struct EndpointKey {
    EndpointName name;
    std::string version;  // "stable", or "canary" where there is a rollout
    bool operator==(const EndpointKey&) const = default;
  };
  struct IntervalKey {
    std::string name;  // "run", "fault", "after", or "300 s to 900 s"
    Time from;
    Time to;
    bool operator==(const IntervalKey&) const = default;
  };
  std::vector<EndpointKey> endpoints;
  std::vector<std::string> workloads;
  std::vector<std::string> services;
  std::vector<IntervalKey> intervals;            // "run", then "fault" if there is one
  std::vector<std::size_t> objective_intervals;  // [objective]: index into intervals
  /// From the first start to the last end of faults and rollout as planned; the same in both arms.
  Time disturbance_from = Time::never();
  Time disturbance_to;
  bool is_control = false;
  Time warm_up_end;
  Duration window;
  std::size_t windows = 0;              // they start at warm_up_end
  std::size_t load_windows = 0;         // likewise; none when no capacity is in doubt
  std::size_t load_windows_merged = 1;  // of recorded_load_window: their highest stands for all
  std::vector<std::string> alarms;      // [stop condition]: as they were written
  bool operator==(const OutcomeLayout&) const = default;
};

}  // namespace rehearse

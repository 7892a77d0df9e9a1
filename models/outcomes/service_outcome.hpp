#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace rehearse {

/// Over time. 64 bits are too few: they hold five thousand workers, in thousandths, for an hour.
using Integral = unsigned __int128;

/// What is measured of a service over one interval, by time, all versions together.
template <class Sum, class Count>
struct ServiceMeasures {
  Sum busy_millis = 0;               // integral of busy workers (or cores): 1e-3 workers x ns
  Sum capacity_millis = 0;           // integral of live workers (or cores); 0: unlimited
  Sum waiting = 0;                   // integral of jobs waiting: jobs x ns
  Sum in_system = 0;                 // integral of jobs waiting or served: jobs x ns
  Sum instance_time = 0;             // integral of live instances: instances x ns
  std::uint64_t longest_queue = 0;   // the largest at any one instance
  std::uint64_t most_in_system = 0;  // the largest at any one instance
  Count calls = 0;                   // calls made to it, by whomever
  Count attempts = 0;                // tries of those calls
  bool operator==(const ServiceMeasures&) const = default;

  /// Adds up what happened at other times or elsewhere.
  template <class OtherSum, class OtherCount>
  ServiceMeasures& operator+=(const ServiceMeasures<OtherSum, OtherCount>& other);
};

/// How parts make a whole.
enum class Merge { sum, largest };

/// The one list of what is measured: calls `visit(merge, member...)` with each member of all
/// `measures` side by side.
template <class Visit, class... Measures>
constexpr void for_each_measure(Visit&& visit, Measures&... measures) {
  visit(Merge::sum, measures.busy_millis...);
  visit(Merge::sum, measures.capacity_millis...);
  visit(Merge::sum, measures.waiting...);
  visit(Merge::sum, measures.in_system...);
  visit(Merge::sum, measures.instance_time...);
  visit(Merge::largest, measures.longest_queue...);
  visit(Merge::largest, measures.most_in_system...);
  visit(Merge::sum, measures.calls...);
  visit(Merge::sum, measures.attempts...);
}

template <class Sum, class Count>
template <class OtherSum, class OtherCount>
ServiceMeasures<Sum, Count>& ServiceMeasures<Sum, Count>::operator+=(
    const ServiceMeasures<OtherSum, OtherCount>& other) {
  for_each_measure(
      [](Merge merge, auto& whole, const auto& part) {
        using Kept = std::remove_reference_t<decltype(whole)>;
        const auto added = static_cast<Kept>(part);
        whole = merge == Merge::sum ? whole + added : std::max(whole, added);
      },
      *this, other);
  return *this;
}

/// Of one replication, exact.
using ServiceOutcome = ServiceMeasures<Integral, std::uint64_t>;

/// Of several replications: their sums do not fit into integers.
using ServiceTotals = ServiceMeasures<double, double>;

}  // namespace rehearse

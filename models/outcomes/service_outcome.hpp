#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace rehearse {

/// Over time. 64 bits are too few: they hold five thousand workers, in thousandths, for an hour.
using Integral = unsigned __int128;

inline float ratio(Integral part, Integral whole, float of_nothing) {
  if (whole == 0) return of_nothing;
  return static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
}

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

/// What files say of a measure.
struct MeasureText {
  const char* word;
  const char* unit;  // as UCUM writes it
  const char* meaning;
};

/// The one list of what is measured: calls `visit(merge, text, member...)` with each member of all
/// `measures` side by side.
template <class Visit, class... Measures>
constexpr void for_each_measure(Visit&& visit, Measures&... measures) {
  visit(
      Merge::sum,
      MeasureText{"busy_millis", "10*-3.ns", "Busy workers (or cores) over time, in thousandths."},
      measures.busy_millis...);
  visit(Merge::sum,
        MeasureText{"capacity_millis", "10*-3.ns",
                    "Live workers (or cores) over time, in thousandths; 0: unlimited."},
        measures.capacity_millis...);
  visit(Merge::sum, MeasureText{"waiting", "ns", "Jobs waiting, over time."}, measures.waiting...);
  visit(Merge::sum, MeasureText{"in_system", "ns", "Jobs waiting or served, over time."},
        measures.in_system...);
  visit(Merge::sum, MeasureText{"instance_time", "ns", "Live instances, over time."},
        measures.instance_time...);
  visit(Merge::largest,
        MeasureText{"longest_queue", "1", "The largest number of jobs waiting at one instance."},
        measures.longest_queue...);
  visit(Merge::largest,
        MeasureText{"most_in_system", "1", "The largest number of jobs at one instance."},
        measures.most_in_system...);
  visit(Merge::sum, MeasureText{"calls", "1", "Calls made to it."}, measures.calls...);
  visit(Merge::sum, MeasureText{"attempts", "1", "Tries of those calls, as far as they were sent."},
        measures.attempts...);
}

template <class Sum, class Count>
template <class OtherSum, class OtherCount>
ServiceMeasures<Sum, Count>& ServiceMeasures<Sum, Count>::operator+=(
    const ServiceMeasures<OtherSum, OtherCount>& other) {
  for_each_measure(
      [](Merge merge, const MeasureText&, auto& whole, const auto& part) {
        using Kept = std::remove_reference_t<decltype(whole)>;
        const auto added = static_cast<Kept>(part);
        whole = merge == Merge::sum ? whole + added : std::max(whole, added);
      },
      *this, other);
  return *this;
}

inline constexpr std::size_t measure_count = [] {
  std::size_t count = 0;
  ServiceMeasures<double, double> any;
  for_each_measure([&count](Merge, const MeasureText&, const auto&) { ++count; }, any);
  return count;
}();

/// Of one replication, exact.
using ServiceOutcome = ServiceMeasures<Integral, std::uint64_t>;

/// Of several replications: their sums do not fit into integers.
using ServiceTotals = ServiceMeasures<double, double>;
static_assert(sizeof(ServiceTotals) == measure_count * sizeof(double),
              "the list of measures leaves none out");

}  // namespace rehearse

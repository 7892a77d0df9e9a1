#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"

/// How pieces of work share the cores of an instance.
namespace rehearse {

/// Work burns CPU: the pieces at work share the cores, none gets more than one (processor sharing).
/// Without `sharpness` each of n runs at full pace as long as there are cores enough, else at
/// cores / n. Real instances slow down before, since pieces meet at locks, caches and queues
/// inside: with sharpness k each runs at the pace (1 + (n / cores)^k)^(-1/k), which is the former
/// for k -> infinity, and for k = 1 slows down from the first piece on.
struct CpuSpec {
  double cores = 1;
  std::optional<double> sharpness = std::nullopt;
  bool operator==(const CpuSpec&) const = default;
};

template <class Visitor, SpecOf<CpuSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"cores", "Jobs at work share so many cores equally.", Need::required}, spec.cores,
              Number{0, 10'000, Number::Lower::excluded});
  visitor.key(
      {"sharpness",
       "How sharp the bend is where the cores are used up: with n at work each runs at the "
       "pace (1 + (n/cores)^k)^(-1/k). 1: slower from the first on. Absent: full pace up to "
       "n = cores."},
      spec.sharpness, Number{0.1, 1000});
}

/// The pace of each piece of work by how many there are, where cores have a sharpness: from a
/// table, and beyond it by the formula. Immutable.
class CorePaces {
 public:
  /// Expects cores above 0 and a sharpness of 0.1 or more.
  CorePaces(double cores, double sharpness);

  /// Of one among `running`; 1: as if alone on cores without end. Takes no draws.
  double pace(std::uint32_t running) const {
    return running < table_.size() ? table_[running] : computed(running);
  }
  /// So many thousandths of a core are at work then: below those of all cores, and nearly these
  /// when many run.
  std::uint64_t busy_thousandths(std::uint32_t running) const {
    return static_cast<std::uint64_t>(1000 * pace(running) * running + 0.5);
  }

 private:
  double computed(double running) const;

  double cores_;
  double sharpness_;
  std::vector<double> table_;  // [pieces at work]
};

}  // namespace rehearse

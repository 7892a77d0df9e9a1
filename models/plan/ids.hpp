#pragma once

#include <concepts>
#include <cstdint>

/// Positions in the lists of a plan and of its run.
namespace rehearse {

using Index = std::uint32_t;

/// An index of nothing; a limit that there is not.
struct None {
  constexpr operator Index() const { return 0xffffffffU; }
};
inline constexpr None none;

/// A position in one list, which is not one in another: an EdgeId does not become an InstanceId
/// unless somebody says so. By itself, none.
template <class Thing>
class Id {
 public:
  constexpr Id() = default;
  constexpr Id(None) {}
  explicit constexpr Id(std::integral auto index) : index_(static_cast<Index>(index)) {}
  constexpr operator Index() const { return index_; }
  constexpr Id& operator++() {
    ++index_;
    return *this;
  }
  /// So many places further on in the same list.
  friend constexpr Id operator+(Id id, std::integral auto places) {
    return Id(id.index_ + static_cast<Index>(places));
  }

 private:
  Index index_ = none;
};

using ServiceId = Id<struct ServicePlan>;
using InstanceId = Id<struct InstancePlan>;
using EdgeId = Id<struct EdgePlan>;
using EndpointId = Id<struct EndpointPlan>;
using WorkloadId = Id<struct WorkloadPlan>;
using SourceId = Id<struct SourcePlan>;
using FaultId = Id<struct FaultPlan>;
using StepId = Id<struct Step>;
using ClientId = Id<struct Client>;

/// Where something happens: an instance, or, behind all of those, a workload.
class HostId : public Id<struct HostState> {
 public:
  using Id::Id;
  constexpr HostId(InstanceId instance) : Id(Index{instance}) {}
};

}  // namespace rehearse

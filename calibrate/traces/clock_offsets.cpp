#include "calibrate/traces/clock_offsets.hpp"

#include <algorithm>
#include <cstddef>

namespace rehearse {
namespace {

constexpr std::size_t tolerated = 20;  // one of so many may be somewhere else
constexpr std::size_t too_many_too_long = 10;

}  // namespace

void ClockOffsets::note(const Span& caller, const Span& callee) {
  if (clock_of(caller) == clock_of(callee)) return;
  Bounds& bounds = bounds_[{clock_of(caller), clock_of(callee)}];
  if (callee.duration() > caller.duration()) {
    ++bounds.too_long;
    return;
  }
  bounds.least.push_back(callee.end - caller.end);
  bounds.most.push_back(callee.start - caller.start);
}

void ClockOffsets::settle() {
  for (auto& [clocks, bounds] : bounds_) {
    const std::size_t calls = bounds.least.size();
    if (calls == 0 || bounds.too_long * too_many_too_long > calls) continue;
    const auto outside = static_cast<std::ptrdiff_t>(calls / tolerated);
    std::sort(bounds.least.begin(), bounds.least.end());
    std::sort(bounds.most.begin(), bounds.most.end());
    const std::int64_t least = *(bounds.least.end() - 1 - outside);
    const std::int64_t most = *(bounds.most.begin() + outside);
    if (least > most || (least <= 0 && most >= 0)) continue;
    offsets_[clocks] = least > 0 ? least : most;
  }
  bounds_.clear();
}

std::int64_t ClockOffsets::between(const Span& caller, const Span& callee) const {
  const auto found = offsets_.find({clock_of(caller), clock_of(callee)});
  return found == offsets_.end() ? 0 : found->second;
}

}  // namespace rehearse

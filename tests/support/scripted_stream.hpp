#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/expects.hpp"

namespace rehearse::testing {

/// Luck that a test has written down: stands where a RandomStream does. A draw beyond the script is
/// a bug of what draws.
class ScriptedStream {
 public:
  /// Of `uniform()`, each in (0, 1); `below(n)` is n times as much, rounded down.
  explicit ScriptedStream(std::vector<double> uniforms) : uniforms_(std::move(uniforms)) {}

  double uniform() {
    expects(taken_ < uniforms_.size(), "no more is drawn than was scripted");
    return uniforms_[taken_++];
  }
  std::uint64_t below(std::uint64_t count) {
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
  }
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::vector<double> uniforms_;
  std::size_t taken_ = 0;
};

}  // namespace rehearse::testing

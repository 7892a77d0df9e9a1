#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rehearse {

/// A line on a terminal that says how far a run is, rewritten a few times a second; nothing where
/// standard error is no terminal. One thread at a time.
class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;

  ProgressLine(std::uint64_t total, std::string what);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::uint64_t done);

 private:
  std::uint64_t total_;
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point next_;
};

}  // namespace rehearse

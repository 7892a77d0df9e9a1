#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/verb.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr auto pause_between = std::chrono::milliseconds(250);

}  // namespace

ProgressLine::ProgressLine(std::uint64_t total, std::string what)
    : total_(total),
      what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      next_(start_ + pause_between) {}

ProgressLine::~ProgressLine() {
  if (shown_) print_over_line("");
}

void ProgressLine::show(std::uint64_t done) {
  if (!terminal_ || done == 0) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + pause_between;
  shown_ = true;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done) / elapsed;
  const double left = static_cast<double>(total_ - done) / rate;
  print_over_line(fmt::format("{} of {}, {:.3g} a second, {} to go", count_text(done),
                              counted(total_, what_), rate, rounded_duration_text(left)));
}

}  // namespace rehearse

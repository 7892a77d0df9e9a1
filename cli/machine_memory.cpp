#include "cli/machine_memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// A limit of a container; nothing where there is none, or where the file is another one's.
double limit_in(const char* path, double otherwise) {
  std::ifstream file(path);
  double bytes = 0;
  return file >> bytes && bytes > 0 ? bytes : otherwise;
}

std::string size_text(double bytes) {
  if (bytes < 1e9) return fmt::format("{:.0f} MB", std::ceil(bytes / 1e6));
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace

double memory_of_machine() {
  double bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  bytes = std::min(bytes, limit_in("/sys/fs/cgroup/memory.max", bytes));
  bytes = std::min(bytes, limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes", bytes));
  rlimit own{};
  if (::getrlimit(RLIMIT_AS, &own) == 0 && own.rlim_cur != RLIM_INFINITY) {
    bytes = std::min(bytes, static_cast<double>(own.rlim_cur));
  }
  return bytes;
}

void check_fits(const StudyMemory& needed, double available, const std::string& scenario) {
  const double total = needed.running + needed.kept;
  if (total <= available) return;
  const bool keeps_more = needed.kept > needed.running;
  throw InvalidInput(fmt::format(
      "{}: error: the study would take about {} of memory, and there are {}: {} for runs under "
      "way, "
      "{} for what is kept of those that are finished\nhint: {}",
      visible_line(scenario), size_text(total), size_text(available), size_text(needed.running),
      size_text(needed.kept),
      keeps_more ? "fewer replications, or a longer 'window'"
                 : "fewer threads (--threads 1), or a model with fewer instances and endpoints"));
}

}  // namespace rehearse

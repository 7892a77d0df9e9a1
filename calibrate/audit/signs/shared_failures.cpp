#include "calibrate/audit/signs/shared_failures.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "calibrate/audit/signs/p_values.hpp"
#include "calibrate/learn/failures_at_once.hpp"
#include "sim/counted_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// Of so many visits each on average, if that makes neither too few windows nor too many.
constexpr std::size_t visits_of_window = 5;
constexpr std::size_t fewest_windows = 25;
constexpr std::size_t most_windows = 200;
constexpr std::uint64_t fewest_failures = 2;  // in a window
constexpr std::size_t fewest_spells = 3;
constexpr std::size_t most_instances = 300;

/// In shares of the recording, whole windows.
struct Spell {
  double from = 0;
  double to = 0;
};

/// When it was visited, in shares of the recording, and whether that failed.
struct Instance {
  NameId service = 0;
  NameId name = 0;
  NameId host = 0;
  NameId zone = 0;
  std::vector<std::pair<double, bool>> visits;
  double window = 0;
  std::vector<Spell> spells;

  void find_spells() {
    const std::size_t windows =
        std::clamp(visits.size() / visits_of_window, fewest_windows, most_windows);
    window = 1 / static_cast<double>(windows);
    std::vector<std::uint64_t> met(windows);
    std::vector<std::uint64_t> failed(windows);
    for (const auto& [place, fails] : visits) {
      const auto at = std::min(static_cast<std::size_t>(place / window), windows - 1);
      ++met[at];
      failed[at] += fails ? 1 : 0;
    }
    std::size_t next = windows;  // behind the last spell
    for (std::size_t i = 0; i < windows; ++i) {
      if (failed[i] < fewest_failures || 2 * failed[i] < met[i]) continue;
      // A window without visits may lie between two of one spell.
      if (spells.empty() || i > next + 1) spells.push_back({static_cast<double>(i) * window, 0});
      next = i + 1;
      spells.back().to = static_cast<double>(next) * window;
    }
  }
};

std::vector<Instance> instances_of(const Recording& recording) {
  std::map<std::pair<NameId, NameId>, Instance> instances;
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const Visit& visit : recording.visits.visits) {
    first = std::min(first, recording.span_of(visit).start);
    last = std::max(last, recording.span_of(visit).start);
  }
  const double length = static_cast<double>(last) - static_cast<double>(first) + 1;
  for (const Visit& visit : recording.visits.visits) {
    const Span& span = recording.span_of(visit);
    if (recording.names.text(span.instance).empty()) continue;
    Instance& instance = instances[{span.service, span.instance}];
    instance.service = span.service;
    instance.name = span.instance;
    instance.host = span.host;
    instance.zone = span.zone;
    instance.visits.emplace_back(static_cast<double>(span.start - first) / length,
                                 failed_by_itself(recording.forest, recording.visits, visit));
  }
  std::vector<Instance> with_spells;
  for (auto& [name, instance] : instances) {
    instance.find_spells();
    if (instance.spells.size() >= fewest_spells) with_spells.push_back(std::move(instance));
  }
  return with_spells;
}

struct Meeting {
  std::uint64_t met = 0;
  double p_value = 1;
};

/// Spells of `a` that begin in one of `b`, or in the window before it or behind; of the wider
/// windows of the two.
Meeting meeting(const Instance& a, const Instance& b) {
  const double margin = std::max(a.window, b.window);
  double share = 0;
  double covered_to = 0;
  std::uint64_t met = 0;
  std::size_t next = 0;  // of the spells of a
  for (const Spell& spell : b.spells) {
    const double from = std::max(spell.from - margin, covered_to);
    const double to = std::min(spell.to + margin, 1.0);
    while (next < a.spells.size() && a.spells[next].from < from) ++next;
    for (; next < a.spells.size() && a.spells[next].from < to; ++next) ++met;
    share += std::max(0.0, to - from);
    covered_to = to;
  }
  return {met, share < 1 ? at_least(met, a.spells.size(), share) : 1};
}

std::string name_of(const Recording& recording, const Instance& instance) {
  return fmt::format("{} of {}", visible_name(recording.names.text(instance.name)),
                     recording.names.text(instance.service));
}

std::string place_of(const Recording& recording, const Instance& a, const Instance& b) {
  if (a.host == b.host && !recording.names.text(a.host).empty()) {
    return ", both on host " + visible_name(recording.names.text(a.host));
  }
  if (a.zone == b.zone && !recording.names.text(a.zone).empty()) {
    return ", both in zone " + visible_name(recording.names.text(a.zone));
  }
  return "";
}

}  // namespace

SignAnswer find_shared_failures(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "shared failures";
  std::vector<Instance> instances = instances_of(recording);
  if (instances.size() < 2) {
    answer.untold.push_back(
        "which instances fail together: fewer than two fail for a time, three times or more");
    return answer;
  }
  if (instances.size() > most_instances) {
    answer.untold.push_back(fmt::format(
        "whether {} more instances fail together: only the {} with most bad spells are compared",
        count_text(instances.size() - most_instances), count_text(most_instances)));
    std::stable_sort(instances.begin(), instances.end(), [](const Instance& a, const Instance& b) {
      return a.spells.size() > b.spells.size();
    });
    instances.resize(most_instances);
  }
  double asked = 0;
  SignTest surest;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const Instance& a = instances[k];
      const Instance& b = instances[i];
      const Meeting meets = meeting(a, b);
      asked += 1;
      if (meets.p_value >= surest.p_value) continue;
      surest = {meets.p_value,
                fmt::format("{} and {} fail together: {} of {} bad spells of the first meet the {} "
                            "of the other{}; they share what failed",
                            name_of(recording, a), name_of(recording, b), count_text(meets.met),
                            count_text(a.spells.size()), count_text(b.spells.size()),
                            place_of(recording, a, b))};
    }
  }
  surest.p_value = std::min(1.0, surest.p_value * asked);
  answer.tests.push_back(std::move(surest));
  return answer;
}

}  // namespace rehearse

#include "calibrate/audit/signs/shared_failures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/failures_at_once.hpp"
#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr double failing_in_spell = 0.75;
constexpr double most_failing = 0.4;  // of all visits; beyond it there are no spells to see
constexpr std::size_t fewest_spells = 3;
constexpr std::size_t most_instances = 300;
constexpr double gaps_off = 2;  // between the first failures of two that fail together

/// When it was visited, in shares of the recording, and whether that failed.
struct Instance {
  NameId service = 0;
  NameId name = 0;
  NameId host = 0;
  NameId zone = 0;
  std::vector<std::pair<double, bool>> visits;
  std::vector<double> spells;  // when they begin

  /// Between two visits, on average.
  double gap() const { return 1 / static_cast<double>(visits.size()); }

  /// Page's CUSUM (1954): evidence that visits fail as in a spell and not as on average, until one
  /// false alarm would be expected in all of them.
  void find_spells() {
    std::sort(visits.begin(), visits.end());
    const auto all = static_cast<double>(visits.size());
    const auto failed =
        std::count_if(visits.begin(), visits.end(),
                      [](const std::pair<double, bool>& visit) { return visit.second; });
    const double failing = (static_cast<double>(failed) + 0.5) / (all + 1);
    if (failing > most_failing) return;
    const double of_failure = std::log(failing_in_spell / failing);
    const double of_success = std::log((1 - failing_in_spell) / (1 - failing));
    const double enough = std::log(all);
    double evidence = 0;
    double begin = 0;
    bool told = false;  // of this spell
    for (const auto& [place, fails] : visits) {
      if (evidence <= 0) {
        evidence = 0;
        begin = place;
        told = false;
      }
      evidence = std::min(evidence + (fails ? of_failure : of_success), enough);
      if (evidence < enough || told) continue;
      spells.push_back(begin);
      told = true;
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
    const bool by_itself = failed_by_itself(recording.forest, recording.visits, visit);
    if (span.error && !by_itself) continue;  // whether it would have failed anyway, nobody knows
    Instance& instance = instances[{span.service, span.instance}];
    instance.service = span.service;
    instance.name = span.instance;
    instance.host = span.host;
    instance.zone = span.zone;
    instance.visits.emplace_back(static_cast<double>(span.start - first) / length, by_itself);
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

/// Spells of `a` that begin when one of `b` does, but for two gaps between visits, the longer ones.
Meeting meeting(const Instance& a, const Instance& b) {
  const double margin = gaps_off * std::max(a.gap(), b.gap());
  double share = 0;
  double covered_to = 0;
  std::uint64_t met = 0;
  std::size_t next = 0;  // of the spells of a
  for (const double begin : b.spells) {
    const double from = std::max(begin - margin, covered_to);
    const double to = std::min(begin + margin, 1.0);
    while (next < a.spells.size() && a.spells[next] < from) ++next;
    for (; next < a.spells.size() && a.spells[next] < to; ++next) ++met;
    share += std::max(0.0, to - from);
    covered_to = std::max(covered_to, to);
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
                fmt::format("{} and {} fail together: {} of {} bad spells of the first begin "
                            "with one of {} of the other{}; they share what failed",
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

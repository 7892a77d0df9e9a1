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

constexpr std::size_t windows = 200;
constexpr std::uint64_t fewest_failures = 2;  // in a window
constexpr std::size_t fewest_spells = 3;
constexpr std::size_t most_instances = 300;

/// Windows, from and to.
struct Spell {
  std::size_t from = 0;
  std::size_t to = 0;
};

struct Instance {
  NameId service = 0;
  NameId name = 0;
  NameId host = 0;
  NameId zone = 0;
  std::vector<std::uint64_t> visits = std::vector<std::uint64_t>(windows, 0);
  std::vector<std::uint64_t> failures = std::vector<std::uint64_t>(windows, 0);
  std::vector<Spell> spells;

  void find_spells() {
    for (std::size_t i = 0; i < windows; ++i) {
      if (failures[i] < fewest_failures || 2 * failures[i] < visits[i]) continue;
      // A window without visits may lie between two of one spell.
      if (spells.empty() || i > spells.back().to + 1) spells.push_back({i, i});
      spells.back().to = i + 1;
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
    const double place = static_cast<double>(span.start - first) / length * windows;
    const std::size_t window = std::min(static_cast<std::size_t>(place), windows - 1);
    ++instance.visits[window];
    if (failed_by_itself(recording.forest, recording.visits, visit)) ++instance.failures[window];
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

/// Spells of `a` that begin in one of `b`, or in the window before it or behind.
Meeting meeting(const Instance& a, const Instance& b) {
  std::vector<bool> covered(windows, false);
  for (const Spell& spell : b.spells) {
    const std::size_t to = std::min(spell.to + 1, windows);
    for (std::size_t i = spell.from > 0 ? spell.from - 1 : 0; i < to; ++i) covered[i] = true;
  }
  const auto share = static_cast<double>(std::count(covered.begin(), covered.end(), true)) /
                     static_cast<double>(windows);
  const auto met = static_cast<std::uint64_t>(std::count_if(
      a.spells.begin(), a.spells.end(), [&](const Spell& spell) { return covered[spell.from]; }));
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
  if (instances.size() > most_instances) instances.resize(most_instances);
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

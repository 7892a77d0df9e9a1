#include "studies/mixed_readings.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_groups = 24;
constexpr std::size_t mixtures = 16;
constexpr std::uint64_t mixing_purpose = 0x3158'7265'6164'696e;

constexpr std::size_t levels = 4;

/// Few workers, more of them, few cores, or none.
void set_limit(Limits& limits, const std::string& service, const RecordedEnds& ends,
               std::size_t level) {
  constexpr int more = 2;
  limits.erase(service);
  if (level + 1 == levels) return;
  Limit& limit = limits[service];
  limit = (level == 2 ? ends.least_cores : ends.least_workers).at(service);
  if (level == 1) limit.count *= more;
}

/// A value at one of its levels: few workers, failures that fail and short timeouts first.
void set_level(Reading& reading, const OpenValue& value, const RecordedEnds& ends,
               std::size_t level) {
  const bool first_half = level < levels / 2;
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return set_limit(reading.limits, value.service, ends, level);
    case OpenValue::Kind::failure:
      reading.survived.erase(value.edge());
      if (!first_half) reading.survived.insert(value.edge());
      return;
    case OpenValue::Kind::timeout:
      reading.timeouts.erase(value.edge());
      if (first_half) reading.timeouts[value.edge()] = ends.short_timeouts.at(value.edge());
      return;
  }
}

bool is_at_last_level(const Reading& reading, const OpenValue& value) {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return !reading.limits.contains(value.service);
    case OpenValue::Kind::failure:
      return reading.survived.contains(value.edge());
    case OpenValue::Kind::timeout:
      return !reading.timeouts.contains(value.edge());
  }
  return false;
}

std::vector<Reading> with_each_group_turned(const Reading& corner,
                                            const std::vector<OpenValue>& open,
                                            const RecordedEnds& ends) {
  const std::size_t groups = std::min(open.size(), most_groups);
  std::vector<Reading> readings(groups, corner);
  for (std::size_t i = 0; i < open.size(); ++i) {
    set_level(readings[i * groups / open.size()], open[i], ends,
              is_at_last_level(corner, open[i]) ? 0 : levels - 1);
  }
  return readings;
}

/// Each of 0 ... 15 once.
std::array<std::size_t, mixtures> permutation(RandomStream& luck) {
  std::array<std::size_t, mixtures> places;
  std::iota(places.begin(), places.end(), std::size_t{0});
  for (std::size_t i = mixtures; i-- > 1;) std::swap(places[i], places[luck.below(i + 1)]);
  return places;
}

}  // namespace

std::vector<Reading> mixed_readings(const std::vector<OpenValue>& open, const RecordedEnds& ends,
                                    const std::vector<Reading>& corners, std::uint64_t seed) {
  std::vector<Reading> readings;
  if (open.size() < 2) return readings;
  for (const Reading& corner : corners) {
    for (Reading& turned : with_each_group_turned(corner, open, ends)) {
      readings.push_back(std::move(turned));
    }
  }
  std::vector<Reading> mixed(mixtures);
  for (std::size_t i = 0; i < open.size(); ++i) {
    RandomStream luck(seed, mixing_purpose, i);
    const auto places = permutation(luck);
    for (std::size_t j = 0; j < mixtures; ++j) {
      set_level(mixed[j], open[i], ends, places[j] * levels / mixtures);
    }
  }
  readings.insert(readings.end(), mixed.begin(), mixed.end());
  return readings;
}

std::vector<Reading> at_each_end(const OpenValue& value, const RecordedEnds& ends,
                                 const Reading& others) {
  std::vector<std::size_t> places = {0, levels - 1};
  if (value.kind == OpenValue::Kind::limit) places.insert(places.begin() + 1, levels - 2);
  std::vector<Reading> readings(places.size(), others);
  for (std::size_t i = 0; i < places.size(); ++i) set_level(readings[i], value, ends, places[i]);
  return readings;
}

}  // namespace rehearse

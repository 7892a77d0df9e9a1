#include "calibrate/learn/empirical_law.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double levels[] = {0,     0.01,  0.02,  0.05,  0.10,   0.15,   0.20, 0.25,  0.30, 0.35,
                             0.40,  0.45,  0.50,  0.55,  0.60,   0.65,   0.70, 0.75,  0.80, 0.85,
                             0.90,  0.92,  0.94,  0.95,  0.96,   0.97,   0.98, 0.985, 0.99, 0.993,
                             0.995, 0.997, 0.998, 0.999, 0.9995, 0.9999, 1};

/// How far from a jump the law is told as well, in standard errors of where it jumps.
constexpr double beside_jumps[] = {-4, -2, -1, -0.5, 0.5, 1, 2, 4};

struct Point {
  double level;
  double value;
  bool beside_jump = false;  // on a straight line, and told all the same
};

/// Every sample at the middle of its share of probability; a sample that stands for several of the
/// lightest ones from the middle of the first of these to that of the last.
std::vector<Point> plotting_positions(const std::vector<WeightedDuration>& sorted) {
  double total = 0;
  double unit = sorted.front().weight;
  for (const WeightedDuration& sample : sorted) {
    total += sample.weight;
    unit = std::min(unit, sample.weight);
  }
  std::vector<Point> points;
  double below = 0;
  for (const WeightedDuration& sample : sorted) {
    points.push_back({(below + unit / 2) / total, sample.nanoseconds});
    below += sample.weight;
    if (sample.weight > unit) points.push_back({(below - unit / 2) / total, sample.nanoseconds});
  }
  return points;
}

/// As a percentile it is told with six decimals.
double rounded_level(double level) {
  return std::round(level * 1e8) / 1e8;
}

double value_at(const std::vector<Point>& points, double level) {
  const auto above = std::lower_bound(points.begin(), points.end(), level,
                                      [](const Point& p, double l) { return p.level < l; });
  if (above == points.begin()) return points.front().value;
  if (above == points.end()) return points.back().value;
  const Point& low = *(above - 1);
  const double part = (level - low.level) / (above->level - low.level);
  return low.value + part * (above->value - low.value);
}

/// The levels between which at least one sample lies.
std::vector<Point> telling_points(const std::vector<Point>& samples) {
  std::vector<Point> points;
  double last = -1;
  for (const double level : levels) {
    const auto next = std::upper_bound(samples.begin(), samples.end(), last,
                                       [](double l, const Point& p) { return l < p.level; });
    const bool told = next != samples.end() && next->level <= level;
    if (level > 0 && level < 1 && !told) continue;
    const double value = level == 0   ? samples.front().value
                         : level == 1 ? samples.back().value
                                      : value_at(samples, level);
    points.push_back({level, value});
    last = level;
  }
  return points;
}

/// Where no value lies between two samples though others lie close together below them, and above:
/// the answer came, or the timeout did. `above`: the index of the upper one.
std::vector<std::size_t> find_gaps(const std::vector<WeightedDuration>& sorted) {
  constexpr std::size_t neighbours = 3;
  constexpr double least_factor = 1.5;
  constexpr double least_spacings = 5;
  std::vector<std::size_t> gaps;
  const auto value = [&](std::size_t i) { return sorted[i].nanoseconds; };
  for (std::size_t above = neighbours + 1; above < sorted.size(); ++above) {
    const std::size_t below = above - 1;
    if (value(above) < least_factor * value(below)) continue;
    const double spacing_below = (value(below) - value(below - neighbours)) / neighbours;
    const std::size_t last = std::min(above + neighbours, sorted.size() - 1);
    const double spacing_above =
        last == above ? 0 : (value(last) - value(above)) / static_cast<double>(last - above);
    const double gap = value(above) - value(below);
    if (gap >= least_spacings * std::max(spacing_below, spacing_above)) gaps.push_back(above);
  }
  return gaps;
}

/// As many equal weights as would tell as much.
double worth_of(const std::vector<WeightedDuration>& samples) {
  double sum = 0;
  double squares = 0;
  for (const WeightedDuration& sample : samples) {
    sum += sample.weight;
    squares += sample.weight * sample.weight;
  }
  return sum * sum / squares;
}

/// Draws of a law keep its levels, and in each of them the jump is elsewhere: the line that they
/// then draw across it must be a short one, or it makes up what lies between.
void add_levels_beside_jumps(const std::vector<double>& jumps, double worth,
                             std::vector<Point>& points) {
  const std::vector<Point> told = points;
  for (std::size_t i = 0; i < jumps.size(); ++i) {
    const double error = std::sqrt(jumps[i] * (1 - jumps[i]) / worth);
    const double from = i == 0 ? 0 : jumps[i - 1];
    const double to = i + 1 == jumps.size() ? 1 : jumps[i + 1];
    for (const double errors : beside_jumps) {
      const double level = rounded_level(jumps[i] + errors * error);
      if (level > from && level < to) points.push_back({level, value_at(told, level), true});
    }
  }
}

/// A straight line across a gap would make up values that nobody saw: the law jumps there.
void add_jumps(const std::vector<WeightedDuration>& sorted, std::vector<Point>& points) {
  double total = 0;
  for (const WeightedDuration& sample : sorted) total += sample.weight;
  double below = 0;
  std::size_t at = 0;
  std::vector<double> jumps;
  for (const std::size_t above : find_gaps(sorted)) {
    for (; at < above; ++at) below += sorted[at].weight;
    const double level = below / total;
    const double lower_half = sorted[above - 1].weight / total / 2;
    const double upper_half = sorted[above].weight / total / 2;
    const double width = std::min(lower_half, upper_half) / 10;
    std::erase_if(points, [&](const Point& point) {
      const bool is_end = point.level == 0 || point.level == 1;
      return !is_end && point.level > level - lower_half && point.level < level + upper_half;
    });
    points.push_back({rounded_level(level - width), sorted[above - 1].nanoseconds});
    points.push_back({rounded_level(level + width), sorted[above].nanoseconds});
    jumps.push_back(level);
  }
  const auto lower = [](const Point& a, const Point& b) { return a.level < b.level; };
  std::sort(points.begin(), points.end(), lower);
  add_levels_beside_jumps(jumps, worth_of(sorted), points);
  std::stable_sort(points.begin(), points.end(), lower);
  const auto same = [](const Point& a, const Point& b) { return a.level >= b.level; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
}

/// Leaves out points that the straight line from the last kept one to the next would give anyway.
std::vector<Point> thinned(const std::vector<Point>& points) {
  std::vector<Point> kept{points.front()};
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const Point& before = kept.back();
    const Point& after = points[i + 1];
    const double part = (points[i].level - before.level) / (after.level - before.level);
    const double line = before.value + part * (after.value - before.value);
    const bool bends = std::fabs(line - points[i].value) > 0.002 * points[i].value + 50;
    if (bends || points[i].beside_jump) kept.push_back(points[i]);
  }
  kept.push_back(points.back());
  return kept;
}

/// Straight lines under a rising curve overestimate it where it is convex, as tails are. Pulling
/// the points between the ends towards the least value by one factor gives the mean back.
void restore_mean(std::vector<Point>& points, double mean) {
  double area = 0;
  double movable = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double width = points[i + 1].level - points[i].level;
    area += width * (points[i].value + points[i + 1].value) / 2;
  }
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const double width = (points[i + 1].level - points[i - 1].level) / 2;
    movable += width * (points[i].value - points.front().value);
  }
  if (movable <= 0) return;
  const double factor = std::clamp(1 + (mean - area) / movable, 0.9, 1.1);
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const double raised = points.front().value + factor * (points[i].value - points.front().value);
    points[i].value = std::min(raised, points.back().value);
  }
}

Duration rounded(double nanoseconds) {
  return Duration::rounded_nanoseconds(nanoseconds);
}

}  // namespace

std::vector<WeightedDuration> completed(std::vector<WeightedDuration> whole,
                                        std::vector<WeightedDuration> cut_short, double stretch) {
  const auto shorter = [](const WeightedDuration& a, const WeightedDuration& b) {
    return a.nanoseconds < b.nanoseconds;
  };
  std::stable_sort(whole.begin(), whole.end(), shorter);
  std::stable_sort(cut_short.begin(), cut_short.end(), shorter);
  double whole_left = 0;  // weight of those to come
  double cut_left = 0;
  for (const WeightedDuration& sample : whole) whole_left += sample.weight;
  for (const WeightedDuration& sample : cut_short) cut_left += sample.weight;
  std::vector<WeightedDuration> samples;
  double times = 1;  // as many as seen stand behind each sample to come
  auto cut = cut_short.begin();
  for (const WeightedDuration& sample : whole) {
    for (; cut != cut_short.end() && shorter(*cut, sample); ++cut) {
      cut_left = std::max(cut_left - cut->weight, 0.0);
      times *= 1 + cut->weight / (whole_left + cut_left);
    }
    samples.push_back({sample.nanoseconds, times * sample.weight});
    whole_left = std::max(whole_left - sample.weight, 0.0);
  }
  for (; cut != cut_short.end(); ++cut) {
    samples.push_back({cut->nanoseconds * stretch, times * cut->weight});
  }
  return samples;
}

double weighted_mean(const std::vector<WeightedDuration>& samples) {
  double sum = 0;
  double weight = 0;
  for (const WeightedDuration& sample : samples) {
    sum += sample.nanoseconds * sample.weight;
    weight += sample.weight;
  }
  return weight > 0 ? sum / weight : 0;
}

LawSpec empirical_law(std::vector<WeightedDuration> samples) {
  LawSpec law;
  for (WeightedDuration& sample : samples) {
    sample.nanoseconds = std::max(sample.nanoseconds, 0.0);
  }
  std::sort(samples.begin(), samples.end(),
            [](const WeightedDuration& a, const WeightedDuration& b) {
              return a.nanoseconds < b.nanoseconds ||
                     (a.nanoseconds == b.nanoseconds && a.weight < b.weight);
            });
  if (samples.empty() || samples.front().nanoseconds == samples.back().nanoseconds) {
    law.form = ConstantSpec{rounded(samples.empty() ? 0 : samples.front().nanoseconds)};
    return law;
  }
  std::vector<Point> points = telling_points(plotting_positions(samples));
  add_jumps(samples, points);
  points = thinned(points);
  restore_mean(points, weighted_mean(samples));
  EmpiricalSpec empirical;
  for (const Point& point : points) {
    Duration value = rounded(point.value);
    if (!empirical.points.empty()) value = std::max(value, empirical.points.back().value);
    empirical.points.push_back({point.level, value});
  }
  law.form = std::move(empirical);
  return law;
}

LawSpec empirical_law_above_minimum(std::vector<WeightedDuration> samples) {
  if (samples.empty()) return {};
  double least = samples.front().nanoseconds;
  for (const WeightedDuration& sample : samples) least = std::min(least, sample.nanoseconds);
  least = std::floor(std::max(least, 0.0));
  for (WeightedDuration& sample : samples) sample.nanoseconds -= least;
  LawSpec law = empirical_law(std::move(samples));
  law.minimum = rounded(least);
  return law;
}

}  // namespace rehearse

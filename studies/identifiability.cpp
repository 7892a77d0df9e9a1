#include "studies/identifiability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "language/spec_path.hpp"
#include "models/specs/learned_numbers.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double median = 0.5;
constexpr double tail = 0.99;
constexpr double left_out = 0.05;  // of the draws, on either side
constexpr double enough_beyond = 10;
/// Of the normal law, between the ends of its middle 90 %.
constexpr double ninety_percent_width = 2 * 1.6449;

double value_at(const EmpiricalSpec& law, double level) {
  const auto& points = law.points;
  const auto after = std::find_if(points.begin(), points.end(),
                                  [&](const QuantilePoint& point) { return point.level >= level; });
  if (after == points.end()) return points.back().value.in_seconds();
  if (after == points.begin()) return after->value.in_seconds();
  const auto before = after - 1;
  const double share = (level - before->level) / (after->level - before->level);
  const double from = before->value.in_seconds();
  return from + share * (after->value.in_seconds() - from);
}

/// Collects the numbers; of a law's points, which come one by one before its end, two quantiles.
class Collector {
 public:
  enum class Paths { wanted, known };

  explicit Collector(Paths paths) : named_(paths == Paths::wanted) {}

  void enter(std::string_view key) {
    if (named_) way_.push_back(extended_path(path(), key));
  }
  void enter(std::size_t index) {
    if (named_) way_.push_back(indexed_path(path(), index));
  }
  void leave() {
    if (named_) way_.pop_back();
  }
  void number(const double& value, Bounds) { add(value, 0, false); }
  void number(const Duration& value) { add(value.in_seconds(), 0, true); }
  void end_of(const EmpiricalSpec& law) {
    const std::size_t before = found_.values.size() - law.points.size();
    found_.values.resize(before);
    if (named_) {
      found_.paths.resize(before);
      found_.levels.resize(before);
      found_.durations.resize(before);
    }
    if (law.points.empty()) return;
    for (const double level : {median, tail}) add(value_at(law, level), level, true);
  }

  LearnedParameters take() { return std::move(found_); }

 private:
  std::string path() const { return way_.empty() ? std::string() : way_.back(); }

  void add(double value, double level, bool is_duration) {
    found_.values.push_back(value);
    if (!named_) return;
    found_.paths.push_back(path());
    found_.levels.push_back(level);
    found_.durations.push_back(is_duration);
  }

  bool named_;
  std::vector<std::string> way_;
  LearnedParameters found_;
};

LearnedParameters collected(const ModelSpec& model, Collector::Paths paths) {
  Collector collector(paths);
  walk_learned_numbers(model, collector);
  return collector.take();
}

/// Of the visits of an endpoint, those of the behaviour that a path leads into.
double share_of_behaviour(const ModelSpec& model, const std::vector<PathPart>& path) {
  if (path.size() < 6 || path[0] != PathPart("services") || path[4] != PathPart("behaviours")) {
    return 1;
  }
  const auto* service = std::get_if<std::string>(&path[1]);
  const auto* operation = std::get_if<std::string>(&path[3]);
  const auto* index = std::get_if<std::size_t>(&path[5]);
  if (service == nullptr || operation == nullptr || index == nullptr) return 1;
  const auto& behaviours = model.services.at(*service).endpoints.at(*operation).behaviours;
  double all = 0;
  for (const BehaviourSpec& behaviour : behaviours) all += behaviour.weight;
  return all > 0 ? behaviours.at(*index).weight / all : 1;
}

std::uint64_t observations_of(const ModelSpec& model, const std::string& path) {
  const auto evidence = model.evidence.find(evidence_above(model, path));
  if (evidence == model.evidence.end()) return 0;
  const double share =
      share_of_behaviour(model, parse_path(path).value_or(std::vector<PathPart>()));
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(evidence->second.n) * share));
}

bool is_observed(const ModelSpec& model, const std::string& path) {
  const auto evidence = model.evidence.find(evidence_above(model, path));
  return evidence == model.evidence.end() || evidence->second.basis == Basis::observed;
}

/// Of one parameter: [draw].
std::vector<double> column_of(const std::vector<double>& values, std::size_t parameters,
                              std::size_t parameter) {
  std::vector<double> column;
  for (std::size_t at = parameter; at < values.size(); at += parameters) {
    column.push_back(values[at]);
  }
  return column;
}

/// Sorts the draws.
void set_range(std::vector<double> draws, Identified& known) {
  std::sort(draws.begin(), draws.end());
  const auto skipped =
      static_cast<std::size_t>(std::floor(left_out * static_cast<double>(draws.size())));
  const Interval range{draws[skipped], draws[draws.size() - 1 - skipped]};
  const double middle = std::fabs(draws[draws.size() / 2]);
  const double width = range.upper - range.lower;
  known.range = range;
  known.relative_width = width == 0    ? 0
                         : middle == 0 ? std::numeric_limits<double>::infinity()
                                       : width / middle;
}

/// How many observations tell of it: of a share p of n, n p / (1 - p); a weight is itself a count.
double telling(const Identified& known) {
  const auto count = static_cast<double>(known.observations);
  if (known.level > 0) return count * (1 - known.level);
  const auto ends_with = [&](std::string_view key) { return known.path.ends_with(key); };
  const bool percent = ends_with("percent");
  if (percent || ends_with(".probability") || ends_with(".tolerated")) {
    const double share = std::min(known.learned / (percent ? 100 : 1), 1 - 1 / (count + 1));
    return count * share / (1 - share);
  }
  const bool in_mix =
      known.path.starts_with("workloads.") && known.path.find(".mix.") != std::string::npos;
  const bool weight = ends_with(".weight") || in_mix;
  return weight ? std::min(count, known.learned) : count;
}

double width_of_counts(const Identified& known) {
  return ninety_percent_width / std::sqrt(telling(known));
}

}  // namespace

LearnedParameters learned_parameters(const ModelSpec& model) {
  return collected(model, Collector::Paths::wanted);
}

std::vector<double> drawn_parameters(const DrawnModel& drawn) {
  std::vector<double> values;
  for (std::size_t i = 0; i < drawn.draws(); ++i) {
    const LearnedParameters one = collected(drawn.draw(i), Collector::Paths::known);
    values.insert(values.end(), one.values.begin(), one.values.end());
  }
  return values;
}

std::string evidence_above(const ModelSpec& model, const std::string& path) {
  auto parts = parse_path(path);
  while (parts && !parts->empty()) {
    std::string text = path_text(*parts);
    if (model.evidence.contains(text)) return text;
    parts->pop_back();
  }
  return "";
}

std::vector<Identified> identified_values(const ModelSpec& model, const DrawnModel* drawn) {
  const LearnedParameters all = learned_parameters(model);
  const std::vector<double> draws = drawn ? drawn_parameters(*drawn) : std::vector<double>();
  const std::size_t count = all.values.size();
  expects(!drawn || draws.size() == count * drawn->draws(), "draws are of this model");
  std::vector<Identified> known;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_observed(model, all.paths[i])) continue;
    Identified one{all.paths[i], all.levels[i], all.durations[i], all.values[i], {}, 0, 0, false};
    one.observations = observations_of(model, one.path);
    const double beyond = static_cast<double>(one.observations) * (1 - one.level);
    one.is_guess = one.level > 0 && one.observations > 0 && beyond < enough_beyond;
    if (drawn) {
      set_range(column_of(draws, count, i), one);
    } else if (one.observations > 0 && one.learned > 0) {
      one.relative_width = width_of_counts(one);
    }
    // What is the same in all draws was given, or has nothing to vary: the only one of its kind.
    if (one.relative_width > 0) known.push_back(std::move(one));
  }
  std::stable_sort(known.begin(), known.end(), [](const Identified& a, const Identified& b) {
    return a.relative_width > b.relative_width;
  });
  return known;
}

}  // namespace rehearse

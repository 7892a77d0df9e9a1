#include "calibrate/adopt_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// The value of a learned law at a level, in nanoseconds.
double value_at(const LawSpec& law, double level) {
  if (const auto* constant = std::get_if<ConstantSpec>(&law.form)) {
    return static_cast<double>(constant->value.in_nanoseconds());
  }
  const auto& points = std::get<EmpiricalSpec>(law.form).points;
  const auto above = std::lower_bound(points.begin(), points.end(), level,
                                      [](const QuantilePoint& p, double l) { return p.level < l; });
  if (above == points.begin()) return static_cast<double>(above->value.in_nanoseconds());
  if (above == points.end()) return static_cast<double>(points.back().value.in_nanoseconds());
  const QuantilePoint& low = *(above - 1);
  const double part = (level - low.level) / (above->level - low.level);
  const auto from = static_cast<double>(low.value.in_nanoseconds());
  return from + part * (static_cast<double>(above->value.in_nanoseconds()) - from);
}

bool is_learned(const LawSpec& law) {
  return std::holds_alternative<ConstantSpec>(law.form) ||
         std::holds_alternative<EmpiricalSpec>(law.form);
}

/// Of the quantile function, in nanoseconds, without the law's minimum.
double mean_of(const LawSpec& law) {
  if (const auto* constant = std::get_if<ConstantSpec>(&law.form)) {
    return static_cast<double>(constant->value.in_nanoseconds());
  }
  const auto& points = std::get<EmpiricalSpec>(law.form).points;
  double area = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    area += (points[i + 1].level - points[i].level) *
            static_cast<double>((points[i].value + points[i + 1].value).in_nanoseconds()) / 2;
  }
  return area;
}

/// Straight lines between fewer levels than a law had lie above it where it is convex. Pulls the
/// points between the ends towards the first one, until the mean is that of the other law.
void restore_mean(EmpiricalSpec& law, double mean, double area) {
  const auto in_ns = [](Duration value) { return static_cast<double>(value.in_nanoseconds()); };
  const double least = in_ns(law.points.front().value);
  const Duration most = law.points.back().value;
  double movable = 0;
  for (std::size_t i = 1; i + 1 < law.points.size(); ++i) {
    const double width = (law.points[i + 1].level - law.points[i - 1].level) / 2;
    movable += width * (in_ns(law.points[i].value) - least);
  }
  if (movable <= 0) return;
  const double factor = std::clamp(1 + (mean - area) / movable, 0.5, 1.5);
  for (std::size_t i = 1; i + 1 < law.points.size(); ++i) {
    const double moved = least + factor * (in_ns(law.points[i].value) - least);
    law.points[i].value = std::min(Duration::rounded_nanoseconds(moved), most);
  }
}

/// Above its own least value, where each has one; with the mean of the other law.
void adopt(const LawSpec& from, LawSpec& into) {
  if (!is_learned(from) || !is_learned(into)) return;
  const auto shift = static_cast<double>((from.minimum - into.minimum).in_nanoseconds());
  const auto read = [&](double level) {
    return Duration::rounded_nanoseconds(std::max(0.0, value_at(from, level) + shift));
  };
  if (auto* constant = std::get_if<ConstantSpec>(&into.form)) {
    constant->value = read(0.5);
    return;
  }
  auto& empirical = std::get<EmpiricalSpec>(into.form);
  for (QuantilePoint& point : empirical.points) point.value = read(point.level);
  restore_mean(empirical, mean_of(from) + shift, mean_of(into));
}

/// What is done, without how long and how often.
StepSequence shape_of(StepSequence steps);

void forget_numbers(StepSpec& step) {
  if (auto* work = std::get_if<WorkSpec>(&step.action)) {
    work->duration = {};
  } else if (auto* call = std::get_if<CallSpec>(&step.action)) {
    call->probability = 1;
    call->tolerated = 0;
    call->timeout.reset();
    call->fallback = shape_of(std::move(call->fallback));
  } else if (auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
    for (StepSequence& branch : parallel->branches) branch = shape_of(std::move(branch));
  } else if (auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
    repeat->steps = shape_of(std::move(repeat->steps));
  } else if (auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
    spawn->probability = 1;
  }
}

StepSequence shape_of(StepSequence steps) {
  for (StepSpec& step : steps) forget_numbers(step);
  return steps;
}

void adopt(const StepSequence& from, StepSequence& into);

/// Expects two steps of one shape.
void adopt(const StepSpec& from, StepSpec& into) {
  expects(from.action.index() == into.action.index(), "steps of one shape do the same");
  if (auto* work = std::get_if<WorkSpec>(&into.action)) {
    adopt(std::get<WorkSpec>(from.action).duration, work->duration);
  } else if (auto* call = std::get_if<CallSpec>(&into.action)) {
    const auto& other = std::get<CallSpec>(from.action);
    call->probability = other.probability;
    call->tolerated = other.tolerated;
    adopt(other.fallback, call->fallback);
  } else if (auto* parallel = std::get_if<ParallelSpec>(&into.action)) {
    const auto& other = std::get<ParallelSpec>(from.action);
    for (std::size_t i = 0; i < parallel->branches.size(); ++i) {
      adopt(other.branches[i], parallel->branches[i]);
    }
  } else if (auto* repeat = std::get_if<RepeatSpec>(&into.action)) {
    adopt(std::get<RepeatSpec>(from.action).steps, repeat->steps);
  } else if (auto* spawn = std::get_if<SpawnSpec>(&into.action)) {
    spawn->probability = std::get<SpawnSpec>(from.action).probability;
  }
}

void adopt(const StepSequence& from, StepSequence& into) {
  for (std::size_t i = 0; i < into.size(); ++i) adopt(from[i], into[i]);
}

double sum_of(const std::vector<BehaviourSpec>& behaviours) {
  double sum = 0;
  for (const BehaviourSpec& behaviour : behaviours) sum += behaviour.weight;
  return sum;
}

void adopt(const EndpointSpec& from, EndpointSpec& into) {
  if (from.errors.at == into.errors.at) into.errors.percent = from.errors.percent;
  std::vector<StepSequence> shapes;
  for (const BehaviourSpec& behaviour : from.behaviours) {
    shapes.push_back(shape_of(behaviour.steps));
  }
  const double sum = sum_of(into.behaviours);
  if (sum <= 0) return;
  const double scale = sum_of(from.behaviours) / sum;
  for (BehaviourSpec& behaviour : into.behaviours) {
    const auto found = std::find(shapes.begin(), shapes.end(), shape_of(behaviour.steps));
    if (found == shapes.end()) {
      behaviour.weight *= scale;
      continue;
    }
    const BehaviourSpec& other = from.behaviours[static_cast<std::size_t>(found - shapes.begin())];
    behaviour.weight = other.weight;
    if (behaviour.error_percent && other.error_percent)
      behaviour.error_percent = other.error_percent;
    adopt(other.steps, behaviour.steps);
  }
}

void adopt(const std::map<std::string, ClientSpec>& from, std::map<std::string, ClientSpec>& into) {
  for (auto& [callee, client] : into) {
    const auto found = from.find(callee);
    if (found == from.end() || !found->second.network_latency || !client.network_latency) continue;
    adopt(*found->second.network_latency, *client.network_latency);
  }
}

void adopt(const WorkloadSpec& from, WorkloadSpec& into) {
  for (auto& [endpoint, weight] : into.mix) {
    if (const auto found = from.mix.find(endpoint); found != from.mix.end()) weight = found->second;
  }
  adopt(from.calls, into.calls);
}

}  // namespace

void adopt_numbers(const ModelSpec& from, ModelSpec& into) {
  adopt(from.network.latency, into.network.latency);
  for (auto& [name, workload] : into.workloads) {
    if (const auto found = from.workloads.find(name); found != from.workloads.end()) {
      adopt(found->second, workload);
    }
  }
  for (auto& [name, service] : into.services) {
    const auto found = from.services.find(name);
    if (found == from.services.end()) continue;
    for (auto& [operation, endpoint] : service.endpoints) {
      const auto other = found->second.endpoints.find(operation);
      if (other != found->second.endpoints.end()) adopt(other->second, endpoint);
    }
    adopt(found->second.calls, service.calls);
  }
}

}  // namespace rehearse

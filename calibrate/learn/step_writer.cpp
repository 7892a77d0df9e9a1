#include "calibrate/learn/step_writer.hpp"

#include <utility>

namespace rehearse {
namespace {

constexpr std::size_t least_repeats = 3;

StepSpec work(const LawSpec& law) {
  StepSpec step;
  step.action = WorkSpec{law};
  return step;
}

void add_constant_work(StepSequence& steps, double nanoseconds) {
  const Duration duration = Duration::rounded_nanoseconds(nanoseconds);
  if (duration == Duration()) return;
  LawSpec law;
  law.form = ConstantSpec{duration};
  steps.push_back(work(law));
}

bool is_always_zero(const LawSpec& law) {
  const auto* constant = std::get_if<ConstantSpec>(&law.form);
  return constant != nullptr && law.minimum + constant->value == Duration();
}

/// `survived`: the share of its failures.
CallSpec awaited(std::uint32_t endpoint, double survived, const StepNames& names) {
  CallSpec call;
  call.endpoint = names.endpoints[endpoint];
  if (survived >= 1) {
    call.on_error = OnError::ignore;
  } else {
    call.tolerated = survived;
  }
  const auto timeout = names.timeouts.find(endpoint);
  if (timeout != names.timeouts.end()) {
    call.timeout = Duration::nanoseconds(timeout->second.after);
  }
  return call;
}

StepSpec call(const EdgeUse& use, const StepNames& names) {
  StepSpec step;
  if (use.detached) {
    SpawnSpec spawn;
    spawn.endpoint = names.endpoints[use.endpoint];
    step.action = spawn;
    return step;
  }
  const auto share = names.survived.find(use.endpoint);
  const double survived = share == names.survived.end() ? 0 : share->second;
  const auto fallback = names.fallbacks.find(use.endpoint);
  if (fallback == names.fallbacks.end()) {
    step.action = awaited(use.endpoint, survived, names);
    return step;
  }
  // What was joined fails when the fallback does.
  CallSpec first = awaited(use.endpoint, 0, names);
  first.on_error = OnError::fallback;
  first.fallback = {{awaited(fallback->second.endpoint, survived, names)}};
  step.action = std::move(first);
  return step;
}

/// Whoever is asked next anyway (the database, as the cache lacks the answer) is not asked instead
/// as well.
void ask_once(StepSequence& steps) {
  CallSpec* before = nullptr;
  for (StepSpec& step : steps) {
    if (std::holds_alternative<WorkSpec>(step.action)) continue;
    auto* call = std::get_if<CallSpec>(&step.action);
    const bool may_replace = call != nullptr && before != nullptr && !before->fallback.empty();
    if (may_replace) {
      const auto& instead = std::get<CallSpec>(before->fallback.front().action);
      if (instead.endpoint == call->endpoint) {
        before->on_error = OnError::ignore;
        before->fallback.clear();
      }
    }
    before = call;
  }
}

StepSequence chain_steps(const Chain& chain, const std::vector<double>& leads,
                         const StepNames& names) {
  StepSequence steps;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    add_constant_work(steps, leads[i]);
    const auto before = names.before_calls.find(chain[i].endpoint);
    if (before != names.before_calls.end()) steps.push_back(work(before->second));
    steps.push_back(call(chain[i], names));
  }
  ask_once(steps);
  return steps;
}

void add_group(StepSequence& steps, const Group& group,
               const std::vector<std::vector<double>>& leads, const StepNames& names) {
  if (group.size() == 1) {
    for (StepSpec& step : chain_steps(group[0], leads[0], names)) steps.push_back(std::move(step));
    return;
  }
  ParallelSpec parallel;
  for (std::size_t i = 0; i < group.size(); ++i) {
    parallel.branches.push_back(chain_steps(group[i], leads[i], names));
  }
  StepSpec step;
  step.action = std::move(parallel);
  steps.push_back(std::move(step));
}

bool is_call(const StepSpec& step) {
  return std::holds_alternative<CallSpec>(step.action) ||
         std::holds_alternative<SpawnSpec>(step.action);
}

StepSequence with_repeats(const StepSequence& steps) {
  StepSequence shorter;
  std::size_t i = 0;
  while (i < steps.size()) {
    std::size_t end = i + 1;
    while (is_call(steps[i]) && end < steps.size() && steps[end] == steps[i]) ++end;
    if (end - i >= least_repeats) {
      RepeatSpec repeat;
      repeat.count.mean = static_cast<double>(end - i);
      repeat.steps.push_back(steps[i]);
      StepSpec step;
      step.action = std::move(repeat);
      shorter.push_back(std::move(step));
    } else {
      shorter.insert(shorter.end(), steps.begin() + static_cast<std::ptrdiff_t>(i),
                     steps.begin() + static_cast<std::ptrdiff_t>(end));
    }
    i = end;
  }
  return shorter;
}

}  // namespace

StepSequence steps_of(const Structure& structure, const StepTimes& times, const StepNames& names) {
  StepSequence steps;
  for (std::size_t place = 0; place <= structure.size(); ++place) {
    if (place == times.carrier) {
      if (!is_always_zero(times.carried)) steps.push_back(work(times.carried));
    } else {
      add_constant_work(steps, times.own[place]);
    }
    if (place < structure.size()) {
      add_group(steps, structure[place], times.leads[place], names);
    }
  }
  ask_once(steps);
  return with_repeats(steps);
}

}  // namespace rehearse

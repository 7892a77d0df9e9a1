#include "models/control/rollout.hpp"

#include "models/checks/target_counts.hpp"
#include "sim/decimals.hpp"
#include "sim/expects.hpp"

namespace rehearse {

void Rollout::plan(Stage& stage) {
  step_ = 0;
  running_ = false;
  failures_.clear();
  if (!stage.plan->rollout) return;
  failures_.assign(stage.plan->rollout->spec.analysis.size(), 0);
  stage.agenda.add(Time::after_start(stage.plan->rollout->spec.at), AgendaItem::Kind::rollout_step);
}

void Rollout::step(Stage& stage) {
  expects(stage.plan->rollout.has_value(), "a step is one of a rollout");
  const RolloutPlan& plan = *stage.plan->rollout;
  if (stage.outcome.rollout != RolloutResult::absent) return;
  if (!running_) {
    running_ = true;
    for (Index i = 0; i < plan.spec.analysis.size(); ++i) {
      stage.agenda.add(stage.now + plan.spec.analysis[i].initial_delay, AgendaItem::Kind::analysis,
                       i);
    }
  }
  while (step_ < plan.spec.steps.size()) {
    const RolloutStep& next = plan.spec.steps[step_++];
    if (const auto* pause = std::get_if<Pause>(&next)) {
      stage.agenda.add(stage.now + pause->duration, AgendaItem::Kind::rollout_step);
      return;
    }
    set_canary_weight(stage, std::get<SetWeight>(next).percent);
  }
  end(stage, RolloutResult::completed);
}

void Rollout::set_canary_weight(Stage& stage, double percent) {
  const RolloutPlan& plan = *stage.plan->rollout;
  const ServicePlan& service = stage.plan->services[plan.service];
  expects(percent >= 0 && percent <= 100, "a weight is a percentage");
  stage.surroundings.canary_share = fraction_of_percent(percent);
  const std::uint64_t counted =
      count_canaries(plan.spec, static_cast<int>(service.stable_instances), percent);
  const std::uint64_t wanted = percent == 0 ? 0 : counted;
  expects(wanted <= service.canary_instances, "no more of the canary is wanted than there is");
  const InstanceId first = service.first_instance + service.stable_instances;
  for (Index i = 0; i < service.canary_instances; ++i) {
    Instance& canary = stage.hosts.instances[first + i];
    canary.wanted = i < wanted;
    canary.started = canary.started || canary.wanted;
    stage.live_or_die(first + i);
  }
  stage.list_instances(plan.service);
}

/// A completed rollout leaves only the canary with traffic; an aborted one only the stable version.
void Rollout::end(Stage& stage, RolloutResult result) {
  const ServicePlan& service = stage.plan->services[stage.plan->rollout->service];
  expects(stage.outcome.rollout == RolloutResult::absent, "a rollout ends once");
  stage.outcome.rollout = result;
  running_ = false;
  if (result == RolloutResult::aborted) {
    stage.outcome.rollout_aborted_at = stage.now;
    set_canary_weight(stage, 0);
    return;
  }
  set_canary_weight(stage, 100);
  for (Index i = 0; i < service.stable_instances; ++i) {
    stage.hosts.instances[service.first_instance + i].wanted = false;
  }
  stage.list_instances(stage.plan->rollout->service);
}

void Rollout::evaluate(Stage& stage, Index index, const Scraper& scraper) {
  if (!running_) return;
  expects(index < failures_.size(), "an analysis is one of the rollout");
  const AnalysisSpec& spec = stage.plan->rollout->spec.analysis[index];
  const std::optional<bool> failed =
      scraper.watch(stage.plan->rollout->analysis_watches[index]).holds_at(stage.now);
  if (!failed) {
    ++stage.outcome.analyses_without_data;
  } else if (*failed && ++failures_[index] > spec.failure_limit) {
    end(stage, RolloutResult::aborted);
    return;
  }
  stage.agenda.add(stage.now + spec.interval, AgendaItem::Kind::analysis, index);
}

void Rollout::call_off(Stage& stage) {
  if (stage.plan->rollout && stage.outcome.rollout == RolloutResult::absent) {
    end(stage, RolloutResult::aborted);
  }
}

void Rollout::close(Stage& stage) const {
  if (stage.plan->rollout && stage.outcome.rollout == RolloutResult::absent) {
    stage.outcome.rollout = RolloutResult::unfinished;
  }
}

}  // namespace rehearse

#include "models/control/stop_conditions.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {

void StopConditions::plan(Stage& stage) {
  const std::size_t count = stage.plan->stop_conditions.size();
  holding_since_.assign(count, std::nullopt);
  ringing_.assign(count, false);
  stage.outcome.alarms.assign(count, {});
  for (Index stop = 0; stop < count; ++stop) {
    stage.agenda.add(Time(), AgendaItem::Kind::stop_condition, stop);
  }
}

bool StopConditions::fires(Stage& stage, Index index, const Scraper& scraper) {
  expects(index < ringing_.size(), "an alarm is one of the plan");
  const StopPlan& plan = stage.plan->stop_conditions[index];
  const std::optional<bool> holding = scraper.watch(plan.watch).holds_at(stage.now);
  std::optional<Time>& since = holding_since_[index];
  if (!holding.value_or(false)) {
    since.reset();
  } else if (!since) {
    since = stage.now;
  }
  AlarmOutcome& alarm = stage.outcome.alarms[index];
  expects(!alarm.fired_at, "an alarm that has fired is not asked again");
  const bool rings = since && stage.now - *since >= plan.hold;
  const bool rang = ringing_[index];
  ringing_[index] = rings;
  const bool begun = stage.now >= std::min(stage.plan->layout.disturbance_from, stage.plan->end);
  if (rings && !begun) alarm.rang_before = true;
  if (rings && begun && !rang) {
    alarm.fired_at = stage.now;
    return plan.action == AlarmAction::abort_and_roll_back;
  }
  stage.agenda.add(stage.now + stage.plan->watches[plan.watch].scrape.interval,
                   AgendaItem::Kind::stop_condition, index);
  return false;
}

}  // namespace rehearse

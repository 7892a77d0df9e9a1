#include "models/control/boundaries.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {

void Boundaries::restart(const Plan& plan) {
  ledger_.restart(plan);
  windows_closed_ = 0;
  windows_opened_ = false;
}

void Boundaries::plan(Stage& stage) {
  const Plan& plan = *stage.plan;
  const OutcomeLayout& layout = plan.layout;
  for (const Time boundary : plan.boundaries) {
    stage.agenda.add(boundary, AgendaItem::Kind::close_interval);
  }
  for (std::size_t i = 0; i <= layout.windows; ++i) {
    const Time end = layout.warm_up_end + layout.window * static_cast<std::int64_t>(i);
    stage.agenda.add(std::min(end, plan.end), AgendaItem::Kind::close_window);
  }
  if (layout.load_windows == 0) return;
  for (Time end = layout.warm_up_end; end < plan.end; end = end + recorded_load_window) {
    stage.agenda.add(end, AgendaItem::Kind::close_load_window);
  }
  stage.agenda.add(plan.end, AgendaItem::Kind::close_load_window);
}

void Boundaries::close_interval(Stage& stage) {
  ledger_.collect(stage.hosts, stage.now);
  const std::uint32_t closed = stage.surroundings.interval;
  ledger_.close_interval(closed, stage.recorders());
  const std::uint32_t next = closed == none ? 0 : closed + 1;
  expects(next < stage.plan->boundaries.size(), "an interval ends at a boundary");
  const bool over = next + 1 >= stage.plan->boundaries.size() || stage.outcome.capped;
  stage.surroundings.interval = over ? none : next;
  settle_recorders(stage);
}

void Boundaries::settle_recorders(Stage& stage) {
  for (Recorder& recorder : stage.recorders()) recorder.settle(stage.surroundings.interval);
}

void Boundaries::close_load_window(Stage& stage) {
  ledger_.collect(stage.hosts, stage.now);
  ledger_.close_load_window(stage.recorders());
}

void Boundaries::close_window(Stage& stage) {
  ledger_.collect(stage.hosts, stage.now);
  settle_recorders(stage);
  ledger_.close_window(stage.recorders());
  if (windows_opened_) {
    expects(windows_closed_ < stage.plan->layout.windows, "no more windows close than there are");
    ++windows_closed_;
  } else {
    ledger_.drop_windows();
    windows_opened_ = true;
  }
}

void Boundaries::close_all(Stage& stage) {
  close_interval(stage);
  while (windows_closed_ < stage.plan->layout.windows) close_window(stage);
}

void Boundaries::write(Stage& stage) {
  expects(windows_closed_ == stage.plan->layout.windows, "what is written down is over");
  expects(stage.surroundings.interval == none, "no interval is open at the end");
  settle_recorders(stage);
  for (Partition& partition : stage.partitions) partition.count_unfinished();
  ledger_.write(stage.outcome, stage.recorders());
}

}  // namespace rehearse

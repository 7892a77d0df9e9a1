#include "models/control/scraper.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

Counters counters_of(const WatchPlan& watch, const Recorder& recorder) {
  Counters sum;
  if (watch.condition.metric == Metric::attempts_per_request) {
    for (const ServiceId service : watch.scope.services) sum += recorder.service_total(service);
    return sum;
  }
  for (const Index column : watch.scope.endpoint_columns) sum += recorder.endpoint_total(column);
  for (const WorkloadId workload : watch.scope.workloads) sum += recorder.workload_total(workload);
  return sum;
}

/// What an exporter would show at this instant, over the listed instances in scope.
double gauge(const Stage& stage, const WatchPlan& watch) {
  double sum = 0;
  double whole = 0;
  double largest = 0;
  for (const ServiceId index : watch.scope.services) {
    const ServicePlan& service = stage.plan->services[index];
    const Index count = service.stable_instances + service.canary_instances;
    const bool unlimited = service.cores == 0 && service.workers == none;
    if (watch.condition.metric == Metric::utilization && unlimited) continue;
    for (Index i = service.first_instance; i < service.first_instance + count; ++i) {
      const Instance& instance = stage.hosts.instances[i];
      if (!instance.listed) continue;
      double part = 0;
      double of = 1;
      if (watch.condition.metric == Metric::utilization) {
        if (service.cores > 0) {
          of = service.cores;
          part = service.core_paces == none
                     ? std::min(service.cores, static_cast<double>(stage.hosts.cores[i].running))
                     : static_cast<double>(stage.hosts.cores[i].busy) / 1000;
        } else {
          of = service.workers;
          part = instance.busy;
        }
      } else {
        part =
            watch.condition.metric == Metric::queue_length ? instance.waiting : instance.in_system;
      }
      sum += part;
      whole += of;
      largest = std::max(largest, part / of);
    }
  }
  if (watch.condition.aggregate == Aggregate::max) return largest;
  return whole > 0 ? sum / whole : 0;
}

}  // namespace

void Scraper::plan(Stage& stage) {
  watches_.clear();
  for (Index watch = 0; watch < stage.plan->watches.size(); ++watch) {
    watches_.emplace_back(stage.plan->watches[watch]);
    stage.agenda.add(Time(), AgendaItem::Kind::scrape, watch);
  }
}

void Scraper::scrape(Stage& stage, Index index) {
  expects(index < watches_.size(), "who is scraped for has a watch");
  const WatchPlan& said = stage.plan->watches[index];
  Scrape seen;
  seen.time = stage.now;
  for (Recorder& recorder : stage.recorders()) {
    seen.counters += counters_of(said, recorder);
    seen.latencies.merge(recorder.watched(index).histogram());
    recorder.watched(index).clear();
    seen.split.at_or_below += std::exchange(recorder.watched_split(index).at_or_below, 0);
  }
  seen.gauge = gauge(stage, said);
  watches_[index].add(std::move(seen));
  stage.agenda.add(stage.now + said.scrape.interval, AgendaItem::Kind::scrape, index);
}

}  // namespace rehearse

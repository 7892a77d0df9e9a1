#include "models/control/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "models/checks/assumed_limit.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

float ratio(Integral part, Integral whole) {
  return rehearse::ratio(part, whole, 0);
}

template <class Which>
Counters total(const Recorders& recorders, const Counters& (Recorder::*counters)(Which) const,
               Which index) {
  Counters sum;
  for (const Recorder& recorder : recorders) sum += (recorder.*counters)(index);
  return sum;
}

/// One window of a series: what the counters grew by, and the answers since the last window.
template <class Which>
WindowSample sampled(const Recorders& recorders, LatencyCounts& (Recorder::*window)(Which),
                     Which index, const Counters& grown, LatencyCounts& scratch) {
  expects(std::max({grown.arrived, grown.finished, grown.errors}) <=
              std::numeric_limits<std::uint32_t>::max(),
          "what happens in one window fits into a sample of it");
  expects(!recorders.empty(), "a run has a partition that records");
  WindowSample sample;
  sample.arrived = static_cast<std::uint32_t>(grown.arrived);
  sample.finished = static_cast<std::uint32_t>(grown.finished);
  sample.errors = static_cast<std::uint32_t>(grown.errors);
  const LatencyCounts* latencies = &(recorders.front().get().*window)(index);
  if (recorders.size() > 1) {
    scratch.clear();
    for (Recorder& recorder : recorders) scratch.merge((recorder.*window)(index));
    latencies = &scratch;
  }
  sample.p50 = latencies->quantile(0.5, grown.errors).value_or(Duration());
  sample.p99 = latencies->quantile(0.99, grown.errors).value_or(Duration());
  for (Recorder& recorder : recorders) (recorder.*window)(index).clear();
  return sample;
}

Fate fate_of(Status status) {
  switch (status) {
    case Status::ok:
      return Fate::ok;
    case Status::failed:
      return Fate::failed;
    case Status::refused:
      return Fate::refused;
    case Status::aborted:
      return Fate::aborted;
    case Status::unreachable:
      return Fate::unreachable;
    case Status::lost:
      return Fate::lost;
    case Status::not_permitted:
      return Fate::not_permitted;
    case Status::timed_out:
      return Fate::timed_out;
    case Status::cancelled:
      return Fate::cancelled;
  }
  expects(false, "a status is one of those that there are");
  return Fate::failed;
}

RequestCounts counted(const Recorder::Cell& cell) {
  RequestCounts counts;
  for (std::size_t i = 0; i < cell.by_status.size(); ++i) {
    counts.of(fate_of(static_cast<Status>(i))) += cell.by_status[i];
  }
  counts.unfinished = cell.unfinished;
  return counts;
}

void add(RequestCounts& counts, GivenAnswers& given, const Counters& growth) {
  counts.arrived += growth.arrived;
  given.good += growth.finished - growth.errors;
  given.bad += growth.errors;
}

void add(EndpointOutcome& sum, const Recorder::Cell& cell) {
  sum.counts += counted(cell);
  sum.latency.merge(cell.latencies.histogram());
}

void add(WorkloadOutcome& sum, const Recorder::Cell& cell) {
  sum.counts += counted(cell);
  sum.latency.merge(cell.latencies.histogram());
  sum.time_to_failure.merge(cell.times_to_failure.histogram());
}

/// Of what arrived in an interval nothing is lost sight of.
template <class Requests>
void expect_balanced(const Requests& requests) {
  std::uint64_t ended = 0;
  for (const FateRow& row : fates) ended += requests.counts.*row.count;
  expects(ended == requests.counts.arrived, "all that arrived has met one fate");
  expects(requests.latency.count() == requests.counts.ok, "each good answer has a latency");
}

/// Whether the work of a window is more than is known of a service, by more than chance. A window
/// of N visits tells the work within about 1 / sqrt(N), and one of few visits nothing: a recording,
/// too, is read by windows of at least 30. `recorded`: zero where nothing is to be compared.
bool is_beyond(double work, double visits, double recorded) {
  constexpr double fewest_visits = 30;
  constexpr double standard_errors = 3;
  if (recorded <= 0 || visits < fewest_visits) return false;
  return work * (1 - standard_errors / std::sqrt(visits)) > most_load_ratio * recorded;
}

}  // namespace

void Ledger::restart(const Plan& plan) {
  plan_ = &plan;
  const std::size_t elementary = plan.boundaries.size() - 1;
  const std::size_t columns = plan.layout.endpoints.size();
  const std::size_t workloads = plan.layout.workloads.size();
  const std::size_t services = plan.layout.services.size();
  endpoint_growth_.assign(elementary * columns, {});
  workload_growth_.assign(elementary * workloads, {});
  endpoint_at_boundary_.assign(columns, {});
  workload_at_boundary_.assign(workloads, {});
  service_cells_.assign(elementary * services, {});
  service_sums_.assign(services, {});
  load_sums_.assign(services * load_groups, {});
  load_series_.clear();
  load_windows_closed_ = 0;
  arrived_.assign(services, 0);
  beyond_recorded_.assign(services, 0);
  endpoint_at_window_.assign(columns, {});
  workload_at_window_.assign(workloads, {});
  drop_windows();
}

void Ledger::drop_windows() {
  endpoint_series_.clear();
  workload_series_.clear();
  service_series_.clear();
}

void Ledger::collect(Hosts& hosts, Time now) {
  for (InstanceId i(0); i < hosts.instances.size(); ++i) {
    const ServiceOutcome part = hosts.collect(*plan_, i, now);
    Instance& instance = hosts.instances[i];
    LoadSums& load = load_sums_[instance.service * load_groups +
                                static_cast<std::size_t>(instance.load_group())];
    load.work += std::exchange(instance.offered_work, 0);
    load.inside += part.in_system;
    load.instance_time += part.instance_time;
    service_sums_[instance.service].interval += part;
    service_sums_[instance.service].window += part;
  }
}

void Ledger::close_interval(std::uint32_t interval, const Recorders& recorders) {
  const auto grown = [](std::uint64_t now, std::uint64_t& before) {
    return now - std::exchange(before, now);
  };
  const auto close = [&]<class Which>(const Counters& (Recorder::*counters)(Which) const,
                                      std::vector<Counters>& at_boundary,
                                      std::vector<Counters>& growth) {
    const std::size_t entities = at_boundary.size();
    for (Which i(0); i < entities; ++i) {
      const Counters now = total(recorders, counters, i);
      const Counters before = std::exchange(at_boundary[i], now);
      if (interval != none) growth[interval * entities + i] = now - before;
    }
  };
  close(&Recorder::endpoint_total, endpoint_at_boundary_, endpoint_growth_);
  close(&Recorder::workload_total, workload_at_boundary_, workload_growth_);
  const auto services = static_cast<Index>(service_sums_.size());
  expects(interval == none || (interval + std::size_t{1}) * services <= service_cells_.size(),
          "an interval that closes is one of the plan");
  for (ServiceId i(0); i < services; ++i) {
    ServiceSums& sums = service_sums_[i];
    const Counters made = total(recorders, &Recorder::service_total, i);
    sums.interval.calls = grown(made.calls, sums.at_boundary.calls);
    sums.interval.attempts = sums.interval.calls + grown(made.retries, sums.at_boundary.retries);
    if (interval != none) service_cells_[interval * services + i] += sums.interval;
    sums.interval = {};
  }
}

std::vector<double> Ledger::visits_of_load_window(const Recorders& recorders) {
  std::vector<std::uint64_t> arrived(arrived_.size(), 0);
  for (Index e = 0; e < plan_->endpoints.size(); ++e) {
    const Index stable = plan_->stable_column[e];
    const Index canary = plan_->canary_column[e];
    std::uint64_t& sum = arrived[plan_->endpoints[e].service];
    sum += total(recorders, &Recorder::endpoint_total, stable).arrived;
    if (canary != stable) sum += total(recorders, &Recorder::endpoint_total, canary).arrived;
  }
  std::vector<double> visits;
  for (std::size_t service = 0; service < arrived.size(); ++service) {
    expects(arrived[service] >= arrived_[service], "what has arrived has arrived");
    visits.push_back(static_cast<double>(arrived[service] - arrived_[service]));
  }
  arrived_ = std::move(arrived);
  return visits;
}

void Ledger::close_load_window(const Recorders& recorders) {
  const std::vector<double> visits = visits_of_load_window(recorders);
  const std::size_t closed = load_windows_closed_++;
  if (closed > 0) note_load(visits, (closed - 1) / plan_->layout.load_windows_merged);
  std::fill(load_sums_.begin(), load_sums_.end(), LoadSums{});
}

/// `row`: of the load series.
void Ledger::note_load(const std::vector<double>& visits, std::size_t row) {
  expects(row < plan_->layout.load_windows, "no more load windows close than there are");
  expects(visits.size() * load_groups == load_sums_.size(), "each service has visits to count");
  load_series_.resize((row + 1) * load_sums_.size());
  for (std::size_t service = 0; service < visits.size(); ++service) {
    const LoadSums* const groups = &load_sums_[service * load_groups];
    Integral instance_time = 0;
    for (std::size_t g = 0; g < load_groups; ++g) instance_time += groups[g].instance_time;
    for (std::size_t g = 0; g < load_groups; ++g) {
      const LoadSums& sums = groups[g];
      const float work = ratio(sums.work, sums.instance_time);
      LoadSample& kept = load_series_[row * load_sums_.size() + service * load_groups + g];
      kept.work = std::max(kept.work, work);
      kept.inside = std::max(kept.inside, ratio(sums.inside, sums.instance_time));
      const double own_visits = visits[service] * ratio(sums.instance_time, instance_time);
      if (is_beyond(work, own_visits, plan_->services[service].recorded_work)) {
        beyond_recorded_[service] = 1;
      }
    }
  }
}

void Ledger::close_window(const Recorders& recorders) {
  for (Index i = 0; i < endpoint_at_window_.size(); ++i) {
    const Counters now = total(recorders, &Recorder::endpoint_total, i);
    endpoint_series_.push_back(
        sampled(recorders, &Recorder::endpoint_window, i, now - endpoint_at_window_[i], scratch_));
    endpoint_at_window_[i] = now;
  }
  for (WorkloadId i(0); i < workload_at_window_.size(); ++i) {
    const Counters now = total(recorders, &Recorder::workload_total, i);
    workload_series_.push_back(
        sampled(recorders, &Recorder::workload_window, i, now - workload_at_window_[i], scratch_));
    workload_at_window_[i] = now;
  }
  for (ServiceSums& sums : service_sums_) {
    service_series_.push_back({ratio(sums.window.busy_millis, sums.window.capacity_millis),
                               ratio(sums.window.waiting, sums.window.instance_time),
                               ratio(sums.window.in_system, sums.window.instance_time)});
    sums.window = {};
  }
}

void Ledger::write(Outcome& outcome, const Recorders& recorders) const {
  for (const std::vector<Index>& covered : plan_->elementary_of_interval) {
    IntervalOutcome& interval = outcome.intervals.emplace_back();
    interval.endpoints.resize(endpoint_at_window_.size());
    interval.workloads.resize(workload_at_window_.size());
    interval.services.resize(service_sums_.size());
    for (const Index elementary : covered) write_interval(interval, elementary, recorders);
    for (const EndpointOutcome& endpoint : interval.endpoints) expect_balanced(endpoint);
    for (const WorkloadOutcome& workload : interval.workloads) {
      expect_balanced(workload);
      expects(
          workload.time_to_failure.count() == workload.counts.errors() - workload.counts.unfinished,
          "each request that failed took its time until the user knew");
    }
  }
  outcome.splits.assign(plan_->layout.objective_intervals.size(), {});
  for (Index i = 0; i < plan_->thresholds.size(); ++i) {
    const ThresholdPlan& threshold = plan_->thresholds[i];
    LatencySplit& split = outcome.splits[threshold.objective];
    split.limit = threshold.limit;
    const std::size_t interval = plan_->layout.objective_intervals[threshold.objective];
    for (const Index elementary : plan_->elementary_of_interval[interval]) {
      for (const Recorder& recorder : recorders) {
        split.at_or_below += recorder.split(elementary, i).at_or_below;
      }
    }
  }
  expects(endpoint_series_.size() == plan_->layout.windows * endpoint_at_window_.size() &&
              workload_series_.size() == plan_->layout.windows * workload_at_window_.size() &&
              service_series_.size() == plan_->layout.windows * service_sums_.size(),
          "each window has a sample of everything");
  outcome.load = load_series_;
  outcome.beyond_recorded = beyond_recorded_;
  outcome.endpoint_windows = endpoint_series_;
  outcome.workload_windows = workload_series_;
  outcome.service_windows = service_series_;
}

void Ledger::write_interval(IntervalOutcome& interval, std::uint32_t elementary,
                            const Recorders& recorders) const {
  for (Index i = 0; i < interval.endpoints.size(); ++i) {
    EndpointOutcome& endpoint = interval.endpoints[i];
    add(endpoint.counts, endpoint.given,
        endpoint_growth_[elementary * interval.endpoints.size() + i]);
    for (const Recorder& recorder : recorders) add(endpoint, recorder.endpoint_cell(elementary, i));
  }
  for (WorkloadId i(0); i < interval.workloads.size(); ++i) {
    WorkloadOutcome& workload = interval.workloads[i];
    add(workload.counts, workload.given,
        workload_growth_[elementary * interval.workloads.size() + i]);
    for (const Recorder& recorder : recorders) add(workload, recorder.workload_cell(elementary, i));
  }
  for (Index i = 0; i < interval.services.size(); ++i) {
    interval.services[i] += service_cells_[elementary * interval.services.size() + i];
  }
}

}  // namespace rehearse

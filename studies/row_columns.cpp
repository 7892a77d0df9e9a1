#include "studies/row_columns.hpp"

#include <limits>

namespace rehearse {
namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

float ratio(Integral part, Integral whole) {
  return rehearse::ratio(part, whole, nothing);
}

/// Infinite when the rank falls among requests without a good answer.
float quantile_seconds(const LatencyHistogram& latency, double level, std::uint64_t errors) {
  if (latency.count() + errors == 0) return nothing;
  const auto value = latency.quantile_with_unfinished(level, errors);
  return value ? static_cast<float>(value->in_seconds()) : std::numeric_limits<float>::infinity();
}

float seconds_if_any(Duration latency, const WindowSample& sample) {
  return sample.finished == 0             ? nothing
         : latency == Duration::longest() ? std::numeric_limits<float>::infinity()
                                          : static_cast<float>(latency.in_seconds());
}

}  // namespace

const std::array<LatencyColumn, 5> latency_columns = {{
    {"latency_p50", "s",
     "Median latency of all, infinite among those without a good answer; NaN: none.",
     [](const RequestCounts& counts, const LatencyHistogram& good) {
       return quantile_seconds(good, 0.5, counts.errors());
     }},
    {"latency_p90", "s", "The 0.9 quantile, likewise.",
     [](const RequestCounts& counts, const LatencyHistogram& good) {
       return quantile_seconds(good, 0.9, counts.errors());
     }},
    {"latency_p99", "s", "The 0.99 quantile, likewise.",
     [](const RequestCounts& counts, const LatencyHistogram& good) {
       return quantile_seconds(good, 0.99, counts.errors());
     }},
    {"good_latency_mean", "s", "Mean latency of the good answers.",
     [](const RequestCounts&, const LatencyHistogram& good) {
       return good.count() == 0 ? nothing : static_cast<float>(good.mean_seconds());
     }},
    {"good_latency_max", "s", "The longest latency of the good answers.",
     [](const RequestCounts&, const LatencyHistogram& good) {
       return good.count() == 0 ? nothing : static_cast<float>(good.maximum().in_seconds());
     }},
}};

const std::array<ServiceColumn, 6> service_columns = {{
    {"utilization", "1", "Busy workers (or cores) over live ones; NaN where unlimited.",
     [](const ServiceOutcome& s) { return ratio(s.busy_millis, s.capacity_millis); }},
    {"queue_length", "1", "Jobs waiting at an instance, mean over time.",
     [](const ServiceOutcome& s) { return ratio(s.waiting, s.instance_time); }},
    {"in_system", "1", "Jobs waiting or served at an instance, mean over time.",
     [](const ServiceOutcome& s) { return ratio(s.in_system, s.instance_time); }},
    {"longest_queue", "1", "The largest number of jobs waiting at one instance.",
     [](const ServiceOutcome& s) { return static_cast<float>(s.longest_queue); }},
    {"most_in_system", "1", "The largest number of jobs at one instance.",
     [](const ServiceOutcome& s) { return static_cast<float>(s.most_in_system); }},
    {"attempts_per_call", "1", "Attempts over calls to the service: the amplification by retries.",
     [](const ServiceOutcome& s) { return ratio(s.attempts, s.calls); }},
}};

const std::array<SeriesColumn<RequestWindows, WindowSample>, 5> window_columns = {{
    {&RequestWindows::arrived,
     {"arrived", "1", "Arrivals in the window.",
      [](const WindowSample& s) { return static_cast<float>(s.arrived); }}},
    {&RequestWindows::finished,
     {"finished", "1", "Answers in the window.",
      [](const WindowSample& s) { return static_cast<float>(s.finished); }}},
    {&RequestWindows::errors,
     {"errors", "1", "Errors among them.",
      [](const WindowSample& s) { return static_cast<float>(s.errors); }}},
    {&RequestWindows::latency_p50,
     {"latency_p50", "s", "Median latency of the answers; infinite where it falls among errors.",
      [](const WindowSample& s) { return seconds_if_any(s.p50, s); }}},
    {&RequestWindows::latency_p99,
     {"latency_p99", "s", "Their 0.99 quantile, likewise.",
      [](const WindowSample& s) { return seconds_if_any(s.p99, s); }}},
}};

const std::array<SeriesColumn<ServiceWindows, ServiceWindowSample>, 3> service_window_columns = {{
    {&ServiceWindows::utilization,
     {"utilization", "1", "Busy workers (or cores) over live ones.",
      [](const ServiceWindowSample& s) { return s.utilization; }}},
    {&ServiceWindows::queue_length,
     {"queue_length", "1", "Jobs waiting at an instance.",
      [](const ServiceWindowSample& s) { return s.waiting; }}},
    {&ServiceWindows::in_system,
     {"in_system", "1", "Jobs waiting or served at an instance.",
      [](const ServiceWindowSample& s) { return s.in_system; }}},
}};

}  // namespace rehearse

#include "outputs/outcome_file/window_entries.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rehearse {
namespace {

constexpr std::array<double, 5> band_levels = {0.05, 0.25, 0.5, 0.75, 0.95};

/// The band levels of `values`, NaNs left out: the value of rank ceil(level * n). NaN without any.
std::array<float, 5> bands(std::vector<float>& values) {
  std::erase_if(values, [](float value) { return std::isnan(value); });
  std::array<float, 5> result;
  result.fill(std::numeric_limits<float>::quiet_NaN());
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(band_levels[i] * static_cast<double>(values.size())));
    result[i] = values[std::max<std::size_t>(rank, 1) - 1];
  }
  return result;
}

/// [band, window, entity] of [replication, window, entity], by a number of each sample.
template <class Sample, class Number>
std::vector<float> banded(const std::vector<Sample>& samples, std::uint64_t replications,
                          Number number) {
  const std::size_t cells = replications == 0 ? 0 : samples.size() / replications;
  std::vector<float> result(band_levels.size() * cells);
  std::vector<float> values;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    values.clear();
    for (std::uint64_t r = 0; r < replications; ++r) {
      values.push_back(number(samples[r * cells + cell]));
    }
    const auto limits = bands(values);
    for (std::size_t band = 0; band < limits.size(); ++band) {
      result[band * cells + cell] = limits[band];
    }
  }
  return result;
}

float seconds_if_any(Duration latency, const WindowSample& sample) {
  return sample.finished == 0             ? std::numeric_limits<float>::quiet_NaN()
         : latency == Duration::longest() ? std::numeric_limits<float>::infinity()
                                          : static_cast<float>(latency.in_seconds());
}

struct RequestNumber {
  const char* name;
  const char* unit;
  const char* meaning;
  float (*of)(const WindowSample&);
};

const std::array<RequestNumber, 5> request_numbers = {{
    {"arrived", "1", "Arrivals in the window.",
     [](const WindowSample& s) { return static_cast<float>(s.arrived); }},
    {"finished", "1", "Answers in the window.",
     [](const WindowSample& s) { return static_cast<float>(s.finished); }},
    {"errors", "1", "Errors among them.",
     [](const WindowSample& s) { return static_cast<float>(s.errors); }},
    {"latency_p50", "s", "Median latency of the answers; infinite where it falls among errors.",
     [](const WindowSample& s) { return seconds_if_any(s.p50, s); }},
    {"latency_p99", "s", "Their 0.99 quantile, likewise.",
     [](const WindowSample& s) { return seconds_if_any(s.p99, s); }},
}};

struct ServiceNumber {
  const char* name;
  const char* meaning;
  float (*of)(const ServiceWindowSample&);
};

const std::array<ServiceNumber, 3> service_numbers = {{
    {"utilization", "Busy workers (or cores) over live ones.",
     [](const ServiceWindowSample& s) { return s.utilization; }},
    {"queue_length", "Jobs waiting at an instance.",
     [](const ServiceWindowSample& s) { return s.waiting; }},
    {"in_system", "Jobs waiting or served at an instance.",
     [](const ServiceWindowSample& s) { return s.in_system; }},
}};

void add_requests(std::vector<DatasetEntry>& entries, const std::string& entity,
                  std::vector<WindowSample> WindowRows::*samples) {
  for (const RequestNumber& number : request_numbers) {
    entries.push_back({Scope::arm, "windows/" + entity + "s/" + number.name,
                       "band, window, " + entity, number.unit, number.meaning,
                       [samples, of = number.of](const Place& p) -> Hdf5Values {
                         const WindowRows& rows = p.arm->windows();
                         return banded(rows.*samples, rows.replications, of);
                       }});
  }
}

}  // namespace

void add_window_entries(std::vector<DatasetEntry>& entries) {
  entries.push_back({Scope::arm, "windows/band", "band", "1",
                     "The quantiles, over replications, that the band axis stands for.",
                     [](const Place&) -> Hdf5Values {
                       return std::vector<double>(band_levels.begin(), band_levels.end());
                     }});
  entries.push_back({Scope::arm, "windows/replications", "", "1",
                     "So many first replications went into the bands.",
                     [](const Place& p) -> Hdf5Values {
                       return std::vector<std::uint64_t>{p.arm->windows().replications};
                     }});
  entries.push_back({Scope::arm, "windows/start", "window", "s", "Starts of the windows.",
                     [](const Place& p) -> Hdf5Values {
                       const OutcomeLayout& layout = p.arm->layout();
                       std::vector<double> starts;
                       for (std::size_t w = 0; w < layout.windows; ++w) {
                         const Time start =
                             layout.warm_up_end + layout.window * static_cast<std::int64_t>(w);
                         starts.push_back(start.since_start().in_seconds());
                       }
                       return starts;
                     }});
  add_requests(entries, "endpoint", &WindowRows::endpoints);
  add_requests(entries, "workload", &WindowRows::workloads);
  for (const ServiceNumber& number : service_numbers) {
    entries.push_back({Scope::arm, std::string("windows/services/") + number.name,
                       "band, window, service", "1", number.meaning,
                       [of = number.of](const Place& p) -> Hdf5Values {
                         const WindowRows& rows = p.arm->windows();
                         return banded(rows.services, rows.replications, of);
                       }});
  }
}

}  // namespace rehearse

#include "models/run/outcome.hpp"

#include <bit>

#include "sim/digest.hpp"

namespace rehearse {
namespace {

void fold(Digest& digest, const RequestCounts& counts) {
  digest.add(counts.arrived);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const std::uint64_t count = counts.*fates[i].count;
    if (i < first_fates) {
      digest.add(count);
    } else if (count > 0) {
      digest.add(i);
      digest.add(count);
    }
  }
}

void fold(Digest& digest, const GivenAnswers& given) {
  digest.add(given.good);
  digest.add(given.bad);
}

void fold(Digest& digest, const LatencyHistogram& latencies) {
  digest.add(latencies.bins().size());
  for (const LatencyHistogram::Bin& bin : latencies.bins()) {
    digest.add(bin.bin);
    digest.add(bin.count);
  }
  digest.add(static_cast<std::uint64_t>(latencies.minimum().in_nanoseconds()));
  digest.add(static_cast<std::uint64_t>(latencies.maximum().in_nanoseconds()));
}

void fold(Digest& digest, const ServiceOutcome& service) {
  for_each_measure(
      [&digest](Merge, const MeasureText&, const auto& value) {
        digest.add(static_cast<std::uint64_t>(value));
        if constexpr (sizeof(value) > sizeof(std::uint64_t)) {
          if (value >> 64 != 0) digest.add(static_cast<std::uint64_t>(value >> 64));
        }
      },
      service);
}

void fold(Digest& digest, const std::vector<WindowSample>& samples) {
  for (const WindowSample& sample : samples) {
    digest.add(sample.arrived);
    digest.add(sample.finished);
    digest.add(sample.errors);
    digest.add(static_cast<std::uint64_t>(sample.p50.in_nanoseconds()));
    digest.add(static_cast<std::uint64_t>(sample.p99.in_nanoseconds()));
  }
}

void fold(Digest& digest, const std::optional<Time>& instant) {
  digest.add(
      static_cast<std::uint64_t>(instant.value_or(Time::never()).since_start().in_nanoseconds()));
}

}  // namespace

std::uint64_t Outcome::digest() const {
  Digest digest;
  digest.add(replication);
  for (const IntervalOutcome& interval : intervals) {
    for (const EndpointOutcome& endpoint : interval.endpoints) {
      fold(digest, endpoint.counts);
      fold(digest, endpoint.given);
      fold(digest, endpoint.latency);
    }
    for (const WorkloadOutcome& workload : interval.workloads) {
      fold(digest, workload.counts);
      fold(digest, workload.given);
      fold(digest, workload.latency);
      fold(digest, workload.time_to_failure);
    }
    for (const ServiceOutcome& service : interval.services) fold(digest, service);
  }
  fold(digest, endpoint_windows);
  fold(digest, workload_windows);
  for (const ServiceWindowSample& sample : service_windows) {
    digest.add(std::bit_cast<std::uint32_t>(sample.utilization));
    digest.add(std::bit_cast<std::uint32_t>(sample.waiting));
    digest.add(std::bit_cast<std::uint32_t>(sample.in_system));
  }
  for (const LatencySplit& split : splits) digest.add(split.at_or_below);
  for (const AlarmOutcome& alarm : alarms) {
    digest.add(alarm.rang_before);
    fold(digest, alarm.fired_at);
  }
  fold(digest, stopped_at);
  fold(digest, rollout_aborted_at);
  digest.add(static_cast<std::uint64_t>(rollout));
  digest.add(analyses_without_data);
  digest.add(faults_without_target);
  digest.add(spans);
  digest.add(capped);
  return digest.value();
}

}  // namespace rehearse

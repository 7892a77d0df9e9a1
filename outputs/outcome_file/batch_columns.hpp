#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "studies/arm_record.hpp"

namespace rehearse {

/// The requests of one kind of entity in all batches. Without another word a column is
/// [batch, interval, entity], the entity fastest.
struct RequestBatchColumns {
  std::array<std::vector<std::uint64_t>, count_columns.size()> counts;  // [count_columns]
  /// One non-empty bin of one histogram each; their order is that of the other columns.
  std::vector<std::uint32_t> batch;
  std::vector<std::uint32_t> interval;
  std::vector<std::uint32_t> entity;
  std::vector<std::uint32_t> bin;
  std::vector<std::uint64_t> count;
  /// What histograms know exactly, in nanoseconds.
  std::vector<std::uint64_t> sum;  // [batch, interval, entity, half]: of 128 bits, the lower first
  std::vector<std::uint64_t> shortest;
  std::vector<std::uint64_t> longest;
};

/// The batches of an arm as files hold them.
struct BatchColumns {
  std::vector<std::uint64_t> replications;  // [batch]
  RequestBatchColumns endpoints;
  RequestBatchColumns workloads;
  std::vector<std::vector<double>> services;  // [measure][batch, interval, service]
};

BatchColumns batch_columns(const ArmRecord& arm);

/// The batches that such columns came from, shaped by the layout. Throws InvalidInput where columns
/// contradict one another.
std::vector<Batch> batches_of(const BatchColumns& columns, const OutcomeLayout& layout);

}  // namespace rehearse

#pragma once

#include <array>
#include <cstdint>

#include "sim/enumerators.hpp"

namespace rehearse {

/// How a request (or an attempt) ends for those who count it. To add one is to add it here, a
/// member below and its row.
enum class Fate {
  ok,
  failed,
  refused,
  aborted,
  unreachable,
  timed_out,
  cancelled,
  unfinished,
  lost,
  not_permitted,
};

/// What became of the requests (or attempts) that arrived in one interval. Their sum without
/// `arrived` is `arrived`: nothing is lost sight of.
struct RequestCounts {
  std::uint64_t arrived = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;
  std::uint64_t aborted = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t unfinished = 0;
  std::uint64_t lost = 0;
  std::uint64_t not_permitted = 0;
  bool operator==(const RequestCounts&) const = default;

  RequestCounts& operator+=(const RequestCounts& other);
  std::uint64_t& of(Fate fate);
  /// Everything that is neither good nor withdrawn; the unanswered count as errors.
  std::uint64_t errors() const;
};

/// Everything that is known of a fate.
struct FateRow {
  Fate fate;
  std::uint64_t RequestCounts::*count;
  const char* word;
  bool is_error;
  const char* meaning;
};

inline constexpr std::array<FateRow, 10> fates = {{
    {Fate::ok, &RequestCounts::ok, "ok", false, "Answered well."},
    {Fate::failed, &RequestCounts::failed, "failed", true, "Answered with an error."},
    {Fate::refused, &RequestCounts::refused, "refused", true,
     "Found the queue full, or was dropped from it."},
    {Fate::aborted, &RequestCounts::aborted, "aborted", true, "Stopped by an abort fault."},
    {Fate::unreachable, &RequestCounts::unreachable, "unreachable", true,
     "Found no live instance."},
    {Fate::timed_out, &RequestCounts::timed_out, "timed_out", true,
     "Given up by the user (workloads only)."},
    {Fate::cancelled, &RequestCounts::cancelled, "cancelled", false,
     "Withdrawn by the caller (endpoints only)."},
    {Fate::unfinished, &RequestCounts::unfinished, "unfinished", true,
     "Without an answer when the replication ended."},
    {Fate::lost, &RequestCounts::lost, "lost", true, "Died with the instance that had them."},
    {Fate::not_permitted, &RequestCounts::not_permitted, "not_permitted", true,
     "Not sent: a policy of the caller did not let them (workloads only)."},
}};
static_assert(lists_every(fates, &FateRow::fate));
static_assert(sizeof(RequestCounts) == sizeof(std::uint64_t) * (1 + fates.size()));

/// So many fates there were at first. A digest folds later ones only where they happened, so that a
/// new one leaves the digests of runs in which it never does.
inline constexpr std::size_t first_fates = 8;
static_assert(first_fates <= fates.size(), "no fate that a digest folds was taken away");

/// A number of RequestCounts as files show it.
struct CountColumn {
  std::uint64_t RequestCounts::*count;
  const char* word;
  const char* meaning;
};

/// `arrived`, then the fates.
inline constexpr std::array<CountColumn, 1 + fates.size()> count_columns = [] {
  std::array<CountColumn, 1 + fates.size()> columns{};
  columns[0] = {&RequestCounts::arrived, "arrived",
                "Arrived in the interval; the sum of the following."};
  for (std::size_t i = 0; i < fates.size(); ++i) {
    columns[i + 1] = {fates[i].count, fates[i].word, fates[i].meaning};
  }
  return columns;
}();

/// Answers by the time at which they were given, whenever their requests arrived.
struct GivenAnswers {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  bool operator==(const GivenAnswers&) const = default;

  GivenAnswers& operator+=(const GivenAnswers& other) {
    good += other.good;
    bad += other.bad;
    return *this;
  }
};

}  // namespace rehearse

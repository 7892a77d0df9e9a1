#include "studies/backtest_record.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rehearse {
namespace {

/// The larger over the smaller; infinite where one of them is nothing.
double times_off(const ForetoldNumber& number) {
  const double larger = std::max(number.recorded, number.foretold);
  const double smaller = std::min(number.recorded, number.foretold);
  if (smaller <= 0 || std::isinf(larger)) return std::numeric_limits<double>::infinity();
  return larger / smaller;
}

}  // namespace

bool ForetoldNumber::within_noise() const {
  return noise.lower <= foretold && foretold <= noise.upper;
}

bool ForetoldNumber::alike() const {
  return within_noise() || std::abs(foretold - recorded) <= alike_within * recorded;
}

std::optional<double> ForetoldNumber::error() const {
  if (recorded <= 0) return std::nullopt;
  return foretold / recorded - 1;
}

bool BacktestRow::alike() const {
  return errors.alike() && std::all_of(quantiles.begin(), quantiles.end(),
                                       [](const auto& one) { return one.number.alike(); });
}

std::uint64_t BacktestRecord::numbers() const {
  return quantiles() + rows.size();
}

std::uint64_t BacktestRecord::quantiles() const {
  std::uint64_t count = 0;
  for (const BacktestRow& row : rows) count += row.quantiles.size();
  return count;
}

std::uint64_t BacktestRecord::in_band(std::size_t band) const {
  std::uint64_t count = 0;
  for (const BacktestRow& row : rows) {
    for (const ForetoldQuantile& one : row.quantiles) count += one.in_band[band] ? 1 : 0;
  }
  return count;
}

std::optional<double> BacktestRecord::times_own_rate() const {
  if (!model_per_second || *model_per_second <= 0) return std::nullopt;
  return recorded_per_second / *model_per_second;
}

ExitCode exit_code(const BacktestRecord& record) {
  if (!record.not_run.empty()) return ExitCode::inconclusive;
  if (!record.complete()) return ExitCode::interrupted;
  if (record.rows.empty()) return ExitCode::inconclusive;
  return unlike_numbers(record).empty() ? ExitCode::done : ExitCode::missed;
}

std::vector<UnlikeNumber> unlike_numbers(const BacktestRecord& record) {
  std::vector<UnlikeNumber> unlike;
  for (const BacktestRow& row : record.rows) {
    for (const ForetoldQuantile& one : row.quantiles) {
      if (!one.number.alike()) unlike.push_back({&row, one.level, &one.number});
    }
    if (!row.errors.alike()) unlike.push_back({&row, std::nullopt, &row.errors});
  }
  std::stable_sort(unlike.begin(), unlike.end(), [](const auto& a, const auto& b) {
    return times_off(*a.number) > times_off(*b.number);
  });
  return unlike;
}

}  // namespace rehearse

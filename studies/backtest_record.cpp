#include "studies/backtest_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

/// The larger over the smaller; infinite where one of them is nothing.
double times_off(const ForetoldNumber& number) {
  const double larger = std::max(number.recorded, number.foretold);
  const double smaller = std::min(number.recorded, number.foretold);
  if (smaller <= 0 || std::isinf(larger)) return std::numeric_limits<double>::infinity();
  return larger / smaller;
}

constexpr double fewest_compared = 0.8;  // of the requests
constexpr double most_capped = 0.05;     // of the replications

}  // namespace

bool ForetoldNumber::within_noise() const {
  return noise.lower <= foretold && foretold <= noise.upper;
}

bool ForetoldNumber::alike() const {
  return within_noise() || std::abs(foretold - recorded) <= alike_within * recorded;
}

bool ForetoldNumber::is_untold(double widest_noise) const {
  return within_noise() && std::abs(foretold - recorded) > alike_within * recorded &&
         noise.upper - noise.lower > widest_noise;
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

std::uint64_t BacktestRecord::untold() const {
  std::uint64_t count = 0;
  for (const BacktestRow& row : rows) {
    for (const ForetoldQuantile& one : row.quantiles) {
      count += one.number.is_untold(widest_noise_of_quantile * one.number.recorded) ? 1 : 0;
    }
    count += row.errors.is_untold(widest_noise_of_errors) ? 1 : 0;
  }
  return count;
}

double BacktestRecord::compared_share() const {
  if (requests == 0) return 0;
  std::uint64_t compared = 0;
  for (const BacktestRow& row : rows) compared += row.visits;
  return std::min(1.0, static_cast<double>(compared) / static_cast<double>(requests));
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

std::string doubt_of(const BacktestRecord& record) {
  if (record.untold() * 2 > record.numbers()) {
    return fmt::format("the noise of the recording leaves {} of {} untold", record.untold(),
                       counted(record.numbers(), "number"));
  }
  if (record.compared_share() < fewest_compared) {
    return fmt::format("only {:.0f} % of the requests came to endpoints that were compared",
                       100 * record.compared_share());
  }
  const auto replications = static_cast<double>(record.replications);
  if (static_cast<double>(record.capped) > most_capped * replications) {
    return fmt::format("{} of {} ended early, too many requests being under way", record.capped,
                       counted(record.replications, "replication"));
  }
  return "";
}

ExitCode exit_code(const BacktestRecord& record) {
  if (!record.not_run.empty()) return ExitCode::inconclusive;
  if (!record.complete()) return ExitCode::interrupted;
  if (record.rows.empty()) return ExitCode::inconclusive;
  if (!unlike_numbers(record).empty()) return ExitCode::missed;
  return doubt_of(record).empty() ? ExitCode::done : ExitCode::inconclusive;
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

#include "calibrate/learn/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t shortest_pause = 10 * nanoseconds_per_second;
constexpr double pause_factor = 50;
constexpr std::size_t enough_gaps = 30;
/// No model may say more: a recording of so few nanoseconds tells no rate.
constexpr double most_per_second = 1e9;
/// Nor larger batches than these.
constexpr std::size_t largest_batch = 10'000;

/// The typical gap: the median of exponential ones is ln 2 of their mean.
double typical_gap(std::vector<std::int64_t> gaps) {
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return static_cast<double>(*middle) / 0.6931471805599453;
}

/// How the gaps are spread, pauses left out.
void study_gaps(const std::vector<std::int64_t>& gaps, std::int64_t grain, ArrivalFacts& facts) {
  if (gaps.size() < enough_gaps) return;
  double sum = 0;
  double squares = 0;
  for (const std::int64_t gap : gaps) {
    const auto nanoseconds = static_cast<double>(gap);
    sum += nanoseconds;
    squares += nanoseconds * nanoseconds;
  }
  const double mean = sum / static_cast<double>(gaps.size());
  if (mean <= 0) return;
  const double variance = squares / static_cast<double>(gaps.size()) - mean * mean;
  facts.gaps_vary_by = std::sqrt(std::max(variance, 0.0)) / mean;
  const auto at_once = [mean](std::int64_t gap) { return static_cast<double>(gap) < mean / 100; };
  const auto together = static_cast<double>(std::count_if(gaps.begin(), gaps.end(), at_once));
  const auto all = static_cast<double>(gaps.size());
  // Of a Poisson process as many gaps are below the grain of the clock.
  const double by_chance = 1 - std::exp(-std::max(0.01, static_cast<double>(grain) / mean));
  if (4 * together < all || together < all * by_chance + 4 * std::sqrt(all * by_chance)) return;
  std::size_t size = 1;
  const auto close = [&] {
    if (facts.batch_sizes.size() <= size) facts.batch_sizes.resize(size + 1, 0);
    facts.batch_sizes[size] += 1;
    size = 1;
  };
  for (const std::int64_t gap : gaps) {
    if (at_once(gap)) {
      ++size;
    } else {
      close();
    }
  }
  close();
  if (facts.batch_sizes.size() > largest_batch + 1) facts.batch_sizes.clear();
}

/// The endpoints at which traces without a root begin, save those that are seen called more often.
std::vector<bool> find_ways_in(const TraceForest& forest, const VisitTable& table,
                               const std::vector<bool>& without_root) {
  std::vector<std::uint64_t> at_top(table.endpoints.size(), 0);
  std::vector<std::uint64_t> called(table.endpoints.size(), 0);
  for (const Visit& visit : table.visits) {
    const bool has_parent = forest.top[visit.span] == Top::no;
    if (without_root[visit.span] && !has_parent) ++at_top[visit.endpoint];
    if (!without_root[visit.span] && has_parent) ++called[visit.endpoint];
  }
  std::vector<bool> ways_in;
  for (std::size_t i = 0; i < at_top.size(); ++i) ways_in.push_back(at_top[i] >= called[i]);
  return ways_in;
}

/// Counts requests whose root was lost; the mix stays in requests seen. Returns how many came in
/// for each that was seen.
double count_lost(ArrivalFacts& facts) {
  double seen = 0;
  double all = 0;
  for (auto& [endpoint, weight] : facts.mix) {
    seen += weight;
    const auto factor = facts.lost.factors.find(endpoint);
    if (factor != facts.lost.factors.end()) weight *= factor->second;
    all += weight;
  }
  if (facts.lost.factors.empty()) return 1;
  for (auto& [endpoint, weight] : facts.mix) weight *= seen / all;
  return all / seen;
}

/// `for_each`: requests for each that was seen.
void measure_rate(std::vector<std::int64_t>& starts, std::int64_t grain, double for_each,
                  ArrivalFacts& facts) {
  std::sort(starts.begin(), starts.end());
  facts.first = starts.front();
  facts.last = starts.back();
  if (starts.size() < 2) return;
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < starts.size(); ++i) gaps.push_back(starts[i] - starts[i - 1]);
  const double typical = typical_gap(gaps);
  double total = 0;
  std::vector<std::int64_t> under_way;
  Stretch stretch{starts.front(), starts.front()};
  const auto close = [&] {
    if (stretch.to > stretch.from) facts.stretches.push_back(stretch);
  };
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const std::int64_t gap = gaps[i];
    const bool pause = gap > shortest_pause && static_cast<double>(gap) > pause_factor * typical;
    facts.pauses += pause ? 1 : 0;
    if (pause) {
      close();
      stretch.from = starts[i + 1];
    } else {
      total += static_cast<double>(gap) / 1e9;
      under_way.push_back(gap);
    }
    stretch.to = starts[i + 1];
  }
  close();
  const auto counted = static_cast<double>(gaps.size() - facts.pauses);
  study_gaps(under_way, grain, facts);
  facts.seconds = total;
  if (total > 0) {
    const double scale = for_each * facts.adjusted_requests / static_cast<double>(facts.requests);
    const double per_second = counted / total * scale;
    facts.per_second = per_second <= most_per_second ? per_second : 0;
    if (facts.per_second == 0) facts.batch_sizes.clear();
  }
}

/// The civil date of a day counted from 1970-01-01 (Hinnant, chrono-compatible low-level date
/// algorithms): no time zone of this machine takes part.
std::string date_text(std::int64_t days) {
  days += 719468;
  const std::int64_t era = days / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

}  // namespace

double ArrivalFacts::mean_batch() const {
  double batches = 0;
  double inside = 0;
  for (std::size_t size = 0; size < batch_sizes.size(); ++size) {
    batches += batch_sizes[size];
    inside += batch_sizes[size] * static_cast<double>(size);
  }
  return batches > 0 ? inside / batches : 1;
}

/// The coefficient of variation of n exponential gaps has a standard error of about 1 / sqrt(n).
bool ArrivalFacts::may_be_poisson() const {
  const double far = std::abs(gaps_vary_by - 1);
  return far < 0.3 || far < 4 / std::sqrt(static_cast<double>(requests));
}

ArrivalFacts study_arrivals(const TraceForest& forest, const VisitTable& table) {
  ArrivalFacts facts;
  facts.only_orphans = forest.counts.roots == 0;
  const std::vector<bool> without_root = forest.in_traces_without_root();
  const std::vector<bool> ways_in = find_ways_in(forest, table, without_root);
  std::vector<std::int64_t> starts;
  std::vector<RequestTimes> requests;
  std::vector<bool> begins_request(forest.spans.size(), false);
  for (std::size_t i = 0; i < table.visits.size(); ++i) {
    const Visit& visit = table.visits[i];
    const Top top = forest.top[visit.span];
    if (top == Top::no || (top != Top::root && !without_root[visit.span])) continue;
    if (top != Top::root && !ways_in[visit.endpoint]) {
      ++facts.roots_lost;
      continue;
    }
    facts.begun_below += top == Top::orphan ? 1 : 0;
    const Span& span = forest.spans[visit.span];
    begins_request[visit.span] = true;
    starts.push_back(span.start);
    requests.push_back({span.start, span.end});
    ++facts.requests;
    facts.visits.push_back(static_cast<std::uint32_t>(i));
    facts.adjusted_requests += span.adjusted_count;
    facts.mix[visit.endpoint] += span.adjusted_count;
  }
  if (starts.empty()) return facts;
  for (auto& [endpoint, weight] : facts.mix) {
    weight *= static_cast<double>(facts.requests) / facts.adjusted_requests;
  }
  const std::vector<std::int64_t> grains = clock_grains(forest);
  std::int64_t coarsest = 1;
  for (const auto& [endpoint, weight] : facts.mix) {
    coarsest = std::max(coarsest, grains[table.endpoints[endpoint].service]);
  }
  facts.lost = find_lost_roots(forest, table, begins_request);
  measure_rate(starts, coarsest, count_lost(facts), facts);
  const bool all_kept = facts.adjusted_requests == static_cast<double>(facts.requests);
  if (all_kept && facts.lost.traces == 0 && facts.pauses == 0 && facts.per_second > 0) {
    facts.closed_loop = find_closed_loop(std::move(requests));
  }
  return facts;
}

ArrivalsSpec arrivals_of(const ArrivalFacts& facts) {
  if (facts.batch_sizes.empty()) {
    return PoissonSpec{Rate{facts.per_second > 0 ? facts.per_second : 1.0}};
  }
  CountLawSpec size;
  size.kind = CountLawSpec::Kind::empirical;
  size.weights = facts.batch_sizes;
  return BatchSpec{Rate{facts.per_second / facts.mean_batch()}, size};
}

std::string arrivals_note(const ArrivalFacts& facts) {
  std::string over = "over " + rounded_duration_text(facts.seconds);
  if (facts.lost.traces > 0) {
    over += fmt::format("; with {} whose root was lost", counted(facts.lost.traces, "request"));
  }
  return over + (facts.batch_sizes.empty() ? "; that arrivals are Poisson is assumed"
                                           : "; that batches come as a Poisson process is assumed");
}

std::string arrivals_sentence(const ArrivalFacts& facts) {
  if (facts.per_second == 0) {
    return "requests arrive as a Poisson process, 1 a second: the recording does not tell how many "
           "do";
  }
  if (facts.closed_loop) {
    return fmt::format(
        "requests arrive as a Poisson process, and in the recording they do not: warning, never "
        "more than {} under way, and others come when these are done: users who wait for their "
        "answers (then write arrivals = {{ closed_loop = {{ users = {}, think_time = \"{}\" }} "
        "}}), "
        "or a server that records requests only once it has a worker for them",
        agreeing(facts.closed_loop->users, "one is", count_text(facts.closed_loop->users) + " are"),
        facts.closed_loop->users,
        rounded_duration_text(weighted_mean(facts.closed_loop->think_times) * 1e-9));
  }
  const std::string gaps = fmt::format(
      "the gaps between them vary {:.1f} times as much as their mean", facts.gaps_vary_by);
  if (!facts.batch_sizes.empty()) {
    return fmt::format(
        "requests arrive in batches at once, {:.1f} on average, and these as a Poisson process: {}",
        facts.mean_batch(), gaps);
  }
  if (!facts.may_be_poisson()) {
    return fmt::format(
        "requests arrive as a Poisson process, and in the recording they do not: warning, {} "
        "(Poisson: once); queues are {} than in the model",
        gaps, facts.gaps_vary_by > 1 ? "longer" : "shorter");
  }
  return "requests arrive as a Poisson process; the recording gives its rate, and its gaps do not "
         "speak against it";
}

std::string window_text(std::int64_t start, std::int64_t end) {
  const std::int64_t seconds = start / nanoseconds_per_second;
  const std::int64_t of_day = seconds % 86400;
  return fmt::format("{}T{:02}:{:02}:{:02}Z/PT{:.3f}S", date_text(seconds / 86400), of_day / 3600,
                     of_day / 60 % 60, of_day % 60, static_cast<double>(end - start) / 1e9);
}

std::string number_in(const ArrivalsSpec& learned) {
  return std::holds_alternative<BatchSpec>(learned) ? "batch.rate" : "poisson.rate";
}

}  // namespace rehearse

#include "sim/stats/intervals.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/expects.hpp"

using namespace rehearse;

namespace {

/// Published values are given to twelve digits.
Approx about(double value) {
  return Approx(value).epsilon(1e-11).margin(1e-300);
}

double binomial_cdf(std::uint64_t most, std::uint64_t trials, double p) {
  const auto n = static_cast<double>(trials);
  double sum = 0;
  for (std::uint64_t i = 0; i <= most; ++i) {
    const auto k = static_cast<double>(i);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                    k * std::log(p) + (n - k) * std::log1p(-p));
  }
  return sum;
}

}  // namespace

TEST_CASE("Clopper-Pearson intervals agree with the published ones", "[sim]") {
  // reference/oracles.csv, row S01: "CP lower" and "CP upper", 95 % two-sided.
  CHECK(clopper_pearson(0, 1000, 0.95).lower == 0);
  CHECK(clopper_pearson(0, 1000, 0.95).upper == about(0.00368208389687));
  CHECK(clopper_pearson(3, 1000, 0.95).lower == about(0.00061909993165));
  CHECK(clopper_pearson(3, 1000, 0.95).upper == about(0.00874202323848));
  CHECK(clopper_pearson(12, 5000, 0.95).lower == about(0.0012407107696));
  CHECK(clopper_pearson(12, 5000, 0.95).upper == about(0.00418856018605));
  CHECK(clopper_pearson(1, 100000, 0.95).lower == about(2.53178047793e-07));
  CHECK(clopper_pearson(1, 100000, 0.95).upper == about(5.57151603477e-05));
}

TEST_CASE("Clopper-Pearson intervals cover, and their neighbours do not", "[sim]") {
  const Interval interval = clopper_pearson(7, 40, 0.9);

  // At each limit, what was seen or beyond has probability 5 %.
  CHECK(binomial_cdf(7, 40, interval.upper) == Approx(0.05).epsilon(1e-9));
  CHECK(1 - binomial_cdf(6, 40, interval.lower) == Approx(0.05).epsilon(1e-9));
  CHECK(binomial_cdf(7, 40, interval.upper * 1.02) < 0.05 * 0.98);
}

TEST_CASE("without trials a probability may be anything", "[sim]") {
  CHECK(clopper_pearson(0, 0, 0.95) == Interval{0, 1});
  CHECK(clopper_pearson(10, 10, 0.95).upper == 1);
  CHECK(upper_limit_without_events(0, 0.95) == 1);
}

TEST_CASE("the upper limit without events agrees with the published one", "[sim]") {
  // reference/oracles.csv, row S01: "one-sided 95% upper, 0 of 1000", "runs without event to
  // claim".
  CHECK(upper_limit_without_events(1000, 0.95) == about(0.0029912495451));
  CHECK(upper_limit_without_events(2995, 0.95) < 1e-3);
  CHECK(upper_limit_without_events(2994, 0.95) > 1e-3);
  CHECK(upper_limit_without_events(2995731, 0.95) < 1e-6);
  CHECK(upper_limit_without_events(2995730, 0.95) > 1e-6);
}

TEST_CASE("ranks that enclose a quantile agree with the published ones", "[sim]") {
  // reference/oracles.csv, row S02: "lower rank", "upper rank", "exact coverage".
  struct Row {
    std::uint64_t n;
    double level;
    std::uint64_t lower;
    std::uint64_t upper;
    double coverage;
  };

  for (const Row& row :
       {Row{1000, 0.5, 469, 532, 0.95370880264}, Row{1000, 0.95, 936, 964, 0.958095268223},
        Row{1000, 0.99, 983, 997, 0.976094763498}, Row{10000, 0.999, 9983, 9997, 0.975457461854},
        Row{100, 0.95, 90, 100, 0.982607060712}}) {
    const RankInterval ranks = quantile_ranks(row.n, row.level, 0.95);
    CHECK(ranks.lower == row.lower);
    CHECK(ranks.upper == row.upper);
    CHECK(binomial_cdf(ranks.upper - 1, row.n, row.level) -
              binomial_cdf(ranks.lower - 1, row.n, row.level) ==
          Approx(row.coverage).epsilon(1e-8));
  }
}

TEST_CASE("few values bound a far quantile on one side only", "[sim]") {
  // Wilks: the greatest of n values bounds the p99 from above with one-sided 95 % from n = 299 on
  // (reference/oracles.csv, row S02), which is two-sided 90 %.
  CHECK(quantile_ranks(298, 0.99, 0.9).upper == 299);
  CHECK(quantile_ranks(299, 0.99, 0.9).upper == 299);
  CHECK(quantile_ranks(2994, 0.999, 0.9).upper == 2995);
  CHECK(quantile_ranks(2995, 0.999, 0.9).upper == 2995);
  CHECK(quantile_ranks(3, 0.01, 0.95).lower == 0);
  CHECK(quantile_ranks(0, 0.5, 0.95).lower == 0);
  CHECK(quantile_ranks(0, 0.5, 0.95).upper == 1);
}

TEST_CASE("quantiles of Student's t and of the normal law agree with tables", "[sim]") {
  CHECK(normal_quantile(0.975) == about(1.9599639845400545));
  CHECK(normal_quantile(0.5) == Approx(0).margin(1e-15));
  // One degree of freedom is Cauchy's law, two have a closed form.
  CHECK(student_t_quantile(0.975, 1) == about(std::tan(std::acos(-1.) * 0.475)));
  CHECK(student_t_quantile(0.975, 2) == about(0.95 * std::sqrt(2 / (1 - 0.95 * 0.95))));
  CHECK(student_t_quantile(0.975, 1e9) == Approx(1.95996398454).epsilon(1e-8));
}

TEST_CASE("impossible questions about intervals are bugs", "[sim]") {
  CHECK_THROWS_AS(clopper_pearson(2, 1, 0.95), ContractViolation);
  CHECK_THROWS_AS(clopper_pearson(1, 2, 1), ContractViolation);
  CHECK_THROWS_AS(upper_limit_without_events(1, 0), ContractViolation);
  CHECK_THROWS_AS(quantile_ranks(10, 0, 0.95), ContractViolation);
  CHECK_THROWS_AS(quantile_ranks(10, 0.5, 1), ContractViolation);
}

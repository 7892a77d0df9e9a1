#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rehearse {

/// P(X >= events) of so many independent trials. Expects events <= trials, probability in (0, 1).
double at_least(std::uint64_t events, std::uint64_t trials, double probability);

/// P(Z >= z) of a standard normal law.
double normal_tail(double z);

/// Whether the marked ones among values have the larger ones, compared only within strata
/// (Wilcoxon; van Elteren): each stratum adds the sum of the ranks of its marked ones.
class RankSum {
 public:
  struct Value {
    double value = 0;
    bool marked = false;
  };
  void add_stratum(std::vector<Value> values);
  /// One-sided, by the normal law, whose tail is the heavier one. 1: there is nothing to compare.
  double p_value() const;

 private:
  double excess_ = 0;
  double variance_ = 0;
};

/// One-sided p-value of Spearman's rank correlation being above 0, by the normal law. 1 for fewer
/// than ten pairs. Expects as many of both.
double rank_correlation_p_value(const std::vector<double>& first,
                                const std::vector<double>& second);

/// Which of the hypotheses are rejected when the probability that any is wrongly is to be at most
/// `level` (Holm 1979), whatever they have in common.
std::vector<bool> rejected_by_holm(const std::vector<double>& p_values, double level);

/// "p = 0.0012", "p < 1e-9".
std::string p_value_text(double p_value);

}  // namespace rehearse

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/document.hpp"
#include "scenarios/law_figures.hpp"

/// How two written trees differ, value by value; `model_difference.hpp` is about what they mean.
namespace rehearse {

/// One thing that two models say differently.
struct ModelChange {
  enum class Kind { came, went, changed };
  /// In the order of what matters: what there is; the values; why they are believed; where they
  /// were learned, and from how much.
  enum class Part { structure, value, evidence, origin };
  Kind kind = Kind::changed;
  Part part = Part::value;
  std::string path;    // of a value; of a call, its two ends
  std::string before;  // as files spell it; empty when it came
  std::string after;
  std::optional<double> ratio;                           // after / before, of numbers above zero
  std::optional<std::pair<LawFigures, LawFigures>> law;  // of durations: before, after
  /// How large: the logarithm of the largest ratio, and more than that of any number for what has
  /// none.
  double size = 0;
};

/// What is no ratio of two numbers above zero is larger than any.
inline constexpr double size_of_word = 2'500;
inline constexpr double size_from_nothing = 2'000;

/// Sets ratio and size of a change between two numbers.
void measure(ModelChange& change, double before, double after);

/// Adds every value that differs below two nodes; null is what is not there. Laws of durations, by
/// their key, are compared as such.
void add_differences(const Node* before, const Node* after, const std::string& path,
                     ModelChange::Part part, std::string_view key,
                     std::vector<ModelChange>& changes);

}  // namespace rehearse

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What the samples of a recording leave open about the numbers of a model: joint draws, each of
/// which could as well be the truth. Durations are in seconds.
struct ParameterDraws {
  std::vector<std::string> paths;  // of the numbers, as LearnedNumbersWalk meets them
  std::vector<double> learned;     // [path]: what the model says
  std::vector<float> values;       // [draw, path]

  std::size_t draws() const { return paths.empty() ? 0 : values.size() / paths.size(); }
  bool operator==(const ParameterDraws&) const = default;
};

/// The learned numbers of a model, in seconds where they are durations, and their paths.
ParameterDraws without_draws(const ModelSpec& model);

/// Adds a draw: the learned numbers of a model of the same shape. Expects as many as there are.
void add_draw(ParameterDraws& draws, const ModelSpec& model);

/// A model with draws of its numbers. What a person changed after it was learned is known, and is
/// the same in every draw.
class DrawnModel {
 public:
  /// Expects at least one draw.
  DrawnModel(ModelSpec model, const ParameterDraws& draws);

  std::size_t draws() const { return draws_; }
  /// Of the numbers that vary among draws: those that are drawn, and those that stay, because they
  /// differ from what was learned.
  std::size_t drawn() const { return drawn_; }
  std::size_t changed() const { return changed_; }

  /// The model under one draw; laws stay laws. Expects draw < draws().
  ModelSpec draw(std::size_t draw) const;

 private:
  ModelSpec model_;
  std::vector<std::uint32_t> columns_;  // of each learned number; not drawn: no_column
  std::vector<float> values_;           // [draw, column]
  std::size_t width_ = 0;
  std::size_t draws_ = 0;
  std::size_t drawn_ = 0;
  std::size_t changed_ = 0;
};

}  // namespace rehearse

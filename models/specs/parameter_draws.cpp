#include "models/specs/parameter_draws.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "language/spec_path.hpp"
#include "models/specs/learned_numbers.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t no_column = 0xFFFFFFFF;
/// The longest that a model may say.
constexpr double most_seconds = 720 * 3600.0;

/// Hands each number and its path on.
template <class Take>
class WithPaths {
 public:
  explicit WithPaths(Take take) : take_(std::move(take)) {}

  void enter(std::string_view key) { paths_.push_back(extended_path(path(), key)); }
  void enter(std::size_t index) { paths_.push_back(indexed_path(path(), index)); }
  void leave() { paths_.pop_back(); }
  void number(const double& value, Bounds) { take_(path(), value); }
  void number(const Duration& value) { take_(path(), value.in_seconds()); }
  void end_of(const EmpiricalSpec&) {}

 private:
  const std::string& path() const {
    static const std::string nothing;
    return paths_.empty() ? nothing : paths_.back();
  }

  Take take_;
  std::vector<std::string> paths_;
};

template <class Take>
void for_each_number(const ModelSpec& model, Take take) {
  WithPaths<Take> visitor(std::move(take));
  walk_learned_numbers(model, visitor);
}

/// Reads the values of one draw.
class Getter {
 public:
  explicit Getter(std::vector<float>& values) : values_(values) {}

  void enter(std::string_view) {}
  void enter(std::size_t) {}
  void leave() {}
  void number(const double& value, Bounds) { values_.push_back(static_cast<float>(value)); }
  void number(const Duration& value) { values_.push_back(static_cast<float>(value.in_seconds())); }
  void end_of(const EmpiricalSpec&) {}

 private:
  std::vector<float>& values_;
};

/// Writes the values of one draw into a model.
class Setter {
 public:
  Setter(const std::vector<std::uint32_t>& columns, const float* values)
      : columns_(columns), values_(values) {}

  void enter(std::string_view) {}
  void enter(std::size_t) {}
  void leave() {}
  /// Draws about a sample are scaled, and a share may then be more than all.
  void number(double& value, Bounds bounds) {
    const std::uint32_t column = next();
    if (column == no_column) return;
    value = std::clamp(static_cast<double>(values_[column]), bounds.least, bounds.most);
  }
  void number(Duration& value) {
    if (const std::uint32_t column = next(); column != no_column) {
      const double seconds = std::min(static_cast<double>(values_[column]), most_seconds);
      value = Duration::rounded_nanoseconds(seconds * 1e9);
    }
  }
  /// A point that a person changed stays, and may stand among drawn ones.
  void end_of(EmpiricalSpec& law) {
    for (std::size_t i = 1; i < law.points.size(); ++i) {
      law.points[i].value = std::max(law.points[i].value, law.points[i - 1].value);
    }
  }

 private:
  std::uint32_t next() { return columns_[at_++]; }

  const std::vector<std::uint32_t>& columns_;
  const float* values_;
  std::size_t at_ = 0;
};

/// Numbers are written to files with fewer digits than they have.
bool is_as_learned(double value, double learned) {
  constexpr double rounding = 1e-6;
  constexpr double nanoseconds = 2e-9;
  return std::fabs(value - learned) <= rounding * std::fabs(learned) + nanoseconds;
}

}  // namespace

ParameterDraws without_draws(const ModelSpec& model) {
  ParameterDraws draws;
  for_each_number(model, [&](const std::string& path, double value) {
    draws.paths.push_back(path);
    draws.learned.push_back(value);
  });
  return draws;
}

void add_draw(ParameterDraws& draws, const ModelSpec& model) {
  const std::size_t before = draws.values.size();
  Getter getter(draws.values);
  walk_learned_numbers(model, getter);
  expects(draws.values.size() - before == draws.paths.size(), "a draw has all numbers of a model");
}

DrawnModel::DrawnModel(ModelSpec model, const ParameterDraws& draws)
    : model_(std::move(model)),
      values_(draws.values),
      width_(draws.paths.size()),
      draws_(draws.draws()) {
  expects(draws_ > 0, "a drawn model has draws");
  std::map<std::string_view, std::uint32_t> places;
  // What is the same in all draws says the same of any recording; of one draw nobody can tell.
  std::vector<bool> varies(width_, draws_ == 1);
  for (std::size_t i = 0; i < width_; ++i) {
    places.emplace(draws.paths[i], static_cast<std::uint32_t>(i));
    for (std::size_t at = i + width_; at < values_.size(); at += width_) {
      varies[i] = varies[i] || values_[at] != values_[i];
    }
  }
  for_each_number(model_, [&](const std::string& path, double value) {
    std::uint32_t column = no_column;
    if (const auto found = places.find(path); found != places.end()) {
      if (is_as_learned(value, draws.learned[found->second])) {
        column = found->second;
        drawn_ += varies[found->second];
      } else {
        changed_ += varies[found->second];
      }
    }
    columns_.push_back(column);
  });
}

ModelSpec DrawnModel::draw(std::size_t draw) const {
  expects(draw < draws_, "there are so many draws");
  ModelSpec model = model_;
  Setter setter(columns_, values_.data() + draw * width_);
  walk_learned_numbers(model, setter);
  return model;
}

}  // namespace rehearse

#include "calibrate/readers/name_table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rehearse {

NameTable::NameTable() {
  intern("");
}

NameId NameTable::intern(std::string_view text) {
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  const auto number = static_cast<NameId>(texts_.size());
  texts_.emplace_back(text);
  numbers_.emplace(texts_.back(), number);
  return number;
}

NameTable::Remembered& NameTable::remembered(NameUse use, std::string_view text,
                                             std::string_view other) {
  constexpr std::size_t places = 512;
  if (remembered_.empty()) remembered_.resize(places);
  const std::size_t hash = Hash{}(text) + (other.empty() ? 0 : Hash{}(other));
  return remembered_[(hash + static_cast<std::size_t>(use)) % places];
}

std::vector<NameId> NameTable::sort() {
  remembered_.clear();
  ++renumberings_;
  std::vector<NameId> order(texts_.size());
  std::iota(order.begin(), order.end(), NameId{0});
  std::sort(order.begin(), order.end(),
            [this](NameId a, NameId b) { return texts_[a] < texts_[b]; });
  std::vector<NameId> renumbered(texts_.size());
  std::vector<std::string> sorted(texts_.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    renumbered[order[place]] = static_cast<NameId>(place);
    sorted[place] = std::move(texts_[order[place]]);
  }
  texts_ = std::move(sorted);
  for (auto& [text, number] : numbers_) number = renumbered[number];
  return renumbered;
}

std::vector<NameId> NameTable::keep_only(const std::vector<bool>& used) {
  if (std::all_of(used.begin() + 1, used.end(), [](bool is_used) { return is_used; })) {
    size_once_used_ = texts_.size();
    std::vector<NameId> unchanged(texts_.size());
    std::iota(unchanged.begin(), unchanged.end(), NameId{0});
    return unchanged;
  }
  remembered_.clear();
  ++renumberings_;
  std::vector<std::string> texts = std::move(texts_);
  texts_.clear();
  numbers_.clear();
  intern("");
  std::vector<NameId> renumbered(texts.size(), 0);
  for (std::size_t name = 1; name < texts.size(); ++name) {
    if (used[name]) renumbered[name] = intern(texts[name]);
  }
  size_once_used_ = texts_.size();
  return renumbered;
}

}  // namespace rehearse

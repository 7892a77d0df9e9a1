#include "models/outcomes/request_counts.hpp"

#include "sim/expects.hpp"

namespace rehearse {

RequestCounts& RequestCounts::operator+=(const RequestCounts& other) {
  for (const CountColumn& column : count_columns) this->*column.count += other.*column.count;
  return *this;
}

std::uint64_t& RequestCounts::of(Fate fate) {
  expects(static_cast<std::size_t>(fate) < fates.size(), "a fate is one of those that there are");
  return this->*fates[static_cast<std::size_t>(fate)].count;
}

std::uint64_t RequestCounts::errors() const {
  std::uint64_t errors = 0;
  for (const FateRow& row : fates) {
    if (row.is_error) errors += this->*row.count;
  }
  return errors;
}

}  // namespace rehearse

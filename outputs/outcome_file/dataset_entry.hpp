#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "outputs/outcome_file/batch_columns.hpp"
#include "outputs/outcome_file/hdf5.hpp"
#include "sim/error.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// Where a dataset stands: once in the file, once for each arm, or once for each arm and interval.
enum class Scope { study, arm, interval };

/// What the values of one dataset are taken from. `arm`, `totals`, `batches` and `interval` are set
/// where the scope says.
struct Place {
  const Study* study = nullptr;
  const Findings* findings = nullptr;
  const ArmRecord* arm = nullptr;
  const std::vector<IntervalTotals>* totals = nullptr;  // of the arm
  const BatchColumns* batches = nullptr;                // likewise
  std::size_t interval = 0;
};

/// Where values that were read are put; likewise.
struct Target {
  Study* study = nullptr;
  ArmRecord* arm = nullptr;
  BatchColumns* batches = nullptr;
  std::size_t interval = 0;
};

/// One dataset of the outcome file.
struct DatasetEntry {
  Scope scope = Scope::study;
  std::string name;  // below the group of its scope
  std::string axes;  // "replication, endpoint"; empty: a scalar
  std::string unit;  // as UCUM writes it: "s", "1"; empty: text
  std::string meaning;
  std::function<Hdf5Values(const Place&)> values;
  /// Puts what was read where `values` took it from. Throws InvalidInput for values of another
  /// type. Empty: what is made from other datasets, for people who read the file.
  std::function<void(const Target&, Hdf5Values)> restore = {};
};

/// The names in `axes`.
std::vector<std::string> axis_names(const std::string& axes);

/// The length of each axis that `axes` may name, at a place.
std::map<std::string, std::uint64_t> axis_lengths(const Place& place);

/// The vector that was read, when it is one of such values. Throws InvalidInput.
template <class Value>
std::vector<Value> taken(Hdf5Values&& values) {
  auto* const vector = std::get_if<std::vector<Value>>(&values);
  if (vector == nullptr) throw InvalidInput("it holds values of another type");
  return std::move(*vector);
}

/// A value as files hold it, and back. Times are seconds, "never" and "for ever" infinite; nothing
/// is NaN.
inline std::uint8_t stored(bool value) {
  return value ? 1 : 0;
}
inline std::uint64_t stored(std::uint64_t value) {
  return value;
}
inline double stored(double value) {
  return value;
}
inline const std::string& stored(const std::string& value) {
  return value;
}
inline double stored(Duration value) {
  return value == Duration::longest() ? std::numeric_limits<double>::infinity()
                                      : value.in_seconds();
}
inline double stored(Time value) {
  return stored(value.since_start());
}
inline double stored(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

inline void restore(bool& value, std::uint8_t read) {
  value = read != 0;
}
inline void restore(std::uint64_t& value, std::uint64_t read) {
  value = read;
}
inline void restore(double& value, double read) {
  value = read;
}
inline void restore(std::string& value, std::string&& read) {
  value = std::move(read);
}
inline void restore(Duration& value, double read) {
  value = Duration::rounded_seconds(read);
}
inline void restore(Time& value, double read) {
  value = Time::after_start(Duration::rounded_seconds(read));
}
inline void restore(std::optional<double>& value, double read) {
  value = read == read ? std::optional(read) : std::nullopt;
}

/// How files hold such a value.
template <class Value>
using Stored = std::remove_cvref_t<decltype(stored(std::declval<const Value&>()))>;

/// Adds datasets of one scope to a table. `at` is asked with a Place and with a Target, and returns
/// a reference.
class DatasetTable {
 public:
  DatasetTable(std::vector<DatasetEntry>& entries, Scope scope)
      : entries_(entries), scope_(scope) {}

  /// A column that the study holds as files do: `at(place)` is a vector.
  template <class At>
  void column(std::string name, std::string axes, std::string unit, std::string meaning, At at) {
    using Column = std::remove_cvref_t<decltype(at(std::declval<const Place&>()))>;
    add(
        std::move(name), std::move(axes), std::move(unit), std::move(meaning),
        [at](const Place& place) -> Hdf5Values { return at(place); },
        [at](const Target& target, Hdf5Values read) {
          at(target) = taken<typename Column::value_type>(std::move(read));
        });
  }

  /// A field of each element of a list: `list(place)` is a vector, `field(element)` a reference.
  template <class List, class Field>
  void field(std::string name, std::string axes, std::string unit, std::string meaning, List list,
             Field of) {
    using Element =
        typename std::remove_cvref_t<decltype(list(std::declval<const Place&>()))>::value_type;
    using Value =
        Stored<std::remove_cvref_t<decltype(std::invoke(of, std::declval<const Element&>()))>>;
    add(
        std::move(name), std::move(axes), std::move(unit), std::move(meaning),
        [list, of](const Place& place) -> Hdf5Values {
          std::vector<Value> values;
          for (const Element& element : list(place)) {
            values.push_back(stored(std::invoke(of, element)));
          }
          return values;
        },
        [list, of](const Target& target, Hdf5Values read) {
          std::vector<Value> values = taken<Value>(std::move(read));
          auto& elements = list(target);
          elements.resize(values.size());
          for (std::size_t i = 0; i < values.size(); ++i) {
            rehearse::restore(std::invoke(of, elements[i]), std::move(values[i]));
          }
        });
  }

  /// One value.
  template <class At>
  void scalar(std::string name, std::string unit, std::string meaning, At at) {
    using Value = Stored<std::remove_cvref_t<decltype(at(std::declval<const Place&>()))>>;
    add(
        std::move(name), "", std::move(unit), std::move(meaning),
        [at](const Place& place) -> Hdf5Values { return std::vector<Value>{stored(at(place))}; },
        [at](const Target& target, Hdf5Values read) {
          rehearse::restore(at(target), std::move(taken<Value>(std::move(read)).at(0)));
        });
  }

  /// What needs words of its own both ways.
  template <class Values, class Restore>
  void other(std::string name, std::string axes, std::string unit, std::string meaning,
             Values values, Restore restore) {
    add(
        std::move(name), std::move(axes), std::move(unit), std::move(meaning),
        [values](const Place& place) -> Hdf5Values { return values(place); }, restore);
  }

  /// What is made from other datasets.
  template <class Values>
  void derived(std::string name, std::string axes, std::string unit, std::string meaning,
               Values values) {
    add(std::move(name), std::move(axes), std::move(unit), std::move(meaning),
        [values](const Place& place) -> Hdf5Values { return values(place); }, {});
  }

 private:
  void add(std::string name, std::string axes, std::string unit, std::string meaning,
           std::function<Hdf5Values(const Place&)> values,
           std::function<void(const Target&, Hdf5Values)> restore) {
    entries_.push_back({scope_, std::move(name), std::move(axes), std::move(unit),
                        std::move(meaning), std::move(values), std::move(restore)});
  }

  std::vector<DatasetEntry>& entries_;
  Scope scope_;
};

}  // namespace rehearse

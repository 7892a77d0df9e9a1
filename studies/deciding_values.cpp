#include "studies/deciding_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/duration_text.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr int most_halvings = 16;  // screens
constexpr int most_doublings = 6;
constexpr int most_bisections = 2;
constexpr std::size_t most_named = 4;

using Values = std::vector<OpenValue>;

/// Asks the runs about one objective.
class Screens {
 public:
  Screens(const Contrast& contrast, ReadingRuns& runs) : contrast_(contrast), runs_(runs) {}

  bool is_missed(const Reading& reading) {
    const ReadingRecord& record = runs_.screened(reading);
    return runs_.risk(record, contrast_.objective, runs_.screen()).harmed() * 2 >= runs_.screen();
  }

  /// Whether it is missed with these values of the missed reading in place of the other's.
  bool is_missed_with(const Values& values, const Values& more, Reading base) {
    for (const Values* list : {&values, &more}) {
      for (const OpenValue& value : *list) base.take(value, contrast_.missed);
    }
    return is_missed(base);
  }

 private:
  const Contrast& contrast_;
  ReadingRuns& runs_;
};

Values joined(Values values, const Values& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

/// Of values that turn `met` into a miss together with `always`, those that it takes.
class Halving {
 public:
  Halving(const Reading& met, Screens& screens) : met_(met), screens_(screens) {}

  Values needed(const Values& values, const Values& always) {
    if (values.size() <= 1) return values;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    const Values first(values.begin(), middle);
    const Values second(middle, values.end());
    for (const Values* half : {&first, &second}) {
      if (left_ == 0) return values;
      --left_;
      if (screens_.is_missed_with(*half, always, met_)) return needed(*half, always);
    }
    const Values of_first = needed(first, joined(always, second));
    return joined(of_first, needed(second, joined(always, of_first)));
  }

 private:
  const Reading& met_;
  Screens& screens_;
  int left_ = most_halvings;
};

/// The limit of a service in the one reading of the two that has one; null where both have, or
/// none.
const Limit* only_limit(const Contrast& contrast, const std::string& service) {
  const auto missed = contrast.missed.limits.find(service);
  const auto met = contrast.met.limits.find(service);
  const bool in_missed = missed != contrast.missed.limits.end();
  if (in_missed == (met != contrast.met.limits.end())) return nullptr;
  return in_missed ? &missed->second : &met->second;
}

const char* unit_of(const Limit& limit) {
  return limit.of == Limit::Of::workers ? "workers" : "cores";
}

std::string text_of(const Limit& limit) {
  return fmt::format("{} {}", limit.count, unit_of(limit));
}

std::string limit_text(const std::string& service, const Contrast& contrast) {
  if (const Limit* const limit = only_limit(contrast, service)) {
    return fmt::format("how many {} an instance of {} has", unit_of(*limit), service);
  }
  return fmt::format("whether an instance of {} has {} or {}", service,
                     text_of(contrast.met.limits.at(service)),
                     text_of(contrast.missed.limits.at(service)));
}

/// From the least number on, until the objective no longer fares as there.
/// Expects a service that only one of the two limits.
std::string flip_text(const OpenValue& value, const Contrast& contrast, Reading base,
                      Screens& screens) {
  const bool least_misses = contrast.missed.limits.contains(value.service);
  Limit& limit = base.limits[value.service];
  limit = *only_limit(contrast, value.service);
  const int least = limit.count;
  const auto fares_as_least = [&](int count) {
    limit.count = count;
    return screens.is_missed(base) == least_misses;
  };
  int alike = least;
  int other = 0;
  for (int i = 0; i < most_doublings && other == 0; ++i) {
    (fares_as_least(alike * 2) ? alike : other) = alike * 2;
  }
  const char* const as_least = least_misses ? "missed" : "met";
  const char* const as_other = least_misses ? "met" : "missed";
  if (other == 0) {
    return fmt::format("{} with {} to {}, {} where unlimited", as_least, least, alike, as_other);
  }
  const int most = other;
  for (int i = 0; i < most_bisections && other - alike > 1; ++i) {
    const int middle = alike + (other - alike) / 2;
    (fares_as_least(middle) ? alike : other) = middle;
  }
  return fmt::format("{} with {}, {} with {}, of {} to {} tried", as_least, alike, as_other, other,
                     least, most);
}

std::string text_of(const OpenValue& value, const Contrast& contrast) {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return limit_text(value.service, contrast);
    case OpenValue::Kind::failure:
      return fmt::format("whether {} survives failed calls to {}", value.service, value.callee);
    case OpenValue::Kind::timeout: {
      const auto& timeouts =
          (contrast.met.timeouts.contains(value.edge()) ? contrast.met : contrast.missed).timeouts;
      return fmt::format("whether {} gives up calls to {} after {}", value.service, value.callee,
                         rounded_duration_text(timeouts.at(value.edge()).in_seconds()));
    }
  }
  return "";
}

/// "a", "a and b", "a, b, c, d and 3 more".
std::string list_text(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), most_named);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + names[i];
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string settle_text(const Values& values) {
  std::vector<std::string> paths;
  std::set<std::string> recordings;
  for (const OpenValue& value : values) {
    paths.push_back(value.path());
    recordings.insert(value.kind == OpenValue::Kind::limit     ? "at this load"
                      : value.kind == OpenValue::Kind::failure ? "calls that fail"
                                                               : "calls that take long");
  }
  return fmt::format("Give {} in the model, or record {}", list_text(paths),
                     list_text({recordings.begin(), recordings.end()}));
}

}  // namespace

Decision deciding_values(const std::vector<OpenValue>& open, const Contrast& contrast,
                         ReadingRuns& runs) {
  Values differing;
  for (const OpenValue& value : open) {
    if (!contrast.met.agrees(value, contrast.missed)) differing.push_back(value);
  }
  expects(!differing.empty(), "two readings differ in some open value");
  Screens screens(contrast, runs);
  // Two replications may not show what all of them do: then all that differs may decide.
  const bool shows = !screens.is_missed(contrast.met) && screens.is_missed(contrast.missed);
  const Values deciding = shows ? Halving(contrast.met, screens).needed(differing, {}) : differing;
  Reading base = contrast.met;
  for (const OpenValue& value : deciding) base.take(value, contrast.missed);
  std::vector<std::string> texts;
  for (const OpenValue& value : deciding) {
    texts.push_back(text_of(value, contrast));
    const bool alone = std::none_of(deciding.begin(), deciding.end(), [&](const OpenValue& one) {
      return one.kind == OpenValue::Kind::limit && one != value;
    });
    if (!shows || !alone || value.kind != OpenValue::Kind::limit) continue;
    if (only_limit(contrast, value.service) == nullptr) continue;
    texts.back() += " (" + flip_text(value, contrast, base, screens) + ")";
  }
  return {list_text(texts), settle_text(deciding)};
}

}  // namespace rehearse

#include "outputs/outcome_file/outcome_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <new>
#include <numeric>
#include <stdexcept>

#include "models/run/measure.hpp"
#include "outputs/outcome_file/checksum.hpp"
#include "outputs/outcome_file/file_layout.hpp"
#include "sim/enumerators.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using AxisLengths = std::map<std::string, std::uint64_t>;

void require(bool holds, const char* sentence) {
  if (!holds) throw InvalidInput(sentence);
}

/// The first dataset of an axis says how long it is; those of `row` and the like have only one.
void check_shape(const DatasetEntry& entry, const std::vector<std::uint64_t>& shape,
                 AxisLengths& lengths) {
  const std::vector<std::string> names = axis_names(entry.axes);
  require(names.size() == shape.size(), "it has another number of axes");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "row") continue;
    const auto [known, is_first] = lengths.emplace(names[i], shape[i]);
    require(known->second == shape[i], "it is not as long as others along the same axis");
  }
}

void restore(const Hdf5File& file, const std::string& group, const DatasetEntry& entry,
             const Target& target, AxisLengths& lengths) {
  try {
    Hdf5File::Dataset dataset = file.dataset(group + entry.name);
    check_shape(entry, dataset.shape, lengths);
    entry.restore(target, std::move(dataset.values));
  } catch (const InvalidInput& mistake) {
    throw InvalidInput(fmt::format("{}{}: {}", group, entry.name, mistake.what()));
  } catch (const InputOutputError& failure) {
    throw InvalidInput(fmt::format("{}{}: {}", group, entry.name, failure.what()));
  }
}

void restore_all(const Hdf5File& file, const std::string& group, Scope scope, const Target& target,
                 AxisLengths& lengths) {
  for (const DatasetEntry& entry : file_layout()) {
    if (entry.scope != scope || !entry.restore) continue;
    restore(file, group, entry, target, lengths);
  }
}

template <class Enum>
bool are_all(const std::vector<std::uint8_t>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](std::uint8_t value) { return value < enumerator_count<Enum>(); });
}

/// What readers of a record rely on and the shapes of datasets do not say.
void check_arm(const ArmRecord& arm, const AxisLengths& lengths) {
  const OutcomeLayout& layout = arm.layout;
  const auto is_as_long = [&](const char* axis, std::uint64_t length) {
    return lengths.at(axis) == length;
  };
  require(arm.replications() > 0 && !layout.intervals.empty(), "nothing was recorded");
  require(is_as_long("window", layout.windows) && is_as_long("load window", layout.load_windows) &&
              is_as_long("load group", load_groups) &&
              is_as_long("window replication", arm.windows.replications) &&
              is_as_long("kept replication", arm.kept),
          "an axis is not as long as is said");
  require(std::all_of(layout.objective_intervals.begin(), layout.objective_intervals.end(),
                      [&](std::size_t interval) { return interval < layout.intervals.size(); }),
          "an objective is about an interval that is not there");
  require(
      are_all<RolloutResult>(arm.rows.rollout) && are_all<Judgement>(arm.rows.objective_judgement),
      "a code is not known");
  const auto in_batches = std::accumulate(
      arm.batches.begin(), arm.batches.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Batch& batch) { return sum + batch.replications; });
  require(in_batches == arm.replications(), "its batches are not of all replications");
}

ArmRecord restored_arm(const Hdf5File& file, Study& study, const std::string& name,
                       AxisLengths lengths) {
  const std::string group = "/arms/" + name + "/";
  ArmRecord arm;
  BatchColumns batches;
  batches.services.resize(measure_count);
  Target target{&study, &arm, &batches, 0};
  restore_all(file, group, Scope::arm, target, lengths);
  arm.draws = study.information.draws;
  arm.batches = batches_of(batches, arm.layout);
  arm.intervals.resize(arm.layout.intervals.size());
  for (; target.interval < arm.intervals.size(); ++target.interval) {
    const std::string interval = arm.layout.intervals[target.interval].name;
    restore_all(file, group + "intervals/" + interval + "/", Scope::interval, target, lengths);
  }
  check_arm(arm, lengths);
  return arm;
}

/// Arms are compared by position.
void check_twins(const OutcomeLayout& experiment, OutcomeLayout control) {
  control.is_control = experiment.is_control;
  require(control == experiment, "its arms are not of the same system");
}

/// Files hold the counts of a risk.
void restore_risk(Risk& risk) {
  require(risk.missed <= risk.replications && risk.no_data <= risk.replications - risk.missed,
          "a reading says more than its replications");
  require(risk.worth >= std::min(1.0, static_cast<double>(risk.replications)) &&
              risk.worth <= static_cast<double>(risk.replications),
          "a reading is worth more than its replications");
  risk = risk_of(risk.missed, risk.no_data, risk.replications, risk.worth);
}

void restore_risks(std::vector<OpenRisk>& open, std::size_t objectives) {
  require(open.empty() || open.size() == objectives, "readings are not of all objectives");
  for (OpenRisk& one : open) {
    restore_risk(one.hopeful);
    restore_risk(one.fearful);
  }
}

Study restored(const Hdf5File& file) {
  Study study;
  for (const AttributeEntry& entry : file_attributes()) {
    if (!entry.restore) continue;
    auto value = file.attribute("/", entry.name);
    require(value.has_value(), "an attribute is missing");
    entry.restore(study, std::move(*value));
  }
  AxisLengths lengths;
  restore_all(file, "/", Scope::study, {&study, nullptr, nullptr, 0}, lengths);
  restore_risks(study.open, study.objectives.size());
  study.experiment = restored_arm(file, study, "experiment", lengths);
  if (file.holds("/arms/control")) {
    study.control = restored_arm(file, study, "control", lengths);
    check_twins(study.experiment.layout, study.control->layout);
  }
  return study;
}

void check_version(const Hdf5File& file, const std::string& path) {
  const auto version = file.attribute("/", "format_version");
  const auto* const number = version ? std::get_if<std::uint64_t>(&*version) : nullptr;
  if (number == nullptr) {
    throw InvalidInput(
        fmt::format("{}: an HDF5 file, but not an outcome file of rehearse", visible_line(path)));
  }
  if (*number == file_format_version) return;
  throw InvalidInput(fmt::format(
      "{}: an outcome file of version {}, and this program reads version {}\nhint: rehearse "
      "inspect --layout lists what is in it",
      visible_line(path), *number, file_format_version));
}

void refuse_wrong(Checksum sum, const std::string& path) {
  if (sum != Checksum::wrong) return;
  throw InvalidInput(
      fmt::format("{}: the file is damaged, or was changed by another program: its checksum is "
                  "not that of its content",
                  visible_line(path)));
}

}  // namespace

void check_sum(const std::string& path) {
  refuse_wrong(checksum_of(path), path);
}

Study read_outcome_file(const std::string& path) {
  const Checksum sum = checksum_of(path);
  refuse_wrong(sum, path);
  const Hdf5File file(path);
  const auto damaged = [&path](const std::string& why) {
    return InvalidInput(fmt::format("{}: the file is damaged: {}", visible_line(path), why));
  };
  try {
    check_version(file, path);
  } catch (const InputOutputError& failure) {
    throw damaged(failure.what());
  }
  if (sum == Checksum::absent) {
    throw InvalidInput(fmt::format(
        "{}: another program has written to it, or cut it: the checksum behind its "
        "content is gone, and its numbers cannot be vouched for\nhint: rehearse inspect "
        "--layout lists what is in it",
        visible_line(path)));
  }
  try {
    return restored(file);
  } catch (const InvalidInput& mistake) {
    throw damaged(mistake.what());
  } catch (const InputOutputError& failure) {
    throw damaged(failure.what());
  } catch (const std::bad_alloc&) {
    throw damaged("it asks for too much memory");
  } catch (const std::logic_error&) {
    throw damaged("a dataset is shorter than others say");
  }
}

}  // namespace rehearse

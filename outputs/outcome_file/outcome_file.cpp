#include "outputs/outcome_file/outcome_file.hpp"

#include <fmt/format.h>

#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/checksum.hpp"
#include "outputs/outcome_file/file_layout.hpp"
#include "outputs/outcome_file/outcome_reader.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

std::size_t size_of(const Hdf5Values& values) {
  return std::visit([](const auto& numbers) { return numbers.size(); }, values);
}

/// An axis that nothing else knows is as long as its values.
std::vector<std::uint64_t> shape_of(const DatasetEntry& entry, const Place& place,
                                    const Hdf5Values& values) {
  const auto lengths = axis_lengths(place);
  std::vector<std::uint64_t> shape;
  for (const std::string& axis : axis_names(entry.axes)) {
    const auto known = lengths.find(axis);
    shape.push_back(known == lengths.end() ? size_of(values) : known->second);
  }
  return shape;
}

void add(Hdf5Image& image, const std::string& group, const DatasetEntry& entry,
         const Place& place) {
  const Hdf5Values values = entry.values(place);
  const std::string path = group + entry.name;
  image.add(path, shape_of(entry, place, values), values);
  if (!entry.unit.empty()) image.set_attribute(path, "unit", entry.unit);
  if (!entry.axes.empty()) image.set_attribute(path, "axes", entry.axes);
  image.set_attribute(path, "description", entry.meaning);
}

void add_arm(Hdf5Image& image, const std::vector<DatasetEntry>& layout, const std::string& name,
             Place place) {
  const std::string group = "/arms/" + name + "/";
  const std::vector<IntervalTotals> totals = place.arm->totals();
  const BatchColumns batches = batch_columns(*place.arm);
  place.totals = &totals;
  place.batches = &batches;
  for (const DatasetEntry& entry : layout) {
    if (entry.scope == Scope::arm) add(image, group, entry, place);
  }
  const auto& intervals = place.arm->layout.intervals;
  for (place.interval = 0; place.interval < intervals.size(); ++place.interval) {
    const auto& key = intervals[place.interval];
    const std::string path = group + "intervals/" + key.name;
    for (const DatasetEntry& entry : layout) {
      if (entry.scope == Scope::interval) add(image, path + "/", entry, place);
    }
    image.set_attribute(path, "from_seconds", key.from.since_start().in_seconds());
    image.set_attribute(path, "to_seconds", key.to.since_start().in_seconds());
  }
}

std::string text_of(const Hdf5Attribute& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return visible_sentence(*text);
  if (const auto* whole = std::get_if<std::uint64_t>(&value)) return fmt::format("{}", *whole);
  return fmt::format("{}", std::get<double>(value));
}

std::string attribute_text(const Hdf5Entry& entry, const std::string& name) {
  const auto found = entry.attributes.find(name);
  return found == entry.attributes.end() ? std::string() : text_of(found->second);
}

std::string shape_text(const Hdf5Entry& entry) {
  if (entry.shape.empty()) return entry.type;
  return fmt::format("{} [{}]", entry.type, fmt::join(entry.shape, ", "));
}

}  // namespace

std::string outcome_file_image(const Study& study, const Findings& findings) {
  Hdf5Image image;
  const std::vector<DatasetEntry> layout = file_layout();
  Place place;
  place.study = &study;
  place.findings = &findings;
  for (const DatasetEntry& entry : layout) {
    if (entry.scope == Scope::study) add(image, "/", entry, place);
  }
  place.arm = &study.experiment;
  add_arm(image, layout, "experiment", place);
  if (study.control) {
    place.arm = &*study.control;
    add_arm(image, layout, "control", place);
  }
  for (const AttributeEntry& attribute : file_attributes()) {
    image.set_attribute("/", attribute.name, attribute.value(study, findings));
  }
  return with_checksum(image.bytes());
}

void write_outcome_file(const std::string& path, const Study& study, const Findings& findings) {
  write_atomically(path, outcome_file_image(study, findings));
}

std::string describe_outcome_file(const std::string& path) {
  check_sum(path);
  const std::vector<Hdf5Entry> entries = list_hdf5(path);
  if (entries.empty() || entries.front().attributes.count("format_version") == 0) {
    throw InvalidInput(
        fmt::format("{}: an HDF5 file, but not an outcome file of rehearse", visible_line(path)));
  }
  std::string text = fmt::format("{}: outcome file\n", visible_line(path));
  for (const AttributeEntry& attribute : file_attributes()) {
    text += fmt::format("  {:<21} {}\n", attribute.name,
                        attribute_text(entries.front(), attribute.name));
  }
  for (const Hdf5Entry& entry : entries) {
    if (entry.is_group) continue;
    const std::string unit = attribute_text(entry, "unit");
    const std::string axes = attribute_text(entry, "axes");
    text += fmt::format("\n{}\n  {}{}{}\n  {}\n", visible_line(entry.path), shape_text(entry),
                        axes.empty() ? "" : " by " + axes, unit.empty() ? "" : ", unit " + unit,
                        attribute_text(entry, "description"));
  }
  return text;
}

}  // namespace rehearse

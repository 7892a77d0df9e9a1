#include "tests/fuzz/fuzz_targets.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "calibrate/calibrate.hpp"
#include "calibrate/readers/column_mapping_file.hpp"
#include "calibrate/readers/reader.hpp"
#include "models/checks/mistakes.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"
#include "tests/fuzz/span_bytes.hpp"

namespace rehearse::test {
namespace {

/// A file in memory, since readers take paths. Lives as long as this does.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written <= 0) throw std::runtime_error("a file in memory cannot be written");
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// Whoever refuses something must not hand its letters raw to a terminal.
void check_message(std::string_view message) {
  if (visible_text(message) != message) {
    throw std::logic_error("a message holds what a terminal obeys");
  }
}

void check_model(const Calibration& learned) {
  const std::vector<Mistake> mistakes = find_mistakes(learned.model);
  if (!mistakes.empty()) {
    throw std::logic_error("a learned model is refused: " + mistakes[0].path + ": " +
                           mistakes[0].sentence);
  }
  check_message(text(learned.account));
  const std::string written = write_model(learned.model);
  if (!learned.model.provenance.sources.empty()) throw std::logic_error("spans have no source");
  try {
    if (write_model(parse_model(written, "learned.model.toml")) != written) {
      throw std::logic_error("a learned model changes when it is written and read");
    }
  } catch (const InvalidInput& mistake) {
    throw std::logic_error(std::string("a learned model cannot be read: ") + mistake.what());
  }
}

/// Names are replaced for every other length, which costs half of trying both for each.
void learn_from(const SpanSet& spans, std::size_t length) {
  CalibrateOptions options;
  options.anonymise = length % 2 == 1;
  check_model(calibrate(spans, options));
}

/// Small enough that no mutation of a bomb keeps a machine busy.
ReadOptions small_limits() {
  ReadOptions options;
  options.input_limits.decompressed_bytes = std::uint64_t{2} << 20;
  options.scanner_limits.element_bytes = std::size_t{1} << 20;
  return options;
}

void read_as(TraceFormat format, std::string_view bytes) {
  const MemoryFile file(bytes);
  ReadOptions options = small_limits();
  options.format = format;
  read_spans({file.path()}, options);
}

void read_and_learn(std::string_view bytes) {
  const MemoryFile file(bytes);
  learn_from(read_spans({file.path()}, small_limits()), bytes.size());
}

/// All columns that a mapping may name, called as their keys.
ColumnMapping every_column() {
  ColumnMapping mapping;
  mapping.trace = "trace";
  mapping.span = "span";
  mapping.parent = "parent";
  mapping.service = "service";
  mapping.instance = "instance";
  mapping.operation = "operation";
  mapping.start = {"start", 1e3};
  mapping.end = TimeColumn{"end", 1e6};
  mapping.kind = "kind";
  mapping.error = "error";
  mapping.sampling_percent = "sampling_percent";
  mapping.sample_rate = "sample_rate";
  mapping.resource_attributes = "resource_attributes";
  mapping.attributes = "attributes";
  mapping.may_lack_columns = true;
  mapping.instance_suffix_parts = 1;
  return mapping;
}

void read_rows(std::string_view bytes) {
  const MemoryFile file(bytes);
  ReadOptions options = small_limits();
  options.columns = every_column();
  read_spans({file.path()}, options);
}

/// A mapping, and behind a line of its own the table that it is of.
void read_mapped_table(std::string_view bytes) {
  constexpr std::string_view between = "\n---\n";
  const std::size_t end = std::min(bytes.find(between), bytes.size());
  const MemoryFile mapping(bytes.substr(0, end));
  ReadOptions options = small_limits();
  options.columns = load_column_mapping(mapping.path());
  const MemoryFile table(bytes.substr(std::min(end + between.size(), bytes.size())));
  read_spans({table.path()}, options);
}

FuzzTarget reader(const std::string& name, TraceFormat format) {
  return {name, [format](std::string_view bytes) { read_as(format, bytes); }};
}

std::vector<FuzzTarget> all_targets() {
  return {
      {"detect", read_and_learn},
      reader("jaeger", TraceFormat::jaeger),
      reader("zipkin", TraceFormat::zipkin),
      reader("otlp_json", TraceFormat::otlp),
      reader("otlp_protobuf", TraceFormat::otlp),
      reader("xray", TraceFormat::xray),
      reader("datadog", TraceFormat::datadog),
      reader("csv", TraceFormat::csv),
      {"json_rows", read_rows},
      reader("elasticsearch", TraceFormat::detect),
      reader("data_prepper", TraceFormat::otlp),
      reader("stdouttrace", TraceFormat::otlp),
      reader("compressed", TraceFormat::detect),
      {"column_mapping", read_mapped_table},
      {"spans", [](std::string_view bytes) { learn_from(spans_of_bytes(bytes), bytes.size()); }}};
}

}  // namespace

const std::vector<FuzzTarget>& fuzz_targets() {
  static const std::vector<FuzzTarget> targets = all_targets();
  return targets;
}

void run_fuzz_target(std::string_view name, std::string_view bytes) {
  const auto& targets = fuzz_targets();
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const FuzzTarget& target) { return target.name == name; });
  if (found == targets.end()) throw std::logic_error("there is no such target");
  try {
    found->run(bytes);
  } catch (const InvalidInput& refused) {
    check_message(refused.what());
  }
}

}  // namespace rehearse::test

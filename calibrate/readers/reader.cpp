#include "calibrate/readers/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "calibrate/readers/csv.hpp"
#include "calibrate/readers/json_file.hpp"
#include "calibrate/readers/known_formats.hpp"
#include "calibrate/readers/otlp_protobuf.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

/// Blanks, what stands for them at the beginning of some files, and the mark of UTF-8.
bool means_nothing(char letter) {
  constexpr std::string_view blanks("\0 \n\r\t\x1E\xEF\xBB\xBF", 9);
  return blanks.find(letter) != std::string_view::npos;
}

/// The first letter that means something; 0 when there is none among those that are skipped. Reads
/// nothing away.
char first_letter(Input& input) {
  std::string beginning;
  char found = 0;
  char buffer[16384];
  while (found == 0 && beginning.size() < most_skipped) {
    const std::size_t got = input.read(buffer, sizeof buffer);
    if (got == 0) break;
    beginning.append(buffer, got);
    const char* end = buffer + got;
    const char* letter = std::find_if_not(static_cast<const char*>(buffer), end, means_nothing);
    if (letter != end) found = *letter;
  }
  input.give_back(beginning);
  return found;
}

/// As much of the file as tells what it is. Reads nothing away.
std::string beginning_of(Input& input) {
  std::string beginning(bytes_that_tell_framing, '\0');
  std::size_t filled = 0;
  while (filled < beginning.size()) {
    const std::size_t got = input.read(beginning.data() + filled, beginning.size() - filled);
    if (got == 0) break;
    filled += got;
  }
  beginning.resize(filled);
  input.give_back(beginning);
  return beginning;
}

/// Whether a line that is not the first holds an object, as far as can be seen: the log of a
/// program that prints spans. In a table the text of an object is in quotes, or something follows
/// it.
bool has_line_of_object(std::string_view beginning) {
  std::size_t end = beginning.find('\n');
  while (end != beginning.npos) {
    const std::size_t from = end + 1;
    end = beginning.find('\n', from);
    std::string_view line = beginning.substr(from, end - from);
    while (line.ends_with('\r')) line.remove_suffix(1);
    const bool cut = end == beginning.npos;
    if (line == "{" || (line.starts_with("{\"") && (cut || line.ends_with('}')))) return true;
  }
  return false;
}

bool may_be(TraceFormat format, TraceFormat asked) {
  return asked == TraceFormat::detect || asked == format;
}

void read_input(Input& input, const ReadOptions& options, SpanSet& set) {
  TraceFormat format = options.format;
  const std::string beginning = options.columns ? std::string() : beginning_of(input);
  if (may_be(TraceFormat::otlp, format)) {
    if (const auto framing = otlp_framing_of(beginning)) {
      return read_otlp_protobuf(input, *framing, options, set);
    }
  }
  if (format == TraceFormat::detect) {
    const char letter = first_letter(input);
    if (letter == 0)
      throw InvalidInput(fmt::format("{}: is empty, or begins with {} MiB of blanks", input.path(),
                                     most_skipped >> 20));
    if (letter != '{' && letter != '[') {
      if (const KnownFormat* known = known_format_beginning(beginning)) {
        throw InvalidInput(fmt::format("{}: {}", input.path(), what_is_known_of(*known)));
      }
      if (!has_line_of_object(beginning)) format = TraceFormat::csv;
    }
  }
  if (format == TraceFormat::csv) {
    read_csv(input, options.columns, options.most_spans, set);
  } else {
    read_json_file(input, options, set);
  }
}

/// Nothing when nothing was.
std::string first_left_out_text(const FirstLeftOut& first) {
  if (first.file.empty()) return {};
  return "; the first that was left out: " + text(first);
}

}  // namespace

SpanSet read_spans(const std::vector<std::string>& files, const ReadOptions& options) {
  SpanSet set;
  set.name_by = options.name_by;
  for (const std::string& file : files) {
    for_each_input(file, options.input_limits,
                   [&](Input& input) { read_input(input, options, set); });
    thin(set, options.most_spans);
  }
  if (usable_spans(set.counts) == 0) {
    throw InvalidInput(
        fmt::format("no usable span in {}: {} {} met, {} without ids, "
                    "{} with impossible times{}",
                    counted(files.size(), "file"), counted(set.counts.spans, "span"),
                    agreeing(set.counts.spans, "was", "were"), set.counts.without_id,
                    set.counts.with_bad_times, first_left_out_text(set.counts.first_left_out)));
  }
  gather(set);
  if (set.spans.empty()) {
    throw InvalidInput(fmt::format("no trace fits into a sample of {}: the traces are larger",
                                   counted(options.most_spans, "span")));
  }
  settle_namespaces(set);
  // Which of these were met depends on threads.
  forget_unused_names(set);
  normalise(set, options.threads);
  count_sample(set);
  settle_relations(set);
  join_truncated_traces(set);
  return set;
}

}  // namespace rehearse

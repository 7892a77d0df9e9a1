#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/readers/reader.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// A sign of contamination, bias or tampering that a recording shows.
struct FoundSign {
  std::string sign;
  double p_value = 0;
  std::string evidence;  // a sentence: which service, when, how much
};

/// What may be wrong with a recording, before anybody builds on it.
struct RecordingAudit {
  std::uint64_t traces = 0;
  std::uint64_t spans = 0;
  std::uint64_t spans_left_out = 0;  // unusable, or there twice
  std::uint64_t requests = 0;
  std::string window;  // of requests, as in evidence: start and length; empty: none
  double seconds = 0;  // of it, pauses left out
  std::vector<std::string> services;
  std::vector<FoundSign> found;
  std::vector<std::string> passed;  // signs of which no test was one
  std::uint64_t tests = 0;
  std::uint64_t tests_passed = 0;
  std::vector<std::string> untold;  // what this recording cannot tell, a sentence each
};

/// Looks for every sign there is. Each is a test with a p-value, or a bound of it, from the spans
/// alone; all of one recording are held together by Holm, so that of recordings without any sign at
/// most 5 % show one. Does not depend on the order of files or spans. Throws InvalidInput as
/// `read_spans` does.
RecordingAudit audit_recording(const std::vector<std::string>& files, const ReadOptions& options);

/// The same of spans that were already read (and not yet normalised).
RecordingAudit audit_recording(SpanSet spans, const ReadOptions& options);

/// For people, in lines of text.
std::string text(const RecordingAudit& audit);

}  // namespace rehearse

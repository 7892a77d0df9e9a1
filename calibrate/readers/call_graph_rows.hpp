#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// One row of a call graph as Alibaba publishes them, in the words of the table.
struct CallGraphRow {
  std::string_view trace;
  std::string_view number;  // "0.1.3": the third call that the callee of call 0.1 made
  std::string_view caller;
  std::string_view caller_instance;
  std::string_view callee;
  std::string_view callee_instance;
  std::string_view type;       // "rpc", "http", "mq", "mc", "db"; others are like the last two
  std::string_view interface;  // what the callee was asked for
  std::int64_t start = -1;     // nanoseconds; -1: none that can be read
  std::int64_t duration = -1;  // nanoseconds, of the side that wrote the row
  bool of_callee = false;      // its response time is negative
};

/// Makes spans of calls that are numbered by their way through the call graph. A call between
/// services is recorded once by each side, or by one of them only: where it was the caller, the
/// callee is implied until all was read. A message is what its consumer recorded; caches and
/// databases are known by their callers. The parent of a call is the nearest call above that was
/// recorded, in whatever file: all numbers above go to `set.stand_ins`, as a rule two a row and
/// never more than 128. What traces outside the sample imply is not kept, either.
class CallGraphReader {
 public:
  explicit CallGraphReader(SpanSet& set);

  /// Adds the spans of a row. Why it was left out; empty when it was kept.
  std::string add(const CallGraphRow& row);

 private:
  /// The two spans that a call may have.
  struct Sides {
    std::uint64_t caller = 0;
    std::uint64_t callee = 0;
  };
  void find_way_to(std::string_view number);
  void note_way(const TraceId& trace);
  Span span_of(const CallGraphRow& row, const TraceId& trace);
  void name(Span& span, std::string_view service, std::string_view instance);

  SpanSet& set_;
  std::vector<Sides> way_;  // from the first call to that of the row that is read
};

}  // namespace rehearse

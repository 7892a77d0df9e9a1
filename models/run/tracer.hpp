#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/run/call.hpp"
#include "models/run/job.hpp"
#include "models/run/traced_span.hpp"
#include "models/run/tracing.hpp"

namespace rehearse {

/// Remembers of traced requests what their spans say, beside the slabs of a run and by the same
/// slots, and hands each request over when nothing of it is under way any more. A request is traced
/// wholly or not at all, and a hash of its address decides: tracing draws nothing and changes
/// nothing. For a run of one partition.
class Tracer {
 public:
  /// `key`: ReplicationSeed::key().
  Tracer(const TraceChoice& choice, std::uint64_t key, TraceSink sink);

  enum class Sent : std::uint8_t { as_call, as_message };

  /// A user asks. Before the first attempt, as in the next one.
  void user_asks(std::uint32_t call, std::uint64_t request, WorkloadId workload);
  /// The job calls; as a message: and does not wait.
  void call_begins(std::uint32_t call, std::uint32_t job, Sent sent);
  /// After it was sent, if it was: the call knows its job. `caller`: none, of a user.
  void attempt_begins(std::uint32_t slot, const Call& call, std::uint64_t path, InstanceId caller,
                      Time now);
  /// What its caller sees; nothing, when no attempt is under way.
  void attempt_ends(std::uint32_t call, Status status, Time now);
  void call_ends(std::uint32_t call, Status status, Time now);
  void job_ends(std::uint32_t slot, const Job& job, Status status, Time now);

  /// At the end of the run.
  TraceCounts counts() const;

 private:
  struct RequestTrace {
    std::uint64_t under_way = 0;  // calls, and jobs from when they were sent
    bool too_large = false;
    std::vector<TracedSpan> spans;
  };
  struct CallTrace {
    Index request = none;  // into requests_; none: not traced
    bool attempting = false;
    TracedSpan attempt;  // that is under way, or will be
  };
  struct JobTrace {
    Index request = none;
    TracedSpan span;
  };

  bool is_chosen(std::uint64_t request) const;
  Index new_request();
  void keep(Index request, const TracedSpan& span);
  void one_less(Index request);
  CallTrace& new_call(std::uint32_t call, Index request);

  TraceChoice choice_;
  std::uint64_t threshold_;
  std::uint64_t key_;
  TraceSink sink_;
  std::vector<CallTrace> calls_;  // [slot of a call; may be shorter]
  std::vector<JobTrace> jobs_;    // [slot of a job; may be shorter]
  std::vector<RequestTrace> requests_;
  std::vector<Index> free_;  // of them
  std::size_t spans_kept_ = 0;
  TraceCounts counts_;
};

}  // namespace rehearse

#include "models/run/tracer.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t random_values = std::uint64_t{1} << 56;

/// What a hash of an address is for.
enum class Purpose : std::uint64_t { request = 1, user_attempt, called, calling };

/// An id; 0 would say that there is none.
std::uint64_t name_of(std::uint64_t key, Purpose purpose, std::uint64_t path) {
  const std::uint64_t hash = extended(extended(key, static_cast<std::uint64_t>(purpose)), path);
  return std::max<std::uint64_t>(hash, 1);
}

/// As long as the slot needs, and some more.
template <class Element>
Element& element_at(std::vector<Element>& elements, std::uint32_t slot) {
  if (slot >= elements.size()) elements.resize(std::size_t{slot} * 2 + 1);
  return elements[slot];
}

/// Nobody was there to record that an attempt came.
bool leaves_no_span(Status status) {
  return status == Status::unreachable;
}

}  // namespace

Tracer::Tracer(const TraceChoice& choice, std::uint64_t key, TraceSink sink)
    : choice_(choice),
      threshold_(sampling_threshold(choice.share)),
      key_(key),
      sink_(std::move(sink)) {}

bool Tracer::is_chosen(std::uint64_t request) const {
  return name_of(key_, Purpose::request, request) % random_values >= threshold_;
}

Index Tracer::new_request() {
  if (free_.empty()) {
    free_.push_back(static_cast<Index>(requests_.size()));
    requests_.emplace_back();
  }
  const Index request = free_.back();
  free_.pop_back();
  expects(requests_[request].under_way == 0, "who is free is done with");
  return request;
}

Tracer::CallTrace& Tracer::new_call(std::uint32_t slot, Index request) {
  CallTrace& call = element_at(calls_, slot);
  call = {};
  call.request = request;
  if (request != none) ++requests_[request].under_way;
  return call;
}

void Tracer::user_asks(std::uint32_t slot, std::uint64_t request, WorkloadId workload) {
  CallTrace& call = new_call(slot, is_chosen(request) ? new_request() : Index{none});
  call.attempt.kind = TracedSpan::Kind::client;
  call.attempt.workload = workload;
}

void Tracer::call_begins(std::uint32_t slot, std::uint32_t job, Sent sent) {
  const JobTrace& caller = element_at(jobs_, job);
  CallTrace& call = new_call(slot, caller.request);
  const bool message = sent == Sent::as_message;
  call.attempt.kind = message ? TracedSpan::Kind::producer : TracedSpan::Kind::client;
  call.attempt.trace = caller.span.trace;
  call.attempt.parent = caller.span.id;
}

void Tracer::attempt_begins(std::uint32_t slot, const Call& call, std::uint64_t path,
                            InstanceId caller, Time now) {
  CallTrace& traced = element_at(calls_, slot);
  const bool sent = call.job && call.job != Call::lost;
  if (traced.request == none) {
    if (sent) element_at(jobs_, call.job.slot).request = none;
    return;
  }
  expects(!traced.attempting, "attempts of a call come one after another");
  traced.attempting = true;
  TracedSpan& span = traced.attempt;
  if (caller == none) {
    span.trace = {.high = name_of(key_, Purpose::user_attempt, path),
                  .low = name_of(key_, Purpose::request, call.request)};
  }
  span.id = caller == none ? 0 : name_of(key_, Purpose::calling, path);
  span.start = now;
  span.endpoint = call.endpoint;
  span.instance = caller;
  span.attempt = call.attempts;
  if (!sent) return;
  JobTrace& job = element_at(jobs_, call.job.slot);
  job.request = traced.request;
  job.span = span;
  job.span.id = name_of(key_, Purpose::called, path);
  job.span.parent = span.id;
  job.span.kind = span.kind == TracedSpan::Kind::producer ? TracedSpan::Kind::consumer
                                                          : TracedSpan::Kind::server;
  ++requests_[job.request].under_way;
}

void Tracer::attempt_ends(std::uint32_t slot, Status status, Time now) {
  CallTrace& call = element_at(calls_, slot);
  if (!call.attempting) return;
  call.attempting = false;
  if (call.attempt.instance == none) return;
  TracedSpan span = call.attempt;
  span.end = now;
  span.status = status;
  if (status == Status::not_permitted) span.kind = TracedSpan::Kind::internal;
  keep(call.request, span);
}

void Tracer::call_ends(std::uint32_t slot, Status status, Time now) {
  attempt_ends(slot, status, now);
  CallTrace& call = element_at(calls_, slot);
  if (call.request == none) return;
  one_less(std::exchange(call.request, none));
}

void Tracer::job_ends(std::uint32_t slot, const Job& job, Status status, Time now) {
  JobTrace& traced = element_at(jobs_, slot);
  if (traced.request == none) return;
  if (!leaves_no_span(status)) {
    traced.span.start = job.arrived;
    traced.span.end = now;
    traced.span.instance = job.instance;
    traced.span.status = status;
    keep(traced.request, traced.span);
  }
  one_less(std::exchange(traced.request, none));
}

/// A request that does not fit is left out wholly.
void Tracer::keep(Index request, const TracedSpan& span) {
  RequestTrace& traced = requests_[request];
  if (traced.too_large) return;
  if (spans_kept_ < choice_.most_spans_kept) {
    traced.spans.push_back(span);
    ++spans_kept_;
    return;
  }
  traced.too_large = true;
  spans_kept_ -= traced.spans.size();
  traced.spans = {};
}

void Tracer::one_less(Index request) {
  RequestTrace& traced = requests_[request];
  expects(traced.under_way > 0, "what ends was under way");
  if (--traced.under_way > 0) return;
  if (traced.too_large) {
    ++counts_.too_large;
  } else if (!traced.spans.empty()) {
    ++counts_.requests;
    counts_.spans += traced.spans.size();
    sink_(traced.spans);
  }
  spans_kept_ -= traced.spans.size();
  traced = {};
  free_.push_back(request);
}

TraceCounts Tracer::counts() const {
  TraceCounts counts = counts_;
  counts.unfinished = requests_.size() - free_.size();
  return counts;
}

}  // namespace rehearse

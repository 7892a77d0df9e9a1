#include "tests/property/seen_in_spans.hpp"

#include <algorithm>
#include <vector>

namespace rehearse::testing {
namespace {

using Id = std::pair<TraceId, std::uint64_t>;

class Counter {
 public:
  Counter(const SpanSet& set, const ModelSpec& truth) : set_(set), truth_(truth) {
    for (const Span& span : set.spans) spans_.try_emplace({span.trace, span.id}, &span);
  }

  Seen count() {
    std::map<EndpointName, std::pair<double, double>> sums;  // of weights and of their squares
    std::pair<double, double> requests;
    const auto add = [](std::pair<double, double>& sum, double weight) {
      sum.first += weight;
      sum.second += weight * weight;
    };
    for (const auto& [id, span] : spans_) {
      if (calls_out(span->kind)) {
        calls_[{span->trace, span->parent}].push_back(span);
        continue;
      }
      const EndpointName name = name_of(*span);
      Seen::Endpoint& endpoint = seen_.endpoints[name];
      ++endpoint.visits;
      if (!span->error) add(sums[name], span->adjusted_count);
      ++seen_.visits_by_instance[name.service][text_of(span->instance)];
      if (span->parent != 0) continue;
      seen_.requests[name] += span->adjusted_count;
      add(requests, span->adjusted_count);
    }
    for (auto& [name, endpoint] : seen_.endpoints) endpoint.worth = worth(sums[name]);
    seen_.worth_of_requests = worth(requests);
    for (auto& [parent, calls] : calls_) count_calls(parent, calls);
    return std::move(seen_);
  }

 private:
  static double worth(const std::pair<double, double>& sums) {
    return sums.second > 0 ? sums.first * sums.first / sums.second : 0;
  }
  const std::string& text_of(NameId name) const { return set_.names.text(name); }
  EndpointName name_of(const Span& span) const {
    return {text_of(calls_out(span.kind) ? span.peer : span.service), text_of(span.operation)};
  }

  /// Attempts of one call end before the next begins.
  void count_calls(const Id& parent, std::vector<const Span*>& calls) {
    const auto caller = spans_.find(parent);
    if (caller == spans_.end()) return;
    std::sort(calls.begin(), calls.end(),
              [](const Span* a, const Span* b) { return a->start < b->start; });
    std::map<EndpointName, std::vector<const Span*>> by_callee;
    for (const Span* call : calls) {
      if (call->kind == SpanKind::client) by_callee[name_of(*call)].push_back(call);
    }
    for (const auto& [callee, attempts] : by_callee) {
      count_attempts(name_of(*caller->second), callee, attempts);
    }
  }

  void count_attempts(const EndpointName& caller, const EndpointName& callee,
                      const std::vector<const Span*>& attempts) {
    const ClientSpec& client = truth_.services.at(caller.service).calls.at(callee.service);
    Seen::Pair& pair = seen_.pairs[{caller.service, callee.service}];
    std::int64_t limit = 0;
    if (client.timeout) limit = client.timeout->in_nanoseconds();
    if (client.retry && client.retry->per_try_timeout) {
      limit = client.retry->per_try_timeout->in_nanoseconds();
    }
    std::size_t in_a_row = 0;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      const Span& attempt = *attempts[i];
      pair.given_up += attempt.error && limit > 0 && attempt.duration() == limit ? 1 : 0;
      if (!attempt.error) {
        in_a_row = 0;
        continue;
      }
      ++in_a_row;
      const bool last =
          !client.retry || in_a_row >= static_cast<std::size_t>(client.retry->max_attempts);
      if (last) {
        in_a_row = 0;
        pair.tried_to_the_last += client.retry ? 1 : 0;
        ++seen_.endpoints[caller].failed_calls[callee];
      } else {
        pair.tried_again += i + 1 < attempts.size() ? 1 : 0;
      }
    }
  }

  const SpanSet& set_;
  const ModelSpec& truth_;
  std::map<Id, const Span*> spans_;
  std::map<Id, std::vector<const Span*>> calls_;
  Seen seen_;
};

}  // namespace

Seen seen_in(const SpanSet& spans, const ModelSpec& truth) {
  return Counter(spans, truth).count();
}

}  // namespace rehearse::testing

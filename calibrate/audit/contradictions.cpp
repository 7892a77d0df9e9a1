#include "calibrate/audit/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "language/spec_path.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

/// A caller's watch starts before its timer, and stops after an answer was in time: good calls may
/// look so many times as long as they may take.
constexpr double measured_longer = 1.05;

class ContradictionFinder {
 public:
  ContradictionFinder(const ModelSpec& model, const ModelSpec& learned,
                      const RecordedBounds& bounds)
      : model_(model), learned_(learned), bounds_(bounds) {}

  std::vector<Contradiction> find() {
    for (const auto& [name, service] : model_.services) {
      const std::string path = extended_path("services", name);
      judge_instances(name, service, path + ".instances");
      judge_workers(name, service, path);
      for (const auto& [callee, client] : service.calls) {
        judge_timeouts(name, callee, client, extended_path(path + ".calls", callee));
      }
    }
    return std::move(found_);
  }

 private:
  bool is_given(const std::string& path) const {
    const auto evidence = model_.evidence.find(path);
    return evidence != model_.evidence.end() && evidence->second.basis == Basis::given;
  }

  void judge_instances(const std::string& name, const ServiceSpec& service,
                       const std::string& path) {
    const auto seen = learned_.services.find(name);
    const auto evidence = learned_.evidence.find(path);
    if (!is_given(path) || seen == learned_.services.end()) return;
    if (evidence == learned_.evidence.end() || evidence->second.basis != Basis::observed) return;
    if (seen->second.instances <= service.instances) return;
    found_.push_back({path, fmt::format("{} seen at one time", seen->second.instances)});
  }

  void judge_workers(const std::string& name, const ServiceSpec& service, const std::string& path) {
    const auto seen = bounds_.at_work.find(name);
    if (!service.workers || seen == bounds_.at_work.end()) return;
    const bool in_order = std::holds_alternative<FifoQueue>(service.queue.discipline) &&
                          service.worker_held_while_calling;
    const bool one_instance =
        seen->second.named || (service.instances == 1 && is_given(path + ".instances"));
    if (!is_given(path + ".workers") || !in_order || !one_instance) return;
    if (seen->second.most <= static_cast<std::uint64_t>(*service.workers)) return;
    found_.push_back(
        {path + ".workers", fmt::format("{} at work at once", count_text(seen->second.most))});
  }

  void judge_timeouts(const std::string& caller, const std::string& callee,
                      const ClientSpec& client, const std::string& path) {
    if (!is_given(path + ".timeout") && !is_given(path + ".retry.per_try_timeout")) return;
    LongestGood longest;
    auto at = bounds_.longest_good.lower_bound({caller, EndpointName{callee, ""}});
    for (; at != bounds_.longest_good.end(); ++at) {
      const auto& [edge, good] = *at;
      if (edge.first != caller || edge.second.service != callee) break;
      if (has_timeout_of_its_own(caller, edge.second)) continue;
      longest.call = std::max(longest.call, good.call);
      longest.attempt = std::max(longest.attempt, good.attempt);
    }
    judge_timeout(client.timeout, longest.call, "call", path + ".timeout");
    if (!client.retry) return;
    judge_timeout(client.retry->per_try_timeout, longest.attempt, "attempt",
                  path + ".retry.per_try_timeout");
  }

  void judge_timeout(const std::optional<Duration>& timeout, Duration longest, const char* what,
                     const std::string& path) {
    if (!timeout || !is_given(path)) return;
    if (longest.in_seconds() <= timeout->in_seconds() * measured_longer) return;
    found_.push_back({path, fmt::format("a good {} took {}", what,
                                        rounded_duration_text(longest.in_seconds()))});
  }

  bool has_timeout_of_its_own(const std::string& caller, const EndpointName& callee) const {
    bool any = false;
    for (const auto& [operation, endpoint] : model_.services.at(caller).endpoints) {
      for (const BehaviourSpec& behaviour : endpoint.behaviours) {
        for_each_step(behaviour.steps, [&](const StepSpec& step) {
          const auto* call = std::get_if<CallSpec>(&step.action);
          any = any || (call != nullptr && call->endpoint == callee && call->timeout);
        });
      }
    }
    return any;
  }

  const ModelSpec& model_;
  const ModelSpec& learned_;
  const RecordedBounds& bounds_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> contradictions(const ModelSpec& model, const ModelSpec& learned,
                                          const RecordedBounds& bounds) {
  return ContradictionFinder(model, learned, bounds).find();
}

}  // namespace rehearse

// Where requests queue while they are recorded, the limit is found; elsewhere it stays open.

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "calibrate/calibrate.hpp"
#include "tests/property/recorded_simulation.hpp"
#include "tests/support/unknown_systems.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr double worth_finding = 0.05;  // of the visits queue
constexpr std::size_t enough_visits = 200;

/// The share of the visits to a service that met an instance of which all workers were taken.
struct Queueing {
  std::size_t visits = 0;
  double share = 0;
};
Queueing queueing_at(const SpanSet& set, const std::string& service, int workers) {
  std::map<NameId, std::vector<const Span*>> by_instance;
  for (const Span& span : set.spans) {
    const bool counts = set.names.text(span.service) == service && !calls_out(span.kind);
    if (counts && span.kind != SpanKind::internal) by_instance[span.instance].push_back(&span);
  }
  Queueing found;
  double queued = 0;
  for (auto& [instance, spans] : by_instance) {
    std::sort(spans.begin(), spans.end(), [](auto* a, auto* b) { return a->start < b->start; });
    std::vector<std::int64_t> inside;  // until when
    for (const Span* span : spans) {
      std::erase_if(inside, [&](std::int64_t until) { return until <= span->start; });
      queued += static_cast<int>(inside.size()) >= workers;
      inside.push_back(span->end);
    }
    found.visits += spans.size();
  }
  found.share = found.visits == 0 ? 0 : queued / static_cast<double>(found.visits);
  return found;
}

struct Tally {
  std::uint64_t worth_finding = 0;
  std::uint64_t found = 0;
  std::string missed;
  std::string wrong;  // another number of workers, or one where there is no limit
};

void add_limits(std::uint64_t number, Tally& tally) {
  const UnknownSystem system = unknown_system(number);
  const SpanSet spans = recorded({system.truth, system.recording}, number);
  const ModelSpec learned = calibrate(spans, CalibrateOptions()).model;
  for (const auto& [name, service] : learned.services) {
    const ServiceSpec& truth = system.truth.services.at(name);
    if (service.workers && service.workers != truth.workers) {
      tally.wrong += fmt::format("{} {}: {} workers, truly {} workers, {} cores; ", number, name,
                                 *service.workers, truth.workers.value_or(0),
                                 truth.cpu ? truth.cpu->cores : 0);
    }
    if (!truth.workers) continue;
    const Queueing queueing = queueing_at(spans, name, *truth.workers);
    if (queueing.visits < enough_visits || queueing.share < worth_finding) continue;
    ++tally.worth_finding;
    if (service.workers) {
      ++tally.found;
    } else {
      tally.missed += fmt::format("{} {}: {} workers, {:.3f} of {} queue; ", number, name,
                                  *truth.workers, queueing.share, queueing.visits);
    }
  }
}

}  // namespace

TEST_CASE("limits are found where requests queue", "[property]") {
  Tally tally;
  for (std::uint64_t number = 0; number < 40; ++number) add_limits(number, tally);
  CAPTURE(tally.worth_finding, tally.found, tally.missed, tally.wrong);
  CHECK(tally.worth_finding >= 20);
  CHECK(tally.wrong == "");
  CHECK(static_cast<double>(tally.found) >= 0.9 * static_cast<double>(tally.worth_finding));
}

// A threshold on a latency decides as exact latencies do, wherever in a bin it lies.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

// A bin around 5 ms: 65,536 ns wide.
const std::int64_t lower =
    LatencyBins::lower_edge(LatencyBins::bin_of(Duration::microseconds(5'000))).in_nanoseconds();
constexpr std::int64_t width = 65'536;
const std::array<std::int64_t, 9> latencies = {
    lower / 4,         lower - 1,         lower,         lower + 1, lower + width / 2 - 1,
    lower + width / 2, lower + width - 1, lower + width, lower * 2};
constexpr std::int64_t unanswered = std::numeric_limits<std::int64_t>::max();

constexpr std::array<int, 5> levels_per_mille = {0, 500, 990, 999, 1'000};
constexpr std::array comparisons = {Comparison::less, Comparison::less_or_equal,
                                    Comparison::greater, Comparison::greater_or_equal};

/// How often each latency occurs: evenly, nearly always the least, nearly always the largest, and
/// so that p99 and p99.9 lie inside the bin.
using Mixture = std::array<int, latencies.size()>;
constexpr std::array<Mixture, 4> mixtures = {{{30, 30, 30, 30, 30, 30, 30, 30, 30},
                                              {990, 2, 1, 1, 1, 1, 1, 1, 1},
                                              {1, 1, 1, 1, 1, 1, 1, 1, 990},
                                              {400, 80, 400, 80, 30, 8, 1, 0, 0}}};

/// In half nanoseconds, so that some lie between two latencies that there can be.
std::vector<std::int64_t> thresholds() {
  std::vector<std::int64_t> halves = {0, 1, 2, 2'000'000'000, std::int64_t{1} << 50};
  for (const std::int64_t latency : latencies) {
    for (const std::int64_t near : {-2, -1, 0, 1, 2}) halves.push_back(2 * latency + near);
  }
  return halves;
}

bool compares(std::int64_t value, Comparison comparison, std::int64_t limit) {
  if (comparison == Comparison::less) return value < limit;
  if (comparison == Comparison::less_or_equal) return value <= limit;
  if (comparison == Comparison::greater) return value > limit;
  return value >= limit;
}

struct Question {
  MetricLabels labels;
  int per_mille = 0;
  Comparison comparison = Comparison::less;
  std::int64_t halves = 0;

  MetricCondition condition() const {
    MetricCondition made;
    made.aggregate = Aggregate::quantile;
    made.level = per_mille / 1'000.0;
    made.labels = labels;
    made.comparison = comparison;
    made.threshold = static_cast<double>(halves) / 2e9;
    return made;
  }
};

/// The decision from all latencies, in integers: the value of rank ceil(level * count).
bool recounted(std::vector<std::int64_t> all, const Question& question) {
  std::sort(all.begin(), all.end());
  const auto count = static_cast<std::int64_t>(all.size());
  const std::int64_t rank = std::max<std::int64_t>(1, (question.per_mille * count + 999) / 1'000);
  const std::int64_t value = all[static_cast<std::size_t>(rank - 1)];
  return compares(value == unanswered ? value : 2 * value, question.comparison, question.halves);
}

/// About everybody, an endpoint, a version, and an endpoint of a version.
std::vector<MetricLabels> labels() {
  std::vector<MetricLabels> all(6);
  all[1].endpoint = "station/take4";
  all[2].service = "station";
  all[2].version = "canary";
  all[3].service = "station";
  all[3].version = "stable";
  all[4] = all[2];
  all[4].endpoint = "station/take3";
  all[5].workload = "load";
  return all;
}

std::vector<Question> questions() {
  std::vector<Question> all;
  for (const MetricLabels& who : labels()) {
    for (const int per_mille : levels_per_mille) {
      for (const Comparison comparison : comparisons) {
        for (const std::int64_t halves : thresholds()) {
          all.push_back({who, per_mille, comparison, halves});
        }
      }
    }
  }
  return all;
}

/// One endpoint for each latency, asked as often as the mixture says, all in one instant. Nobody
/// waits for a worker, and nothing takes time on its way.
ModelSpec model_of(const Mixture& mixture) {
  ModelSpec model = station(constant(0), std::nullopt);
  ServiceSpec& service = model.services["station"];
  service.instances = 2;
  ReplaySpec replay;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    const std::string operation = "take" + std::to_string(i);
    const Duration latency = Duration::nanoseconds(latencies[i]);
    service.endpoints[operation].behaviours = {{1, {work({latency, ConstantSpec{}})}}};
    for (int times = 0; times < mixture[i]; ++times) {
      replay.arrivals.push_back({Duration::milliseconds(1'500), "station/" + operation});
    }
  }
  add_poisson(model, 1).arrivals = replay;
  return model;
}

/// Half of the traffic goes to a canary, which does the same work.
ExperimentSpec half_canary(double run_seconds) {
  ExperimentSpec experiment = quiet(run_seconds);
  RolloutSpec rollout;
  rollout.service = "station";
  rollout.at = Duration::milliseconds(500);
  rollout.steps = {SetWeight{50}, Pause{Duration::seconds(60)}};
  experiment.rollout = rollout;
  return experiment;
}

bool is_about(const MetricLabels& labels, const OutcomeLayout::EndpointKey& key) {
  return (labels.version.empty() || labels.version == key.version) &&
         (labels.endpoint.empty() || labels.endpoint == key.name.text());
}

/// Every latency that there was, from the numbers of requests that each endpoint answered.
std::vector<std::int64_t> latencies_of(const MetricLabels& labels, const Outcome& outcome,
                                       const OutcomeLayout& layout) {
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < layout.endpoints.size(); ++i) {
    const OutcomeLayout::EndpointKey& key = layout.endpoints[i];
    if (key.name.operation == "serve" || !is_about(labels, key)) continue;
    const RequestCounts& counts = outcome.intervals.front().endpoints[i].counts;
    const std::int64_t latency = latencies[static_cast<std::size_t>(key.name.operation[4] - '0')];
    all.insert(all.end(), counts.ok, latency);
    all.insert(all.end(), counts.errors(), unanswered);
  }
  return all;
}

/// How many answers differ from those of a recount. The first that do are told.
template <typename Answer>
int wrong_answers(const std::vector<Question>& asked, const Outcome& outcome,
                  const OutcomeLayout& layout, const Answer& answer) {
  int wrong = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Question& question = asked[i];
    const std::vector<std::int64_t> all = latencies_of(question.labels, outcome, layout);
    const bool met = !all.empty() && recounted(all, question);
    const Judgement expected = all.empty() ? Judgement::no_data
                               : met       ? Judgement::met
                                           : Judgement::missed;
    if (answer(i) == expected) continue;
    if (++wrong > 5) continue;
    UNSCOPED_INFO("p" << question.per_mille << ", comparison "
                      << static_cast<int>(question.comparison) << ", " << question.halves
                      << " half ns, version '" << question.labels.version << "', endpoint '"
                      << question.labels.endpoint << "'");
  }
  return wrong;
}

}  // namespace

TEST_CASE("an objective on a latency decides as a recount of all latencies does", "[models]") {
  const std::vector<Question> asked = questions();
  int wrong_by_middles = 0;
  for (std::size_t mixture = 0; mixture < mixtures.size(); ++mixture) {
    for (const double error_percent : {0.0, 3.0}) {
      ModelSpec model = model_of(mixtures[mixture]);
      model.services["station"].endpoints["take4"].errors.percent = error_percent;
      ExperimentSpec experiment = half_canary(3);
      for (const Question& question : asked) {
        ObjectiveSpec objective;
        objective.expect = question.condition();
        experiment.objectives.push_back(objective);
      }
      const System system(model, experiment);
      const OutcomeLayout& layout = system.layout();
      const Outcome outcome = run_replication(system, {.study = 41, .replication = mixture});

      INFO("mixture " << mixture << ", errors " << error_percent);
      CHECK(wrong_answers(asked, outcome, layout, [&](std::size_t i) {
              return judge(experiment.objectives[i], outcome, layout, 0, &outcome.splits[i]);
            }) == 0);
      for (std::size_t i = 0; i < asked.size(); ++i) {
        wrong_by_middles +=
            judge(experiment.objectives[i], outcome, layout, 0, &outcome.splits[i]) !=
            judge(experiment.objectives[i], outcome, layout, 0);
      }
    }
  }
  // The questions do tell a bin that is split from one that is judged by its middle.
  CHECK(wrong_by_middles > 100);
}

TEST_CASE("an alarm on a latency decides as a recount of all latencies does", "[models]") {
  const std::vector<Question> asked = questions();
  for (std::size_t mixture = 0; mixture < mixtures.size(); ++mixture) {
    ExperimentSpec experiment = half_canary(4);
    for (const Question& question : asked) {
      StopConditionSpec alarm;
      alarm.when = question.condition();
      alarm.window = Duration::seconds(10);
      alarm.scrape = {Duration::seconds(1), Duration()};
      experiment.stop_conditions.push_back(alarm);
    }
    const System system(model_of(mixtures[mixture]), experiment);
    const Outcome outcome = run_replication(system, {.study = 42, .replication = mixture});

    INFO("mixture " << mixture);
    CHECK(wrong_answers(asked, outcome, system.layout(), [&](std::size_t i) {
            return outcome.alarms[i].fired_at ? Judgement::met : Judgement::missed;
          }) == 0);
  }
}

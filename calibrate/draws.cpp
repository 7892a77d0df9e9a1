#include "calibrate/draws.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "calibrate/adopt_numbers.hpp"
#include "calibrate/learn/callers.hpp"
#include "calibrate/learn/concurrency.hpp"
#include "calibrate/model_builder.hpp"
#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/visits.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/random/ziggurat.hpp"
#include "sim/threads/parallel_for.hpp"

namespace rehearse {
namespace {

/// The spans of one trace stand together.
struct Trace {
  TraceId id;
  std::int64_t start = 0;
  std::size_t first = 0;  // span
  std::size_t last = 0;   // past the end
  double score = 0;       // of the duration at its top, among those of the same operation
};

/// Of the span at the top that began first.
std::size_t top_of(const TraceForest& forest, const Trace& trace) {
  std::size_t top = trace.first;
  for (std::size_t i = trace.first; i < trace.last; ++i) {
    if (forest.top[i] == Top::no) continue;
    const bool earlier =
        forest.top[top] == Top::no || forest.spans[i].start < forest.spans[top].start;
    if (earlier) top = i;
  }
  return top;
}

/// By start; each scored from -1 to 1 by the rank of its duration.
std::vector<Trace> traces_of(const TraceForest& forest) {
  std::vector<Trace> traces;
  std::map<std::pair<NameId, NameId>, std::vector<std::pair<std::int64_t, std::size_t>>> durations;
  for (std::size_t i = 0; i < forest.spans.size();) {
    Trace trace{forest.spans[i].trace, 0, i, i, 0};
    while (i < forest.spans.size() && forest.spans[i].trace == trace.id) ++i;
    trace.last = i;
    const Span& top = forest.spans[top_of(forest, trace)];
    trace.start = top.start;
    durations[{top.service, top.operation}].emplace_back(top.duration(), traces.size());
    traces.push_back(trace);
  }
  for (auto& [endpoint, ranked] : durations) {
    std::sort(ranked.begin(), ranked.end());
    for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
      traces[ranked[rank].second].score =
          (2 * static_cast<double>(rank) + 1) / static_cast<double>(ranked.size()) - 1;
    }
  }
  std::sort(traces.begin(), traces.end(), [](const Trace& a, const Trace& b) {
    return std::tie(a.start, a.id) < std::tie(b.start, b.id);
  });
  return traces;
}

double variance_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / (count - 1);
}

std::vector<double> means_of_blocks(const std::vector<double>& scores, std::size_t length) {
  std::vector<double> means;
  for (std::size_t i = 0; i + length <= scores.size(); i += length) {
    const auto first = scores.begin() + static_cast<std::ptrdiff_t>(i);
    means.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(length), 0.0) /
                    static_cast<double>(length));
  }
  return means;
}

/// A gamma quantity of mean 1 and variance 1 / shape: exponential for a shape of 1, else by the
/// cube of a normal one (Wilson and Hilferty, PNAS 17, 1931).
double gamma_of_mean_one(double shape, RandomStream& stream) {
  if (shape == 1) return standard_exponential(stream);
  const double root = 1 + ziggurat_normal(stream) / (3 * std::sqrt(shape)) - 1 / (9 * shape);
  return std::max(root, 0.0) * root * root;
}

/// The traces that draws are made of, with the visits in them.
class Resampler {
 public:
  Resampler(const ModelSpec& model, TraceForest forest, double kept_one_in, const NameTable& names,
            const CalibrateOptions& options, bool without_circles)
      : model_(model),
        forest_(std::move(forest)),
        kept_one_in_(kept_one_in),
        names_(names),
        options_(options),
        roles_(assign_roles(forest_)),
        visits_(find_visits(forest_, roles_)),
        traces_(traces_of(forest_)) {
    if (without_circles) visits_ = find_visits(forest_, roles_, circular_edges(visits_));
    std::vector<double> scores;
    for (const Trace& trace : traces_) scores.push_back(trace.score);
    block_ = dependence_length(scores);
    VisitTable joined = visits_;
    study_callers(forest_, joined);
    study_concurrency(forest_, joined, waits_);
  }

  /// With weights as recorded.
  ModelSpec plain() const { return learned_from(forest_); }

  ModelSpec draw(std::uint64_t number) const {
    TraceForest weighted = forest_;
    const std::uint64_t key =
        ReplicationSeed{.study = hash_of("parameter draws"), .draw = number}.key();
    for (std::size_t i = 0; i < traces_.size(); i += block_) {
      RandomStream luck(key, hash_of("weight of traces"),
                        extended(traces_[i].id.high, traces_[i].id.low));
      const auto weight =
          static_cast<float>(std::max(gamma_of_mean_one(kept_one_in_, luck), least_weight));
      for (std::size_t k = i; k < std::min(i + block_, traces_.size()); ++k) {
        for (std::size_t s = traces_[k].first; s < traces_[k].last; ++s) {
          weighted.spans[s].adjusted_count *= weight;
        }
      }
    }
    ModelSpec drawn = learned_from(weighted);
    draw_rates(drawn, key);
    return drawn;
  }

 private:
  static constexpr double least_weight = 1e-6;

  /// The model with the numbers that these weights give.
  ModelSpec learned_from(const TraceForest& forest) const {
    VisitTable visits = visits_;
    const CallerFacts callers = study_callers(forest, visits);
    const ModelSpec learned =
        ModelBuilder(forest, names_, roles_, visits, callers, options_).build_numbers(waits_);
    ModelSpec model = model_;
    adopt_numbers(learned, model);
    return model;
  }

  /// How many requests come in a time is a count of its own, blocks or not; each stage has its own.
  void draw_rates(ModelSpec& model, std::uint64_t key) const {
    const double requests = kept_one_in_ * static_cast<double>(traces_.size());
    for (auto& [name, workload] : model.workloads) {
      const auto factor = [&, name = name](double count, std::uint64_t stage) {
        constexpr double fewest = 2;  // a gamma quantity of a smaller shape is mostly none
        RandomStream luck(key, hash_of("rate of " + name), stage);
        return std::max(gamma_of_mean_one(std::max(count, fewest), luck), least_weight);
      };
      if (auto* poisson = std::get_if<PoissonSpec>(&workload.arrivals)) {
        poisson->rate.per_second *= factor(requests, 0);
      } else if (auto* batches = std::get_if<BatchSpec>(&workload.arrivals)) {
        batches->rate.per_second *= factor(requests / mean_of(batches->size), 0);
      } else if (auto* stages = std::get_if<StagesSpec>(&workload.arrivals)) {
        double expected = 0;
        for (const StagesSpec::Stage& stage : stages->stages) expected += requests_in(stage);
        for (std::size_t i = 0; i < stages->stages.size(); ++i) {
          StagesSpec::Stage& stage = stages->stages[i];
          const double share = expected > 0 ? requests_in(stage) / expected : 0;
          stage.rate.per_second *= factor(share * requests, i);
        }
      }
    }
  }

  static double requests_in(const StagesSpec::Stage& stage) {
    return stage.rate.per_second * stage.duration.in_seconds();
  }

  static double mean_of(const CountLawSpec& law) {
    if (law.kind != CountLawSpec::Kind::empirical) return std::max(law.mean, 1.0);
    double sum = 0;
    double weight = 0;
    for (std::size_t i = 0; i < law.weights.size(); ++i) {
      sum += static_cast<double>(i) * law.weights[i];
      weight += law.weights[i];
    }
    return weight > 0 ? std::max(sum / weight, 1.0) : 1.0;
  }

  const ModelSpec& model_;
  TraceForest forest_;
  double kept_one_in_;
  const NameTable& names_;
  const CalibrateOptions& options_;
  std::vector<Role> roles_;
  VisitTable visits_;
  std::vector<Trace> traces_;
  std::vector<double> waits_;  // [visit]: who waited does not depend on weights
  std::size_t block_ = 1;
};

/// Whole traces by a hash of their ids (another than that of `--sample`), until few enough spans
/// are left. `kept_one_in`: of so many traces one was kept.
TraceForest thinned(const TraceForest& forest, double& kept_one_in) {
  kept_one_in = 1;
  if (forest.spans.size() <= most_spans_drawn_from) return forest;
  int halvings = 0;
  while (forest.spans.size() >> halvings > most_spans_drawn_from) ++halvings;
  std::vector<Span> kept;
  for (const Span& span : forest.spans) {
    const std::uint64_t hash =
        extended(extended(hash_of("draws"), span.trace.high), span.trace.low);
    if (hash >> (64 - halvings) == 0) kept.push_back(span);
  }
  kept_one_in = std::ldexp(1.0, halvings);
  return plant(std::move(kept));
}

/// Moves draws about a sample to where all traces are.
void scale(ParameterDraws& draws, const ParameterDraws& sample) {
  const std::size_t width = draws.paths.size();
  for (std::size_t i = 0; i < draws.values.size(); ++i) {
    const double of_sample = sample.learned[i % width];
    const double of_all = draws.learned[i % width];
    // What the sample lost is at least what it was: drawn as nothing it would be harmless.
    draws.values[i] = of_sample > 0 ? draws.values[i] * static_cast<float>(of_all / of_sample)
                                    : std::max(draws.values[i], static_cast<float>(of_all));
  }
}

}  // namespace

std::size_t dependence_length(const std::vector<double>& scores) {
  constexpr std::size_t fewest_blocks = 20;
  if (scores.size() < 2 * fewest_blocks) return 1;
  const double alone = variance_of(scores);
  if (alone == 0) return 1;
  std::vector<std::pair<std::size_t, double>> inflations;
  double surely = 1;
  for (std::size_t length = 1; scores.size() / length >= fewest_blocks; length *= 2) {
    const std::vector<double> means = means_of_blocks(scores, length);
    const double inflation = static_cast<double>(length) * variance_of(means) / alone;
    const double error = std::sqrt(2 / static_cast<double>(means.size()));
    inflations.emplace_back(length, inflation);
    surely = std::max(surely, inflation * (1 - 2 * error));
  }
  if (surely == 1) return 1;
  for (const auto& [length, inflation] : inflations) {
    if (inflation >= surely) return length;
  }
  return inflations.back().first;
}

ParameterDraws draw_parameters(const ModelSpec& model, const TraceForest& forest,
                               const NameTable& names, const CalibrateOptions& options,
                               bool without_circles) {
  expects(options.draws > 0, "draws are asked for");
  double kept_one_in = 1;
  TraceForest sample = thinned(forest, kept_one_in);
  const Resampler resampler(model, std::move(sample), kept_one_in, names, options, without_circles);
  std::vector<ParameterDraws> drawn(options.draws, ParameterDraws{});
  ParameterDraws draws = without_draws(model);
  parallel_for(static_cast<int>(options.draws), [&](int number) {
    ParameterDraws& one = drawn[static_cast<std::size_t>(number)];
    one.paths = draws.paths;
    add_draw(one, resampler.draw(static_cast<std::uint64_t>(number) + 1));
    one.paths.clear();
  });
  for (const ParameterDraws& one : drawn) {
    draws.values.insert(draws.values.end(), one.values.begin(), one.values.end());
  }
  if (kept_one_in > 1) scale(draws, without_draws(resampler.plain()));
  return draws;
}

}  // namespace rehearse

#include "outputs/text/backtest_json.hpp"

#include <fmt/format.h>

#include "outputs/text/backtest_text.hpp"
#include "outputs/text/report_values.hpp"

namespace rehearse {
namespace {

constexpr int format_version = 1;

struct Backtest {
  const BacktestRecord& record;
  const std::string& model;
  const std::vector<std::string>& recordings;
  int exit;
};

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& one : texts) json.value(one);
  json.end_array();
}

const char* word(NotCompared why) {
  switch (why) {
    case NotCompared::unknown_to_model:
      return "unknown_to_model";
    case NotCompared::too_few_answers:
      return "too_few_answers";
    case NotCompared::not_recorded:
      return "not_recorded";
  }
  return "";
}

const ReportMembers<ForetoldNumber>& number_members() {
  using One = ForetoldNumber;
  static const ReportMembers<One> members = {
      {"recorded", "In the recording: seconds, or a share of the visits.",
       [](JsonWriter& json, const One& one) { write(json, one.recorded); }},
      {"foretold", "By all replications together.",
       [](JsonWriter& json, const One& one) { write(json, one.foretold); }},
      {"error", "Foretold over recorded, less 1; null where nothing was recorded.",
       [](JsonWriter& json, const One& one) { write(json, one.error()); }},
      {"noise", "Where chance would leave it in another recording as long as this one, 95 %.",
       [](JsonWriter& json, const One& one) { write(json, one.noise); }},
      {"within_noise", "Whether what is foretold is there.",
       [](JsonWriter& json, const One& one) { json.value(one.within_noise()); }},
      {"alike", "Whether it is there, or off by 15 % at most.",
       [](JsonWriter& json, const One& one) { json.value(one.alike()); }},
  };
  return members;
}

/// A band of one quantile.
struct Band {
  double level;
  const Interval& limits;
  bool inside;
};

const ReportMembers<Band>& band_members() {
  static const ReportMembers<Band> members = {
      {"level", "0.5, 0.8 or 0.95.",
       [](JsonWriter& json, const Band& one) { json.value(one.level); }},
      {"limits", "Of the middle so many replications, in seconds.",
       [](JsonWriter& json, const Band& one) { write(json, one.limits); }},
      {"inside", "Whether the recorded quantile is in it.",
       [](JsonWriter& json, const Band& one) { json.value(one.inside); }},
  };
  return members;
}

void write_bands(JsonWriter& json, const ForetoldQuantile& quantile) {
  json.begin_array();
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    write_object(json, band_members(),
                 Band{band_levels[i], quantile.bands[i], quantile.in_band[i]});
  }
  json.end_array();
}

void write_quantiles(JsonWriter& json, const BacktestRow& row) {
  json.begin_object();
  for (const ForetoldQuantile& one : row.quantiles) {
    json.key(level_text(one.level)).begin_object();
    write_members(json, number_members(), one.number);
    json.key("bands");
    write_bands(json, one);
    json.end_object();
  }
  json.end_object();
}

const ReportMembers<RankTransform>& rank_members() {
  static const ReportMembers<RankTransform> members = {
      {"tenths",
       "Shares of the recorded answers in the tenths of what is foretold; 0.1 each if alike.",
       [](JsonWriter& json, const RankTransform& one) {
         json.begin_array();
         for (const double share : one.shares) json.value(share);
         json.end_array();
       }},
      {"distance", "Of their ranks from a uniform law (Kolmogorov-Smirnov).",
       [](JsonWriter& json, const RankTransform& one) { json.value(one.distance); }},
  };
  return members;
}

const ReportMembers<BacktestRow>& row_members() {
  using One = BacktestRow;
  static const ReportMembers<One> members = {
      {"endpoint", "`service/operation`, at which requests come in.",
       [](JsonWriter& json, const One& one) { json.value(one.endpoint); }},
      {"visits", "Recorded.", [](JsonWriter& json, const One& one) { json.value(one.visits); }},
      {"good", "Of these, with a good answer.",
       [](JsonWriter& json, const One& one) { json.value(one.good); }},
      {"per_second", "Requests from outside, recorded.",
       [](JsonWriter& json, const One& one) { json.value(one.per_second); }},
      {"alike", "Whether all its numbers are.",
       [](JsonWriter& json, const One& one) { json.value(one.alike()); }},
      {"quantiles", "Of good answers, in seconds: p50, p90 and, of 300 answers or more, p99.",
       write_quantiles},
      {"errors", "Share of the visits.",
       [](JsonWriter& json, const One& one) { write_object(json, number_members(), one.errors); }},
      {"wasserstein_over_mean",
       "The Wasserstein distance of both distributions of good answers, over the recorded mean; "
       "null: no good answer was foretold.",
       [](JsonWriter& json, const One& one) { write(json, one.wasserstein); }},
      {"ranks", "Where recorded answers stand in what is foretold (PIT); null likewise.",
       [](JsonWriter& json, const One& one) {
         if (one.ranks) {
           write_object(json, rank_members(), *one.ranks);
         } else {
           json.null();
         }
       }},
  };
  return members;
}

const ReportMembers<EntranceLeftOut>& left_out_members() {
  using One = EntranceLeftOut;
  static const ReportMembers<One> members = {
      {"endpoint", "`service/operation`.",
       [](JsonWriter& json, const One& one) { json.value(one.endpoint); }},
      {"why",
       "unknown_to_model, too_few_answers (worth less than 50), or not_recorded (only the model is "
       "asked for it).",
       [](JsonWriter& json, const One& one) { json.value(word(one.why)); }},
      {"good", "Recorded good answers.",
       [](JsonWriter& json, const One& one) { json.value(one.good); }},
  };
  return members;
}

/// How many recorded quantiles the bands of one level hold.
struct Coverage {
  const BacktestRecord& record;
  std::size_t band;
};

const ReportMembers<Coverage>& coverage_members() {
  static const ReportMembers<Coverage> members = {
      {"level", "Of the band: so many should be inside.",
       [](JsonWriter& json, const Coverage& one) { json.value(band_levels[one.band]); }},
      {"inside", "So many recorded quantiles are.",
       [](JsonWriter& json, const Coverage& one) { json.value(one.record.in_band(one.band)); }},
      {"of", "Recorded quantiles.",
       [](JsonWriter& json, const Coverage& one) { json.value(one.record.quantiles()); }},
  };
  return members;
}

void write_coverage(JsonWriter& json, const Backtest& test) {
  json.begin_array();
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    write_object(json, coverage_members(), Coverage{test.record, i});
  }
  json.end_array();
}

const char* result_of(const BacktestRecord& record) {
  if (record.rows.empty()) return "not compared";
  return unlike_numbers(record).empty() ? "like" : "unlike";
}

const ReportMembers<Backtest>& backtest_members() {
  using One = Backtest;
  static const ReportMembers<One> members = {
      {"format_version", "1; rises when a key changes its meaning.",
       [](JsonWriter& json, const One&) { json.value(format_version); }},
      {"model", "Its file.", [](JsonWriter& json, const One& one) { json.value(one.model); }},
      {"against", "The files of the recording.",
       [](JsonWriter& json, const One& one) { write_texts(json, one.recordings); }},
      {"exit_code", "How the program ends.",
       [](JsonWriter& json, const One& one) { json.value(one.exit); }},
      {"result", "like, unlike, or not compared.",
       [](JsonWriter& json, const One& one) { json.value(result_of(one.record)); }},
      {"not_run", "Why the model was not run; null: it was.",
       [](JsonWriter& json, const One& one) {
         one.record.not_run.empty() ? json.null() : json.value(one.record.not_run);
       }},
      {"requests", "Recorded, from outside.",
       [](JsonWriter& json, const One& one) { json.value(one.record.requests); }},
      {"recorded_seconds", "Over which they came, pauses of the recording left out.",
       [](JsonWriter& json, const One& one) { json.value(one.record.recorded_seconds); }},
      {"recorded_per_second", "Of them; 0: not to be told.",
       [](JsonWriter& json, const One& one) { json.value(one.record.recorded_per_second); }},
      {"model_per_second", "That the model's own workloads send; null: no one rate.",
       [](JsonWriter& json, const One& one) { write(json, one.record.model_per_second); }},
      {"foretold_per_second", "That came in the replications.",
       [](JsonWriter& json, const One& one) { json.value(one.record.foretold_per_second); }},
      {"replications", "That were made.",
       [](JsonWriter& json, const One& one) { json.value(one.record.replications); }},
      {"replications_planned", "More, if it was interrupted.",
       [](JsonWriter& json, const One& one) { json.value(one.record.planned); }},
      {"replications_capped", "Of these ended early, with too many requests under way.",
       [](JsonWriter& json, const One& one) { json.value(one.record.capped); }},
      {"run_seconds", "Of each replication; below recorded_seconds where more would take too long.",
       [](JsonWriter& json, const One& one) { json.value(one.record.run_seconds); }},
      {"seed", "Of all luck.",
       [](JsonWriter& json, const One& one) { json.value(one.record.seed); }},
      {"draws", "Of the model's numbers, one a replication; 0: as they were learned.",
       [](JsonWriter& json, const One& one) { json.value(one.record.draws); }},
      {"endpoints", "Those that were compared, the most visited first.",
       [](JsonWriter& json, const One& one) { write_list(json, row_members(), one.record.rows); }},
      {"not_compared", "Those that were not.",
       [](JsonWriter& json, const One& one) {
         write_list(json, left_out_members(), one.record.left_out);
       }},
      {"coverage", "Of bands of quantiles from replication to replication.", write_coverage},
      {"notes", "What is not as in the model about arrivals.",
       [](JsonWriter& json, const One& one) { write_texts(json, one.record.notes); }},
      {"warnings", "What speaks against taking the recording for one piece.",
       [](JsonWriter& json, const One& one) { write_texts(json, one.record.warnings); }},
  };
  return members;
}

}  // namespace

std::string backtest_json(const BacktestRecord& record, const std::string& model,
                          const std::vector<std::string>& recordings, int exit) {
  JsonWriter json;
  write_object(json, backtest_members(), Backtest{record, model, recordings, exit});
  return json.text();
}

std::vector<ReportSection> backtest_sections() {
  return {section_of("", backtest_members()),
          section_of("endpoints[]", row_members()),
          section_of("endpoints[].quantiles{}, endpoints[].errors", number_members()),
          section_of("endpoints[].quantiles{}.bands[]", band_members()),
          section_of("endpoints[].ranks", rank_members()),
          section_of("not_compared[]", left_out_members()),
          section_of("coverage[]", coverage_members())};
}

}  // namespace rehearse

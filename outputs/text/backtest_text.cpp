#include "outputs/text/backtest_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_left_out = 8;  // that are named
constexpr std::size_t most_worst = 3;

std::string signed_percent(const std::optional<double>& error) {
  if (!error || std::isinf(*error)) return "";
  return fmt::format("{:+.1f} %", 100 * *error);
}

/// "55.9ms -> 54.8ms", of a quantile or of a share of errors.
std::string pair_text(const ForetoldNumber& number, bool is_share) {
  return is_share
             ? fmt::format("{} -> {}", percent_text(number.recorded), percent_text(number.foretold))
             : fmt::format("{} -> {}", rounded_duration_text(number.recorded),
                           rounded_duration_text(number.foretold));
}

std::string number_line(const std::string& word, const ForetoldNumber& number, bool is_share) {
  const std::string line =
      fmt::format("    {:<6}  {:<22} {:>9}", word, pair_text(number, is_share),
                  number.error() && *number.error() != 0 ? signed_percent(number.error()) : "");
  const std::string noise =
      is_share ? percent_text(number.noise) : rounded_duration_text(number.noise);
  if (number.within_noise()) return line + fmt::format("  within its noise {}", noise);
  return line +
         fmt::format("  {} noise {}", number.alike() ? "beyond its" : "UNLIKE, beyond its", noise);
}

/// With the widest band where it is UNLIKE: the model may have been unsure.
std::string quantile_line(const ForetoldQuantile& one) {
  const std::string line = number_line(level_text(one.level), one.number, false);
  if (one.number.alike()) return line + "\n";
  return line + fmt::format("; {:.0f} in 100 replications {}\n", 100 * band_levels.back(),
                            rounded_duration_text(one.bands.back()));
}

std::string distribution_line(const BacktestRow& row) {
  if (!row.ranks) return "    no good answer was foretold\n";
  std::string tenths;
  for (const double share : row.ranks->shares) tenths += fmt::format(" {:.0f}", 100 * share);
  return fmt::format(
      "    distance {} of the mean; in tenths of what is foretold:{} % ({:.3f} from even)\n",
      row.wasserstein ? percent_text(*row.wasserstein) : "-", tenths, row.ranks->distance);
}

std::string row_text(const BacktestRow& row) {
  std::string lines =
      fmt::format("\n  {}: {}, {:.3g} requests a second\n", visible_name(row.endpoint),
                  counted(row.visits, "visit"), row.per_second);
  for (const ForetoldQuantile& one : row.quantiles) {
    lines += quantile_line(one);
  }
  return lines + number_line("errors", row.errors, true) + "\n" + distribution_line(row);
}

std::string left_out_text(const BacktestRecord& record) {
  std::string lines;
  std::size_t told = 0;
  for (const EntranceLeftOut& one : record.left_out) {
    if (told++ == most_left_out) break;
    std::string why;
    switch (one.why) {
      case NotCompared::unknown_to_model:
        why = "the model does not know it; its requests are left out";
        break;
      case NotCompared::too_few_answers:
        why = counted(one.good, "good answer") + ", fewer than the worth of 50";
        break;
      case NotCompared::not_recorded:
        why = "the model is asked for it, and in the recording nobody asks";
        break;
    }
    lines += fmt::format("  {}: {}\n", visible_name(one.endpoint), why);
  }
  if (told > most_left_out) {
    lines += fmt::format("  and {} more; --json has them all\n",
                         count_text(record.left_out.size() - most_left_out));
  }
  return lines.empty() ? "" : "\nNot compared\n" + lines;
}

std::string bands_text(const BacktestRecord& record) {
  std::string line = fmt::format("\nOf {}, ", counted(record.quantiles(), "recorded quantile"));
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    line += fmt::format("{}{} in the {:.0f} % bands", i == 0 ? "" : ", ",
                        count_text(record.in_band(i)), 100 * band_levels[i]);
  }
  line += " of the replications";
  if (record.run_seconds < 0.999 * record.recorded_seconds) {
    line += fmt::format(
        " (which are shorter than the recording, as more would take too long: of whole ones, bands "
        "are narrower)");
  }
  return line + ".\n";
}

std::string rate_text(const BacktestRecord& record) {
  const auto times = record.times_own_rate();
  if (!times) return "";
  if (std::abs(*times - 1) < 0.05) return ", at the rate of the model";
  return fmt::format(", at {} times the rate of the model", times_text(*times));
}

std::string worst_text(const std::vector<UnlikeNumber>& unlike) {
  std::string text;
  for (std::size_t i = 0; i < std::min(unlike.size(), most_worst); ++i) {
    const UnlikeNumber& one = unlike[i];
    const std::string error = signed_percent(one.number->error());
    text += fmt::format("{}{} {} {}{}", i == 0 ? "" : "; ", visible_name(one.row->endpoint),
                        one.level ? level_text(*one.level) : "errors",
                        pair_text(*one.number, !one.level), error.empty() ? "" : " " + error);
  }
  return text;
}

std::string verdict_text(const BacktestRecord& record) {
  const std::vector<UnlikeNumber> unlike = unlike_numbers(record);
  const std::string doubt = doubt_of(record);
  if (unlike.empty() && !doubt.empty()) {
    return fmt::format("INCONCLUSIVE{}: no number is unlike, but {}.\n", rate_text(record), doubt);
  }
  if (unlike.empty()) {
    const std::uint64_t untold = record.untold();
    return fmt::format(
        "LIKE the recording{}: all {} are alike, within {:.0f} % or its noise{}.\n",
        rate_text(record), counted(record.numbers(), "number"), 100 * alike_within,
        untold == 0 ? "" : fmt::format(" (which leaves {} untold)", count_text(untold)));
  }
  return fmt::format(
      "UNLIKE the recording{}: of {} {} {}, by more than {:.0f} % and its noise. {}: {}.\n",
      rate_text(record), counted(record.numbers(), "number"), count_text(unlike.size()),
      agreeing(unlike.size(), "differs", "differ"), 100 * alike_within,
      agreeing(unlike.size(), "It is", "The worst"), worst_text(unlike));
}

std::string heading(const BacktestRecord& record, const std::string& model,
                    const std::string& recording) {
  std::string lines = fmt::format("{} against {}\n", visible_line(model), visible_line(recording));
  lines +=
      fmt::format("  recorded   {} in {}, {:.3g} a second\n", counted(record.requests, "request"),
                  rounded_duration_text(record.recorded_seconds), record.recorded_per_second);
  if (record.replications == 0) return lines;
  lines += fmt::format(
      "  simulated  {} of {}, {:.3g} a second, seed {}{}\n",
      counted(record.replications, "replication"), rounded_duration_text(record.run_seconds),
      record.foretold_per_second, record.seed,
      record.draws == 0
          ? ""
          : fmt::format(", each with one of {} of its numbers", counted(record.draws, "draw")));
  if (record.capped > 0) {
    lines += fmt::format("  too many requests were under way in {} of them, which ended early\n",
                         count_text(record.capped));
  }
  for (const std::string& note : record.notes) lines += "  " + visible_line(note) + "\n";
  for (const std::string& warning : record.warnings) lines += "  " + visible_line(warning) + "\n";
  return lines;
}

}  // namespace

std::string level_text(double level) {
  return fmt::format("p{:g}", 100 * level);
}

std::string backtest_text(const BacktestRecord& record, const std::string& model,
                          const std::string& recording) {
  std::string text = heading(record, model, recording);
  if (!record.not_run.empty()) {
    return text + left_out_text(record) + "\nNothing was compared: " + record.not_run + ".\n";
  }
  if (record.rows.empty()) {
    return text +
           fmt::format("\nNothing was compared: interrupted after {} of {}; bands need {}.\n",
                       count_text(record.replications), counted(record.planned, "replication"),
                       fewest_for_bands);
  }
  text += "\nBy endpoint, recorded -> foretold\n";
  for (const BacktestRow& row : record.rows) text += row_text(row);
  text += left_out_text(record) + bands_text(record);
  if (!record.complete()) {
    text += fmt::format("Interrupted after {} of {}.\n", count_text(record.replications),
                        counted(record.planned, "replication"));
  }
  return text + verdict_text(record);
}

}  // namespace rehearse

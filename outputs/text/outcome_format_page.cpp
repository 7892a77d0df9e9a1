#include "outputs/text/outcome_format_page.hpp"

#include <fmt/format.h>

#include "outputs/outcome_file/file_layout.hpp"
#include "outputs/text/backtest_json.hpp"
#include "outputs/text/report_json.hpp"

namespace rehearse {
namespace {

constexpr const char* introduction =
    "# The outcome file and the JSON report\n"
    "\n"
    "`rehearse run` writes one HDF5 file. It is written whole or not at all: an image in memory, "
    "a\n"
    "temporary file, `fsync`, `rename`. It holds all that the summary says: `rehearse inspect`\n"
    "prints it again. This page is generated from the table by which the file is written and read\n"
    "(`outputs/outcome_file/file_layout.hpp`), and by the tables of the report\n"
    "(`outputs/text/report_json.hpp`); a test compares them.\n"
    "\n"
    "The last 32 bytes are a checksum of all others, behind what HDF5 looks at; `rehearse inspect` "
    "compares it.\n"
    "\n"
    "Every dataset carries its unit (`unit`, as UCUM writes it), its axes (`axes`, slowest first) "
    "and its\n"
    "meaning (`description`) as attributes. Times are seconds of simulated time. The axes "
    "`endpoint`,\n"
    "`workload`, `service` and `interval` are named by the datasets in `axes`; `bin` by\n"
    "`/latency_bins`; `band` by `windows/band`; `limit` is lower, upper; `half` the lower 64 "
    "bits,\n"
    "then the upper ones.\n"
    "\n"
    "The file stays small whatever the number of replications:\n"
    "\n"
    "- a `kept replication` is one of the first, as many as fit into 256 MiB of tables (all of "
    "them in\n"
    "  most studies);\n"
    "- window series, and their quantile bands, are of the first replications: as many of the "
    "first\n"
    "  1,000 as fit into 64 MiB, at least 20;\n"
    "- histograms are kept for each replication as long as there are at most 1,024 of them and "
    "four\n"
    "  million bins in all; beyond, neighbours are added up in pairs, again and again (`batches`). "
    "An\n"
    "  interval of a latency draws these batches again, 400 times (bootstrap);\n"
    "- objectives are kept for every replication.\n"
    "\n"
    "```python\n"
    "import h5py\n"
    "with h5py.File(\"slow_payments.h5\") as file:\n"
    "    print(file.attrs[\"verdict\"], file[\"scenario_text\"].asstr()[()])\n"
    "    run = file[\"arms/experiment/intervals/run/workloads\"]\n"
    "    print(run[\"latency_p99\"][:, 0], run[\"latency_p99\"].attrs[\"unit\"])\n"
    "```\n"
    "\n";

constexpr const char* report =
    "## The JSON report\n"
    "\n"
    "`--json FILE` writes the same numbers for programs (`-`: to standard output). `endpoints`,\n"
    "`workloads` and `services` of the report itself are of the experiment in the interval `run`,\n"
    "pooled over replications.\n"
    "\n"
    "Latencies are over all requests that arrived, those without a good answer being infinitely\n"
    "slow; `*_of_good` are of good answers only. They and the means of services are\n"
    "`{estimate, interval}`, the interval being 95 %, by bootstrap over batches of replications.\n"
    "`null`: nothing was measured. `\"infinite\"`: the requests of that rank had no good answer.\n";

constexpr const char* backtest_report =
    "\n"
    "## The JSON report of a backtest\n"
    "\n"
    "`rehearse backtest MODEL.toml --against TRACES --json FILE` writes another one. Quantiles "
    "and\n"
    "`wasserstein_over_mean` are of good answers as the instances see them; quantiles have "
    "`bands`,\n"
    "too. `\"infinite\"`: no good answer was foretold.\n";

const char* heading(Scope scope) {
  switch (scope) {
    case Scope::study:
      return "## Datasets\n";
    case Scope::arm:
      return "## Datasets of each arm: `/arms/experiment/`, `/arms/control/`\n";
    case Scope::interval:
      return "## Datasets of each interval of an arm: `/arms/ARM/intervals/INTERVAL/`\n";
  }
  return "";
}

std::string tables_of(const std::vector<ReportSection>& sections) {
  std::string tables;
  for (const ReportSection& section : sections) {
    if (!section.object.empty()) tables += fmt::format("\n### `{}`\n", section.object);
    tables += "\n| Key | Meaning |\n|---|---|\n";
    for (const auto& row : section.rows) {
      tables += fmt::format("| `{}` | {} |\n", row.key, row.meaning);
    }
  }
  return tables;
}

}  // namespace

std::string outcome_format_page() {
  std::string page = introduction;
  page += "## Attributes of the root\n\n| Attribute | Meaning |\n|---|---|\n";
  for (const AttributeEntry& attribute : file_attributes()) {
    page += fmt::format("| `{}` | {} |\n", attribute.name, attribute.meaning);
  }
  for (const Scope scope : {Scope::study, Scope::arm, Scope::interval}) {
    page += fmt::format("\n{}\n| Dataset | Axes | Unit | Meaning |\n|---|---|---|---|\n",
                        heading(scope));
    for (const DatasetEntry& entry : file_layout()) {
      if (entry.scope != scope) continue;
      page += fmt::format("| `{}` | {} | {} | {} |\n", entry.name, entry.axes, entry.unit,
                          entry.meaning);
    }
  }
  return page + "\n" + report + tables_of(report_sections()) + backtest_report +
         tables_of(backtest_sections());
}

}  // namespace rehearse

#include "outputs/outcome_file/format_page.hpp"

#include <fmt/format.h>

#include "outputs/outcome_file/file_layout.hpp"

namespace rehearse {
namespace {

constexpr const char* introduction =
    "# The outcome file and the JSON report\n"
    "\n"
    "`rehearse run` writes one HDF5 file. It is written whole or not at all: an image in memory, "
    "a\n"
    "temporary file, `fsync`, `rename`. It holds all that the summary says: `rehearse inspect`\n"
    "prints it again. This page is generated from the table by which the file is written and read\n"
    "(`outputs/outcome_file/file_layout.hpp`); a test compares them.\n"
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
    "`--json FILE` writes the same numbers for programs (`-`: to standard output). Keys:\n"
    "\n"
    "| Key | Meaning |\n"
    "|---|---|\n"
    "| `format_version`, `rehearse_version`, `scenario`, `seed` | What was run. |\n"
    "| `complete` | False when the run was interrupted. |\n"
    "| `replications`, `replications_planned` | Finished in each arm, and asked for. |\n"
    "| `spans` | Attempts served, in both arms. |\n"
    "| `wall_seconds`, `threads`, `threads_per_replication` | How long it took, on how many "
    "threads. |\n"
    "| `outcome_digest` | Sixteen hexadecimal digits; equal for equal results. |\n"
    "| `trajectory_digest` | Likewise, of all that happened on the way. |\n"
    "| `outcome_file` | Where the HDF5 file lies. |\n"
    "| `verdict`, `exit_code` | Of all objectives: `pass` 0, `none` 0 (there are none), "
    "`inconclusive` 2, `fail` 99. |\n"
    "| `objectives[]` | `name`, `expect`, `over`; `probability` that it is met, with its 95 % "
    "Clopper-Pearson `interval`; `risk` that it is missed, with `risk_interval`; `accepted_risk`; "
    "`measured {count, threshold, median, lowest, highest, margin}` over replications, the margin "
    "being "
    "the median's distance to the threshold as a share of it, negative on the bad side; "
    "`missed` and `no_data` replications; `verdict`, `reason`; `control` with `missed`, `no_data`, "
    "`risk`, `risk_interval`. A replication without data counts as not met in `probability`, and "
    "both "
    "ways in the intervals. |\n"
    "| `endpoints{\"service/operation\"}` | Interval `run` of the experiment, pooled over "
    "replications, "
    "as its instances see it: `count` arrived, `counts{}` of what became of them, `error_ratio` "
    "with "
    "`error_ratio_interval`, `latency_seconds {p50, p90, p99, mean_of_good, p50_of_good, "
    "p99_of_good}`. The canary's column is "
    "`\"service/operation@canary\"`. |\n"
    "| `workloads{}` | The same as users see it. |\n"
    "| `services{}` | `utilization`, `queue_length`, `in_system` (means over time at one "
    "instance), "
    "`attempts_per_call`, `longest_queue`, `most_in_system` (integers). |\n"
    "| `intervals{}` | `endpoints`, `workloads`, `services` of every other named interval, with "
    "`from_seconds`, `to_seconds`. |\n"
    "| `control` | `endpoints`, `workloads`, `services`, `intervals` of the control arm; null "
    "without "
    "one. |\n"
    "| `stopped`, `rollout_aborted` | In how many replications (`count`) a stop condition fired or "
    "the "
    "rollout was aborted, and when, from the start: `median_seconds`, `range_seconds`. |\n"
    "| `unknown_capacity[]` | Services whose limit is assumed to be unlimited and that get more "
    "than "
    "was recorded: `work_ratio` and `inside_ratio` to the highest recorded load of an instance, or "
    "`visits_ratio`. While there are any, no objective passes. |\n"
    "| `failures_never_recorded[]` | Edges (`caller`, `callee`) along which calls fail here and "
    "none of the `recorded_calls` did: that the caller fails too is assumed. |\n"
    "| `alarms[]` | Of each stop condition: `when`, as written; `fired` with `count`, "
    "`median_seconds`, `range_seconds`; in how many replications it `rang_before` the experiment. "
    "|\n"
    "| `promoted`, `rolled_back` | How often the rollout ended so: `count`, `probability`, "
    "`interval`; only with a rollout. |\n"
    "| `capped`, `warnings[]` | Replications that ended early; sentences. |\n"
    "\n"
    "`latency_seconds.*` are over all requests that arrived, those without a good answer being "
    "infinitely slow; `*_of_good` are of good answers only. They and the means of services are "
    "`{estimate, "
    "interval}`, the interval "
    "being 95 %, by bootstrap over batches of replications; that of `error_ratio` is Clopper and "
    "Pearson's, with the counts divided by the design effect of the replications. `null`: nothing "
    "was measured. `\"infinite\"`: the requests of that rank had no good answer.\n";

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
  return page + "\n" + report;
}

}  // namespace rehearse

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "cli/verb.hpp"
#include "outputs/outcome_file/checksum.hpp"
#include "outputs/outcome_file/outcome_file.hpp"
#include "outputs/outcome_file/outcome_reader.hpp"
#include "outputs/text/plain_text.hpp"
#include "outputs/text/summary.hpp"
#include "scenarios/scenario.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

bool is_hdf5(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string start(hdf5_signature.size(), '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file && start == hdf5_signature;
}

/// Of a number that cannot be negative.
template <class Number>
std::uint64_t whole(Number number) {
  return static_cast<std::uint64_t>(number);
}

std::string arrivals_text(const ArrivalsSpec& arrivals) {
  struct Describe {
    std::string operator()(const PoissonSpec& poisson) const {
      return fmt::format("Poisson, {:.4g} a second", poisson.rate.per_second);
    }
    std::string operator()(const BatchSpec& batch) const {
      return fmt::format("batches, {:.4g} a second", batch.rate.per_second);
    }
    std::string operator()(const StagesSpec& stages) const {
      return counted(stages.stages.size(), "stage");
    }
    std::string operator()(const ReplaySpec& replay) const {
      return counted(replay.arrivals.size(), "recorded arrival");
    }
    std::string operator()(const ClosedLoopSpec& loop) const {
      return counted(whole(loop.users), "user") + " in a closed loop";
    }
  };
  return std::visit(Describe{}, arrivals);
}

std::string service_line(const std::string& name, const ServiceSpec& service) {
  std::size_t behaviours = 0;
  for (const auto& [operation, endpoint] : service.endpoints) {
    behaviours += endpoint.behaviours.size();
  }
  return fmt::format(
      "  {:<28} {:>4} {} of {}{}, {}, {}, calls {}\n", visible_name(name), service.instances,
      agreeing(whole(service.instances), "instance", "instances"),
      service.workers ? counted(whole(*service.workers), "worker") : "unlimited workers",
      service.cpu
          ? fmt::format(" on {} {}", service.cpu->cores, service.cpu->cores == 1 ? "core" : "cores")
          : "",
      counted(service.endpoints.size(), "endpoint"), counted(behaviours, "behaviour"),
      service.calls.size());
}

std::string workload_text(const std::string& name, const WorkloadSpec& workload) {
  std::string text =
      fmt::format("  {:<28} {}\n", visible_name(name), arrivals_text(workload.arrivals));
  double total = 0;
  for (const auto& [endpoint, weight] : workload.mix) total += weight;
  for (const auto& [endpoint, weight] : workload.mix) {
    text +=
        fmt::format("    {:>7}  {}\n", percent_text(weight / total), visible_name(endpoint.text()));
  }
  return text;
}

std::string describe_model(const Model& model) {
  const ModelSpec& spec = model.spec;
  std::string text = fmt::format("{}: model\n", visible_line(model.path));
  if (spec.provenance.spans > 0) {
    text += fmt::format("  learned from {} of {}, {} % sampled, {}\n",
                        counted(spec.provenance.spans, "span"),
                        counted(spec.provenance.traces, "trace"), spec.provenance.sampling_percent,
                        visible_name(spec.provenance.window));
  }
  text += "\nWorkloads\n";
  for (const auto& [name, workload] : spec.workloads) text += workload_text(name, workload);
  text += "\nServices\n";
  for (const auto& [name, service] : spec.services) text += service_line(name, service);
  const auto assumed =
      std::count_if(spec.evidence.begin(), spec.evidence.end(),
                    [](const auto& evidence) { return evidence.second.basis == Basis::assumed; });
  text += fmt::format("\nEvidence for {}, of which {} {} assumed:\n",
                      counted(spec.evidence.size(), "value"), assumed,
                      agreeing(whole(assumed), "is", "are"));
  for (const auto& [path, evidence] : spec.evidence) {
    if (evidence.basis != Basis::assumed) continue;
    text += fmt::format("  {}{}\n", visible_name(path),
                        evidence.note.empty() ? "" : ": " + visible_sentence(evidence.note));
  }
  return text;
}

/// What reading an outcome file may take. One that is damaged can tell HDF5 1.10 to take more than
/// the machine has, or never to end.
struct Bounds {
  rlim_t seconds;
  rlim_t bytes;
};
constexpr Bounds of_foreign_file = {8, 1'000'000'000};
constexpr Bounds of_whole_file = {60, 8'000'000'000};  // of the largest studies

/// The address space in use.
rlim_t bytes_in_use() {
  std::ifstream sizes("/proc/self/statm");
  rlim_t pages = 0;
  sizes >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// A limit that is lower already stays.
void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_cur = std::min(now.rlim_cur, most);
  ::setrlimit(resource, &now);
}

void lift_limit(__rlimit_resource resource) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_cur = now.rlim_max;
  ::setrlimit(resource, &now);
}

/// Of the process that reads: it takes no more than it may, and does not outlive who asked for it.
void confine(pid_t parent, const Bounds& bounds) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::raise(SIGKILL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, bounds.seconds);
  // The clock goes on where a disk does not answer.
  ::alarm(static_cast<unsigned>(bounds.seconds) + 1);
  // Under a sanitizer terabytes are in use before anything is read.
  if (bytes_in_use() < bounds.bytes / 2) limit(RLIMIT_AS, bounds.bytes);
}

/// What is done with values that were read takes its time, as does whoever reads what we print.
void release() {
  ::alarm(0);
  lift_limit(RLIMIT_CPU);
  lift_limit(RLIMIT_AS);
}

std::string reason_of_signal(int signal, const Bounds& bounds) {
  if (signal == SIGKILL || signal == SIGXCPU || signal == SIGALRM) {
    return "reading it took more than " +
           duration_text(Duration::seconds(static_cast<std::int64_t>(bounds.seconds)));
  }
  return fmt::format("reading it ended with signal {}", signal);
}

/// What `rehearse run` printed.
void print_summary(const std::string& path) {
  const Study study = read_outcome_file(path);
  release();
  for (const std::string& doubt : study.information.doubts) {
    print_aside(fmt::format("warning: {}\n", printable(doubt)));
  }
  print(summary_of(study, findings_of(study)) + outcome_file_line(path));
}

void print_layout(const std::string& path) {
  const std::string text = describe_outcome_file(path);
  release();
  print(text);
}

/// HDF5 1.10 reads beyond its memory where a file is damaged: a child process takes the risk.
int inspect_outcomes(const std::string& path, void (*print_it)(const std::string&)) {
  const Bounds bounds = checksum_of(path) == Checksum::right ? of_whole_file : of_foreign_file;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw InputOutputError("cannot start a process to read " + visible_line(path));
  if (child == 0) {
    confine(parent, bounds);
    print_it(path);
    return 0;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  // Who reads our output went away: that is no fault of the file.
  if (signal == SIGPIPE) ::raise(SIGPIPE);
  throw InvalidInput(fmt::format("{}: the file is damaged: {}", visible_line(path),
                                 reason_of_signal(signal, bounds)));
}

int run(const Invocation& invocation) {
  const std::string path = only_argument(invocation, "inspect", "one outcome file or model");
  const bool layout = invocation.arguments.has("layout");
  if (is_hdf5(path)) return inspect_outcomes(path, layout ? print_layout : print_summary);
  if (layout) throw InvalidInput("rehearse inspect: --layout is of outcome files");
  print(describe_model(load_model(path)));
  return 0;
}

}  // namespace

Verb inspect_verb() {
  Verb verb;
  verb.name = "inspect";
  verb.usage = "OUT.h5|MODEL.toml";
  verb.summary = "Prints the summary of an outcome file again, or what a model holds.";
  verb.example = "rehearse inspect slow_payments.h5";
  verb.options = {
      {"layout", 0, "", "every dataset of an outcome file, with its shape, unit and meaning"},
  };
  verb.run = run;
  return verb;
}

}  // namespace rehearse

#include "cli/inspect_outcomes.hpp"

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
#include "outputs/text/summary.hpp"
#include "sim/duration_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

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

}  // namespace

bool is_hdf5(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string start(hdf5_signature.size(), '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file && start == hdf5_signature;
}

/// HDF5 1.10 reads beyond its memory where a file is damaged: a child process takes the risk.
int inspect_outcomes(const std::string& path, OutcomeView view) {
  const Bounds bounds = checksum_of(path) == Checksum::right ? of_whole_file : of_foreign_file;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw InputOutputError("cannot start a process to read " + visible_line(path));
  if (child == 0) {
    confine(parent, bounds);
    (view == OutcomeView::layout ? print_layout : print_summary)(path);
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

}  // namespace rehearse

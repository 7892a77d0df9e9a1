#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/verb.hpp"
#include "models/outcomes/exit_code.hpp"
#include "sim/error.hpp"
#include "sim/expects.hpp"

namespace {

using rehearse::ExitCode;

int report(const std::string& text, rehearse::ExitCode code) {
  const bool ends_a_line = !text.empty() && text.back() == '\n';
  rehearse::print_aside(ends_a_line ? text : text + "\n");
  return rehearse::number_of(code);
}

/// A file that is opened takes the lowest free number: with standard output closed, that would be
/// it, and what is printed would go into the file. What stands in its place takes no writing.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) == -1) static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A file that may not grow further shall be an error with a message, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  occupy_standard_streams();
  try {
    return rehearse::run_program(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const rehearse::InvalidInput& mistake) {
    return report(mistake.what(), ExitCode::invalid_input);
  } catch (const rehearse::Error& error) {
    return report("rehearse: " + std::string(error.what()), ExitCode::failure);
  } catch (const rehearse::ContractViolation& bug) {
    return report("rehearse: a bug, please report it: " + std::string(bug.what()),
                  ExitCode::failure);
  } catch (const std::bad_alloc&) {
    return report("rehearse: out of memory", ExitCode::failure);
  } catch (const std::exception& unexpected) {
    return report("rehearse: a bug, please report it: " + std::string(unexpected.what()),
                  ExitCode::failure);
  }
}

#include "cli/interruption.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace rehearse {
namespace {

// The one global of the program: a signal handler can reach nothing else.
std::atomic<bool> was_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers may not lock");

constexpr char promise[] =
    "\nrehearse: interrupted, the replications under way are finished and saved; once more to give "
    "them up\n";

/// A long replication takes its time: without a word it would look as if nobody listened.
void remember(int) {
  was_requested = true;
  const int before = errno;
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, promise, sizeof promise - 1);
  errno = before;
}

/// SA_RESETHAND gives the next signal its ordinary, deadly meaning back.
void set_handlers(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  was_requested = false;
  set_handlers(remember, static_cast<int>(SA_RESETHAND));
}

Interruption::~Interruption() {
  set_handlers(SIG_DFL, 0);
}

bool Interruption::requested() {
  return was_requested;
}

}  // namespace rehearse

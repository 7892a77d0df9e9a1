#include "cli/interruption.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace rehearse {
namespace {

// The globals of the program: a signal handler can reach nothing else.
std::atomic<bool> was_requested{false};
std::atomic<bool> terminal_went_away{false};
static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers may not lock");

constexpr char promise[] =
    "\nrehearse: interrupted, what is finished is saved; once more to end without\n";

/// To save takes its time: without a word it would look as if nobody listened.
void remember(int) {
  was_requested = true;
  const int before = errno;
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, promise, sizeof promise - 1);
  errno = before;
}

void remember_hanging_up(int) {
  was_requested = true;
  terminal_went_away = true;
}

struct sigaction doing(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  return action;
}

}  // namespace

Interruption::Interruption() {
  was_requested = false;
  terminal_went_away = false;
  // SA_RESETHAND gives the next signal its ordinary, deadly meaning back. A terminal that closes is
  // told of twice, by the shell and by the system: that must not count as insisting.
  const struct sigaction once = doing(remember, static_cast<int>(SA_RESETHAND));
  const struct sigaction every_time = doing(remember_hanging_up, SA_RESTART);
  sigaction(SIGINT, &once, &before_[0]);
  sigaction(SIGTERM, &once, &before_[1]);
  sigaction(SIGHUP, &every_time, &before_[2]);
  // `nohup` means that the run goes on.
  if (before_[2].sa_handler == SIG_IGN) sigaction(SIGHUP, &before_[2], nullptr);
}

Interruption::~Interruption() {
  sigaction(SIGINT, &before_[0], nullptr);
  sigaction(SIGTERM, &before_[1], nullptr);
  sigaction(SIGHUP, &before_[2], nullptr);
}

bool Interruption::hung_up() {
  return terminal_went_away;
}

bool Interruption::requested() {
  return was_requested;
}

PatienceWithPipes::PatienceWithPipes() {
  const struct sigaction nothing = doing(SIG_IGN, 0);
  sigaction(SIGPIPE, &nothing, &before_);
}

PatienceWithPipes::~PatienceWithPipes() {
  sigaction(SIGPIPE, &before_, nullptr);
}

}  // namespace rehearse

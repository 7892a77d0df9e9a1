#include "sim/threads/team.hpp"

#include <thread>
#include <vector>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// About ten microseconds: longer than most windows differ, shorter than a time slice.
constexpr int spins_before_sleep = 4'000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

void Team::run(int members, const std::function<void(int, Team&)>& body) {
  expects(members > 0, "a team has at least one member");
  expects(body != nullptr, "a team has something to do");
  Team team(members);
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(members - 1));
  bool complete = false;
  try {
    for (int member = 1; member < members; ++member) {
      threads.emplace_back([&team, &body, member] { team.guarded(member, body); });
    }
    complete = true;
  } catch (...) {
    team.fail();  // no more threads to be had: those that began find out at their next meeting
  }
  if (complete) team.guarded(0, body);
  for (std::thread& thread : threads) thread.join();
  if (team.failure_) std::rethrow_exception(team.failure_);
}

void Team::guarded(int member, const std::function<void(int, Team&)>& body) {
  try {
    body(member, *this);
  } catch (...) {
    fail();
  }
}

/// Expects an exception that is being handled.
void Team::fail() {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  broken_.store(true);
  meeting_.fetch_add(1);
  meeting_.notify_all();
}

bool Team::meet() {
  if (members_ == 1) return true;
  const std::uint32_t meeting = meeting_.load();
  if (broken_.load()) return false;
  if (arrived_.fetch_add(1) + 1 == members_) {
    arrived_.store(0);
    meeting_.fetch_add(1);
    meeting_.notify_all();
    return !broken_.load();
  }
  for (int spin = 0; spin < spins_before_sleep; ++spin) {
    if (meeting_.load(std::memory_order_acquire) != meeting) return !broken_.load();
    pause();
  }
  while (meeting_.load() == meeting) meeting_.wait(meeting);
  return !broken_.load();
}

}  // namespace rehearse

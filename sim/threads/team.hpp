#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

namespace rehearse {

/// Threads that work in step. Unlike the calls of `parallel_for`, which may run one after another,
/// all members run at once and may wait for one another.
class Team {
 public:
  /// Calls body(member, team) for every member in [0, members) at once, each on a thread of its
  /// own, member 0 on the caller's; returns when all have ended. When a body throws, the others
  /// find the team broken at their next meeting; one of the exceptions is rethrown. Expects
  /// members > 0.
  static void run(int members, const std::function<void(int, Team&)>& body);

  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Waits until every member has come here; what each wrote before, all see after. False when the
  /// team is broken: the body is to return then. A quarter of a microsecond when all come at the
  /// same time; a member that has waited for long sleeps.
  bool meet();

  int members() const { return members_; }

 private:
  explicit Team(int members) : members_(members) {}
  void fail();
  void guarded(int member, const std::function<void(int, Team&)>& body);

  const int members_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> meeting_{0};
  std::atomic<bool> broken_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace rehearse

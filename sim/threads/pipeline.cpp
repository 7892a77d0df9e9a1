#include "sim/threads/pipeline.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "sim/expects.hpp"
#include "sim/threads/parallel_for.hpp"

namespace rehearse {
namespace {

/// Everything but `labour` holds the lock, except while a function of the work runs.
class Pipeline {
 public:
  explicit Pipeline(const PipelineWork& work)
      : work_(work), made_(static_cast<std::size_t>(work.places)) {}

  /// What each thread does until nothing is left to do. What is oldest comes first: it makes room.
  void labour(int worker) {
    std::unique_lock lock(mutex_);
    while (!is_over()) {
      if (may_hand_on()) {
        hand_on(lock);
      } else if (may_take()) {
        take_and_make(worker, lock);
      } else {
        changed_.wait(lock);
      }
    }
  }

  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Made {
    bool done = false;
    std::exception_ptr failure;
  };

  Made& made(std::uint64_t item) { return made_[static_cast<std::size_t>(item % work_.places)]; }

  bool is_over() const { return failure_ || (ended_ && next_to_hand_on_ == next_to_take_); }

  bool may_hand_on() {
    return !handing_on_ && next_to_hand_on_ < next_to_take_ && made(next_to_hand_on_).done;
  }

  bool may_take() const {
    if (taking_ || ended_) return false;
    const std::uint64_t under_way = next_to_take_ - next_to_hand_on_;
    return under_way == 0 || (under_way < work_.places && work_.has_room());
  }

  /// Calls `function` without the lock; what it throws.
  template <class Function>
  static std::exception_ptr failure_of(std::unique_lock<std::mutex>& lock,
                                       const Function& function) {
    std::exception_ptr failure;
    lock.unlock();
    try {
      function();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    return failure;
  }

  void hand_on(std::unique_lock<std::mutex>& lock) {
    const std::uint64_t item = next_to_hand_on_;
    handing_on_ = true;
    std::exception_ptr failure = std::move(made(item).failure);
    if (!failure) failure = failure_of(lock, [&] { work_.hand_on(item); });
    handing_on_ = false;
    made(item) = {};
    ++next_to_hand_on_;
    fail_with(failure);
    settle_end();
    changed_.notify_all();
  }

  void take_and_make(int worker, std::unique_lock<std::mutex>& lock) {
    const std::uint64_t item = next_to_take_;
    taking_ = true;
    bool more = false;
    end_failure_ = failure_of(lock, [&] { more = work_.take(item); });
    taking_ = false;
    ended_ = !more;
    if (more) ++next_to_take_;
    settle_end();
    changed_.notify_all();
    if (!more) return;
    std::exception_ptr failure = failure_of(lock, [&] { work_.make(item, worker); });
    made(item) = {true, std::move(failure)};
    changed_.notify_all();
  }

  /// What went wrong at the end counts when all that came before is handed on.
  void settle_end() {
    if (ended_ && next_to_hand_on_ == next_to_take_) fail_with(end_failure_);
  }

  void fail_with(const std::exception_ptr& failure) {
    if (!failure_) failure_ = failure;
  }

  const PipelineWork& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Made> made_;
  std::uint64_t next_to_take_ = 0;
  std::uint64_t next_to_hand_on_ = 0;
  bool taking_ = false;
  bool handing_on_ = false;
  bool ended_ = false;
  std::exception_ptr end_failure_;  // of `take`
  std::exception_ptr failure_;      // the first in order
};

}  // namespace

void run_pipeline(const PipelineWork& work) {
  expects(work.threads > 0 && work.places > 0, "a pipeline has a thread and a place for an item");
  expects(work.take && work.has_room && work.make && work.hand_on, "a pipeline has its functions");
  Pipeline pipeline(work);
  parallel_for(work.threads, [&pipeline](int worker) { pipeline.labour(worker); });
  pipeline.rethrow_failure();
}

}  // namespace rehearse

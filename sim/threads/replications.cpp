#include "sim/threads/replications.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>

#include "sim/expects.hpp"
#include "sim/threads/parallel_for.hpp"

namespace rehearse {
namespace {

/// Gives out indices in order and delivers results in order. Everything below the public functions
/// holds the lock, except while work is made or handed on.
class OrderedRun {
 public:
  explicit OrderedRun(const OrderedWork& work)
      : work_(work), next_to_start_(work.first), next_to_deliver_(work.first) {
    places_.resize(static_cast<std::size_t>(work.places));
  }

  /// What each thread does until nothing is left to start.
  void labour(int worker) {
    std::unique_lock lock(mutex_);
    while (const std::optional<std::uint64_t> index = next_index(lock)) {
      make(*index, worker, lock);
      deliver_ready(lock);
    }
  }

  /// To be called when all threads are done.
  std::uint64_t delivered() const {
    if (failure_) std::rethrow_exception(failure_);
    return delivered_;
  }

 private:
  enum class Stage : std::uint8_t { absent, ready, failed };
  struct Place {
    Stage stage = Stage::absent;
    std::exception_ptr failure;
  };

  Place& place(std::uint64_t index) { return places_[index % work_.places]; }

  /// Waits until the next index has a place for its result. Nothing when there is no work left.
  std::optional<std::uint64_t> next_index(std::unique_lock<std::mutex>& lock) {
    const auto exhausted = [this] { return stopped_ || closed_ || next_to_start_ == work_.last; };
    changed_.wait(lock,
                  [&] { return exhausted() || next_to_start_ - next_to_deliver_ < work_.places; });
    if (exhausted()) return std::nullopt;
    if (is_cancelled()) {
      closed_ = true;
      changed_.notify_all();
      return std::nullopt;
    }
    return next_to_start_++;
  }

  bool is_cancelled() {
    try {
      return work_.cancelled && work_.cancelled();
    } catch (...) {
      stop_with(std::current_exception());
      return true;
    }
  }

  void make(std::uint64_t index, int worker, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    Place done{Stage::ready, nullptr};
    try {
      work_.make(index, worker);
    } catch (...) {
      done = {Stage::failed, std::current_exception()};
    }
    lock.lock();
    place(index) = done;
    if (done.stage == Stage::failed) {  // what comes after it will not be delivered
      closed_ = true;
      changed_.notify_all();
    }
  }

  /// Delivers as far as there is no gap; one thread at a time, the others go back to work.
  void deliver_ready(std::unique_lock<std::mutex>& lock) {
    if (delivering_) return;
    delivering_ = true;
    while (!stopped_ && next_to_deliver_ < next_to_start_ &&
           place(next_to_deliver_).stage != Stage::absent) {
      Place& next = place(next_to_deliver_);
      if (next.stage == Stage::failed) {
        stop_with(next.failure);
      } else {
        hand_on(lock);
      }
    }
    delivering_ = false;
  }

  void hand_on(std::unique_lock<std::mutex>& lock) {
    const std::uint64_t index = next_to_deliver_;
    lock.unlock();
    bool wants_more = false;
    std::exception_ptr failure;
    try {
      wants_more = work_.hand_on(index);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) return stop_with(failure);
    place(index).stage = Stage::absent;
    ++next_to_deliver_;
    ++delivered_;
    if (!wants_more) stopped_ = true;
    changed_.notify_all();
  }

  void stop_with(const std::exception_ptr& failure) {
    stopped_ = true;
    if (!failure_) failure_ = failure;
    changed_.notify_all();
  }

  const OrderedWork& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Place> places_;
  std::uint64_t next_to_start_;
  std::uint64_t next_to_deliver_;
  std::uint64_t delivered_ = 0;
  bool delivering_ = false;
  bool closed_ = false;   // nothing new is started
  bool stopped_ = false;  // nor is anything delivered
  std::exception_ptr failure_;
};

}  // namespace

std::uint64_t run_in_order(const OrderedWork& work) {
  expects(work.threads > 0 && work.places > 0, "replications run on at least one thread");
  expects(work.make && work.hand_on, "results are made and handed on");
  if (work.first >= work.last) return 0;
  OrderedRun run(work);
  parallel_for(work.threads, [&run](int worker) { run.labour(worker); });
  return run.delivered();
}

}  // namespace rehearse

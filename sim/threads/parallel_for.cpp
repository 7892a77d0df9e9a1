#include "sim/threads/parallel_for.hpp"

#ifdef REHEARSE_PLAIN_THREADS
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#else
#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#endif

#include "sim/expects.hpp"

namespace rehearse {

#ifdef REHEARSE_PLAIN_THREADS

// For the thread sanitizer, to which Debian's oneTBB is opaque.
void parallel_for(int count, const std::function<void(int)>& body) {
  expects(count > 0, "a parallel loop has at least one call");
  expects(body != nullptr, "a parallel loop has something to call");
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&](int index) {
    try {
      body(index);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int index = 1; index < count; ++index) threads.emplace_back(guarded, index);
  guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

#else

void parallel_for(int count, const std::function<void(int)>& body) {
  expects(count > 0, "a parallel loop has at least one call");
  expects(body != nullptr, "a parallel loop has something to call");
  if (count == 1) return body(0);
  // An arena of its own: a thread that waits in a nested loop must not pick up a call of the outer
  // one, which could wait for the very call below it on the stack.
  // Asked for more threads than the machine has, oneTBB would print a warning and give as many as
  // it has.
  tbb::task_arena arena(std::min(count, tbb::info::default_concurrency()));
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<int>(0, count, 1),
        [&](const tbb::blocked_range<int>& range) {
          for (int index = range.begin(); index < range.end(); ++index) body(index);
        },
        tbb::simple_partitioner());
  });
}

#endif

}  // namespace rehearse

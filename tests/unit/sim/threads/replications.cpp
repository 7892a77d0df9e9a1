#include "sim/threads/replications.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sim/digest.hpp"
#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/threads/parallel_for.hpp"

using namespace rehearse;

namespace {

using Delivery = std::vector<std::uint64_t>;

/// Lasts a time that depends on the index, so that results are completed out of order.
std::uint64_t uneven_work(std::uint64_t index) {
  RandomStream stream(1, 2, index);
  std::this_thread::sleep_for(std::chrono::microseconds(stream.below(300)));
  return mixed(index);
}

const std::function<bool()> never = [] { return false; };

}  // namespace

TEST_CASE("results are delivered in index order whatever the threads", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Delivery indices;
    Digest digest;

    const std::uint64_t delivered = run_replications<std::uint64_t>(
        10, 310, threads, [](std::uint64_t index, int) { return uneven_work(index); },
        [&](std::uint64_t index, std::uint64_t&& result) {
          indices.push_back(index);
          digest.add(result);
          return true;
        },
        never);

    Delivery expected(300);
    std::iota(expected.begin(), expected.end(), 10);
    CHECK(delivered == 300);
    CHECK(indices == expected);
    Digest one_by_one;
    for (std::uint64_t index = 10; index < 310; ++index) one_by_one.add(mixed(index));
    CHECK(digest == one_by_one);
  }
}

TEST_CASE("a worker number is in range and never used twice at once", "[sim]") {
  constexpr int threads = 4;
  std::array<std::atomic<int>, threads> users{};
  std::atomic<bool> clash = false;

  run_replications<int>(
      0, 200, threads,
      [&](std::uint64_t index, int worker) {
        if (users.at(static_cast<std::size_t>(worker)).fetch_add(1) != 0) clash = true;
        uneven_work(index);
        users.at(static_cast<std::size_t>(worker)).fetch_sub(1);
        return 0;
      },
      [](std::uint64_t, int&&) { return true; }, never);

  CHECK_FALSE(clash);
}

TEST_CASE("few results wait for a slow one", "[sim]") {
  constexpr int threads = 2;
  std::atomic<std::uint64_t> started = 0;
  std::uint64_t started_before_first = 0;

  run_replications<int>(
      0, 500, threads,
      [&](std::uint64_t index, int) {
        ++started;
        if (index == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return 0;
      },
      [&](std::uint64_t index, int&&) {
        if (index == 0) started_before_first = started;
        return true;
      },
      never);

  CHECK(started_before_first <= waiting_results_per_thread * threads);
  CHECK(started == 500);
}

TEST_CASE("a delivery that has seen enough stops the rest", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Delivery indices;
    std::atomic<std::uint64_t> started = 0;

    const std::uint64_t delivered = run_replications<std::uint64_t>(
        0, 1'000'000, threads,
        [&](std::uint64_t index, int) {
          ++started;
          return uneven_work(index);
        },
        [&](std::uint64_t index, std::uint64_t&&) {
          indices.push_back(index);
          return index < 41;
        },
        never);

    CHECK(delivered == 42);
    CHECK(indices.size() == 42);
    CHECK(started <= 42 + waiting_results_per_thread * static_cast<std::uint64_t>(threads));
  }
}

TEST_CASE("the exception of a replication is rethrown at its turn, after all before it", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Delivery indices;
    const auto run = [&] {
      run_replications<std::uint64_t>(
          0, 1'000'000, threads,
          [](std::uint64_t index, int) {
            if (index >= 30) throw std::runtime_error("number " + std::to_string(index));
            return uneven_work(index);
          },
          [&](std::uint64_t index, std::uint64_t&&) {
            indices.push_back(index);
            return true;
          },
          never);
    };

    CHECK_THROWS_WITH(run(), "number 30");
    CHECK(indices.size() == 30);
  }
}

TEST_CASE("the exception of a delivery is rethrown, and nothing is delivered after it", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    std::uint64_t deliveries = 0;
    const auto run = [&] {
      run_replications<std::uint64_t>(
          0, 1'000'000, threads, [](std::uint64_t index, int) { return uneven_work(index); },
          [&](std::uint64_t index, std::uint64_t&&) {
            ++deliveries;
            if (index == 5) throw std::runtime_error("the disk is full");
            return true;
          },
          never);
    };

    CHECK_THROWS_WITH(run(), "the disk is full");
    CHECK(deliveries == 6);
  }
}

TEST_CASE("a cancelled study delivers all that was started", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    std::atomic<std::uint64_t> started = 0;
    std::uint64_t deliveries = 0;

    const std::uint64_t delivered = run_replications<std::uint64_t>(
        0, 1'000'000, threads,
        [&](std::uint64_t index, int) {
          ++started;
          return uneven_work(index);
        },
        [&](std::uint64_t, std::uint64_t&&) {
          ++deliveries;
          return true;
        },
        [&] { return started >= 20; });

    CHECK(delivered == started);
    CHECK(deliveries == started);
    CHECK(started >= 20);
    CHECK(started < 20 + static_cast<std::uint64_t>(threads));
  }
}

TEST_CASE("no replications are no work, and no threads are a bug", "[sim]") {
  const auto run = [](std::uint64_t last, int threads) {
    return run_replications<int>(
        3, last, threads, [](std::uint64_t, int) { return 0; },
        [](std::uint64_t, int&&) { return true; }, {});
  };

  CHECK(run(3, 2) == 0);
  CHECK(run(2, 2) == 0);
  CHECK(run(4, 2) == 1);
  CHECK_THROWS_AS(run(4, 0), ContractViolation);
}

TEST_CASE("results need no default and no copy", "[sim]") {
  struct Heavy {
    explicit Heavy(std::uint64_t number) : value(std::make_unique<std::uint64_t>(number)) {}
    std::unique_ptr<std::uint64_t> value;
  };
  std::uint64_t sum = 0;

  run_replications<Heavy>(
      0, 10, 2, [](std::uint64_t index, int) { return Heavy(index); },
      [&](std::uint64_t, Heavy&& heavy) {
        sum += *heavy.value;
        return true;
      },
      {});

  CHECK(sum == 45);
}

TEST_CASE("replications may run parallel loops of their own", "[sim]") {
  std::uint64_t sum = 0;

  run_replications<std::uint64_t>(
      0, 60, 2,
      [](std::uint64_t index, int) {
        std::atomic<std::uint64_t> parts = 0;
        parallel_for(3, [&](int part) {
          uneven_work(index);
          parts += static_cast<std::uint64_t>(part);
        });
        return parts.load();
      },
      [&](std::uint64_t, std::uint64_t&& parts) {
        sum += parts;
        return true;
      },
      {});

  CHECK(sum == 60 * 3);
}

TEST_CASE("a parallel loop makes each call once, and rethrows", "[sim]") {
  std::mutex mutex;
  std::multiset<int> calls;

  parallel_for(7, [&](int index) {
    const std::lock_guard lock(mutex);
    calls.insert(index);
  });

  CHECK(calls == std::multiset<int>{0, 1, 2, 3, 4, 5, 6});
  CHECK_THROWS_AS(parallel_for(3, [](int) { throw std::runtime_error("no"); }), std::runtime_error);
  CHECK_THROWS_AS(parallel_for(0, [](int) {}), ContractViolation);
}

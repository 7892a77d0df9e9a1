#include "sim/threads/pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"

using namespace rehearse;

namespace {

/// Squares of the first numbers, each made in a time of its own.
struct Squares {
  std::uint64_t items = 200;
  std::uint64_t places = 4;
  std::vector<std::uint64_t> taken = std::vector<std::uint64_t>(places);
  std::vector<std::uint64_t> made = std::vector<std::uint64_t>(places);
  std::vector<std::uint64_t> handed_on;
  std::atomic<std::int64_t> under_way = 0;
  std::int64_t most_under_way = 0;

  PipelineWork work(int threads) {
    PipelineWork work;
    work.threads = threads;
    work.places = places;
    work.take = [this](std::uint64_t item) {
      if (item == items) return false;
      most_under_way = std::max<std::int64_t>(most_under_way, ++under_way);
      taken[item % places] = item;
      return true;
    };
    work.has_room = [] { return true; };
    work.make = [this](std::uint64_t item, int) {
      RandomStream stream(1, 3, item);
      std::this_thread::sleep_for(std::chrono::microseconds(stream.below(200)));
      made[item % places] = taken[item % places] * taken[item % places];
    };
    work.hand_on = [this](std::uint64_t item) {
      handed_on.push_back(made[item % places]);
      --under_way;
    };
    return work;
  }
};

std::vector<std::uint64_t> squares_below(std::uint64_t count) {
  std::vector<std::uint64_t> squares(count);
  for (std::uint64_t i = 0; i < count; ++i) squares[i] = i * i;
  return squares;
}

/// What a pipeline throws, in words; empty: nothing.
std::string thrown_by(const PipelineWork& work) {
  try {
    run_pipeline(work);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a pipeline hands on every item in order, whatever the threads", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Squares squares;

    run_pipeline(squares.work(threads));

    CHECK(squares.handed_on == squares_below(squares.items));
    CHECK(squares.most_under_way <= static_cast<std::int64_t>(squares.places));
    CHECK((threads > 1 || squares.most_under_way == 1));
  }
}

TEST_CASE("a pipeline without room takes an item only when no other is under way", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Squares squares;
    PipelineWork work = squares.work(threads);
    work.has_room = [] { return false; };

    run_pipeline(work);

    CHECK(squares.handed_on == squares_below(squares.items));
    CHECK(squares.most_under_way == 1);
  }
}

TEST_CASE("a pipeline of no item ends", "[sim]") {
  Squares squares;
  squares.items = 0;

  run_pipeline(squares.work(2));

  CHECK(squares.handed_on.empty());
}

TEST_CASE("of what goes wrong in a pipeline the first in order is told", "[sim]") {
  for (const int threads : {1, 2, 4}) {
    Squares squares;
    PipelineWork work = squares.work(threads);
    const auto take = work.take;
    const auto make = work.make;
    work.take = [&](std::uint64_t item) {
      if (item == 52) throw std::runtime_error("taking 52");
      return take(item);
    };
    CHECK(thrown_by(work) == "taking 52");
    CHECK(squares.handed_on == squares_below(52));

    squares.handed_on.clear();
    work.make = [&](std::uint64_t item, int worker) {
      if (item >= 50) throw std::runtime_error("making " + std::to_string(item));
      make(item, worker);
    };
    CHECK(thrown_by(work) == "making 50");
    CHECK(squares.handed_on == squares_below(50));

    squares.handed_on.clear();
    const auto hand_on = work.hand_on;
    work.hand_on = [&](std::uint64_t item) {
      if (item == 49) throw std::runtime_error("handing on 49");
      hand_on(item);
    };
    CHECK(thrown_by(work) == "handing on 49");
    CHECK(squares.handed_on == squares_below(49));
  }
}

TEST_CASE("a pipeline has threads, places and functions", "[sim]") {
  Squares squares;
  PipelineWork without_threads = squares.work(0);
  CHECK_THROWS_AS(run_pipeline(without_threads), ContractViolation);
  PipelineWork without_end = squares.work(1);
  without_end.hand_on = nullptr;
  CHECK_THROWS_AS(run_pipeline(without_end), ContractViolation);
}

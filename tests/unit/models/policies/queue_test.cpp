#include "models/policies/queue.hpp"

#include <catch2/catch.hpp>

#include "sim/expects.hpp"

namespace rehearse {

TEST_CASE("a queue without a capacity has room for all, one of none for nobody", "[models]") {
  CHECK(Queue(QueueSpec{}).has_room(4'000'000'000));
  CHECK_FALSE(Queue({.capacity = 0}).has_room(0));
  CHECK(Queue({.capacity = 2}).has_room(1));
  CHECK_FALSE(Queue({.capacity = 2}).has_room(2));
}

TEST_CASE("fifo serves who came first, lifo who came last", "[models]") {
  CHECK(Queue({.capacity = {}, .discipline = FifoQueue{}}).next(1, 9) == 1);
  CHECK(Queue({.capacity = {}, .discipline = LifoQueue{}}).next(1, 9) == 9);
  CHECK(Queue({.capacity = {}, .discipline = CodelSpec{}}).next(1, 9) == 1);
}

TEST_CASE("only a queue that says so drops jobs", "[models]") {
  CHECK_FALSE(Queue().drops_any());
  CHECK_FALSE(Queue({.capacity = 3, .discipline = LifoQueue{}}).drops_any());
  CHECK(Queue({.capacity = {}, .discipline = CodelSpec{}}).drops_any());
}

TEST_CASE("room for less than nobody is a bug", "[models]") {
  CHECK_THROWS_AS(Queue({.capacity = -1}), ContractViolation);
}

}  // namespace rehearse

#include "sim/slab.hpp"

#include <catch2/catch.hpp>

using namespace rehearse;

namespace {

struct Record {
  std::uint32_t generation = 0;
  int value = 0;
};

}  // namespace

TEST_CASE("a record that was given back is no longer live, whoever has its slot", "[sim]") {
  Slab<Record> slab;
  const std::uint32_t slot = slab.take();
  const SlabId old = slab.id(slot);
  REQUIRE(slab.is_live(old));

  slab.give_back(slot);
  CHECK_FALSE(slab.is_live(old));
  REQUIRE(slab.take() == slot);
  CHECK_FALSE(slab.is_live(old));
  CHECK(slab.is_live(slab.id(slot)));
}

TEST_CASE("slots are used again last in, first out, with what was left in them", "[sim]") {
  Slab<Record> slab;
  const std::uint32_t first = slab.take();
  const std::uint32_t second = slab.take();
  slab[second].value = 7;
  slab.give_back(first);
  slab.give_back(second);

  CHECK(slab.in_use() == 0);
  CHECK(slab.take() == second);
  CHECK(slab[second].value == 7);
  CHECK(slab.take() == first);
  CHECK(slab.in_use() == 2);
}

TEST_CASE("a copy of a slab is a copy of the state", "[sim]") {
  Slab<Record> slab;
  const std::uint32_t slot = slab.take();
  slab[slot].value = 1;
  Slab<Record> copy = slab;
  copy[slot].value = 2;
  copy.give_back(slot);

  CHECK(slab[slot].value == 1);
  CHECK(slab.in_use() == 1);
  CHECK(copy.in_use() == 0);
}

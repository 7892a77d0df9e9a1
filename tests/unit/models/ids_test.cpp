#include "models/plan/ids.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace rehearse;

TEST_CASE("an index of an edge cannot be passed for one of an instance", "[models]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<EdgeId, InstanceId>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Index, InstanceId>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<InstanceId&, EdgeId>);
  STATIC_REQUIRE(std::is_convertible_v<InstanceId, HostId>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<ServiceId, HostId>);
}

TEST_CASE("an id is as large as its number, and none unless it is said", "[models]") {
  STATIC_REQUIRE(sizeof(EdgeId) == sizeof(Index));
  STATIC_REQUIRE(std::is_trivially_copyable_v<EdgeId>);
  CHECK(EdgeId() == none);
  CHECK(EdgeId(2) + 3 == EdgeId(5));
}

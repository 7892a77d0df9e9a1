#include "sim/enumerators.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace rehearse;

namespace {

enum class Colour { red, green, blue };

struct Row {
  Colour colour = Colour::red;
};

}  // namespace

TEST_CASE("a table of an enum lists every value at its number, or the compiler says so", "[sim]") {
  constexpr std::array<Row, 3> whole = {{{Colour::red}, {Colour::green}, {Colour::blue}}};
  constexpr std::array<Row, 2> short_of_one = {{{Colour::red}, {Colour::green}}};
  constexpr std::array<Row, 3> swapped = {{{Colour::green}, {Colour::red}, {Colour::blue}}};
  constexpr std::array<Row, 3> left_out = {{{Colour::red}, {Colour::green}}};

  STATIC_REQUIRE(enumerator_count<Colour>() == 3);
  STATIC_REQUIRE(lists_every(whole, &Row::colour));
  STATIC_REQUIRE_FALSE(lists_every(short_of_one, &Row::colour));
  STATIC_REQUIRE_FALSE(lists_every(swapped, &Row::colour));
  STATIC_REQUIRE_FALSE(lists_every(left_out, &Row::colour));
}

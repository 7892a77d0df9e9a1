#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/random/portable_math.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {

/// Exact samplers of the exponential and the normal law by covering the density with 256 layers of
/// equal area (Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000),
/// with 53 fresh bits for the place in the layer and other bits for its number (Doornik 2005).
/// Tables are made by the compiler from portable functions: no globals change, no machine differs.
namespace ziggurat {

inline constexpr std::size_t layers = 256;

/// `edge[i]`: where layer i ends, falling to zero; `edge[0]` is what its end would be if the base
/// and the tail were one rectangle. `height[i]`: the density (without its constant) at edge[i].
struct Table {
  std::array<double, layers + 1> edge{};
  std::array<double, layers + 1> height{};
};

/// The tail begins at `exponential_tail`, from which every layer's area follows; solved to 50
/// digits.
inline constexpr double exponential_tail = 7.697117470131049714;
inline constexpr double exponential_area = 0.0039496598225815572200;
inline constexpr double normal_tail = 3.6541528853610087716;
inline constexpr double normal_area = 0.0049286732339746553474;

/// Newton's iteration from above: the compiler may not call the machine's square root.
constexpr double square_root(double x) {
  double root = x > 1 ? x : 1;
  for (int i = 0; i < 60; ++i) root = 0.5 * (root + x / root);
  return root;
}

template <class Density, class Inverse>
constexpr Table table(double tail, double area, Density density, Inverse inverse) {
  Table result;
  result.edge[0] = area / density(tail);
  result.edge[1] = tail;
  result.height[1] = density(tail);
  for (std::size_t i = 2; i < layers; ++i) {
    result.height[i] = result.height[i - 1] + area / result.edge[i - 1];
    result.edge[i] = inverse(result.height[i]);
  }
  result.height[layers] = 1;
  return result;
}

inline constexpr Table exponential_table = table(
    exponential_tail, exponential_area, [](double x) { return portable_exp(-x); },
    [](double y) { return -portable_log(y); });

inline constexpr Table normal_table = table(
    normal_tail, normal_area, [](double x) { return portable_exp(-0.5 * x * x); },
    [](double y) { return square_root(-2 * portable_log(y)); });

/// A place in [0, 1), from the bits that do not choose the layer.
constexpr double place(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

/// 1 or -1 by the bit above those of the layer; a branch would be mispredicted every other time.
constexpr double sign(std::uint64_t bits) {
  constexpr std::uint64_t one = std::bit_cast<std::uint64_t>(1.0);
  return std::bit_cast<double>(one | (bits & layers) << 55);
}

}  // namespace ziggurat

/// Exponential with mean 1. Takes one draw 97.8 % of the time, otherwise more.
inline double standard_exponential(RandomStream& stream) {
  const ziggurat::Table& table = ziggurat::exponential_table;
  double shift = 0;
  while (true) {
    const std::uint64_t bits = stream.bits();
    const std::size_t layer = bits & (ziggurat::layers - 1);
    const double x = ziggurat::place(bits) * table.edge[layer];
    if (x < table.edge[layer + 1]) [[likely]]
      return shift + x;
    if (layer == 0) {
      shift += ziggurat::exponential_tail;  // without memory: the tail is the law again
    } else if (table.height[layer] +
                   stream.uniform() * (table.height[layer + 1] - table.height[layer]) <
               portable_exp(-x)) {
      return shift + x;
    }
  }
}

/// Normal with mean 0 and variance 1. Takes one draw 98.5 % of the time, otherwise more. The tail
/// is Marsaglia's (1964).
inline double ziggurat_normal(RandomStream& stream) {
  const ziggurat::Table& table = ziggurat::normal_table;
  while (true) {
    const std::uint64_t bits = stream.bits();
    const std::size_t layer = bits & (ziggurat::layers - 1);
    const double x = ziggurat::place(bits) * table.edge[layer];
    if (x < table.edge[layer + 1]) [[likely]]
      return ziggurat::sign(bits) * x;
    if (layer == 0) {
      double beyond = 0;
      double height = 0;
      do {
        beyond = -portable_log(stream.uniform()) / ziggurat::normal_tail;
        height = -portable_log(stream.uniform());
      } while (2 * height < beyond * beyond);
      return ziggurat::sign(bits) * (ziggurat::normal_tail + beyond);
    }
    if (table.height[layer] + stream.uniform() * (table.height[layer + 1] - table.height[layer]) <
        portable_exp(-0.5 * x * x)) {
      return ziggurat::sign(bits) * x;
    }
  }
}

}  // namespace rehearse

#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace rehearse::bench {

/// Random numbers as fast as a peer could wish: xoshiro256++ (Blackman and Vigna) and the ziggurat
/// (Marsaglia and Tsang, 2000) for the exponential law, so that no peer is slow for its numbers.
class Luck {
 public:
  Luck() {
    std::uint64_t seed = 0x9E3779B97F4A7C15ULL;
    for (std::uint64_t& word : state_) word = seed *= 0xbf58476d1ce4e5b9ULL;
    edge_[0] = area / std::exp(-tail);
    edge_[1] = tail;
    height_[1] = std::exp(-tail);
    for (std::size_t i = 2; i < layers; ++i) {
      height_[i] = height_[i - 1] + area / edge_[i - 1];
      edge_[i] = -std::log(height_[i]);
    }
    height_[layers] = 1;
    for (int i = 0; i < 100; ++i) bits();
  }

  double exponential(double mean) {
    for (double shift = 0;;) {
      const std::uint64_t random = bits();
      const std::size_t layer = random % layers;
      const double x = place(random) * edge_[layer];
      if (x < edge_[layer + 1]) return (shift + x) * mean;
      if (layer == 0) {
        shift += tail;
      } else if (height_[layer] + place(bits()) * (height_[layer + 1] - height_[layer]) <
                 std::exp(-x)) {
        return (shift + x) * mean;
      }
    }
  }

 private:
  static constexpr std::size_t layers = 256;
  static constexpr double tail = 7.697117470131049714;
  static constexpr double area = 0.0039496598225815572200;

  static double place(std::uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }
  static std::uint64_t rotated(std::uint64_t word, int by) {
    return word << by | word >> (64 - by);
  }

  std::uint64_t bits() {
    const std::uint64_t result = rotated(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  std::array<std::uint64_t, 4> state_{};
  std::array<double, layers + 1> edge_{};
  std::array<double, layers + 1> height_{};
};

/// The mean of a known number of values, and its standard error from twenty batches of them.
class Mean {
 public:
  explicit Mean(std::uint64_t expected) : in_batch_(expected / batches + 1) {}

  void add(double value) { sums_[count_++ / in_batch_] += value; }

  double mean() const {
    if (count_ == 0) return 0;
    double sum = 0;
    for (const double batch : sums_) sum += batch;
    return sum / static_cast<double>(count_);
  }

  double error() const {
    const std::uint64_t full = count_ / in_batch_;
    if (full < 2) return 0;
    double squares = 0;
    for (std::uint64_t i = 0; i < full; ++i) {
      const double off = sums_[i] / static_cast<double>(in_batch_) - mean();
      squares += off * off;
    }
    return std::sqrt(squares / static_cast<double>((full - 1) * full));
  }

 private:
  static constexpr std::uint64_t batches = 20;
  std::uint64_t in_batch_;
  std::uint64_t count_ = 0;
  std::array<double, batches + 1> sums_{};
};

/// What a peer is asked to do: `PROGRAM mm1 CUSTOMERS`, `rpc REQUESTS`, `hold HOLDS PENDING`.
struct Task {
  std::string model;
  std::uint64_t count = 0;
  std::uint64_t pending = 0;
};

inline Task task_of(int count, char** words) {
  if (count < 3) std::exit(2);
  return {words[1], std::strtoull(words[2], nullptr, 10),
          count > 3 ? std::strtoull(words[3], nullptr, 10) : 0};
}

/// Runs the simulation and prints what the benchmark reads: items per second of processor time, the
/// mean and its standard error in seconds of simulated time.
template <class Work>
void print_result(std::uint64_t items, const Mean& mean, const Work& work) {
  const std::clock_t start = std::clock();
  work();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%.9g %.9g %.9g\n", static_cast<double>(items) / seconds, mean.mean(), mean.error());
}

}  // namespace rehearse::bench

#pragma once

#include <cstdint>

#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {

/// Names the luck of one replication: everything random in it descends from these four numbers.
/// `branch` gives a cloned run fresh luck; `draw` numbers the parameter set drawn from the model's
/// uncertainty.
struct ReplicationSeed {
  std::uint64_t study = 0;
  std::uint64_t replication = 0;
  std::uint64_t draw = 0;
  std::uint64_t branch = 0;

  constexpr std::uint64_t key() const {
    return extended(extended(extended(mixed(study), replication), draw), branch);
  }
};

/// A stream of random bits with an address: (replication, entity and purpose, request path). Two
/// streams with one address give the same bits wherever, whenever and in whatever order they are
/// read; streams of different addresses are independent. Counter-based: Philox2x64-10 of Salmon,
/// Moraes, Dror and Shaw (SC'11), whose test vectors it passes. Costs no memory; about 3 ns a draw.
class RandomStream {
 public:
  /// `key`: ReplicationSeed::key(). `purpose`: hash of the entity's *name* and of what the draws
  /// are for. `path`: the request, call and attempt the draws belong to; zero for draws of an
  /// entity.
  constexpr RandomStream(std::uint64_t key, std::uint64_t purpose, std::uint64_t path)
      : key_(key), purpose_(purpose), path_(path) {}

  /// 64 independent fair bits. Takes one draw.
  constexpr std::uint64_t bits() {
    if (spare_ready_) {
      spare_ready_ = false;
      return spare_;
    }
    std::uint64_t left = path_;
    std::uint64_t right = purpose_++;
    std::uint64_t key = key_;
    for (int round = 0; round < 10; ++round) {
      const auto product = static_cast<unsigned __int128>(0xD2B74407B1CE6E93ULL) * left;
      left = static_cast<std::uint64_t>(product >> 64) ^ key ^ right;
      right = static_cast<std::uint64_t>(product);
      key += 0x9E3779B97F4A7C15ULL;
    }
    spare_ = right;
    spare_ready_ = true;
    return left;
  }

  /// Uniform on the 2^52 midpoints of (0, 1): never 0, never 1, so that a logarithm of it or of its
  /// complement is finite. (Of 2^53 midpoints the last would round to 1.) Takes one draw.
  constexpr double uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1.0p-52; }

  /// Uniform on 0 ... count-1 by a 64x64 multiplication; the bias is below count / 2^64. Takes one
  /// draw. Expects count > 0.
  constexpr std::uint64_t below(std::uint64_t count) {
    expects(count > 0, "a choice is one among some");
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits()) * count) >> 64);
  }

  /// True with the given probability. Takes one draw, also when the answer is certain, so that a
  /// changed probability moves nobody else's numbers.
  constexpr bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t key_;
  std::uint64_t purpose_;  // its upper half of the counter: counts up by one every two draws
  std::uint64_t path_;
  std::uint64_t spare_ = 0;
  bool spare_ready_ = false;
};

}  // namespace rehearse

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/expects.hpp"

namespace rehearse {

/// Chains of slots for everything that lies too far ahead for the ring, in a hierarchical timing
/// wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987): the time axis is
/// cut into sections; a section is put under the highest digit, to base 64, in which its number
/// differs from that of the section reached so far. No section is too far, and an event moves at
/// most once for each digit until its section is reached. The links of the chains belong to the
/// caller.
class FarWheel {
 public:
  /// All sections up to this one have been handed out.
  std::uint64_t reached() const { return reached_; }

  /// Forgets all chains and begins at a section.
  void restart(std::uint64_t section) {
    reached_ = section;
    heads_ = {};
    filled_ = {};
  }

  /// Puts `slot` away; `next` is its link. Expects a section after reached().
  void push(std::uint64_t section, std::uint32_t slot, std::uint32_t& next) {
    expects(section > reached_, "what is put away lies ahead");
    const int level = (63 - std::countl_zero(section ^ reached_)) / bits_of_digit;
    const std::uint64_t digit = digit_of(section, level);
    std::uint32_t& head = heads_[std::size_t(level)][digit];
    next = head;
    head = slot;
    filled_[std::size_t(level)] |= std::uint64_t{1} << digit;
  }

  /// Goes on by one section. Calls `sort_in(chain)` for each chain that must be looked through now:
  /// its slots belong to the new reached(), or are to be pushed again.
  template <class SortIn>
  void advance(SortIn&& sort_in) {
    ++reached_;
    for (int level = std::countr_zero(reached_) / bits_of_digit; level >= 0; --level) {
      if (const std::uint32_t chain = take(level, digit_of(reached_, level))) sort_in(chain);
    }
  }

  /// Takes the chain that begins before all others, to be looked through by the caller, who
  /// continues at its first section. Expects that one is left.
  std::uint32_t take_first() {
    int level = 0;
    while (filled_[std::size_t(level)] == 0) {
      ++level;
      expects(std::size_t(level) < levels, "a chain is left to be taken");
    }
    return take(level, std::uint64_t(std::countr_zero(filled_[std::size_t(level)])));
  }

  /// Goes on to a section without stopping between. Expects that none before it is left.
  void continue_at(std::uint64_t section) {
    expects(section >= reached_, "the wheel does not turn back");
    reached_ = section;
  }

 private:
  static constexpr int bits_of_digit = 6;
  static constexpr std::size_t levels = 11;  // 66 bits

  static std::uint64_t digit_of(std::uint64_t section, int level) {
    return section >> level * bits_of_digit & 63;
  }

  std::uint32_t take(int level, std::uint64_t digit) {
    std::uint32_t& head = heads_[std::size_t(level)][digit];
    const std::uint32_t chain = head;
    head = 0;
    filled_[std::size_t(level)] &= ~(std::uint64_t{1} << digit);
    return chain;
  }

  std::uint64_t reached_ = 0;
  std::array<std::array<std::uint32_t, 64>, levels> heads_{};
  std::array<std::uint64_t, levels> filled_{};
};

}  // namespace rehearse

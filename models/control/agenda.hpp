#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/plan/plan.hpp"
#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Something a controller does at a scheduled instant, before any other event of that instant.
struct AgendaItem {
  /// In the order in which items of one instant are done.
  enum class Kind : std::uint8_t {
    close_window,
    close_load_window,
    close_interval,
    fault_ends,
    fault_starts,
    deaths_detected,
    rollout_step,
    scrape,
    analysis,
    stop_condition,
    heartbeat,
  };
  Time time;
  Kind kind = Kind::close_window;
  Index index = 0;
  std::uint64_t sequence = 0;

  /// For a heap with the earliest on top.
  bool operator<(const AgendaItem& other) const {
    if (time != other.time) return time > other.time;
    if (kind != other.kind) return kind > other.kind;
    return sequence > other.sequence;
  }
};

/// The controllers' calendar. Kept apart from the event list: while a controller acts, nothing else
/// happens, and it sees everything.
class Agenda {
 public:
  Time next_time() const { return items_.empty() ? Time::never() : items_.front().time; }

  /// Expects an instant that is not over.
  void add(Time time, AgendaItem::Kind kind, Index index = 0) {
    expects(time >= reached_, "nothing is planned for the past");
    items_.push_back({time, kind, index, sequence_++});
    std::push_heap(items_.begin(), items_.end());
  }

  /// Takes the earliest item out. Expects that there is one.
  AgendaItem pop() {
    expects(!items_.empty(), "there is something left to do");
    std::pop_heap(items_.begin(), items_.end());
    const AgendaItem item = items_.back();
    items_.pop_back();
    reached_ = item.time;
    return item;
  }

  void clear() {
    items_.clear();
    sequence_ = 0;
    reached_ = Time();
  }

 private:
  std::vector<AgendaItem> items_;
  std::uint64_t sequence_ = 0;
  Time reached_;  // all items before it were taken out
};

}  // namespace rehearse

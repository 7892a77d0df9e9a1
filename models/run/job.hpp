#pragma once

#include <cstdint>

#include "models/plan/plan.hpp"
#include "models/run/call.hpp"
#include "sim/slab.hpp"
#include "sim/time.hpp"

/// What the callee's side of an attempt remembers.
namespace rehearse {

/// An attempt on the callee's side. Its path is that of its first strand.
struct Job {
  enum class Place : std::uint8_t { on_its_way, at_the_door, admitted };
  alignas(64) std::uint64_t request = 0;
  Time arrived;
  Duration latency;  // one way: the answer takes as long as the request
  SlabId call;       // in its caller's partition
  std::uint32_t attempt = 0;
  EndpointId endpoint;
  InstanceId instance;
  Index column = none;  // of the outcome
  std::uint32_t interval = none;
  std::uint32_t home = none;    // the caller's partition, if it is another one
  std::uint32_t ticket = none;  // there
  Place place = Place::on_its_way;
  bool holds_worker = false;
};
static_assert(sizeof(Job) == 64);

/// A strand of a job: a sequence of steps under way. The first strand of a job has the job's own
/// slot; branches of parallel steps and rounds of repeated ones have slots of their own.
struct Frame {
  enum class State : std::uint8_t { waiting, queued, working };
  alignas(64) std::uint64_t path = 0;
  // repeat: rounds; queued: since when; work, unless it shares cores: its end. Instants in ns.
  std::uint64_t remaining = 0;
  Siblings siblings;
  ChildId first_child;
  std::uint32_t generation = 0;
  std::uint32_t job = none;
  std::uint32_t parent = none;
  StepId step;                  // under way; none: the sequence is over
  std::uint32_t succeeded = 0;  // parallel: branches so far
  std::uint32_t failed = 0;
  std::uint32_t queue_previous = none;
  std::uint32_t queue_next = none;
  State state = State::waiting;
  bool owns_worker = false;  // event loop: for this piece of work only

  void work_ends_at(Time end) { keep(end); }
  Time work_ends() const { return kept(); }
  void joins_queue_at(Time now) { keep(now); }
  Time joined_queue() const { return kept(); }

 private:
  void keep(Time instant) {
    remaining = static_cast<std::uint64_t>(instant.since_start().in_nanoseconds());
  }
  Time kept() const { return Time() + Duration::nanoseconds(static_cast<std::int64_t>(remaining)); }
};
static_assert(sizeof(Frame) == 64);

/// How far a frame has come: it waits for an event, or its sequence is over.
enum class Progress : std::uint8_t { waiting, succeeded, failed };

}  // namespace rehearse

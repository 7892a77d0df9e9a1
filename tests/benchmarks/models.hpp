#pragma once

#include <cstdint>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse::bench {

/// bare: no timeouts, instances in turn. with_timeouts: one second on every edge. full: and the
/// less loaded of two random instances is taken.
enum class Tree { bare, with_timeouts, full };

/// Ten services in a tree (1 + 3 + 6), eight instances each with two workers, FIFO; every request
/// visits all ten. Exponential work of 2 ms, network latency 0.1 ms + exponential 0.1 ms, 2,000
/// requests per second, workers 25 % busy at a leaf.
ModelSpec ten_service_tree(Tree tree);

/// One station with one worker, four fifths busy.
ModelSpec mm1();

/// A front that calls two backs at once, with a timeout for each try and one retry; the numbers
/// stand in peers/model.hpp, which the peers' programs share.
ModelSpec rpc();

ExperimentSpec lasting(double seconds, double window_seconds);

}  // namespace rehearse::bench

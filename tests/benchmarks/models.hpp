#pragma once

#include "models/experiment_spec.hpp"
#include "models/model_spec.hpp"

namespace rehearse::bench {

/// Ten services in a tree (1 + 3 + 6), eight instances each with two workers, FIFO; every request
/// visits all ten. Exponential work of 2 ms, network latency 0.1 ms + exponential 0.1 ms, 2,000
/// requests per second, workers 25 % busy at a leaf. With `everything`: two-choice balancing,
/// timeouts of one second on every edge. Without: round robin, no timeouts.
ModelSpec ten_service_tree(bool everything);

/// One station with one worker, four fifths busy.
ModelSpec mm1();

ExperimentSpec lasting(double seconds, double window_seconds);

}  // namespace rehearse::bench

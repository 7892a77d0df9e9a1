#pragma once

namespace rehearse::bench {

/// One queue, one server; customers come at `rate`, service takes 1 on average (exponential both).
struct Mm1 {
  static constexpr double rate = 0.8;
  /// Mean time in the system: 1 / (1 - rate).
  static constexpr double mean = 5;
};

/// Users send requests to a front, which works and then calls two backs at once. Each service has
/// `workers` and a FIFO queue; the front gives its worker back before it calls. Every message takes
/// `latency`. A caller waits `timeout` for an answer (one try in a hundred takes longer), then
/// waits `backoff` and tries once more; when that fails too, the request has failed and nobody
/// waits for the other back any longer. A back finishes what nobody waits for. The mean is over
/// requests that succeed. Times in seconds; work and gaps between requests are exponential.
struct Rpc {
  static constexpr double rate = 2000;
  static constexpr double latency = 0.25e-3;
  static constexpr double front = 0.5e-3;
  static constexpr double back = 1e-3;
  static constexpr double timeout = 5.25e-3;
  static constexpr double backoff = 1e-3;
  static constexpr int workers = 4;
};

}  // namespace rehearse::bench

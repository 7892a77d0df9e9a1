#pragma once

#include <cstdint>

#include "models/specs/model_spec.hpp"

namespace rehearse::bench {

/// A system of `services` services, `instances` of each, whose call graphs have the shape of
/// published ones (Luo et al., "Characterizing Microservice Dependency and Performance: Alibaba
/// Trace Analysis", SoCC 2021; Huye et al., "Lifting the veil on Meta's microservice architecture",
/// ATC 2023): tree-like and at most eight deep; fan-out with a heavy tail; two services of three
/// call no service but, some of them, a store, and have one caller; a twentieth are stores
/// (databases, caches), of which a few are called by a large part of all services. Calls are one
/// after another or parallel, and part of them optional. Calls go from lower to higher numbers, so
/// there is no cycle.
///
/// Users ask for a mix of three endpoints at each entry service, in all 200 requests per second and
/// service (`generated_rate`). The optional calls are made so likely that a request causes 20 spans
/// on average, whatever the size (ten services have no more than about 13).
///
/// Network latency is 0.25 ms and an exponential part of 0.1 ms; work is lognormal with means from
/// 0.5 to 6 ms (rarely called services do long work). Each service has so many workers that they
/// are about 45 % busy, or one that is less busy; of all workers together about a third is. Callers
/// take the less loaded of two random instances and give up after a second, users after five. The
/// same arguments give the same model on every machine. Expects services >= 10.
ModelSpec generated_model(int services, int instances, std::uint64_t seed);

/// All requests of the users of such a system, per second.
double generated_rate(int services);

}  // namespace rehearse::bench

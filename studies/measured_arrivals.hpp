#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/specs/model_spec.hpp"
#include "studies/recorded_traffic.hpp"

namespace rehearse {

/// Whether the model has such an endpoint.
bool knows(const ModelSpec& model, const EndpointName& endpoint);

/// Requests a second that its workloads send by themselves; nothing, where some workload's rate
/// changes with time or follows from answers.
std::optional<double> own_rate(const ModelSpec& model);

/// Makes the workloads of a model send what was measured: at each entrance that the model knows, so
/// many requests a second. Workloads that share an endpoint share its requests as before (those of
/// replay and closed loop, whose rate nothing says, alike); one that nobody asked for comes from
/// the first workload. Batches keep their sizes; stages and replay become a Poisson process; users
/// who wait stay as many, with the new mix, as their rate follows from the answers. Workloads that
/// ask for nothing any more are gone.
ModelSpec under_traffic(const ModelSpec& model, const RecordedTraffic& traffic);

/// Sentences on what `under_traffic` changes other than rates and mixes, or does not.
std::vector<std::string> notes_on_arrivals(const ModelSpec& model);

}  // namespace rehearse

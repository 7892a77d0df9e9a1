#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "outputs/report/gate_record.hpp"

namespace rehearse {

/// What a gate found, as Markdown for the page of a step: a table of what was checked with a light,
/// the risks, what decides, and whom else the experiment meets. At most `most_bytes`; what does not
/// fit is cut at the end of a line, and said to be. Names are shown as they are: they are no marks,
/// no HTML, no mentions.
std::string gate_markdown(const std::vector<GatedScenario>& scenarios, std::size_t most_bytes);

}  // namespace rehearse

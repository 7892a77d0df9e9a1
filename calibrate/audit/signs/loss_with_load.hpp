#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Spans that were lost more often when more requests came, as an exporter does whose queue is
/// full. A span is known to be lost by its children, whose parent is not there, or by the client
/// span of a call that was answered well, where callees of such calls mostly are there. Windows are
/// compared by their share of lost spans and the number of traces that begin in them.
SignAnswer find_loss_with_load(const Recording& recording);

}  // namespace rehearse

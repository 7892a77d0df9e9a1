#pragma once

#include <cstdint>
#include <vector>

#include "sim/stats/intervals.hpp"

/// Statistics of replications of which each runs one of several draws of the model's numbers.
namespace rehearse {

/// What replications say less than as many independent ones, because those of one draw go together:
/// 1 + (m - 1) rho for m replications of a draw, with the intraclass correlation rho >= 0 of the
/// analysis of variance plus two of its standard errors (R. A. Fisher; Donner and Klar, Design and
/// Analysis of Cluster Randomization Trials, 2000), as a verdict must not rest on luck in
/// estimating it. Where fewer than 20 happened, or did not, rho is taken for 1: each draw counts
/// once. Replication i runs draw i % draws; `happened` [replication].
double design_effect(const std::vector<std::uint8_t>& happened, std::uint64_t draws);

/// The range of one more value like these with 95 %: order statistics that leave out a fortieth on
/// either side; all of fewer than 40 values. Values that are no number are left out. Expects one at
/// least that is.
Interval range_of(std::vector<double> values);

}  // namespace rehearse

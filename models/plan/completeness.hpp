#pragma once

#include "models/plan/plan.hpp"

namespace rehearse {

/// Expects that the tables of a compiled plan fit together: every index is one of what it indexes,
/// columns of one table are equally long, sequences of steps go forward and so come to an end,
/// times rise, probabilities are some. A run relies on all of it and asks about none of it. Costs
/// one walk through the plan.
void expect_complete(const Plan& plan);

}  // namespace rehearse

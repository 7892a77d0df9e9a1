#pragma once

#include "outputs/text/report_table.hpp"
#include "studies/verdict.hpp"

namespace rehearse {

/// What the report says of one objective.
const ReportMembers<Risk>& risk_members();
const ReportMembers<OpenRisk>& open_members();
const ReportMembers<ObjectiveResult>& measured_members();
const ReportMembers<ObjectiveResult>& objective_members();

/// Those of the objective and of its risk in one object.
void write_objective(JsonWriter& json, const ObjectiveResult& result);

}  // namespace rehearse

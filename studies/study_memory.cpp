#include "studies/study_memory.hpp"

#include "models/footprint.hpp"
#include "sim/threads/replications.hpp"
#include "studies/arm_recorder.hpp"

namespace rehearse {
namespace {

StudyMemory memory_of_arm(const System& system, std::uint64_t replications, int at_once) {
  const Footprint footprint = footprint_of(system);
  // Some wait, one is being made, and one is being added.
  const double outcomes = static_cast<double>(waiting_results_per_thread) + 2;
  return {footprint.system + at_once * (footprint.run + outcomes * footprint.outcome),
          ArmRecorder::expected_bytes(system.layout(), static_cast<double>(replications))};
}

}  // namespace

StudyMemory memory_of_study(const System& experiment, const System* control,
                            std::uint64_t replications, int at_once) {
  StudyMemory memory = memory_of_arm(experiment, replications, at_once);
  if (control != nullptr) {
    const StudyMemory twin = memory_of_arm(*control, replications, at_once);
    memory.running += twin.running;
    memory.kept += twin.kept;
  }
  return memory;
}

}  // namespace rehearse

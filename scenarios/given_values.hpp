#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/document.hpp"
#include "models/specs/model_spec.hpp"

/// What a person gave in a model, and how it outlives the next calibration.
namespace rehearse {

/// Writes beside the evidence of each number, duration, rate or word what it is, so that an edit of
/// it can be told. Evidence of tables and lists stays as it was, and so does that of laws, whose
/// place may hold a name.
void note_values(ModelSpec& model);

/// One value of a person.
struct GivenValue {
  std::string path;  // as `path_text` spells it
  Node value;        // as models are written; none: the key is absent, and means to be
  EvidenceSpec evidence;
};

struct GivenValues {
  std::vector<GivenValue> values;
  /// Evidence that says given, at paths where the model itself says nothing that could be kept.
  std::vector<std::string> without_value;
};

/// Where evidence says so, and where the model says something else than the `value` of its
/// evidence. Without a `value` nobody can tell, and nothing is guessed. Items of lists have no
/// place that lasts: the whole list is given. services.A.calls.B.on_error stands for the word that
/// the calls have in their steps, where all have the same: fail or ignore.
GivenValues given_values(const ModelSpec& model);

/// Puts the values where they belong in a model that was learned, each with its evidence; evidence
/// of what is inside of them is given, too. Files that values name are relative to the model's own.
/// Returns the paths that have no place there: of
/// services, endpoints, calls or workloads that it does not have, or beside another choice (a
/// Poisson rate where batches were learned). Throws InvalidInput, which lists all mistakes, for
/// values that the model cannot be read with.
std::vector<std::string> put_given(const std::vector<GivenValue>& given, ModelSpec& learned,
                                   const std::string& path_of_model);

/// A value with evidence, as the model has it.
struct BelievedValue {
  std::string path;
  std::string value;          // a number or word as files say it; of a table or list how long it is
  bool contradicted = false;  // given, still held, and the recording speaks against it
};

/// One for each row of evidence whose path names something, in the same order.
std::vector<BelievedValue> believed_values(const ModelSpec& model);

/// The given values that the recording contradicts, and that the model still holds, as sentences.
std::vector<std::string> contradicted_values(const ModelSpec& model);

/// "given workers = 4 at frontend: the recording contradicts it, 9 at work at once".
std::string contradiction_text(const std::string& path, const Node& value, std::string_view seen);

}  // namespace rehearse

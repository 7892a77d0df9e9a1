#include "calibrate/readers/batches.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

#include "calibrate/readers/json.hpp"
#include "sim/expects.hpp"
#include "sim/threads/pipeline.hpp"

namespace rehearse {
namespace {

constexpr std::size_t bytes_under_way = std::size_t{32} << 20;
/// Tiny pieces cost more than their bytes.
constexpr std::size_t pieces_of_batch = std::size_t{1} << 14;

/// Remembers what ended the file, so that what stands before it is read first.
class BatchFiller {
 public:
  explicit BatchFiller(const BatchWork& work) : work_(work) {}

  /// Leaves the batch empty at the end of the file; throws what ended it.
  void fill(FileBatch& batch) {
    try {
      while (!ended_ && batch.text.size() < work_.batch_bytes &&
             batch.pieces.size() < pieces_of_batch) {
        ended_ = !work_.add_next(batch);
      }
    } catch (...) {
      ended_ = true;
      failure_ = std::current_exception();
    }
    if (batch.pieces.empty() && failure_) std::rethrow_exception(failure_);
  }

 private:
  const BatchWork& work_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace

void FileBatch::add(std::string_view bytes, std::uint64_t offset, ElementPlace place,
                    std::string why) {
  pieces.push_back({text.size(), bytes.size(), offset, place, std::move(why)});
  text += bytes;
}

void FileBatch::begin_again(const std::string& file) {
  text.clear();
  pieces.clear();
  begin_part_again(set);
  left_out = LeftOutOfFile(file);
  first_left_out = 0;
  any = false;
  later.clear();
}

std::string_view FileBatch::bytes_of(const Piece& piece) const {
  return std::string_view(text).substr(piece.from, piece.size);
}

void read_in_batches(const std::string& file, const BatchWork& work, SpanSet& set) {
  expects(work.threads > 0 && work.batch_bytes > 0, "a thread reads something at once");
  const std::uint64_t places = 2 * static_cast<std::uint64_t>(work.threads);
  std::vector<std::unique_ptr<FileBatch>> batches(static_cast<std::size_t>(places));
  const auto batch_of = [&](std::uint64_t item) -> std::unique_ptr<FileBatch>& {
    return batches[static_cast<std::size_t>(item % places)];
  };
  const std::size_t usual_bytes = work.batch_bytes + work.batch_bytes / 4 + bytes_behind_json;
  std::atomic<std::size_t> under_way = 0;
  // What is not in the sample now will not be later. The set looks again: it may be ahead.
  std::atomic<int> halvings = set.sample.halvings();
  BatchFiller filler(work);
  PipelineWork pipeline;
  pipeline.threads = work.threads;
  pipeline.places = places;
  pipeline.take = [&](std::uint64_t item) {
    std::unique_ptr<FileBatch>& batch = batch_of(item);
    if (!batch) {
      batch = std::make_unique<FileBatch>(file);
      batch->text.reserve(usual_bytes);
      batch->set.name_by = set.name_by;
    }
    batch->set.sample.halve_to(halvings);
    filler.fill(*batch);
    if (batch->pieces.empty()) return false;
    batch->text.append(bytes_behind_json, ' ');
    under_way += batch->text.size();
    return true;
  };
  pipeline.has_room = [&] { return under_way < bytes_under_way; };
  pipeline.make = [&](std::uint64_t item, int worker) { work.read(*batch_of(item), worker); };
  pipeline.hand_on = [&](std::uint64_t item) {
    std::unique_ptr<FileBatch>& batch = batch_of(item);
    under_way -= batch->text.size();
    add_part(set, batch->set);
    work.settle(*batch);
    thin(set, work.most_spans);
    halvings = set.sample.halvings();
    // To give memory back and take it again costs more than all that is done with it, unless it was
    // unusually much.
    if (batch->text.capacity() > 2 * usual_bytes) {
      batch.reset();
    } else {
      batch->begin_again(file);
    }
  };
  run_pipeline(pipeline);
}

}  // namespace rehearse

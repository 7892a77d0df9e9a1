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
  std::atomic<std::size_t> under_way = 0;
  BatchFiller filler(work);
  PipelineWork pipeline;
  pipeline.threads = work.threads;
  pipeline.places = places;
  pipeline.take = [&](std::uint64_t item) {
    auto batch = std::make_unique<FileBatch>(file);
    batch->text.reserve(work.batch_bytes + work.batch_bytes / 4);
    filler.fill(*batch);
    if (batch->pieces.empty()) return false;
    batch->text.append(bytes_behind_json, ' ');
    under_way += batch->text.size();
    batch_of(item) = std::move(batch);
    return true;
  };
  pipeline.has_room = [&] { return under_way < bytes_under_way; };
  pipeline.make = [&](std::uint64_t item, int worker) { work.read(*batch_of(item), worker); };
  pipeline.hand_on = [&](std::uint64_t item) {
    const std::unique_ptr<FileBatch> batch = std::move(batch_of(item));
    under_way -= batch->text.size();
    add_part(set, batch->set);
    work.settle(*batch);
  };
  run_pipeline(pipeline);
}

}  // namespace rehearse

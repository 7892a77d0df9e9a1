#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/element_scanner.hpp"
#include "calibrate/readers/left_out.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// What a scanner cut out of a file, one of a batch.
struct Piece {
  std::size_t from = 0;  // in the text of the batch
  std::size_t size = 0;
  std::uint64_t offset = 0;  // of its first byte in the (decompressed) file
  ElementPlace place = ElementPlace::document;
  std::string why;  // it cannot be read; empty: nothing is wrong
};

/// Pieces of a file that are read together, and what they were found to hold.
struct FileBatch {
  explicit FileBatch(const std::string& file) : left_out(file) {}

  /// Empty again, for the next pieces; keeps its memory.
  void begin_again(const std::string& file);
  void add(std::string_view bytes, std::uint64_t offset, ElementPlace place, std::string why = {});
  /// Readable for `bytes_behind_text` behind its end.
  std::string_view bytes_of(const Piece& piece) const;

  std::string text;
  std::vector<Piece> pieces;

  SpanSet set;
  LeftOutOfFile left_out;
  std::size_t first_left_out = 0;  // the piece that `left_out` speaks of, if it has a first
  bool any = false;                // of use
  std::vector<std::size_t> later;  // pieces whose meaning depends on what was read before
};

/// What one reader of files does with batches. Each function is called as its namesake in
/// PipelineWork.
struct BatchWork {
  int threads = 1;
  std::size_t batch_bytes = std::size_t{1} << 20;
  std::uint64_t most_spans = default_most_spans;
  /// Adds the next piece; false at the end of the file.
  std::function<bool(FileBatch& batch)> add_next;
  std::function<void(FileBatch& batch, int worker)> read;
  /// In the order of the file. What is in the set of the batch is in that of the file already.
  std::function<void(FileBatch& batch)> settle;
};

/// Reads a file in batches of about `batch_bytes`, and adds what they hold to `set` in the order of
/// the file, so that it does not depend on the threads. What it holds of more than `most_spans` is
/// a sample (`thin`). Memory, beside the set: two batches for each thread at most; of text 32 MiB,
/// and the batch or piece that exceeds them.
void read_in_batches(const std::string& file, const BatchWork& work, SpanSet& set);

}  // namespace rehearse
